//! The demo's world: the sandboxes and a Towpath between them.

use super::Args;
use crate::connectors::REGISTRY;
use crate::flows::READY;
use anyhow::{Context, Result, ensure};
use connector::http::Http;
use engine::{
    ConnectionSetup, Engine, EnvironmentSetup, FlowSetup, Limits, Options, Parts, RetryPolicy,
    Setup, Watching,
};
use model::clock::{Clock, Entropy};
use model::ids::EnvironmentId;
use model::{Company, EnvironmentKind, Secret, Timestamp};
use serde_json::{Value, json};
use server::Server;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use store::{LookupChange, LookupPut, RunFilter, Store};
use vault::MasterKey;

pub struct World {
    pub stripe: sim::stripe::Handle,
    pub infor: sim::infor::Handle,
    pub mail: sim::mail::Handle,
    pub engine: Engine,
    pub http: reqwest::Client,
    server: Option<Server>,
    address: SocketAddr,
    webhook_secret: String,
    store: store::Settings,
    folder: PathBuf,
    /// Removed with the world.
    _temporary: Option<tempfile::TempDir>,
}

/// The inbox is compared with Stripe's list after so many looks.
const SWEEP_AFTER: u32 = 15;

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

impl World {
    pub async fn start(args: &Args) -> Result<Self> {
        let temporary = match args.data {
            Some(_) => None,
            None => Some(tempfile::tempdir().context("make a temporary folder")?),
        };
        let folder = match (&args.data, &temporary) {
            (Some(folder), _) => folder.clone(),
            (None, Some(temporary)) => temporary.path().to_owned(),
            (None, None) => unreachable!("one of them is there"),
        };
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("make the folder `{}`", folder.display()))?;
        ensure!(
            !folder.join("towpath.db").exists(),
            "`{}` holds the data of an earlier demo, whose sandboxes are gone; name an empty folder",
            folder.display()
        );
        let config = sim::stripe::Config {
            seed: args.seed,
            ..sim::stripe::Config::default()
        };
        let stripe = sim::stripe::Stripe::start(config, loopback(0)).await?;
        let config = sim::infor::Config {
            seed: args.seed,
            ..sim::infor::Config::default()
        };
        let infor = sim::infor::Infor::start(config, loopback(0)).await?;
        let mail = sim::mail::start(loopback(0), loopback(0)).await?;
        // The endpoint must be known to Stripe before Towpath has its secret, so the port is chosen
        // first.
        let address = std::net::TcpListener::bind(loopback(0))?.local_addr()?;
        let hook = format!("http://{address}/hooks/sandbox/stripe/main");
        let (_, webhook_secret) = stripe.add_webhook_endpoint(&hook);
        let store = match &args.postgres {
            Some(url) => store::Settings::postgres(url.clone()),
            None => store::Settings::sqlite(folder.join("towpath.db")),
        };
        let setup = setup(&stripe, &infor, &mail, &webhook_secret);
        let (engine, server) = open(setup, &folder, &store, address).await?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .context("build the HTTP client of the shop")?;
        let world = Self {
            stripe,
            infor,
            mail,
            engine,
            http,
            server: Some(server),
            address,
            webhook_secret,
            store,
            folder,
            _temporary: temporary,
        };
        world.fill_lookups().await?;
        Ok(world)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn environment(&self) -> EnvironmentId {
        self.engine
            .catalog()
            .environment("sandbox")
            .map_or(EnvironmentId(0), |e| e.id)
    }

    /// Ends Towpath as an administrator would, and starts it on the same data.
    pub async fn restart(&mut self) -> Result<()> {
        self.stop().await;
        let setup = setup(&self.stripe, &self.infor, &self.mail, &self.webhook_secret);
        let (engine, server) = open(setup, &self.folder, &self.store, self.address).await?;
        self.engine = engine;
        self.server = Some(server);
        Ok(())
    }

    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.shutdown().await;
        }
        self.engine.shutdown().await;
        self.engine.store().close().await;
    }

    pub async fn serve_on(mut self) -> Result<()> {
        let mut looks = 0_u32;
        loop {
            tokio::select! {
                ended = tokio::signal::ctrl_c() => {
                    ended.context("wait for Ctrl-C")?;
                    break;
                }
                () = self.engine.clock().sleep(Duration::from_secs(2)) => {
                    self.engine.watch().await;
                    looks += 1;
                    // A failure is noted and shown; the next comparison makes up for it.
                    if looks % SWEEP_AFTER == 0 && let Err(fault) = self.engine.sweep().await {
                        tracing::warn!(error = %fault, "the inbox cannot be compared");
                    }
                }
            }
        }
        self.stop().await;
        Ok(())
    }

    /// Whether all that is tried again is payouts that the bank does not show yet.
    pub async fn only_the_bank(&self) -> Result<bool> {
        let filter = RunFilter {
            state: Some(model::RunState::Retry),
            ..RunFilter::default()
        };
        let page = store::Page::first(200);
        let runs = self
            .engine
            .store()
            .runs(self.environment(), filter, page)
            .await?;
        Ok(runs.iter().all(|r| {
            r.fault
                .as_ref()
                .is_some_and(|(_, m)| m.starts_with("the bank has"))
        }))
    }

    /// A call of the shop's own at the sandbox Stripe.
    pub async fn shop_call(&self, path: &str, form: &[(&str, &str)]) -> Result<Value> {
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
            .with_context(|| format!("call {path}"))?;
        let text = reply.text().await?;
        serde_json::from_str(&text).with_context(|| format!("read the answer of {path}"))
    }

    /// An administrator's call at the sandbox Stripe.
    pub async fn sandbox_call(&self, path: &str, body: &Value) -> Result<Value> {
        let url = format!("{}{path}", self.stripe.url());
        let request = self
            .http
            .post(url)
            .header("content-type", "application/json");
        let reply = request.body(body.to_string()).send().await?;
        let text = reply.text().await?;
        serde_json::from_str(&text).with_context(|| format!("read the answer of {path}"))
    }

    async fn fill_lookups(&self) -> Result<()> {
        let mut rows = Vec::new();
        for (product, item) in super::shop::ITEMS {
            rows.push(("items", *product, json!(item)));
        }
        for (product, dimension) in super::shop::DIMENSIONS {
            rows.push((
                "gl_accounts",
                *product,
                json!({"account": "2300", "dimension": dimension}),
            ));
        }
        rows.push(("payment_methods", "card", json!("CC")));
        rows.push(("payment_terms", "premium", json!("30")));
        self.put_rows(&rows).await
    }

    /// Writes lookup rows as a person would: valid always.
    pub async fn put_rows(&self, rows: &[(&str, &str, Value)]) -> Result<()> {
        let now = self.engine.clock().now();
        let change = LookupChange {
            environment: self.environment(),
            rows: rows
                .iter()
                .map(|(table, key, value)| LookupPut {
                    table: (*table).to_owned(),
                    key: (*key).to_owned(),
                    valid_from: Timestamp::default(),
                    value: Some(value.to_string()),
                })
                .collect(),
            expected: None,
            who: "demo".into(),
            at: now,
        };
        self.engine.store().lookup_put(change).await?;
        Ok(())
    }
}

