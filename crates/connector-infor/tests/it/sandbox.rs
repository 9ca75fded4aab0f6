//! A sandbox, a session to it, and a clock that both follow.

use connector::http::Http;
use connector::session::SharedSession;
use connector::{Call, CallKind, ConnectionConfig, Credential, Repeat, Runtime};
use connector_infor::m3::reply::MiReply;
use connector_infor::m3::request::{MiRequest, MiTransaction};
use connector_infor::{CONNECTOR, ionapi};
use model::clock::{Clock, Entropy};
use model::{EnvironmentKind, Fault, Problem, Secret, Timestamp};
use serde_json::{Value, json};
use sim::faults::{Action, Fault as Planted, Match};
use sim::infor::{Config, Handle, Infor, Settings};
use sim::journal::Entry;
use std::collections::BTreeMap;
use std::time::Duration;

/// Where both clocks begin: 2026-09-21, in unix seconds.
pub const START: i64 = 1_790_000_000;

pub type Secrets = BTreeMap<String, Secret>;

pub struct Sandbox {
    pub infor: Handle,
    pub clock: Clock,
    pub http: Http,
    pub session: SharedSession,
}

impl Sandbox {
    pub async fn start() -> Self {
        Self::with(Settings::default(), json!({})).await
    }

    /// With switches of the sandbox, and further settings of the connection.
    pub async fn with(switches: Settings, settings: Value) -> Self {
        let config = Config {
            start_s: Some(START),
            settings: switches,
            ..Config::default()
        };
        let infor = Infor::start(config, ([127, 0, 0, 1], 0).into())
            .await
            .unwrap();
        let clock = Clock::manual(Timestamp::from_seconds(START));
        let http = Http::new().unwrap();
        let config = connection(&infor.ionapi(), None, &settings, EnvironmentKind::Test);
        let session = (CONNECTOR.open)(config, runtime(&clock, &http)).unwrap();
        Self {
            infor,
            clock,
            http,
            session,
        }
    }

    /// Another session, perhaps with a next credential.
    pub fn open(&self, file: &Value, next: Option<Secrets>) -> SharedSession {
        let config = connection(file, next, &json!({}), EnvironmentKind::Test);
        (CONNECTOR.open)(config, self.runtime()).unwrap()
    }

    pub fn refused(&self, file: &Value, more: &Value, kind: EnvironmentKind) -> Vec<Problem> {
        let config = connection(file, None, more, kind);
        (CONNECTOR.open)(config, self.runtime()).err().unwrap()
    }

    pub fn runtime(&self) -> Runtime {
        runtime(&self.clock, &self.http)
    }

    /// Lets time pass here and there.
    pub fn pass(&self, span: Duration) {
        self.clock.advance(span);
        self.infor.advance(i64::try_from(span.as_secs()).unwrap());
    }

    pub fn plant(&self, operation: &str, times: u32, action: Action) {
        let matcher = Match {
            operation: Some(operation.into()),
            ..Match::default()
        };
        self.infor.faults().plant(Planted {
            matcher,
            times: Some(times),
            action,
        });
    }

    /// Runs one transaction.
    pub async fn run(
        &self,
        program: &str,
        transaction: &str,
        fields: &[(&str, &str)],
    ) -> Result<MiReply, Fault> {
        send(
            &*self.session,
            MiRequest::one(program, mi(transaction, fields)),
        )
        .await
    }

    /// An order with one mug, and its final number.
    pub async fn order(&self, reference: &str) -> String {
        let head = [
            ("CUNO", "Y30000"),
            ("ORTP", "C01"),
            ("FACI", "100"),
            ("CUOR", reference),
        ];
        let reply = self.run("OIS100MI", "AddBatchHead", &head).await.unwrap();
        let temporary = reply.field(0, "ORNO").unwrap().to_owned();
        let line = [("ORNO", &*temporary), ("ITNO", "MUG"), ("ORQT", "1")];
        self.run("OIS100MI", "AddBatchLine", &line).await.unwrap();
        let confirm = [("ORNO", &*temporary)];
        let reply = self.run("OIS100MI", "Confirm", &confirm).await.unwrap();
        reply.field(0, "ORNO").unwrap().to_owned()
    }

    /// The requests of an operation, as the sandbox saw them.
    pub fn seen(&self, operation: &str) -> Vec<Entry> {
        let mut entries = self.infor.journal().since(0);
        entries.retain(|e| e.operation == operation);
        entries
    }
}

pub fn mi(transaction: &str, fields: &[(&str, &str)]) -> MiTransaction {
    let fields = fields.iter().map(|(k, v)| (*k, Some((*v).to_owned())));
    MiTransaction::new(transaction, fields)
}

pub async fn send(session: &dyn connector::Session, request: MiRequest) -> Result<MiReply, Fault> {
    let call: Call = request.call(CallKind::Commit, Repeat::Look);
    MiReply::read(&session.send(&call).await?)
}

pub fn runtime(clock: &Clock, http: &Http) -> Runtime {
    Runtime {
        clock: clock.clone(),
        entropy: Entropy::seeded(7),
        http: http.clone(),
    }
}

/// A connection made of an `.ionapi` file and what it does not hold.
pub fn connection(
    file: &Value,
    next: Option<Secrets>,
    more: &Value,
    environment: EnvironmentKind,
) -> ConnectionConfig {
    let read = ionapi::read(&file.to_string()).unwrap();
    let mut settings = json!({
        "company": 100,
        "division": "AAA",
        "order_type": "C01",
        "customer_template": "TPL001",
        "payment_batch_type": "STR",
        "payment_type": "ST",
        "journal_template": "STRIPE-POS1",
        "read_from": "20260101",
    });
    let whole = settings.as_object_mut().unwrap();
    whole.extend(read.settings);
    whole.extend(more.as_object().unwrap().clone());
    ConnectionConfig {
        name: "erp".into(),
        environment,
        settings,
        credential: Credential {
            current: read.credential,
            next,
        },
    }
}
