//! What tests begin with.

use finance::journal::{JournalEntry, JournalLine};
use model::ids::{ConnectionId, DeploymentId, EnvironmentId, FlowId, RunId};
use model::{EffectId, EffectState, Peer, RunState, Timestamp};
use store::advance::Advance;
use store::{
    Advanced, EffectRecord, EffectWrite, Fence, Ingested, NewEvent, NewRun, StartedRun, Store,
};
use vault::Sealed;

pub const ENVIRONMENT: EnvironmentId = EnvironmentId(1);
pub const FLOW: FlowId = FlowId(7);

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_700_000_000 + seconds)
}

/// An event with one run of [`FLOW`] for a business key.
pub fn event(dedupe_key: &str, key: &str) -> NewEvent {
    let lane = model::lane::lane(ENVIRONMENT, key);
    NewEvent {
        environment: ENVIRONMENT,
        connection: ConnectionId(3),
        peer: "stripe:acct_1:test".into(),
        dedupe_key: dedupe_key.into(),
        kind: "charge.succeeded".into(),
        occurred_at: at(0),
        received_at: at(1),
        own: false,
        secret: Some(0),
        body_len: 4,
        body_sha256: [9; 32],
        body: Sealed(b"body".to_vec()),
        runs: vec![NewRun {
            deployment: DeploymentId(11),
            flow: FLOW,
            key: key.into(),
            lane,
            shard: model::lane::shard(lane),
            stillborn: None,
        }],
    }
}

/// Stores an event and answers with its only run.
pub async fn started(store: &Store, dedupe_key: &str, key: &str) -> StartedRun {
    let mut answers = store.ingest(vec![event(dedupe_key, key)]).await.unwrap();
    match answers.pop().unwrap().unwrap() {
        Ingested::New { mut runs, .. } => runs.pop().unwrap(),
        Ingested::Duplicate { event } => panic!("{event} was there already"),
    }
}

/// An advance that changes nothing but the state.
pub fn advance(run: &StartedRun, state: RunState) -> Advance {
    Advance {
        run: run.id,
        shard: run.shard,
        rev: run.rev,
        state,
        cursor: 0,
        attempt: 0,
        since: None,
        due_at: at(2),
        deadline: None,
        wait_for: None,
        fault: None,
        now: at(2),
        steps: vec![],
        calls: vec![],
        effects: vec![],
        guards: vec![],
        cross_references: vec![],
        entries: vec![],
        deposits: vec![],
        exceptions: vec![],
        dead_letter: None,
        lookups: None,
        wakes: vec![],
        release_key: false,
    }
}

/// Advances one run.
pub async fn apply(store: &Store, fence: &Fence, item: Advance) -> Advanced {
    store
        .advance(fence.clone(), vec![item])
        .await
        .unwrap()
        .pop()
        .unwrap()
}

/// Advances one run, which must succeed, and answers with its new revision.
pub async fn done(store: &Store, fence: &Fence, item: Advance) -> i64 {
    match apply(store, fence, item).await {
        Advanced::Done { rev, .. } => rev,
        other => panic!("{other:?}"),
    }
}

pub fn effect_id(reference: &str) -> EffectId {
    EffectId {
        peer: Peer("infor:SIM:100:AAA".into()),
        kind: "sales_order".into(),
        reference: reference.into(),
        generation: 0,
    }
}

/// A write of an effect.
pub fn effect(
    reference: &str,
    expected: Option<i64>,
    state: EffectState,
    holder: Option<RunId>,
) -> EffectWrite {
    EffectWrite {
        expected,
        record: EffectRecord {
            id: effect_id(reference).into(),
            environment: ENVIRONMENT,
            rev: expected.unwrap_or(0) + 1,
            state,
            operation: "infor.sales_order.create".into(),
            connection: ConnectionId(4),
            attempt: 0,
            holder,
            body: Sealed(b"progress".to_vec()),
            inflight: Some("OIS100MI/Confirm".into()),
            inflight_at: Some(at(2)),
            question: None,
            orphans: None,
            begun_at: at(1),
            updated_at: at(2),
        },
    }
}

/// An entry of one amount between two accounts.
pub fn entry(reference: &str, amount_minor: i64) -> JournalEntry {
    let line = |account: &str, amount_minor| JournalLine {
        account: account.into(),
        dimension: None,
        amount_minor,
        text: String::new(),
    };
    let lines = vec![line("1010", amount_minor), line("2300", -amount_minor)];
    let currency = "EUR".parse().unwrap();
    JournalEntry::new(reference, "J4", "2024-02-29", currency, 1, lines).unwrap()
}
