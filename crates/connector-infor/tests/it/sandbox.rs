//! A sandbox, a session to it, and a clock that both follow.

use connector::http::Http;
use connector::session::SharedSession;
use connector::testing::Shell;
use connector::{
    AnyOperation, ConnectionConfig, Credential, Last, Next, RecipeCx, Runtime, Session,
};
use connector_infor::CONNECTOR;
use model::clock::{Clock, Entropy};
use model::{EffectId, EnvironmentKind, Fault, FaultClass, Peer, Secret, Timestamp};
use serde_json::{Value, json};
use sim::faults::{Action, Fault as Planted, Match};
use sim::infor::{Config, Handle, Infor, Settings};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Where both clocks begin: 2026-11-24 10:00 UTC.
pub const START: i64 = 1_795_514_400;
/// The books' day then.
pub const TODAY: &str = "2026-11-24";

pub struct Sandbox {
    pub infor: Handle,
    pub clock: Clock,
    pub http: Http,
    pub session: SharedSession,
}

impl Sandbox {
    pub async fn start() -> Self {
        Self::with(|_| {}, json!({})).await
    }

    /// With switches of the sandbox and settings of the connection.
    pub async fn with(change: impl FnOnce(&mut Settings), settings: Value) -> Self {
        let mut switches = Settings::default();
        change(&mut switches);
        let config = Config {
            seed: 1,
            start_s: Some(START),
            settings: switches,
            tenant: None,
        };
        let infor = Infor::start(config, ([127, 0, 0, 1], 0).into())
            .await
            .unwrap();
        let clock = Clock::manual(Timestamp::from_seconds(START));
        let http = Http::new().unwrap();
        let config = connection(&infor.ionapi(), None, settings);
        let session = (CONNECTOR.open)(config, runtime(&clock, &http)).unwrap();
        Self {
            infor,
            clock,
            http,
            session,
        }
    }

    /// A session with other files or settings.
    pub fn open(&self, current: &Value, next: Option<&Value>, settings: Value) -> SharedSession {
        let config = connection(current, next, settings);
        (CONNECTOR.open)(config, runtime(&self.clock, &self.http)).unwrap()
    }

    /// Lets time pass here and there.
    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.infor.advance(i64::try_from(seconds).unwrap());
    }

    /// Plants a fault that fires `times` times for the operation.
    pub fn plant(&self, operation: &str, times: u32, action: Action) {
        self.plant_after(operation, 0, times, action);
    }

    /// The same, leaving out the first `skip` calls.
    pub fn plant_after(&self, operation: &str, skip: u32, times: u32, action: Action) {
        let matcher = Match {
            operation: Some(operation.into()),
            skip,
            ..Match::default()
        };
        self.infor.faults().plant(Planted {
            matcher,
            times: Some(times),
            action,
        });
    }

    /// Answers with a status and body, without executing.
    pub fn answer(&self, operation: &str, times: u32, status: u16, message: &str) {
        let action = Action::Status {
            status,
            code: None,
            message: Some(message.into()),
            headers: BTreeMap::new(),
        };
        self.plant(operation, times, action);
    }

    /// Runs an operation that writes nothing once, to its end.
    pub async fn run(&self, id: &str, input: Value) -> Result<Value, Fault> {
        run(&*self.session, &self.clock, id, &input).await
    }

    /// A shell whose waiting lets the sandbox's time pass as well.
    pub fn shell<'a>(&'a self, id: &str) -> Shell<'a> {
        self.shell_of(&*self.session, id)
    }

    /// The same, over another session.
    pub fn shell_of<'a>(&'a self, session: &'a dyn Session, id: &str) -> Shell<'a> {
        let mut shell = Shell::new(session, operation(id), self.clock.clone());
        shell.pass = Box::new(|span| self.infor.advance(i64::try_from(span.as_secs()).unwrap()));
        shell
    }

    /// How many requests of this operation the sandbox saw, such as `OIS100MI/Confirm`.
    pub fn seen(&self, operation: &str) -> usize {
        self.entries(operation).len()
    }

    /// Its journal's entries of an operation.
    pub fn entries(&self, operation: &str) -> Vec<sim::journal::Entry> {
        let entries = self.infor.journal().since(0).into_iter();
        entries
            .filter(|e| sim::faults::glob(operation, &e.operation))
            .collect()
    }

    /// How often a reference was committed.
    pub fn posted(&self, kind: &str, reference: &str) -> u32 {
        let postings = self.infor.postings_per_reference();
        postings
            .get(&(kind.into(), reference.into()))
            .copied()
            .unwrap_or(0)
    }

    /// The reference that the effect `attempt` of this kind stores in a field.
    pub fn reference(&self, kind: &str, reference: &str, attempt: i64, width: usize) -> String {
        let id = EffectId {
            peer: Peer("infor:SIM_TST:100:AAA".into()),
            kind: kind.into(),
            reference: reference.into(),
            generation: 0,
        };
        id.sent_reference(attempt, width)
    }

    /// How often any of the first tries was committed.
    pub fn posted_by_any(&self, kind: &str, sent: &str, reference: &str, width: usize) -> usize {
        let counts = (0..6).map(|attempt| {
            self.posted(sent, &self.reference(kind, reference, attempt, width)) as usize
        });
        counts.sum()
    }

    /// An order of 100 USD with its invoice; gives the trigger's view of it.
    pub async fn invoiced(&self, reference: &str) -> Value {
        let mut input = order(reference);
        input["currency"] = json!("USD");
        input["lines"] = json!([{"item": "MUG", "quantity": 1, "amount": "100.00"}]);
        input["shipping"] = Value::Null;
        let ended = self.shell("infor.sales_order.create").run(&input).await;
        let connector::testing::Ended::Done { output, .. } = ended else {
            panic!("{ended:?}")
        };
        self.infor.invoice_all();
        let list = self
            .run("infor.invoice.list", json!({"order": output["number"]}))
            .await;
        list.unwrap()["invoices"][0].clone()
    }
}

