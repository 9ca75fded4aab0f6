//! A real SMTP server (aiosmtpd) beside the sandboxes, and what it took.
//!
//! `TOWPATH_SMTP_PYTHON` is an interpreter that can import aiosmtpd. With `TOWPATH_REQUIRE_PEERS=1` a
//! missing one is a failure, otherwise the test says so and passes.

use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub struct Mailbox {
    pub port: u16,
    folder: tempfile::TempDir,
    _child: Child,
}

/// A message as it came.
#[derive(Debug)]
pub struct Message {
    pub to: Vec<String>,
    pub text: String,
}

impl Message {
    /// The first header of that name, if it is on one line.
    pub fn header(&self, name: &str) -> &str {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        let before = format!("{name}: ");
        let found = head.split("\r\n").find_map(|l| l.strip_prefix(&before));
        found.unwrap_or_default()
    }
}

impl Mailbox {
    pub async fn start() -> Option<Self> {
        let Some(python) = std::env::var_os("TOWPATH_SMTP_PYTHON") else {
            let required = std::env::var_os("TOWPATH_REQUIRE_PEERS").is_some_and(|v| v == "1");
            assert!(
                !required,
                "TOWPATH_SMTP_PYTHON is not set but peers are required"
            );
            println!("skipped: TOWPATH_SMTP_PYTHON is not set");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../connector-basic/tests/it/smtpd.py"
        );
        let mut child = Command::new(python)
            .arg(script)
            .arg(folder.path())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("python starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let line = lines.next_line().await.expect("it speaks");
        let line = line.expect("it says its port");
        let port = line.strip_prefix("ready ").expect("ready");
        Some(Self {
            port: port.parse().expect("a port"),
            folder,
            _child: child,
        })
    }

    /// The messages taken so far, in their order.
    pub fn messages(&self) -> Vec<Message> {
        let mut found = Vec::new();
        for n in 1.. {
            let path = |ending: &str| self.folder.path().join(format!("{n}.{ending}"));
            let Ok(text) = std::fs::read_to_string(path("eml")) else {
                break;
            };
            let facts = std::fs::read_to_string(path("json")).expect("its envelope");
            let facts: serde_json::Value = serde_json::from_str(&facts).expect("JSON");
            let to = serde_json::from_value(facts["to"].clone()).expect("addresses");
            found.push(Message { to, text });
        }
        found
    }
}
