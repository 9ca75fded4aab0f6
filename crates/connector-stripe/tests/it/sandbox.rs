//! A sandbox, a session to it, and a clock that both follow.

use connector::session::SharedSession;
use connector::{
    AnyOperation, ConnectionConfig, Credential, Last, Next, RecipeCx, Runtime, http::Http,
};
use connector_stripe::CONNECTOR;
use model::clock::{Clock, Entropy};
use model::{EnvironmentKind, Fault, FaultClass, Secret, Timestamp};
use serde_json::{Value, json};
use sim::faults::{Action, Fault as Planted, Match};
use sim::stripe::{Config, DEFAULT_KEY, Handle, Item, Purchase, Purchased, Settings, Stripe};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Where both clocks begin, in unix seconds.
pub const START: i64 = 1_790_000_000;

pub struct Sandbox {
    pub stripe: Handle,
    pub account: String,
    pub clock: Clock,
    pub http: Http,
    pub session: SharedSession,
}

impl Sandbox {
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let clock = Arc::new(sim::clock::Clock::manual(START));
        let config = Config {
            clock,
            settings,
            ..Config::default()
        };
        let stripe = Stripe::start(config, ([127, 0, 0, 1], 0).into())
            .await
            .unwrap();
        let clock = Clock::manual(Timestamp::from_seconds(START));
        let http = Http::new().unwrap();
        let account = call(&http, "GET", &format!("{}/v1/account", stripe.url()), None).await;
        let account = account["id"].as_str().unwrap().to_owned();
        let config = connection(&stripe.url(), &account, DEFAULT_KEY, None, json!({}));
        let runtime = runtime(&clock, &http);
        let session = (CONNECTOR.open)(config, runtime).unwrap();
        Self {
            stripe,
            account,
            clock,
            http,
            session,
        }
    }

    /// A session with other keys or further settings.
    pub fn open(&self, key: &str, next: Option<&str>, settings: Value) -> SharedSession {
        self.open_as(&self.account, key, next, settings)
    }

    /// The same, saying that it is another account.
    pub fn open_as(
        &self,
        account: &str,
        key: &str,
        next: Option<&str>,
        settings: Value,
    ) -> SharedSession {
        let config = connection(&self.stripe.url(), account, key, next, settings);
        (CONNECTOR.open)(config, runtime(&self.clock, &self.http)).unwrap()
    }

    /// Lets time pass here and there.
    pub fn pass(&self, span: Duration) {
        self.clock.advance(span);
        self.stripe.advance(i64::try_from(span.as_secs()).unwrap());
    }

    /// An administrator's call.
    pub async fn admin(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/_sandbox/{path}", self.stripe.url());
        call(&self.http, "POST", &url, Some(body)).await
    }

    /// Plants a fault that fires `times` times.
    pub fn plant(&self, method: &str, path: &str, times: u32, action: Action) {
        let matcher = Match {
            method: Some(method.into()),
            path: Some(path.into()),
            ..Match::default()
        };
        self.stripe.faults().plant(Planted {
            matcher,
            times: Some(times),
            action,
        });
    }

    /// Answers with a status, without executing.
    pub fn refuse(&self, method: &str, path: &str, status: u16, headers: &[(&str, &str)]) {
        let headers: BTreeMap<String, String> = headers
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let action = Action::Status {
            status,
            code: None,
            message: None,
            headers,
        };
        self.plant(method, path, 1, action);
    }

    /// Runs an operation that writes nothing once, to its end.
    pub async fn run(&self, id: &str, input: Value) -> Result<Value, Fault> {
        let cx = RecipeCx {
            session: &*self.session,
            effect: None,
            now: self.clock.now(),
        };
        let operation = operation(id);
        operation.validate(&cx, &input)?;
        let mut progress = Value::Null;
        let mut answer: Option<Result<Value, Fault>> = None;
        loop {
            let last = match &answer {
                None => Last::Nothing,
                Some(Ok(reply)) => Last::Reply(reply),
                Some(Err(fault)) => Last::Refused(fault),
            };
            match operation.next(&cx, &input, &mut progress, last)? {
                Next::Done(output) => return Ok(output),
                Next::Wait(_) => panic!("{id} does not wait"),
                Next::Call(call) => {
                    let reply = self.session.send(&call).await;
                    answer = Some(match reply {
                        Err(fault) if !refused(&fault) => return Err(fault),
                        other => other,
                    });
                }
            }
        }
    }

    /// Somebody buys one thing.
    pub fn sale(&self, currency: &str, amount: i64) -> Purchased {
        let item = Item {
            product: "prod_shirt".into(),
            name: "Shirt".into(),
            quantity: 1,
            amount_subtotal: amount,
            ..Item::default()
        };
        self.buy(&Purchase {
            currency: currency.into(),
            line_items: vec![item],
            ..Purchase::default()
        })
    }

    pub fn buy(&self, purchase: &Purchase) -> Purchased {
        self.stripe.purchase(purchase).unwrap()
    }

    /// How many requests of this operation the sandbox saw, such as `POST /v1/refunds`.
    pub fn seen(&self, operation: &str) -> usize {
        self.stripe
            .journal()
            .since(0)
            .iter()
            .filter(|e| e.operation == operation)
            .count()
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

fn refused(fault: &Fault) -> bool {
    matches!(
        fault.class,
        FaultClass::Rejected | FaultClass::NotFound | FaultClass::Conflict
    )
}

pub fn connection(
    url: &str,
    account: &str,
    key: &str,
    next: Option<&str>,
    mut settings: Value,
) -> ConnectionConfig {
    settings["account"] = json!(account);
    settings["base_url"] = json!(url);
    let keys = |key: &str| BTreeMap::from([("secret_key".to_owned(), Secret::new(key))]);
    ConnectionConfig {
        name: "stripe".into(),
        environment: EnvironmentKind::Test,
        settings,
        credential: Credential {
            current: keys(key),
            next: next.map(keys),
        },
    }
}

async fn call(http: &Http, method: &str, url: &str, body: Option<Value>) -> Value {
    let body = body.map(|b| ("application/json", b.to_string().into_bytes().into()));
    let authorization = Some(Secret::new(format!("Bearer {DEFAULT_KEY}")));
    let timeout = Duration::from_secs(10);
    let headers = Vec::new();
    let request = connector::http::Request {
        method,
        url,
        headers,
        authorization,
        body,
        timeout,
    };
    let reply = http.send(request).await.unwrap();
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    assert_eq!(reply.status, 200, "{method} {url}: {text}");
    serde_json::from_slice(&reply.body).unwrap()
}
