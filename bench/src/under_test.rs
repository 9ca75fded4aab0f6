//! Towpath itself: store, engine and ingress in one process, with the flow of three effects.

use crate::role::{SECRET, UnderTest};
use anyhow::{Context, Result};
use connector::Registry;
use connector::http::Http;
use engine::{
    ConnectionSetup, Engine, EnvironmentSetup, FlowSetup, Limits, Options, Parts, Pause, Setup,
    Watching,
};
use model::clock::{Clock, Entropy};
use model::{Company, EnvironmentKind, Secret};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use store::Store;

static REGISTRY: Registry = Registry(&[&connector_stripe::CONNECTOR, &crate::connector::CONNECTOR]);

/// Three effects, each with one call; the second and third need the one before them.
const FLOW: &str = "\
schema: 1
flow: three-effects
trigger: stripe.charge.succeeded
key: =charge.id
order_by: =charge.payment_intent
steps:
  - id: one
    use: bench.effect.make
    with:
      reference: =charge.id + '/0'
      amount: =charge.amount
  - id: two
    use: bench.effect.make
    with:
      reference: =charge.id + '/1'
      amount: =charge.amount
      after: =steps.one.id
  - id: three
    use: bench.effect.make
    with:
      reference: =charge.id + '/2'
      amount: =charge.amount
      after: =steps.two.id
";

/// One list of many items, and a value for each.
const ITEMS: &str = "\
schema: 1
flow: many-items
trigger: stripe.charge.succeeded
key: =charge.id
steps:
  - id: list
    use: bench.item.list
    with:
      count: COUNT
  - id: all
    each: =steps.list.items
    as: item
    steps:
      - id: line
        set:
          text: =item.name + ' of ' + charge.id
          amount: =money(item.amount_minor, charge.currency)
";

/// Serves until its standard input ends.
pub async fn serve(role: UnderTest) -> Result<()> {
    let clock = Clock::real();
    let store = Store::open(crate::place::settings(&role.args.store)).await?;
    let parts = Parts {
        store,
        registry: REGISTRY,
        clock: clock.clone(),
        entropy: Entropy::seeded(1),
        options: Options::default(),
        master: vault::MasterKey::from_file_or_new(&role.key)?,
        http: Http::new()?,
    };
    let engine = Engine::start(parts, setup(&role), Watching::ByItself).await?;
    if role.paused {
        let catalog = engine.catalog();
        let peer = catalog.connections().iter().find(|c| c.name == "peer");
        let pause = Pause {
            cause: "paused by the bench".into(),
            since: clock.now(),
        };
        peer.context("the peer's connection")?.gate.close(pause);
    }
    let counted = engine.clone();
    crate::control::answer(move |_| state(&counted));
    let settings = server::Settings {
        listen: role.args.listen,
        api_token: None,
        guide: None,
    };
    let _server = server::Server::start(engine, &settings).await?;
    // The process ends when its standard input does.
    std::future::pending().await
}

fn state(engine: &Engine) -> Value {
    let counters = engine.counters();
    json!({
        "accepted": counters.accepted.load(Relaxed),
        "done": counters.done.load(Relaxed),
        "dead": counters.dead.load(Relaxed),
        "retried": counters.retried.load(Relaxed),
        "worked": counters.worked.load(Relaxed),
        "lanes": engine.lanes(),
    })
}

fn setup(role: &UnderTest) -> Setup {
    let connection = |name: &str, connector: &str, settings: Value| ConnectionSetup {
        name: name.into(),
        connector: connector.into(),
        settings,
        credential: BTreeMap::new(),
        next_credential: None,
        webhook_secrets: Vec::new(),
        limits: Limits {
            per_second: role.per_second,
            in_flight: role.in_flight,
        },
    };
    let peer = role
        .args
        .peer
        .as_deref()
        .unwrap_or("http://127.0.0.1:9/make");
    let mut stripe = connection(
        "stripe",
        "stripe",
        json!({"account": "acct_bench", "base_url": "http://127.0.0.1:9"}),
    );
    stripe.credential =
        BTreeMap::from([("secret_key".to_owned(), Secret::new("sk_test_bench0000"))]);
    stripe.webhook_secrets = vec![Secret::new(SECRET)];
    Setup {
        environments: vec![EnvironmentSetup {
            name: "bench".into(),
            kind: EnvironmentKind::Test,
            company: Company {
                name: "Bench".into(),
                currency: "USD".into(),
                books_zone: "Etc/UTC".into(),
                collective_customer: "WEBGUEST".into(),
                settings: Map::new(),
            },
            connections: vec![stripe, connection("peer", "bench", json!({"url": peer}))],
            flows: vec![FlowSetup {
                origin: "bench".into(),
                text: match role.items {
                    None => FLOW.into(),
                    Some(count) => ITEMS.replace("COUNT", &count.to_string()),
                },
                bindings: BTreeMap::new(),
            }],
        }],
    }
}
