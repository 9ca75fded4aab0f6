//! Finds what does not fit: unknown keys, all at once, and values of the wrong kind.

use super::Config;
use super::show::is_secret;
use crate::suggest::nearest;
use model::Problem;
use schemars::generate::SchemaSettings;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// The configuration's JSON Schema, to look things up in.
pub struct Shape(Json);

impl Shape {
    pub fn of_config() -> Self {
        let mut settings = SchemaSettings::draft2020_12();
        settings.inline_subschemas = true;
        Self(
            settings
                .into_generator()
                .into_root_schema_for::<Config>()
                .to_value(),
        )
    }

    /// A text from a variable or flag as a value: a text where one is expected, else as TOML.
    pub fn value(&self, path: &[String], text: &str) -> Value {
        let mut here = Some(&self.0);
        for name in path {
            here = here.and_then(|schema| inside(schema, name));
        }
        if here.is_some_and(|schema| kinds(schema).contains(&"string")) {
            return Value::String(text.to_owned());
        }
        let parsed: Result<Table, _> = format!("value = {text}").parse();
        parsed
            .ok()
            .and_then(|mut table| table.remove("value"))
            .unwrap_or_else(|| Value::String(text.to_owned()))
    }
}

/// The schema of a key, if the schema knows it.
fn inside<'a>(schema: &'a Json, name: &str) -> Option<&'a Json> {
    branches(schema).find_map(|schema| {
        let property = schema.get("properties").and_then(|p| p.get(name));
        property.or_else(|| schema.get("additionalProperties").filter(|a| a.is_object()))
    })
}

/// The schema and what it says may stand in its place: `Option<T>` is one of several.
fn branches(schema: &Json) -> impl Iterator<Item = &Json> {
    let any = schema.get("anyOf").and_then(Json::as_array);
    std::iter::once(schema).chain(any.into_iter().flatten())
}

fn kinds(schema: &Json) -> Vec<&str> {
    branches(schema)
        .flat_map(|schema| match schema.get("type") {
            Some(Json::String(one)) => vec![one.as_str()],
            Some(Json::Array(many)) => many.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        })
        .collect()
}

/// Every key that the configuration does not have, with the one that was probably meant.
pub fn unknown_keys(table: &Table, origins: &BTreeMap<String, String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    walk(table, &Shape::of_config().0, "", origins, &mut problems);
    problems
}

fn walk(
    table: &Table,
    schema: &Json,
    path: &str,
    origins: &BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) {
    let closed =
        branches(schema).any(|s| s.get("additionalProperties") == Some(&Json::Bool(false)));
    for (name, value) in table {
        let at = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        match (inside(schema, name), value) {
            (Some(inner), Value::Table(table)) => walk(table, inner, &at, origins, problems),
            (None, _) if closed => problems.push(unknown(&at, name, schema, origins)),
            _ => {}
        }
    }
}

fn unknown(path: &str, name: &str, schema: &Json, origins: &BTreeMap<String, String>) -> Problem {
    let known: Vec<&str> = branches(schema)
        .filter_map(|s| s.get("properties").and_then(Json::as_object))
        .flat_map(|properties| properties.keys().map(String::as_str))
        .collect();
    let cure = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known here: {}", known.join(", ")),
    };
    let inside = format!("{path}.");
    let origin = origins
        .iter()
        .find(|(p, _)| *p == path || p.starts_with(&inside));
    let origin = origin.map_or(String::new(), |(_, origin)| format!(" (from {origin})"));
    Problem::error(
        path,
        "unknown_key",
        format!("there is no setting `{path}`{origin}"),
        cure,
    )
}

/// A value that is not of its setting's kind.
pub fn misfit(error: &toml::de::Error) -> Problem {
    // The text ends with the path: "… in `engine.in_flight`".
    let text = error.to_string();
    let (message, path) = match text.trim_end().rsplit_once("\nin `") {
        Some((message, path)) => (
            message.trim().to_owned(),
            path.trim_end_matches('`').to_owned(),
        ),
        None => (text.trim().to_owned(), String::new()),
    };
    // The text may repeat the value.
    let name = path.rsplit('.').next().unwrap_or_default();
    let message = match is_secret(&path, name) {
        true => "it is not written as it should be".to_owned(),
        false => message,
    };
    Problem::error(
        path,
        "wrong_value",
        message,
        "`towpath config default` shows how it is written",
    )
}
