//! What all requests share.

use crate::access::Access;
use crate::api::{Proofs, Standings, WATCHERS_MAX};
use crate::metrics::Metrics;
use crate::problem::ApiError;
use engine::{Engine, Environment};
use model::Secret;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};

/// How the server is reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// The token that API callers show. Without one the API answers on loopback only.
    pub api_token: Option<Secret>,
}

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub engine: Engine,
    pub metrics: Metrics,
    pub access: Access,
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
    pub fn new(engine: Engine, access: Access, stopped: watch::Receiver<bool>) -> Self {
        Self(Arc::new(Parts {
            engine,
            metrics: Metrics::default(),
            access,
            stopped,
            watchers: Arc::new(Semaphore::new(WATCHERS_MAX)),
            proofs: Proofs::default(),
            standings: Standings::default(),
        }))
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
