//! The sandboxes in the test, and the real binary between them.

use model::ids::EventId;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use store::{EventFilter, Page, Store};

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Both sandboxes and the address where Towpath will answer.
pub struct Sandboxes {
    pub stripe: sim::stripe::Handle,
    pub infor: sim::infor::Handle,
    address: SocketAddr,
    secret: String,
    /// Where mail is taken; the flows that send some are deployed only then.
    mail: Option<u16>,
    folder: tempfile::TempDir,
    http: reqwest::Client,
}

impl Sandboxes {
    pub async fn start() -> Self {
        Self::with(None, sim::infor::Settings::default()).await
    }

    /// With a mail server at this port of this machine, and other manners of Infor's.
    pub async fn with(mail: Option<u16>, settings: sim::infor::Settings) -> Self {
        let config = sim::stripe::Config::default();
        let stripe = sim::stripe::Stripe::start(config, loopback())
            .await
            .expect("Stripe");
        let config = sim::infor::Config {
            settings,
            ..sim::infor::Config::default()
        };
        let infor = sim::infor::Infor::start(config, loopback())
            .await
            .expect("Infor");
        let listener = std::net::TcpListener::bind(loopback()).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let hook = format!("http://{address}/hooks/sandbox/stripe/main");
        let (_, secret) = stripe.add_webhook_endpoint(&hook);
        let folder = tempfile::tempdir().expect("a folder");
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        Self {
            stripe,
            infor,
            address,
            secret,
            mail,
            folder,
            http,
        }
    }

    /// A call of the shop's own at Stripe; a refusal is an answer as well.
    pub async fn shop_call(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let url = format!("{}{path}", self.stripe.url());
        let body: Vec<String> = form.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let request = if form.is_empty() {
            self.http.get(url)
        } else {
            self.http.post(url)
        };
        let reply = request
            .bearer_auth(sim::stripe::DEFAULT_KEY)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.join("&"))
            .send()
            .await
            .expect("an answer");
        serde_json::from_str(&reply.text().await.expect("a body")).expect("JSON")
    }

    /// An administrator's call at Stripe.
    pub async fn sandbox_call(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.stripe.url());
        let request = self
            .http
            .post(url)
            .header("content-type", "application/json");
        let reply = request.body(body.to_string()).send().await;
        let reply = reply.expect("an answer");
        serde_json::from_str(&reply.text().await.expect("a body")).expect("JSON")
    }

    /// Where the binary's log is.
    pub fn log(&self) -> std::path::PathBuf {
        self.folder.path().join("log")
    }

    /// Deliveries that were answered with this status.
    pub fn answered(&self, status: u16) -> usize {
        let deliveries = self.stripe.deliveries();
        deliveries
            .iter()
            .filter(|d| d.status == Some(status))
            .count()
    }

    /// A sale of mugs: every third to a guest.
    pub fn sell(&self, n: usize) {
        let quantity = i64::try_from(n % 5).unwrap_or(0) + 1;
        let customer = if n.is_multiple_of(3) {
            Value::Null
        } else {
            json!("new")
        };
        let purchase = json!({
            "currency": "usd", "customer": customer,
            "customer_details": {"name": format!("Customer {n}"), "email": "c@example.com",
                "address": {"line1": "1 Lock Lane", "city": "Leeds", "postal_code": "LS1 4AP",
                            "country": "GB"}},
            "line_items": [{"product": "prod_mug", "name": "Mug", "quantity": quantity,
                            "amount_subtotal": quantity * 1200}],
            "payment_method": "pm_card_bypassPending",
        });
        let purchase = serde_json::from_value(purchase).expect("a purchase");
        self.stripe.purchase(&purchase).expect("it is paid");
    }

    /// Stripe delivers an earlier event again.
    pub async fn repeat_an_event(&self) {
        let url = format!(
            "{}/v1/events?types[]=charge.succeeded&limit=20",
            self.stripe.url()
        );
        let reply = self
            .http
            .get(url)
            .bearer_auth(sim::stripe::DEFAULT_KEY)
            .send()
            .await;
        let text = reply.expect("an answer").text().await.expect("a body");
        let events: Value = serde_json::from_str(&text).expect("JSON");
        if let Some(id) = events["data"][0]["id"].as_str() {
            self.stripe.resend(id);
        }
    }

    /// Lets the sandboxes' time pass, so that Stripe repeats what was not answered.
    pub async fn pass(&self, seconds: i64) {
        self.stripe.advance(seconds);
        self.infor.advance(seconds);
    }

    /// The events that Towpath answered with 2xx.
    pub fn acknowledged(&self) -> Vec<String> {
        let deliveries = self.stripe.deliveries();
        let taken = deliveries
            .iter()
            .filter(|d| d.status.is_some_and(|s| (200..300).contains(&s)));
        let mut events: Vec<String> = taken.map(|d| d.event.clone()).collect();
        events.sort();
        events.dedup();
        events
    }

    fn config(&self, settings: &store::Settings) -> String {
        let ionapi = self.folder.path().join("m3.ionapi");
        std::fs::write(&ionapi, self.infor.ionapi().to_string()).expect("a file");
        let (store, value) = match settings {
            store::Settings::Sqlite { path, .. } => ("sqlite", path.display().to_string()),
            store::Settings::Postgres { url, .. } => ("postgres_url", url.expose().to_owned()),
        };
        let mut text = String::new();
        let account = &self.stripe.state()["account"];
        write!(
            text,
            r#"
[server]
listen = "{address}"
[store]
{store} = "{value}"
[vault]
master_key_file = "{folder}/master.key"
[engine]
retry_first = "1s"
retry_longest = "1s"
quiet = "1s"
poll_every = "1s"
read_back_every = "1s"
sweep_every = "1s"
probe_every = "1s"
[log]
filter = "warn"
[environments.sandbox]
kind = "test"
[environments.sandbox.company]
name = "Test"
currency = "USD"
books_zone = "Europe/London"
collective_customer = "WEBGUEST"
[environments.sandbox.company.settings]
default_terms = "00"
default_item = "WEB-SALE"
notices_to = "books@example.com"
[environments.sandbox.connections.stripe]
connector = "stripe"
webhook_secrets = ["{secret}"]
[environments.sandbox.connections.stripe.settings]
account = {account}
base_url = "{stripe}"
since = 0
[environments.sandbox.connections.stripe.credential]
secret_key = "{key}"
[environments.sandbox.connections.stripe.limits]
per_second = 500
in_flight = 16
[environments.sandbox.connections.m3]
connector = "infor"
ionapi_file = "{ionapi}"
[environments.sandbox.connections.m3.settings]
company = 100
division = "AAA"
facility = "100"
warehouse = "100"
order_type = "C01"
credit_order_type = "CR1"
customer_template = "TPL001"
payment_batch_type = "STR"
payment_type = "ST"
journal_template = "STRIPE-POS1"
exportmi = true
read_from = "20260101"
[environments.sandbox.connections.m3.limits]
per_second = 500
in_flight = 16
{mail}
[environments.sandbox.flows]
ready = ["order-to-cash", "book-transactions"{flows}]
"#,
            mail = self.mail.map(mail_connection).unwrap_or_default(),
            flows = self
                .mail
                .map_or("", |_| r#", "apply-payment", "refund", "payment-failed""#),
            address = self.address,
            folder = self.folder.path().display(),
            secret = self.secret,
            stripe = self.stripe.url(),
            key = sim::stripe::DEFAULT_KEY,
            ionapi = ionapi.display(),
        )
        .expect("writing to a string cannot fail");
        text
    }
}

