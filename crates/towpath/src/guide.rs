//! The first steps: the flows and the sandboxes that this program holds, offered in the browser.

use crate::flows::READY;
use crate::sandboxes::{Sandboxes, code_rows, item_rows, put_rows};
use engine::{ChangeError, Engine};
use futures::future::BoxFuture;
use server::guide::{ReadyFlow, Sandboxes as Told};
use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher};
use std::sync::OnceLock;
use tokio::sync::Mutex;

/// Offers what the program holds.
#[derive(Default)]
pub struct Guide {
    running: OnceLock<Running>,
    /// One start at a time.
    starting: Mutex<()>,
}

struct Running {
    told: Told,
    /// They run as long as this does; none where somebody else holds them.
    _sandboxes: Option<Sandboxes>,
}

impl Guide {
    /// A guide to sandboxes that run already.
    pub fn beside(environment: &str, sandboxes: &Sandboxes) -> Self {
        let told = Told {
            environment: environment.to_owned(),
            pages: sandboxes.pages(),
        };
        let running = Running {
            told,
            _sandboxes: None,
        };
        Self {
            running: OnceLock::from(running),
            starting: Mutex::default(),
        }
    }

    async fn begin(&self, engine: &Engine, url: &str, who: &str) -> Result<Told, ChangeError> {
        let _turn = self.starting.lock().await;
        if let Some(running) = self.running.get() {
            return Ok(running.told.clone());
        }
        // The sandboxes forget everything when the program ends, so each life of theirs has systems
        // and an environment of its own: nothing is taken for what an earlier one had.
        let seed = std::hash::RandomState::new().build_hasher().finish();
        let tenant = format!("SIM{:04X}_TST", seed & 0xFFFF);
        let started = Sandboxes::start(seed, Some(tenant)).await;
        let sandboxes = started.map_err(|error| {
            ChangeError::Refused(format!("the sandboxes cannot be started: {error}"))
        })?;
        let name = free_name(engine);
        let secret = sandboxes.send_webhooks(url, &name);
        let setup = sandboxes.environment(&name, &secret);
        let environment = engine
            .create_environment(&name, setup.kind, setup.company, who)
            .await?;
        for connection in setup.connections {
            engine.create_connection(&name, connection, who).await?;
        }
        let rows = [code_rows(), item_rows()].concat();
        put_rows(engine, environment.id, &rows, who).await?;
        let told = Told {
            environment: name,
            pages: sandboxes.pages(),
        };
        let running = Running {
            told: told.clone(),
            _sandboxes: Some(sandboxes),
        };
        self.running.get_or_init(|| running);
        Ok(told)
    }
}

/// `sandbox`, or what is free of `sandbox-2`, `sandbox-3`, …
fn free_name(engine: &Engine) -> String {
    let catalog = engine.catalog();
    let taken: HashSet<&str> = catalog
        .environments()
        .iter()
        .map(|e| e.name.as_str())
        .collect();
    let first = std::iter::once("sandbox".to_owned());
    let names = first.chain((2..).map(|n| format!("sandbox-{n}")));
    let mut free = names.filter(|name| !taken.contains(name.as_str()));
    free.next().unwrap_or_default()
}

impl server::guide::Guide for Guide {
    fn flows(&self) -> &'static [ReadyFlow] {
        READY
    }

    fn sandboxes(&self) -> Option<Told> {
        self.running.get().map(|running| running.told.clone())
    }

    fn start<'a>(
        &'a self,
        engine: &'a Engine,
        url: &'a str,
        who: &'a str,
    ) -> BoxFuture<'a, Result<Told, ChangeError>> {
        Box::pin(self.begin(engine, url, who))
    }
}
