//! The demo's world: the sandboxes and a Towpath between them.

use super::Args;
use crate::connectors::REGISTRY;
use crate::flows::READY;
use crate::guide::Guide;
use crate::sandboxes::{LOOPBACK, Row, Sandboxes, code_rows, put_rows};
use anyhow::{Context, Result, ensure};
use connector::http::Http;
use engine::{Engine, EnvironmentSetup, FlowSetup, Options, Parts, RetryPolicy, Setup, Watching};
use model::clock::{Clock, Entropy};
use model::ids::EnvironmentId;
use serde_json::{Value, json};
use server::Server;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::{RunFilter, Store};
use vault::MasterKey;

/// The environment of the demo.
const ENVIRONMENT: &str = "sandbox";

pub struct World {
    pub sandboxes: Sandboxes,
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
        let sandboxes = Sandboxes::start(args.seed, None).await?;
        // The endpoint must be known to Stripe before Towpath has its secret, so the port is chosen
        // first.
        let address = std::net::TcpListener::bind(LOOPBACK)?.local_addr()?;
        let webhook_secret = sandboxes.send_webhooks(&format!("http://{address}"), ENVIRONMENT);
        let store = match &args.postgres {
            Some(url) => store::Settings::postgres(url.clone()),
            None => store::Settings::sqlite(folder.join("towpath.db")),
        };
        let (engine, server) = open(&sandboxes, &webhook_secret, &folder, &store, address).await?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .context("build the HTTP client of the shop")?;
        let world = Self {
            sandboxes,
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
            .environment(ENVIRONMENT)
            .map_or(EnvironmentId(0), |e| e.id)
    }

    /// Ends Towpath as an administrator would, and starts it on the same data.
    pub async fn restart(&mut self) -> Result<()> {
        self.stop().await;
        let (sandboxes, secret) = (&self.sandboxes, &self.webhook_secret);
        let (engine, server) =
            open(sandboxes, secret, &self.folder, &self.store, self.address).await?;
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
                    if looks.is_multiple_of(SWEEP_AFTER) && let Err(fault) = self.engine.sweep().await {
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
        let url = format!("{}{path}", self.sandboxes.stripe.url());
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
        let url = format!("{}{path}", self.sandboxes.stripe.url());
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
        rows.extend(code_rows());
        self.put_rows(&rows).await
    }

    /// Writes lookup rows as a person would: valid always.
    pub async fn put_rows(&self, rows: &[Row]) -> Result<()> {
        put_rows(&self.engine, self.environment(), rows, "demo").await?;
        Ok(())
    }
}

async fn open(
    sandboxes: &Sandboxes,
    webhook_secret: &str,
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
    let setup = setup(sandboxes, webhook_secret);
    let engine = Engine::start(parts, setup, Watching::OnlyWhenAsked).await?;
    let settings = server::Settings {
        listen: address,
        api_token: None,
        guide: Some(Arc::new(Guide::beside(ENVIRONMENT, sandboxes))),
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

fn setup(sandboxes: &Sandboxes, webhook_secret: &str) -> Setup {
    let flows = READY.iter().map(|flow| FlowSetup {
        origin: flow.id.to_owned(),
        text: flow.text.to_owned(),
        bindings: BTreeMap::new(),
    });
    let environment = EnvironmentSetup {
        flows: flows.collect(),
        ..sandboxes.environment(ENVIRONMENT, webhook_secret)
    };
    Setup {
        environments: vec![environment],
    }
}
