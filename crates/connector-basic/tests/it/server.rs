//! Starts aiosmtpd and opens connections to it.
//!
//! `TOWPATH_SMTP_PYTHON` is an interpreter that can import aiosmtpd and trustme. With
//! `TOWPATH_REQUIRE_PEERS=1` a missing one is a failure, otherwise the test says so and passes.

use connector::http::Http;
use connector::session::SharedSession;
use connector::{ConnectionConfig, Credential, Last, Next, RecipeCx, Runtime, Session};
use connector_basic::mail::CONNECTOR;
use model::clock::{Clock, Entropy};
use model::{EnvironmentKind, Fault, Problem, Secret, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// 2026-11-24 10:00 UTC.
pub const NOW: i64 = 1_795_514_400;

/// A running server. Stops when dropped.
pub struct Server {
    pub port: u16,
    folder: tempfile::TempDir,
    _child: Child,
}

impl Server {
    /// Starts one with the given options; none if the machine lacks it.
    pub async fn start(options: &[&str]) -> Option<Self> {
        let Some(python) = std::env::var_os("TOWPATH_SMTP_PYTHON") else {
            let required = std::env::var_os("TOWPATH_REQUIRE_PEERS").is_some_and(|v| v == "1");
            assert!(
                !required,
                "TOWPATH_SMTP_PYTHON is not set but peers are required"
            );
            println!("skipped: TOWPATH_SMTP_PYTHON is not set");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/smtpd.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(folder.path())
            .args(options)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("python starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("it says its port");
        let port = line.strip_prefix("ready ").unwrap().parse().unwrap();
        Some(Self {
            port,
            folder,
            _child: child,
        })
    }

    pub fn authority(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("ca.pem")).unwrap()
    }

    /// The message `n`, counted from 1, as it came, and its envelope.
    pub fn message(&self, n: usize) -> (String, Value) {
        let read = |ending: &str| {
            std::fs::read_to_string(self.folder.path().join(format!("{n}.{ending}"))).unwrap()
        };
        (read("eml"), serde_json::from_str(&read("json")).unwrap())
    }

    /// How many messages were taken.
    pub fn taken(&self) -> usize {
        let files = std::fs::read_dir(self.folder.path()).unwrap().flatten();
        files
            .filter(|f| f.path().extension().is_some_and(|e| e == "eml"))
            .count()
    }

    /// A connection to it, with more settings on top.
    pub fn open(&self, more: Value, credential: Credential) -> SharedSession {
        let mut settings = json!({"port": self.port});
        settings.as_object_mut().unwrap().extend(object(more));
        open(settings, credential, EnvironmentKind::Test).expect("the settings are sound")
    }
}

fn object(value: Value) -> serde_json::Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => serde_json::Map::new(),
    }
}

/// Opens a connection in the clear to this machine, unless the settings say otherwise.
pub fn open(
    more: Value,
    credential: Credential,
    environment: EnvironmentKind,
) -> Result<SharedSession, Vec<Problem>> {
    let mut settings = json!({
        "host": "localhost", "tls": "none", "from": "Kanal Güter <shop@example.com>",
        "only_to": ["@example.org"],
    });
    settings.as_object_mut().unwrap().extend(object(more));
    let config = ConnectionConfig {
        name: "mail".into(),
        environment,
        settings,
        credential,
    };
    let runtime = Runtime {
        clock: Clock::manual(Timestamp::from_seconds(NOW)),
        entropy: Entropy::seeded(1),
        http: Http::new().unwrap(),
    };
    (CONNECTOR.open)(config, runtime)
}

pub fn secrets(user: &str, password: &str) -> BTreeMap<String, Secret> {
    BTreeMap::from([
        ("username".to_owned(), Secret::new(user)),
        ("password".to_owned(), Secret::new(password)),
    ])
}

pub fn message(to: &[&str]) -> Value {
    json!({"reference": "pi_1:failed", "to": to, "subject": "Hello", "text": "Good day."})
}

/// Sends a message as a run would.
pub async fn send(session: &dyn Session, input: &Value) -> Result<Value, Fault> {
    let cx = RecipeCx {
        session,
        effect: None,
        now: Timestamp::from_seconds(NOW),
    };
    let operation = CONNECTOR.operations[0];
    operation.validate(&cx, input)?;
    let mut progress = Value::Null;
    let next = operation.next(&cx, input, &mut progress, Last::Nothing)?;
    let Next::Call(call) = next else {
        panic!("a message is one call")
    };
    let reply = session.send(&call).await?;
    match operation.next(&cx, input, &mut progress, Last::Reply(&reply))? {
        Next::Done(output) => Ok(output),
        other => panic!("{other:?}"),
    }
}
