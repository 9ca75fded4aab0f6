//! Prints how many events a second are stored and how many runs of three effects are advanced.
//!
//! `cargo run --release -p store --example rates -- [sqlite|postgres] [seconds]`. Figures hold for
//! one machine at one moment: compare them with those of another commit, taken in turn.

use model::ids::{ConnectionId, DeploymentId, EnvironmentId, FlowId};
use model::{EffectId, EffectState, Peer, RunState, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::run::StepState;
use store::{
    Advance, Advanced, CallRecord, EffectRecord, EffectWrite, Fence, Ingested, NewEvent, NewRun,
    StartedRun, StepRecord, Store, testing,
};
use vault::Sealed;

const ENVIRONMENT: EnvironmentId = EnvironmentId(1);
const EFFECTS: i64 = 3;

fn event(n: u64) -> NewEvent {
    let key = format!("ch_3Q{n:020}");
    let lane = model::lane::lane(ENVIRONMENT, &key);
    NewEvent {
        environment: ENVIRONMENT,
        connection: ConnectionId(3),
        peer: "stripe:acct_1QabcDEFghiJKL:test".into(),
        dedupe_key: format!("evt_3Q{n:020}"),
        kind: "charge.succeeded".into(),
        occurred_at: Timestamp(1),
        received_at: Timestamp(2),
        own: false,
        secret: Some(0),
        body_len: 3_029,
        body_sha256: [9; 32],
        body: Sealed(vec![7; 3_058]),
        runs: vec![NewRun {
            deployment: DeploymentId(11),
            flow: FlowId(7),
            key,
            lane,
            shard: model::lane::shard(lane),
            stillborn: None,
        }],
    }
}

fn effect(run: &StartedRun, step: i64, state: EffectState) -> EffectWrite {
    let is_new = state == EffectState::Uncertain;
    EffectWrite {
        expected: (!is_new).then_some(1),
        record: EffectRecord {
            id: EffectId {
                peer: Peer("infor:SIM_TST:100:AAA".into()),
                kind: ["customer", "sales_order", "journal"][usize::try_from(step).unwrap_or(0)]
                    .into(),
                reference: format!("ch_3Q{:020}", run.id.0),
                generation: 0,
            }
            .into(),
            environment: ENVIRONMENT,
            rev: if is_new { 1 } else { 2 },
            state,
            operation: "infor.sales_order.create".into(),
            connection: ConnectionId(4),
            attempt: 0,
            holder: is_new.then_some(run.id),
            body: Sealed(vec![5; 600]),
            inflight: is_new.then(|| "OIS100MI/Confirm".into()),
            inflight_at: None,
            question: None,
            orphans: None,
            begun_at: Timestamp(3),
            updated_at: Timestamp(4),
        },
    }
}

fn step(step: i64, state: StepState) -> StepRecord {
    StepRecord {
        scope: 0,
        step,
        index: 0,
        state,
        output: (state == StepState::Done).then(|| Sealed(vec![6; 600])),
        effect: Some([1; 32]),
        reused: false,
        started_at: Timestamp(3),
        ended_at: None,
    }
}

/// The `point`-th commit of a run: the result of one effect and the intent of the next.
fn advance(run: &StartedRun, point: i64) -> Advance {
    let mut item = Advance {
        run: run.id,
        shard: run.shard,
        rev: point,
        state: if point == EFFECTS {
            RunState::Done
        } else {
            RunState::Running
        },
        cursor: point,
        attempt: 0,
        since: None,
        due_at: Timestamp(2),
        deadline: None,
        wait_for: None,
        fault: None,
        now: Timestamp(5),
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
    };
    if point > 0 {
        item.steps.push(step(point - 1, StepState::Done));
        item.effects
            .push(effect(run, point - 1, EffectState::Confirmed));
        item.calls.push(CallRecord {
            step: point - 1,
            label: "OIS100MI/Confirm".into(),
            kind: "commit".into(),
            started_at: Timestamp(3),
            ended_at: Timestamp(4),
            fault: None,
            status: Some(200),
            body: None,
        });
    }
    if point < EFFECTS {
        item.steps.push(step(point, StepState::Begun));
        item.effects
            .push(effect(run, point, EffectState::Uncertain));
    }
    item
}

async fn one(store: &Store, fence: &Fence, n: u64, whole: bool) -> bool {
    let Ok(mut answers) = store.ingest(vec![event(n)]).await else {
        return false;
    };
    let Some(Ok(Ingested::New { runs, .. })) = answers.pop() else {
        return false;
    };
    if !whole {
        return true;
    }
    for point in 0..=EFFECTS {
        let answer = store
            .advance(fence.clone(), vec![advance(&runs[0], point)])
            .await;
        let Ok([Advanced::Done { .. }]) = answer.as_deref() else {
            return false;
        };
    }
    true
}

async fn measure(store: &Store, fence: &Arc<Fence>, clients: usize, whole: bool, span: Duration) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let over = Arc::new(AtomicBool::new(false));
    let (begun, mut tasks) = (Instant::now(), Vec::new());
    for _ in 0..clients {
        let (store, fence, over) = (store.clone(), Arc::clone(fence), Arc::clone(&over));
        tasks.push(tokio::spawn(async move {
            let (mut done, mut failed) = (0_u64, 0_u64);
            while !over.load(Ordering::Relaxed) {
                let n = NEXT.fetch_add(1, Ordering::Relaxed);
                match one(&store, &fence, n, whole).await {
                    true => done += 1,
                    false => failed += 1,
                }
            }
            (done, failed)
        }));
    }
    tokio::task::spawn_blocking(move || std::thread::sleep(span))
        .await
        .unwrap_or_default();
    over.store(true, Ordering::Relaxed);
    let (mut done, mut failed) = (0, 0);
    for task in tasks {
        let (more, bad) = task.await.unwrap_or((0, 1));
        (done, failed) = (done + more, failed + bad);
    }
    let millis = u64::try_from(begun.elapsed().as_millis())
        .unwrap_or(u64::MAX)
        .max(1);
    let what = if whole {
        "runs of three effects"
    } else {
        "events"
    };
    println!(
        "{clients:>5} clients: {:>6} {what}/s, {failed} failed",
        done * 1000 / millis
    );
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let kind = arguments.get(1).map_or("sqlite", String::as_str);
    let seconds = arguments.get(2).and_then(|s| s.parse().ok()).unwrap_or(3);
    let (store, _guard) = match kind {
        "postgres" => testing::postgres().await,
        _ => testing::sqlite().await,
    };
    let fence = Arc::new(store.lease("rates").await.unwrap_or_default());
    println!("{kind}, {seconds} s each");
    for whole in [false, true] {
        for clients in [1, 64, 256, 1024] {
            measure(&store, &fence, clients, whole, Duration::from_secs(seconds)).await;
        }
    }
    store.close().await;
}