async fn open(
    setup: Setup,
    folder: &std::path::Path,
    store: &store::Settings,
    address: SocketAddr,
) -> Result<(Engine, Server)> {
    let parts = Parts {
        store: Store::open(store.clone()).await.context("open the store")?,
        registry: REGISTRY,
        clock: Clock::real(),
        entropy: Entropy::seeded(1),
        options: options(),
        master: MasterKey::from_file_or_new(&folder.join("master.key"))?,
        http: Http::new()?,
    };
    let engine = Engine::start(parts, setup, Watching::OnlyWhenAsked).await?;
    let settings = server::Settings {
        listen: address,
        api_token: None,
    };
    let server = Server::start(engine.clone(), &settings)
        .await
        .context("start the server")?;
    Ok((engine, server))
}

/// Everything by the clock is asked for by the demo; retries are quick, so that nobody waits.
fn options() -> Options {
    Options {
        retry: RetryPolicy {
            first: Duration::from_millis(200),
            longest: Duration::from_secs(2),
            ..RetryPolicy::default()
        },
        quiet: Duration::from_millis(500),
        ..Options::default()
    }
}

fn setup(
    stripe: &sim::stripe::Handle,
    infor: &sim::infor::Handle,
    mail: &sim::mail::Handle,
    webhook_secret: &str,
) -> Setup {
    let mut settings = serde_json::Map::new();
    settings.insert("default_terms".into(), json!("00"));
    settings.insert("default_item".into(), json!("WEB-SALE"));
    settings.insert("notices_to".into(), json!("books@canal.example"));
    let limits = Limits {
        per_second: 500,
        in_flight: 8,
    };
    Setup {
        environments: vec![EnvironmentSetup {
            name: "sandbox".into(),
            kind: EnvironmentKind::Test,
            company: Company {
                name: "Canal Goods Inc".into(),
                currency: "USD".into(),
                books_zone: "America/New_York".into(),
                collective_customer: "WEBGUEST".into(),
                settings,
            },
            connections: vec![
                ConnectionSetup {
                    name: "stripe".into(),
                    connector: "stripe".into(),
                    settings: json!({
                        "account": stripe.state()["account"], "base_url": stripe.url(), "since": 0,
                    }),
                    credential: BTreeMap::from([(
                        "secret_key".to_owned(),
                        Secret::new(sim::stripe::DEFAULT_KEY),
                    )]),
                    next_credential: None,
                    webhook_secrets: vec![Secret::new(webhook_secret)],
                    limits,
                },
                ConnectionSetup {
                    name: "m3".into(),
                    connector: "infor".into(),
                    settings: json!({
                        "company": 100, "division": "AAA", "facility": "100", "warehouse": "100",
                        "order_type": "C01", "credit_order_type": "CR1",
                        "customer_template": "TPL001",
                        "payment_batch_type": "STR", "payment_type": "ST",
                        "journal_template": "STRIPE-POS1", "exportmi": true,
                        "read_from": "20260101",
                    }),
                    credential: BTreeMap::from([(
                        "ionapi".to_owned(),
                        Secret::new(infor.ionapi().to_string()),
                    )]),
                    next_credential: None,
                    webhook_secrets: Vec::new(),
                    limits,
                },
                ConnectionSetup {
                    name: "mail".into(),
                    connector: "mail".into(),
                    settings: json!({
                        "host": mail.smtp().ip(), "port": mail.smtp().port(), "tls": "none",
                        "from": "Canal Goods <shop@canal.example>",
                        "only_to": ["@canal.example", "@example.com"],
                    }),
                    credential: BTreeMap::new(),
                    next_credential: None,
                    webhook_secrets: Vec::new(),
                    limits,
                },
            ],
            flows: READY
                .iter()
                .map(|flow| FlowSetup {
                    origin: flow.id.to_owned(),
                    text: flow.text.to_owned(),
                    bindings: BTreeMap::new(),
                })
                .collect(),
        }],
    }
}