/// An order of 24.00 EUR and 5.00 shipping.
pub fn order(reference: &str) -> Value {
    json!({
        "customer": "Y30000",
        "reference": reference,
        "date": TODAY,
        "currency": "EUR",
        "terms": "00",
        "payment_method": "CC",
        "lines": [{"item": "MUG", "quantity": 2, "amount": "24.00"}],
        "shipping": "5.00",
    })
}

/// A charge's entry of 100.00 EUR.
pub fn entry(reference: &str) -> Value {
    json!({
        "reference": reference,
        "entry": {
            "reference": reference,
            "kind": "J4",
            "date": TODAY,
            "currency": "EUR",
            "rule_revision": 1,
            "lines": [
                {"account": "1010", "amount_minor": 9_680},
                {"account": "6000", "amount_minor": 320},
                {"account": "2300", "amount_minor": -10_000},
            ],
        },
    })
}

/// The payment of an invoice.
pub fn payment(reference: &str, invoice: &Value) -> Value {
    let minor = invoice["open_minor"].as_i64().unwrap();
    json!({
        "reference": reference,
        "invoice": invoice["invoice"],
        "year": invoice["year"],
        "customer": invoice["customer"],
        "amount": invoice["open"],
        "currency": invoice["currency"],
        "date": TODAY,
        "entry": {
            "reference": reference,
            "kind": "J5",
            "date": TODAY,
            "currency": invoice["currency"],
            "rule_revision": 1,
            "lines": [
                {"account": "2300", "amount_minor": minor},
                {"account": "1100", "amount_minor": -minor},
            ],
        },
    })
}

/// Runs an operation that writes nothing once, to its end.
pub async fn run(
    session: &dyn Session,
    clock: &Clock,
    id: &str,
    input: &Value,
) -> Result<Value, Fault> {
    let cx = RecipeCx {
        session,
        effect: None,
        now: clock.now(),
    };
    let operation = operation(id);
    operation.validate(&cx, input)?;
    let mut progress = Value::Null;
    let mut answer: Option<Result<Value, Fault>> = None;
    loop {
        let last = match &answer {
            None => Last::Nothing,
            Some(Ok(reply)) => Last::Reply(reply),
            Some(Err(fault)) => Last::Refused(fault),
        };
        match operation.next(&cx, input, &mut progress, last)? {
            Next::Done(output) => return Ok(output),
            Next::Wait(_) => panic!("{id} does not wait"),
            Next::Call(call) => {
                answer = Some(match session.send(&call).await {
                    Err(fault) if fault.class != FaultClass::Rejected => return Err(fault),
                    other => other,
                });
            }
        }
    }
}

pub fn operation(id: &str) -> &'static dyn AnyOperation {
    *CONNECTOR.operations.iter().find(|o| o.id() == id).unwrap()
}

pub fn runtime(clock: &Clock, http: &Http) -> Runtime {
    Runtime {
        clock: clock.clone(),
        entropy: Entropy::seeded(1),
        http: http.clone(),
    }
}

/// A connection by `.ionapi` files, with the sandbox company's settings and others on top.
pub fn connection(current: &Value, next: Option<&Value>, more: Value) -> ConnectionConfig {
    let mut settings = json!({
        "company": 100,
        "division": "AAA",
        "facility": "100",
        "warehouse": "100",
        "order_type": "C01",
        "customer_template": "TPL001",
        "payment_batch_type": "STR",
        "payment_type": "ST",
        "journal_template": sim::infor::TEMPLATE,
        "exportmi": true,
        "read_from": "20261101",
    });
    if let Value::Object(more) = more {
        settings.as_object_mut().unwrap().extend(more);
    }
    let keys = |file: &Value| BTreeMap::from([("ionapi".into(), Secret::new(file.to_string()))]);
    ConnectionConfig {
        name: "infor".into(),
        environment: EnvironmentKind::Test,
        settings,
        credential: Credential {
            current: keys(current),
            next: next.map(keys),
        },
    }
}

/// A sandbox that closures of the suite share.
pub type Shared = Arc<Sandbox>;