fn mail_connection(port: u16) -> String {
    format!(
        r#"
[environments.sandbox.connections.mail]
connector = "mail"
[environments.sandbox.connections.mail.settings]
host = "127.0.0.1"
port = {port}
tls = "none"
from = "Shop <shop@example.com>"
only_to = ["@example.com"]
[environments.sandbox.connections.mail.limits]
per_second = 500
in_flight = 16
"#
    )
}

/// The binary, running.
pub struct Towpath {
    child: Child,
    url: String,
    http: reqwest::Client,
}

impl Drop for Towpath {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Towpath {
    /// Starts it and waits until it is ready.
    pub async fn start(sandboxes: &Sandboxes, settings: &store::Settings) -> Self {
        Self::start_under(sandboxes, settings, &[]).await
    }

    /// The same under another program, which becomes it: a shell that sets limits first.
    pub async fn start_under(
        sandboxes: &Sandboxes,
        settings: &store::Settings,
        before: &[&str],
    ) -> Self {
        let file = sandboxes.folder.path().join("towpath.toml");
        std::fs::write(&file, sandboxes.config(settings)).expect("a file");
        let binary = env!("CARGO_BIN_EXE_towpath");
        let mut words = before.iter().copied().chain([binary]);
        let child = Command::new(words.next().expect("a program"))
            .args(words)
            .args(["serve", "--config"])
            .arg(&file)
            .current_dir(sandboxes.folder.path())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(sandboxes.log()).expect("a file"))
            .spawn()
            .expect("the binary starts");
        let url = format!("http://{}", sandboxes.address);
        let mut towpath = Self {
            child,
            url,
            http: sandboxes.http.clone(),
        };
        for _ in 0..600 {
            if let Some(status) = towpath.child.try_wait().expect("its state") {
                let log = std::fs::read_to_string(sandboxes.log()).unwrap_or_default();
                panic!("towpath ended by itself: {status}\n{log}");
            }
            if towpath.get("/readyz").await.is_some() {
                return towpath;
            }
            nap(Duration::from_millis(50)).await;
        }
        panic!("towpath is not ready after 30 s");
    }

