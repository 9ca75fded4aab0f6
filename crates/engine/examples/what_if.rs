//! How fast a what-if is, and how much memory it takes: `cargo run --release -p engine --example
//! what_if -- 20000`. Makes a store with so many runs of a flow with one read and one write of 26
//! fields, then works the same version and one with other terms over them.

use connector::effect::Progress;
use connector::http::Http;
use connector::{Connector, Registry};
use engine::dry::{DryRun, WouldBe, dry_run};
use engine::what_if::{LookupsAt, WhatIfRequest};
use engine::{
    ConnectionSetup, Deployment, Engine, EnvironmentSetup, FlowSetup, Limits, Options, Parts,
    Purpose, Setup, Watching,
};
use model::clock::{Clock, Entropy};
use model::{Company, EffectId, EffectState, EnvironmentKind, Peer, RunState, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use store::run::StepState;
use store::{Advance, EffectRecord, EffectWrite, Ingested, NewEvent, NewRun, StepRecord, Store};
use vault::{DataKey, MasterKey};

const REGISTRY: Registry = Registry(&[&connector_stripe::CONNECTOR, &connector_infor::CONNECTOR]);

const FLOW: &str = "\
schema: 1
flow: order
trigger: stripe.charge.succeeded
key: =charge.id
steps:
  - id: paid
    check: =charge.paid && charge.captured
    else: skip
  - id: money
    use: stripe.charge.balance_transaction
    with:
      charge: =charge.id
  - id: order
    use: infor.sales_order.create
    with:
      customer: =right(charge.?customer.orValue('WEBGUEST'), 8)
      reference: =charge.id
      date: =date(charge.created, company.books_zone)
      currency: =upper(charge.currency)
      terms: =company.default_terms
      payment_method: CC
      deliver_to:
        name: =truncate(charge.billing_details.?name.orValue('nobody'), 36)
        lines:
          - =truncate(charge.billing_details.?address.?line1.orValue('-'), 36)
          - =truncate(charge.billing_details.?address.?line2.orValue('-'), 36)
        city: =truncate(charge.billing_details.?address.?city.orValue('-'), 20)
        postal_code: =truncate(charge.billing_details.?address.?postal_code.orValue('-'), 10)
        state: =truncate(charge.billing_details.?address.?state.orValue('-'), 2)
        country: =truncate(charge.billing_details.?address.?country.orValue('-'), 3)
      lines:
        - item: MUG
          quantity: 1
          amount: =money(charge.amount - 200, charge.currency)
          description: ='for ' + truncate(charge.id, 20)
        - item: BOX
          quantity: 1
          amount: =money(100, charge.currency)
          description: =truncate('fee ' + text(steps.money.fee), 30)
        - item: CARD
          quantity: 1
          amount: =money(100, charge.currency)
          description: a card
      shipping: =money(0, charge.currency)
";

const BATCH: usize = 500;
/// 2026-11-24 09:00 UTC.
const START: i64 = 1_795_510_800;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let count: usize = std::env::args()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(20_000);
    let folder = tempfile::tempdir().expect("a folder");
    let settings = store::Settings::sqlite(folder.path().join("towpath.db"));
    let store = Store::open(settings).await.expect("the store opens");
    let parts = Parts {
        store,
        registry: REGISTRY,
        clock: Clock::real(),
        entropy: Entropy::seeded(1),
        options: Options::default(),
        master: MasterKey::from_file_or_new(&folder.path().join("master.key")).expect("a key"),
        http: Http::new().expect("a client"),
    };
    let started = Engine::start(parts, setup(), Watching::OnlyWhenAsked).await;
    let engine = started.unwrap_or_else(|e| panic!("{e}"));
    let begun = Instant::now();
    fill(&engine, count).await;
    println!(
        "{count} runs made in {:?}; {} MiB at most so far",
        begun.elapsed(),
        peak_mib()
    );
    let other = FLOW.replace("=company.default_terms", "'30'");
    for (name, document) in [("the same", FLOW), ("other terms", &other)] {
        let begun = Instant::now();
        let told = work(&engine, document).await;
        let rate = count as u128 * 1000 / begun.elapsed().as_millis().max(1);
        println!(
            "{name}: {told}; {rate} events/s; {} MiB at most so far",
            peak_mib()
        );
    }
    engine.shutdown().await;
    engine.store().close().await;
}

