//! What all requests share.

use crate::access::Access;
use crate::api::{Proofs, Standings, WATCHERS_MAX};
use crate::guide::Guide;
use crate::metrics::Metrics;
use crate::problem::ApiError;
use engine::{Engine, Environment};
use model::Secret;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};

/// How the server is reached.
#[derive(Clone)]
pub struct Settings {
    /// Where it listens; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// The token that API callers show. Without one the API answers on loopback only.
    pub api_token: Option<Secret>,
    /// What the program has for who begins, if anything.
    pub guide: Option<Arc<dyn Guide>>,
}

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub engine: Engine,
    pub metrics: Metrics,
    pub access: Access,
    pub guide: Option<Arc<dyn Guide>>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether the server ends.
    pub stopped: watch::Receiver<bool>,
    /// Turns of those who watch what changes.
    pub watchers: Arc<Semaphore>,
    pub proofs: Proofs,
    pub standings: Standings,
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    pub fn new(
        engine: Engine,
        access: Access,
        (guide, address): (Option<Arc<dyn Guide>>, SocketAddr),
        stopped: watch::Receiver<bool>,
    ) -> Self {
        Self(Arc::new(Parts {
            engine,
            metrics: Metrics::default(),
            access,
            guide,
            address,
            stopped,
            watchers: Arc::new(Semaphore::new(WATCHERS_MAX)),
            proofs: Proofs::default(),
            standings: Standings::default(),
        }))
    }

    /// How this machine reaches the server: `http://127.0.0.1:8700`.
    pub fn own_url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}")
    }

    /// The environment that a request means: the one it names, or the only one there is.
    pub fn environment(&self, name: Option<&str>) -> Result<Arc<Environment>, ApiError> {
        let catalog = self.engine.catalog();
        match (name, catalog.environments()) {
            (Some(name), _) => catalog
                .environment(name)
                .cloned()
                .ok_or_else(|| ApiError::not_found("environment", name)),
            (None, [only]) => Ok(Arc::clone(only)),
            (None, all) => {
                let names: Vec<&str> = all.iter().map(|e| e.name.as_str()).collect();
                Err(ApiError::bad_request(
                    "environment_needed",
                    format!("which environment? There are: {}", names.join(", ")),
                    "add `?environment=<name>`",
                ))
            }
        }
    }
}
