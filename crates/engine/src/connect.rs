//! Opens connections: their secrets, and the guard that keeps live and test apart.

use crate::shared::Shared;
use connector::session::SharedSession;
use connector::{ConnectionConfig, Connector, Credential, Mode, Runtime};
use model::{EnvironmentKind, Problem, Secret};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use vault::{DataKey, Sealed};

/// What a connection's secrets are sealed for.
const CREDENTIAL: &[u8] = b"credential";

/// A connection's secrets as they are sealed.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Secrets {
    pub(crate) current: BTreeMap<String, String>,
    pub(crate) next: Option<BTreeMap<String, String>>,
    pub(crate) webhook_secrets: Vec<String>,
}

impl Secrets {
    pub(crate) fn new(
        current: &BTreeMap<String, Secret>,
        next: Option<&BTreeMap<String, Secret>>,
        webhook_secrets: &[Secret],
    ) -> Self {
        Self {
            current: exposed(current),
            next: next.map(exposed),
            webhook_secrets: webhook_secrets.iter().map(|s| s.expose().into()).collect(),
        }
    }

    pub(crate) fn seal(&self, key: &DataKey) -> Sealed {
        let text = serde_json::to_vec(self).unwrap_or_default();
        key.seal(&text, CREDENTIAL)
    }

    /// What is stored of a connection; nothing if there is nothing.
    pub(crate) fn open(key: &DataKey, sealed: Option<&Sealed>) -> Result<Self, vault::Error> {
        let Some(sealed) = sealed else {
            return Ok(Self::default());
        };
        let text = key.open(sealed, CREDENTIAL)?;
        serde_json::from_slice(&text).map_err(|_| vault::Error::Damaged)
    }

    pub(crate) fn webhook(&self) -> Vec<Secret> {
        self.webhook_secrets
            .iter()
            .cloned()
            .map(Secret::new)
            .collect()
    }
}

fn exposed(secrets: &BTreeMap<String, Secret>) -> BTreeMap<String, String> {
    secrets
        .iter()
        .map(|(k, v)| (k.clone(), v.expose().to_owned()))
        .collect()
}

fn hidden(secrets: &BTreeMap<String, String>) -> BTreeMap<String, Secret> {
    secrets
        .iter()
        .map(|(k, v)| (k.clone(), Secret::new(v.clone())))
        .collect()
}

/// The connector of this id, or that there is none, as a problem at `path`.
pub(crate) fn connector(
    shared: &Shared,
    id: &str,
    path: &str,
) -> Result<&'static Connector, Problem> {
    shared.registry.connector(id).ok_or_else(|| {
        let known: Vec<&str> = shared.registry.connectors().map(|c| c.id).collect();
        let message = format!("there is no connector `{id}`");
        let cure = format!("one of: {}", known.join(", "));
        Problem::error(path, "unknown_connector", message, cure)
    })
}

/// Opens a session; sends nothing. Problems are told below `path`.
pub(crate) fn session(
    shared: &Shared,
    connector: &Connector,
    (name, kind): (&str, EnvironmentKind),
    settings: &Value,
    secrets: &Secrets,
    path: &str,
) -> Result<SharedSession, Vec<Problem>> {
    let config = ConnectionConfig {
        name: name.to_owned(),
        environment: kind,
        settings: settings.clone(),
        credential: Credential {
            current: hidden(&secrets.current),
            next: secrets.next.as_ref().map(hidden),
        },
    };
    let runtime = Runtime {
        clock: shared.clock.clone(),
        entropy: shared.entropy.clone(),
        http: shared.http.clone(),
    };
    let session = (connector.open)(config, runtime).map_err(|mut problems| {
        for problem in &mut problems {
            problem.path = format!("{path}.{}", problem.path);
        }
        problems
    })?;
    match guard(session.mode(), kind, path) {
        Some(problem) => Err(vec![problem]),
        None => Ok(session),
    }
}

/// Real money never meets a test environment, nor test data a live one.
fn guard(mode: Mode, kind: EnvironmentKind, path: &str) -> Option<Problem> {
    let message = match (kind, mode) {
        (EnvironmentKind::Test, Mode::Live) => {
            "it leads to real money, and this environment is for tests: what is tried here would \
             be booked or paid"
        }
        (EnvironmentKind::Live, Mode::Test) => {
            "it leads to a test system, and this environment is live: real books would get what \
             never happened"
        }
        _ => return None,
    };
    let cure = "connect it in an environment of the other kind, or give the credential of a system \
                of this kind";
    Some(Problem::error(path, "wrong_mode", message, cure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_money_and_tests_never_meet() {
        use EnvironmentKind::{Live, Test};
        for (mode, kind, fine) in [
            (Mode::Live, Test, false),
            (Mode::Test, Live, false),
            (Mode::Live, Live, true),
            (Mode::Test, Test, true),
            (Mode::Unknown, Live, true),
            (Mode::Unknown, Test, true),
        ] {
            assert_eq!(guard(mode, kind, "x").is_none(), fine, "{mode:?} {kind:?}");
        }
    }
}
