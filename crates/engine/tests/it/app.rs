//! A whole Towpath in a test: a store, both sandboxes' clocks moved by hand, real HTTP in between.

use connector::Registry;
use connector::http::Http;
use engine::{
    ConnectionSetup, Engine, EnvironmentSetup, FlowSetup, Limits, Options, Parts, Setup, Watching,
};
use model::clock::{Clock, Entropy};
use model::{Company, EnvironmentKind, Secret, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use vault::MasterKey;

/// 2026-11-24 09:00 UTC.
pub const START: i64 = 1_795_510_800;

const FORM: &str = "application/x-www-form-urlencoded";

pub static REGISTRY: Registry = Registry(&[
    &connector_stripe::CONNECTOR,
    &connector_infor::CONNECTOR,
    &connector_basic::mail::CONNECTOR,
]);

pub struct App {
    pub stripe: sim::stripe::Handle,
    pub infor: sim::infor::Handle,
    pub mail: sim::mail::Handle,
    pub clock: Clock,
    pub engine: Engine,
    pub settings: store::Settings,
    pub flows: Vec<String>,
    /// The connection's name; another one after it was made anew.
    pub connection: String,
    pub folder: tempfile::TempDir,
    /// The database itself, past the store.
    pub guard: Option<Arc<store::testing::Guard>>,
}

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Runs `test` on SQLite and on PostgreSQL, each with sandboxes of its own.
pub async fn on_both<F>(flows: &[&str], test: impl Fn(App) -> F)
where
    F: Future<Output = ()>,
{
    for (name, store, guard) in store::testing::stores().await {
        let settings = guard.settings();
        store.close().await;
        eprintln!("on {name}");
        let mut app = App::start(settings, flows).await;
        app.guard = Some(Arc::new(guard));
        test(app).await;
    }
}

impl App {
    /// Starts everything with these flows.
    pub async fn start(settings: store::Settings, flows: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = sim::stripe::Config {
            clock: Arc::new(sim::clock::Clock::manual(START)),
            ..sim::stripe::Config::default()
        };
        let stripe = sim::stripe::Stripe::start(config, loopback())
            .await
            .expect("the sandbox");
        let config = sim::infor::Config {
            start_s: Some(START),
            ..sim::infor::Config::default()
        };
        let infor = sim::infor::Infor::start(config, loopback())
            .await
            .expect("the sandbox");
        let mail = sim::mail::start(loopback(), loopback())
            .await
            .expect("the sandbox");
        let clock = Clock::manual(Timestamp::from_seconds(START));
        let flows: Vec<String> = flows.iter().map(|f| (*f).to_owned()).collect();
        let connection = "stripe".to_owned();
        let setup = setup(&stripe, &infor, &mail, &flows, &connection);
        let engine = engine(&settings, &clock, &folder, setup, Options::default()).await;
        Self {
            stripe,
            infor,
            mail,
            clock,
            engine,
            settings,
            flows,
            connection,
            folder,
            guard: None,
        }
    }

    /// Ends the engine and starts it again on the same store.
    pub async fn restart(&mut self) {
        self.restart_with(Options::default()).await;
    }

    /// The same, with other options.
    pub async fn restart_with(&mut self, options: Options) {
        self.engine.shutdown().await;
        self.engine.store().close().await;
        let setup = setup(
            &self.stripe,
            &self.infor,
            &self.mail,
            &self.flows,
            &self.connection,
        );
        self.engine = engine(&self.settings, &self.clock, &self.folder, setup, options).await;
    }

    /// Lets time pass on both sides, a step at a time, and waits until nothing works.
    pub async fn pass(&self, span: Duration) {
        self.infor
            .advance(i64::try_from(span.as_secs()).expect("a short span"));
        self.stripe
            .advance(i64::try_from(span.as_secs()).expect("a short span"));
        self.clock.advance(span);
        self.engine.settled().await;
    }

    /// Fetches what Stripe says it sent and works it.
    pub async fn take_events(&self) -> usize {
        let came = self
            .engine
            .sweep()
            .await
            .expect("the sandbox lists its events");
        self.engine.settled().await;
        came
    }

    /// The same while every read of a balance transaction meets a fault.
    pub async fn take_events_with_fault(&self, action: sim::faults::Action) {
        self.stripe.faults().plant(sim::faults::Fault {
            matcher: sim::faults::Match {
                path: Some("/v1/charges/*".into()),
                ..sim::faults::Match::default()
            },
            times: None,
            action,
        });
        self.take_events().await;
    }

    /// Runs by state.
    pub async fn runs(&self) -> BTreeMap<&'static str, i64> {
        let counts = self.engine.store().counts().await.expect("counts");
        counts
            .runs
            .into_iter()
            .map(|(state, n)| (state.as_str(), n))
            .collect()
    }

    /// Asserts that so many runs are in a state.
    pub async fn are(&self, state: &str, count: i64) {
        let runs = self.runs().await;
        assert_eq!(runs.get(state), Some(&count), "{state}: {runs:?}");
    }

    /// The runs, oldest first.
    pub async fn all_runs(&self) -> Vec<store::RunRecord> {
        let filter = store::RunFilter::default();
        let page = store::Page::first(100);
        let runs = self.engine.store().runs(self.environment(), filter, page);
        let mut runs = runs.await.expect("runs");
        runs.reverse();
        runs
    }

    /// The newest run.
    pub async fn newest(&self) -> store::RunRecord {
        self.all_runs().await.pop().expect("a run")
    }

    /// Writes a lookup row; `value` is JSON.
    pub async fn put_row(&self, table: &str, key: &str, value: &str) {
        let (store, at) = (self.engine.store(), self.clock.now());
        let environment = self.environment();
        let change = store::LookupChange {
            environment,
            rows: vec![store::LookupPut {
                table: table.into(),
                key: key.into(),
                valid_from: Timestamp::default(),
                value: Some(value.into()),
            }],
            expected: None,
            who: "test".into(),
            at,
        };
        store.lookup_put(change).await.expect("a row");
    }

    /// A call of the merchant's own at Stripe.
    pub async fn call(&self, path: &str, form: &str) -> Value {
        let (status, body) = self.answer(path, FORM, form.to_owned()).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// The same where Stripe refuses it.
    pub async fn refused(&self, path: &str, form: &str) -> Value {
        let (status, body) = self.answer(path, FORM, form.to_owned()).await;
        assert_eq!(status, 402, "{body}");
        body
    }

    /// An administrator's call at the sandbox Stripe.
    pub async fn sandbox_call(&self, path: &str, body: &Value) -> Value {
        let path = format!("/_sandbox/{path}");
        let (status, body) = self
            .answer(&path, "application/json", body.to_string())
            .await;
        assert_eq!(status, 200, "{body}");
        body
    }

    async fn answer(&self, path: &str, kind: &'static str, body: String) -> (u16, Value) {
        let request = connector::http::Request {
            method: "POST",
            url: &format!("{}{path}", self.stripe.url()),
            headers: Vec::new(),
            authorization: Some(Secret::new(format!("Bearer {}", sim::stripe::DEFAULT_KEY))),
            body: Some((kind, body.into())),
            timeout: Duration::from_secs(10),
        };
        let reply = Http::new()
            .expect("a client")
            .send(request)
            .await
            .expect("an answer");
        let body = serde_json::from_slice(&reply.body).expect("JSON");
        (reply.status, body)
    }

    pub fn environment(&self) -> model::ids::EnvironmentId {
        self.engine.catalog().environments()[0].id
    }

    /// How often the sandbox committed an operation.
    pub fn committed(&self, operation: &str) -> usize {
        let entries = self.stripe.journal().since(0);
        entries
            .iter()
            .filter(|e| e.operation == operation && e.committed)
            .count()
    }
}

/// Makes two products for each charge: writes that Stripe remembers by a key.
pub const MAKES: &str = "\
schema: 1
flow: makes
trigger: stripe.charge.succeeded
key: =charge.id
order_by: =charge.payment_intent
steps:
  - id: paid
    check: =charge.paid
    else: skip
  - id: money
    use: stripe.charge.balance_transaction
    with:
      charge: =charge.id
  - id: first
    use: stripe.product.create
    with:
      reference: ='a ' + charge.id
      name: ='a ' + text(steps.money.amount)
  - id: second
    use: stripe.product.create
    with:
      reference: ='b ' + charge.id
      name: ='b ' + steps.first.id
  - id: told
    use: stripe.charge.update_metadata
    with:
      id: =charge.id
      metadata:
        made: =steps.second.id
      as_of: =charge.created
  - id: link
    use: books.cross_reference.set
    with:
      kind: product
      id: =charge.id
      value: =steps.second.id
";

/// A purchase of two mugs.
pub fn purchase() -> sim::stripe::Purchase {
    serde_json::from_value(json!({
        "currency": "usd", "customer": "new",
        "customer_details": {"name": "Ada Lovelace", "email": "ada@example.com",
            "address": {"line1": "12 Main St", "city": "Springfield", "postal_code": "62701",
                        "state": "IL", "country": "US"}},
        "line_items": [{"product": "prod_mug", "name": "Mug", "quantity": 2,
                        "amount_subtotal": 2400, "amount_discount": 0, "amount_tax": 0}],
        "payment_method": "pm_card_bypassPending",
    }))
    .expect("a purchase")
}

fn setup(
    stripe: &sim::stripe::Handle,
    infor: &sim::infor::Handle,
    mail: &sim::mail::Handle,
    flows: &[String],
    connection: &str,
) -> Setup {
    Setup {
        environments: vec![EnvironmentSetup {
            name: "sandbox".into(),
            kind: EnvironmentKind::Test,
            company: Company {
                name: "Test".into(),
                currency: "USD".into(),
                books_zone: "America/New_York".into(),
                collective_customer: "WEBGUEST".into(),
                settings: serde_json::Map::from_iter([
                    ("default_terms".to_owned(), json!("00")),
                    ("default_item".to_owned(), json!("WEB-SALE")),
                    ("notices_to".to_owned(), json!("books@example.com")),
                ]),
            },
            connections: vec![
                ConnectionSetup {
                    name: connection.into(),
                    connector: "stripe".into(),
                    settings: stripe_settings(stripe),
                    credential: BTreeMap::from([(
                        "secret_key".to_owned(),
                        Secret::new(sim::stripe::DEFAULT_KEY),
                    )]),
                    next_credential: None,
                    webhook_secrets: Vec::new(),
                    limits: Limits {
                        per_second: 10_000,
                        in_flight: 64,
                    },
                },
                m3(infor),
                post_office(mail),
            ],
            flows: flows
                .iter()
                .enumerate()
                .map(|(n, text)| FlowSetup {
                    origin: format!("flow {n}"),
                    text: text.clone(),
                    bindings: BTreeMap::new(),
                })
                .collect(),
        }],
    }
}

fn m3(infor: &sim::infor::Handle) -> ConnectionSetup {
    ConnectionSetup {
        name: "m3".into(),
        connector: "infor".into(),
        settings: json!({
            "company": 100, "division": "AAA", "facility": "100", "warehouse": "100",
            "order_type": "C01", "credit_order_type": "CR1", "customer_template": "TPL001",
            "payment_batch_type": "STR", "payment_type": "ST", "journal_template": "STRIPE-POS1", "exportmi": true,
            "read_from": "20260101",
        }),
        credential: BTreeMap::from([(
            "ionapi".to_owned(),
            Secret::new(infor.ionapi().to_string()),
        )]),
        next_credential: None,
        webhook_secrets: Vec::new(),
        limits: Limits {
            per_second: 10_000,
            in_flight: 64,
        },
    }
}

fn post_office(mail: &sim::mail::Handle) -> ConnectionSetup {
    ConnectionSetup {
        name: "mail".into(),
        connector: "mail".into(),
        settings: json!({
            "host": "127.0.0.1", "port": mail.smtp().port(), "tls": "none",
            "from": "shop@example.com", "only_to": ["@example.com"],
        }),
        credential: BTreeMap::new(),
        next_credential: None,
        webhook_secrets: Vec::new(),
        limits: Limits {
            per_second: 10_000,
            in_flight: 64,
        },
    }
}

fn stripe_settings(stripe: &sim::stripe::Handle) -> Value {
    json!({"account": stripe.state()["account"], "base_url": stripe.url(), "since": 0})
}

async fn engine(
    settings: &store::Settings,
    clock: &Clock,
    folder: &tempfile::TempDir,
    setup: Setup,
    options: Options,
) -> Engine {
    let store = Store::open(settings.clone())
        .await
        .expect("the store opens");
    let master = MasterKey::from_file_or_new(&folder.path().join("master.key")).expect("a key");
    let parts = Parts {
        store,
        registry: REGISTRY,
        clock: clock.clone(),
        entropy: Entropy::seeded(1),
        options,
        master,
        http: Http::new().expect("a client"),
    };
    match Engine::start(parts, setup, Watching::OnlyWhenAsked).await {
        Ok(engine) => engine,
        Err(error) => panic!("the engine does not start: {error}"),
    }
}