async fn work(engine: &Engine, document: &str) -> String {
    let catalog = engine.catalog();
    let asked = WhatIfRequest {
        document: document.into(),
        version: None,
        from: Timestamp(0),
        to: Timestamp::MAX,
        lookups: LookupsAt::Then,
    };
    let begun = engine
        .what_if(&catalog.environments()[0], asked, "bench")
        .await;
    let begun = begun.unwrap_or_else(|e| panic!("{e}"));
    loop {
        engine
            .clock()
            .sleep(std::time::Duration::from_millis(20))
            .await;
        let job = engine.show_what_if(begun.record.id).await.expect("a job");
        if job.record.state != store::JobState::Running {
            assert_eq!(job.record.state, store::JobState::Done, "{job:?}");
            assert_eq!(job.progress.cannot_tell, 0, "{job:?}");
            return job.progress.headline();
        }
    }
}

fn setup() -> Setup {
    Setup {
        environments: vec![EnvironmentSetup {
            name: "bench".into(),
            kind: EnvironmentKind::Test,
            company: Company {
                name: "Bench".into(),
                currency: "USD".into(),
                books_zone: "America/New_York".into(),
                collective_customer: "WEBGUEST".into(),
                settings: serde_json::Map::from_iter([("default_terms".to_owned(), json!("00"))]),
            },
            connections: vec![
                connection(&connector_stripe::CONNECTOR),
                connection(&connector_infor::CONNECTOR),
            ],
            flows: vec![FlowSetup {
                origin: "flow".into(),
                text: FLOW.into(),
                bindings: BTreeMap::new(),
            }],
        }],
    }
}

fn connection(connector: &Connector) -> ConnectionSetup {
    let example = (connector.example)();
    ConnectionSetup {
        name: connector.id.into(),
        connector: connector.id.into(),
        settings: example.settings,
        credential: example.credential.current,
        next_credential: None,
        webhook_secrets: Vec::new(),
        limits: Limits {
            per_second: 100,
            in_flight: 4,
        },
    }
}

/// A charge as Stripe sends it, about as large.
fn body(n: usize) -> Value {
    let more: Vec<String> = (0..40).map(|n| format!("what nobody reads, {n}")).collect();
    json!({
        "id": format!("evt_{n:014}"), "object": "event", "type": "charge.succeeded",
        "created": START, "livemode": false,
        "data": {"object": {
            "id": format!("ch_{n:014}"), "object": "charge", "amount": 4200, "currency": "usd",
            "amount_captured": 4200, "amount_refunded": 0, "captured": true, "paid": true,
            "created": START, "customer": "cus_00001234", "disputed": false, "refunded": false,
            "livemode": false, "metadata": {}, "status": "succeeded",
            "billing_details": {"name": "Ada Lovelace", "email": "ada@example.com", "address":
                {"line1": "12 Main St", "line2": "Flat 3", "city": "Springfield",
                 "postal_code": "62701", "state": "IL", "country": "US"}},
            "outcome": more,
        }},
    })
}

/// What a run of the first body gives, as the journal keeps it.
struct Model {
    charge: String,
    money: String,
    order: String,
    made: WouldBe,
}

async fn model_run(deployment: &Deployment) -> Model {
    let company = serde_json::to_value(&deployment.environment.company).expect("JSON");
    let mut dry = DryRun {
        body: body(0),
        ..DryRun::default()
    };
    dry.given
        .company
        .extend(company["settings"].as_object().cloned().unwrap_or_default());
    dry.given
        .company
        .insert("books_zone".into(), company["books_zone"].clone());
    let trace = dry_run(&deployment.plan, &dry).await.expect("a trace");
    assert_eq!(trace.effects.len(), 1, "{trace:?}");
    let output = |id: &str| {
        let step = trace
            .steps
            .iter()
            .find(|step| step.id == id)
            .expect("a step");
        step.output.clone().unwrap_or_default().to_string()
    };
    Model {
        charge: "ch_00000000000000".into(),
        money: output("money"),
        order: output("order"),
        made: trace.effects[0].clone(),
    }
}