    /// A read of the API, as JSON.
    pub async fn api(&self, path: &str) -> Value {
        let text = self.get(path).await.expect("the API answers");
        serde_json::from_str(&text).expect("JSON")
    }

    async fn get(&self, path: &str) -> Option<String> {
        let reply = self
            .http
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .ok()?;
        if !reply.status().is_success() {
            return None;
        }
        reply.text().await.ok()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it did by itself.
    pub fn ended(&mut self) -> Option<std::process::ExitStatus> {
        self.child.try_wait().expect("its state")
    }

    /// Whether it answers that it lives.
    pub async fn is_alive(&self) -> bool {
        self.get("/healthz").await.is_some()
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    pub async fn live_for(&self, span: Duration) {
        nap(span).await;
    }

    /// Writes the lookup rows over the API.
    pub async fn fill_lookups(&self) {
        for (table, key, value) in [
            ("items", "prod_mug", json!("MUG")),
            (
                "gl_accounts",
                "prod_mug",
                json!({"account": "2300", "dimension": "GOODS"}),
            ),
            ("payment_methods", "card", json!("CC")),
        ] {
            let url = format!("{}/api/v1/lookups/{table}", self.url);
            let body = json!({"rows": [{"key": key, "value": value}]}).to_string();
            let request = self
                .http
                .put(url)
                .header("content-type", "application/json");
            let reply = request.body(body).send().await.expect("an answer");
            let status = reply.status();
            let text = reply.text().await.unwrap_or_default();
            assert!(status.is_success(), "{table}/{key}: {status} {text}");
        }
    }

    /// Waits until so many events of a type, 200 at most, are in the inbox. Stripe gives up on a
    /// delivery after four tries; what it gave up on is fetched by the sweep, in its own time.
    pub async fn receive(&self, kind: &str, count: usize) {
        let path = format!("/api/v1/events?type={kind}&limit=200");
        let mut received = 0;
        for _ in 0..600 {
            let events = self.api(&path).await;
            received = events["data"].as_array().map_or(0, Vec::len);
            if received >= count {
                return;
            }
            nap(Duration::from_millis(100)).await;
        }
        panic!("{received} of {count} `{kind}` were received");
    }

    /// Waits until every delivery is answered and every run has ended.
    pub async fn finish(&mut self, sandboxes: &Sandboxes) {
        let mut quiet = 0;
        for _ in 0..1_200 {
            sandboxes.pass(30).await;
            let waiting = sandboxes.stripe.settled().await;
            sandboxes.infor.run_jobs();
            let Some(metrics) = self.get("/metrics").await else {
                // No answer is no sign of rest.
                quiet = 0;
                nap(Duration::from_millis(250)).await;
                continue;
            };
            let live: f64 = metrics
                .lines()
                .filter(|l| l.starts_with("towpath_runs{"))
                .filter(|l| {
                    ["ready", "running", "retry", "waiting", "parked"]
                        .iter()
                        .any(|s| l.contains(&format!("\"{s}\"")))
                })
                .filter_map(|l| l.rsplit(' ').next()?.parse::<f64>().ok())
                .sum();
            quiet = if waiting == 0 && live < 0.5 {
                quiet + 1
            } else {
                0
            };
            if quiet >= 10 {
                return;
            }
            nap(Duration::from_millis(250)).await;
        }
        panic!(
            "towpath still works:\n{}",
            self.get("/metrics").await.unwrap_or_default()
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "another process is waited for")]
async fn nap(span: Duration) {
    tokio::time::sleep(span).await;
}

/// What was acknowledged is stored, in a store in which nothing is damaged.
pub async fn kept(store: &Store, acknowledged: &[String]) -> Vec<EventId> {
    let damages = store.verify().await.expect("it can be checked");
    assert_eq!(damages, Vec::<String>::new());
    let environment = store.environments().await.expect("environments")[0].id;
    let mut kept = Vec::new();
    for event in acknowledged {
        let filter = EventFilter {
            search: Some(event.clone()),
            ..EventFilter::default()
        };
        let found = store.events(environment, filter, Page::first(1)).await;
        let found = found.expect("events").pop();
        kept.push(
            found
                .unwrap_or_else(|| panic!("{event} was acknowledged and is gone"))
                .id,
        );
    }
    kept
}
