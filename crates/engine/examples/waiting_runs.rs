//! How long a deployment takes that moves, or cancels, 10,000 waiting runs.
//!
//! `cargo run --example waiting_runs -p engine [-- COUNT]` prints the time on each store.

use connector::Registry;
use connector::http::Http;
use engine::{
    Deploy, Engine, EnvironmentSetup, FlowSetup, OnWaiting, Options, Parts, SaveDraft, Setup,
    Target, Watching,
};
use futures::future::join_all;
use model::clock::{Clock, Entropy};
use model::{Company, EnvironmentKind, Timestamp};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Instant;
use store::{Former, Store};
use vault::MasterKey;

const FLOW: &str = "\
schema: 1
flow: waits
trigger: manual
inputs:
  n: integer
steps:
  - id: word
    set:
      text: ='number ' + text(input.n)
  - id: go
    wait:
      until: =xref('go', text(input.n))
      at_most: 30d
  - id: end
    set:
      text: =steps.word.text + ', one'
";

static REGISTRY: Registry = Registry(&[]);

#[tokio::main]
async fn main() {
    let count = std::env::args().nth(1).and_then(|n| n.parse().ok());
    let count: usize = count.unwrap_or(10_000);
    for (name, store, _guard) in store::testing::stores().await {
        let engine = engine(store).await;
        let environment = engine.catalog().environments()[0].id;
        for first in (0..count).step_by(500) {
            let numbers = first..(first + 500).min(count);
            join_all(numbers.map(|n| {
                let (engine, input) = (engine.clone(), json!({"n": n}));
                async move {
                    let key = n.to_string();
                    let started = engine.start_flow(environment, "waits", &input, &key, "ada");
                    started.await.expect("it starts");
                }
            }))
            .await;
        }
        engine.settled().await;
        deploy(&engine, name, "', two'", OnWaiting::Move).await;
        engine.settled().await;
        deploy(&engine, name, "', three'", OnWaiting::Cancel).await;
        engine.shutdown().await;
    }
}

/// Publishes the flow with another ending and deploys it; prints the time.
async fn deploy(engine: &Engine, store: &str, end: &str, waiting: OnWaiting) {
    let draft = engine.draft("waits").await.expect("a draft");
    let save = SaveDraft {
        document: FLOW.replace("', one'", end),
        samples: None,
        revision: draft.revision,
    };
    let saved = engine
        .save_draft("waits", save, "ada")
        .await
        .expect("saved");
    let version = engine
        .publish("waits", saved.revision, "ada", "measured")
        .await;
    let target = Target {
        flow: "waits".into(),
        environment: "test".into(),
        version: version.expect("published").number,
        bindings: BTreeMap::new(),
        from: None,
    };
    let began = Instant::now();
    let preview = engine.preview(&target).await.expect("a preview");
    let shown = began.elapsed();
    let began = Instant::now();
    let act = Deploy {
        target,
        former: Former::Any,
        waiting,
        who: "ada".into(),
        reason: "measured".into(),
    };
    let done = engine.deploy(act).await.expect("deployed").treated;
    println!(
        "{store}: preview of {} waiting runs {} ms, deploy with {waiting:?} {} ms ({} moved, {} \
         cancelled)",
        preview.waiting.count,
        shown.as_millis(),
        began.elapsed().as_millis(),
        done.moved,
        done.cancelled
    );
}

async fn engine(store: Store) -> Engine {
    let folder = store::testing::Folder::new("waiting");
    let master = MasterKey::from_file_or_new(&folder.path().join("key")).expect("a key");
    let parts = Parts {
        store,
        registry: REGISTRY,
        clock: Clock::manual(Timestamp::from_seconds(1_795_510_800)),
        entropy: Entropy::seeded(1),
        options: Options::default(),
        master,
        http: Http::new().expect("a client"),
    };
    let company = Company {
        name: "Example".into(),
        currency: "EUR".into(),
        books_zone: "UTC".into(),
        collective_customer: "GUEST".into(),
        settings: serde_json::Map::new(),
    };
    let environment = EnvironmentSetup {
        name: "test".into(),
        kind: EnvironmentKind::Test,
        company,
        connections: Vec::new(),
        flows: vec![FlowSetup {
            origin: "waits".into(),
            text: FLOW.into(),
            bindings: BTreeMap::new(),
        }],
    };
    let setup = Setup {
        environments: vec![environment],
    };
    Engine::start(parts, setup, Watching::OnlyWhenAsked)
        .await
        .expect("it starts")
}