async fn fill(engine: &Engine, count: usize) {
    let catalog = engine.catalog();
    let deployment = Arc::clone(catalog.deployments().next().expect("one"));
    let key = &deployment.environment.key;
    let model = model_run(&deployment).await;
    let peer = deployment.bindings["infor"].session.peer();
    let store = engine.store();
    let fence = store.lease("bench").await.expect("a lease");
    for first in (0..count).step_by(BATCH) {
        let numbers = first..(first + BATCH).min(count);
        let events = numbers.clone().map(|n| event(&deployment, n)).collect();
        let stored = store.ingest(events).await.expect("stored");
        let items = stored.into_iter().zip(numbers).map(|(stored, n)| {
            let Ok(Ingested::New { runs, .. }) = stored else {
                panic!("{stored:?}")
            };
            let run = &runs[0];
            let sealed = |text: &str| key.seal(text.as_bytes(), Purpose::Step.label());
            let own = |text: &str| text.replace(&model.charge, &format!("ch_{n:014}"));
            let effect = effect(&deployment, key, &peer, &model, n);
            let step = |ordinal: i64, output: String, effect: Option<[u8; 32]>| StepRecord {
                scope: 0,
                step: ordinal,
                index: 0,
                state: StepState::Done,
                output: Some(sealed(&output)),
                effect,
                reused: false,
                started_at: Timestamp(1),
                ended_at: Some(Timestamp(2)),
            };
            Advance {
                run: run.id,
                shard: run.shard,
                rev: run.rev,
                state: RunState::Done,
                cursor: 3,
                attempt: 0,
                since: None,
                due_at: Timestamp(1),
                deadline: None,
                wait_for: None,
                fault: None,
                now: Timestamp::from_seconds(START),
                steps: vec![
                    step(0, "true".into(), None),
                    step(1, own(&model.money), None),
                    step(2, own(&model.order), Some(effect.record.id.key())),
                ],
                calls: Vec::new(),
                effects: vec![effect],
                guards: Vec::new(),
                cross_references: Vec::new(),
                entries: Vec::new(),
                deposits: Vec::new(),
                exceptions: Vec::new(),
                dead_letter: None,
                lookups: None,
                wakes: Vec::new(),
                release_key: false,
            }
        });
        let items = items.collect();
        store.advance(fence.clone(), items).await.expect("advanced");
    }
}

fn event(deployment: &Deployment, n: usize) -> NewEvent {
    let body = body(n).to_string();
    let lane = i64::try_from(n).expect("small");
    NewEvent {
        environment: deployment.environment.id,
        connection: deployment.bindings["stripe"].id,
        peer: "acct".into(),
        dedupe_key: format!("evt_{n:014}"),
        kind: "charge.succeeded".into(),
        occurred_at: Timestamp::from_seconds(START),
        received_at: Timestamp::from_seconds(START),
        own: false,
        secret: None,
        body_len: i64::try_from(body.len()).expect("small"),
        body_sha256: [0; 32],
        body: deployment
            .environment
            .key
            .seal(body.as_bytes(), Purpose::Body.label()),
        runs: vec![NewRun {
            deployment: deployment.id,
            flow: deployment.flow,
            key: format!("ch_{n:014}"),
            lane,
            shard: lane % model::lane::SHARDS,
            stillborn: None,
        }],
    }
}

fn effect(
    deployment: &Deployment,
    key: &DataKey,
    peer: &Peer,
    model: &Model,
    n: usize,
) -> EffectWrite {
    let input = model.made.input.to_string();
    let input = input.replace(&model.charge, &format!("ch_{n:014}"));
    let progress = Progress {
        state: EffectState::Confirmed,
        revision: 1,
        attempt: 0,
        input: Arc::new(serde_json::from_str(&input).expect("JSON")),
        guarded: Value::Null,
        recipe: Value::Null,
        inflight: None,
        undoing: None,
        absences: 0,
        looked_at: None,
        output: None,
        question: None,
        orphans: Vec::new(),
    };
    let progress = serde_json::to_vec(&progress).expect("JSON");
    EffectWrite {
        expected: None,
        record: EffectRecord {
            id: Arc::new(EffectId {
                peer: peer.clone(),
                kind: "sales_order".into(),
                reference: format!("ch_{n:014}"),
                generation: 0,
            }),
            environment: deployment.environment.id,
            rev: 1,
            state: EffectState::Confirmed,
            operation: model.made.operation.clone().into(),
            connection: deployment.bindings["infor"].id,
            attempt: 0,
            holder: None,
            body: key.seal(&progress, Purpose::Effect.label()),
            inflight: None,
            inflight_at: None,
            question: None,
            orphans: None,
            begun_at: Timestamp(1),
            updated_at: Timestamp(2),
        },
    }
}

/// The most memory that the process had, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}
