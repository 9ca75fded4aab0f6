//! `environment.yaml`: what an environment is, but for its secrets.

use super::{Found, Place, refuse_comments};
use crate::gate::Limits;
use model::yaml::{Emitter, load};
use model::{Company, EnvironmentKind, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What the file says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub schema: u32,
    #[serde(rename = "environment")]
    pub name: String,
    pub kind: EnvironmentKind,
    pub company: Company,
    #[serde(default)]
    pub connections: BTreeMap<String, ConnectionSettings>,
    /// Which connection each need of a deployed flow is bound to, by flow.
    #[serde(default)]
    pub flows: BTreeMap<String, BTreeMap<String, String>>,
}

/// A connection without its secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionSettings {
    pub connector: String,
    #[serde(default)]
    pub settings: Map<String, Value>,
    #[serde(default)]
    pub limits: Limits,
}

pub fn read(text: &str, found: &mut Vec<Found>) -> Option<Settings> {
    let loaded = load(text);
    let told = |problem: Problem| Found::new(Place::Environment, problem);
    found.extend(loaded.problems.into_iter().map(told));
    refuse_comments(&Place::Environment, &loaded.comments, found);
    let root = loaded.root?;
    match serde_json::from_value::<Settings>(root.to_value()) {
        Ok(settings) if settings.schema == 1 => Some(settings),
        Ok(settings) => {
            let message = format!("`schema` is {}, this release reads 1", settings.schema);
            let problem = Problem::error("schema", "unknown_schema", message, "write `schema: 1`");
            found.push(told(problem));
            None
        }
        Err(error) => {
            let cure = "see what `towpath env pull` writes";
            let problem = Problem::error("", "wrong_settings", error.to_string(), cure);
            found.push(told(problem));
            None
        }
    }
}

impl Settings {
    pub fn write(&self) -> String {
        let mut e = Emitter::new();
        e.word("schema", "1");
        e.text("environment", &self.name);
        e.text("kind", self.kind.as_str());
        e.map("company", |e| {
            let company = &self.company;
            e.text("name", &company.name);
            e.text("currency", &company.currency);
            e.text("books_zone", &company.books_zone);
            e.text("collective_customer", &company.collective_customer);
            if !company.settings.is_empty() {
                e.value("settings", &sorted(&company.settings.clone().into()));
            }
        });
        if !self.connections.is_empty() {
            e.map("connections", |e| {
                let all = self.connections.iter();
                all.for_each(|(name, connection)| e.map(name, |e| connection.write(e)));
            });
        }
        if !self.flows.is_empty() {
            e.map("flows", |e| {
                for (flow, bindings) in &self.flows {
                    let bindings = bindings.iter().map(|(k, v)| (k.clone(), v.clone().into()));
                    e.value(flow, &Value::Object(bindings.collect()));
                }
            });
        }
        e.finish()
    }
}

/// The value with the keys of its maps in order: settings have none of their own.
pub fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().map(|(k, v)| (k.clone(), sorted(v))).collect();
            Value::Object(sorted.into_iter().collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

impl ConnectionSettings {
    fn write(&self, e: &mut Emitter) {
        e.text("connector", &self.connector);
        if !self.settings.is_empty() {
            e.value("settings", &sorted(&self.settings.clone().into()));
        }
        if self.limits != Limits::default() {
            e.map("limits", |e| {
                e.word("per_second", &self.limits.per_second.to_string());
                e.word("in_flight", &self.limits.in_flight.to_string());
            });
        }
    }
}
