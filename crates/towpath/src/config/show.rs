//! The effective configuration, without its secrets, each value with where it is from.

use super::Layers;
use std::fmt::Write;
use toml::{Table, Value};

const HIDDEN: &str = "(secret)";

/// One value as it is shown.
pub struct Line {
    pub path: String,
    pub value: Value,
    pub origin: String,
}

/// Every value, by path.
pub fn lines(layers: &Layers) -> Vec<Line> {
    let mut lines = Vec::new();
    collect(&layers.table, "", layers, &mut lines);
    lines
}

fn collect(table: &Table, path: &str, layers: &Layers, lines: &mut Vec<Line>) {
    for (name, value) in table {
        let at = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        match value {
            Value::Table(inner) => collect(inner, &at, layers, lines),
            value => lines.push(Line {
                value: redact(&at, name, value),
                origin: layers.origins.get(&at).cloned().unwrap_or_default(),
                path: at,
            }),
        }
    }
}

fn redact(path: &str, name: &str, value: &Value) -> Value {
    if is_secret(path, name) {
        Value::String(HIDDEN.into())
    } else {
        value.clone()
    }
}

/// Whether the value at `path`, called `name`, is or may be a secret. What a person put into
/// `settings` by mistake is caught by its name.
pub fn is_secret(path: &str, name: &str) -> bool {
    let telling = [
        "secret",
        "password",
        "passwd",
        "token",
        "postgres_url",
        "master_key",
        "api_key",
    ];
    if name.ends_with("_file") || name == "token_path" {
        return false;
    }
    path.split('.')
        .any(|part| matches!(part, "credential" | "next_credential"))
        || telling.iter().any(|t| name.contains(t))
}

/// As lines of `path = value  # origin`.
pub fn text(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        writeln!(text, "{} = {}  # {}", line.path, line.value, line.origin)
            .expect("a String takes all that is written to it");
    }
    text
}

/// As JSON: path, value and origin.
pub fn json(lines: &[Line]) -> serde_json::Value {
    let line = |line: &Line| serde_json::json!({"path": line.path, "value": line.value, "origin": line.origin});
    lines.iter().map(line).collect()
}
