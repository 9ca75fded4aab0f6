//! Tables as they are now: for dry runs and checks, which keep to no revision.

use super::{definition, points};
use crate::shared::Shared;
use crate::stop::Stop;
use mapping::table::day::{self, Date};
use mapping::table::{Point, TableDefinition, TableKind};
use mapping::{RuleTable, Shape};
use model::ids::EnvironmentId;
use model::{Fault, Timestamp};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// So many points of a table are read to know its values; of a larger one only the columns are
/// known.
const POINTS_MAX: usize = 5_000;
/// So many different texts of a column are told one by one; of more only how long they are.
const WORDS_MAX: usize = 1_000;

impl Shared {
    /// The row of a key on a day, and where the table has decimals.
    pub(crate) async fn stored_row(
        &self,
        environment: EnvironmentId,
        table: &str,
        key: &str,
        day: Date,
    ) -> Result<(Option<Value>, Option<Arc<Shape>>), Stop> {
        let keys = [key.to_owned()];
        let found = self
            .store
            .lookup_rows(environment, table, &keys, day::end(day), None);
        let found = found.await?;
        let loaded = self.table_at(environment, table, found.revision).await?;
        let kind = loaded.definition.as_ref().map(|definition| definition.kind);
        if kind == Some(TableKind::Rules) {
            let message = format!("`{table}` is a table of rules: ask it with derive()");
            return Err(Stop::dead(Fault::rejected(message).with_code("formula")));
        }
        let row = found.rows.into_iter().next();
        let value = row.map(|row| serde_json::from_str(&row.value)).transpose();
        let value = value.map_err(|e| Stop::bug(format!("lookup `{table}`, row `{key}`: {e}")))?;
        Ok((value, loaded.shape.clone()))
    }

    /// A table of rules.
    pub(crate) async fn stored_rules(
        &self,
        environment: EnvironmentId,
        table: &str,
    ) -> Result<Arc<RuleTable>, Stop> {
        let none = self
            .store
            .lookup_rows(environment, table, &[], Timestamp(0), None);
        let revision = none.await?.revision;
        let loaded = self.table_at(environment, table, revision).await?;
        loaded.rules.clone().ok_or_else(|| {
            let message = format!("there is no table of rules `{table}`; define it and replay");
            Stop::dead(Fault::rejected(message).with_code("no_table"))
        })
    }

    /// What the rows of each table of an environment give, as JSON schemas: its columns, and the
    /// texts that stand in them now.
    pub(crate) async fn row_schemas(
        &self,
        environment: EnvironmentId,
    ) -> Result<BTreeMap<String, Value>, store::Error> {
        let mut schemas = BTreeMap::new();
        for table in self.store.lookup_tables(environment).await? {
            let most = i64::try_from(POINTS_MAX).unwrap_or(i64::MAX);
            let read = self
                .store
                .lookup_points(environment, &table.name, table.revision, most + 1)
                .await?;
            let unreadable = |error: serde_json::Error| store::Error::Corrupt {
                table: "lookup_table",
                row: table.name.clone(),
                reason: error.to_string(),
            };
            let known = table.definition.as_deref().map(definition).transpose();
            let known = known.map_err(unreadable)?;
            let rows = match read.len() > POINTS_MAX {
                true => None,
                false => Some(points(read).map_err(unreadable)?),
            };
            let now = self.clock.now();
            let values = rows.as_ref().map(|rows| values(rows, now));
            schemas.insert(table.name, row_schema(known.as_ref(), values.as_deref()));
        }
        Ok(schemas)
    }
}

/// What rows hold now or will hold; points are in the order of key and moment.
fn values(points: &[Point], now: Timestamp) -> Vec<&Value> {
    let next = points.iter().skip(1).map(Some).chain([None]);
    let lasts = points
        .iter()
        .zip(next)
        .filter(|(point, next)| next.is_none_or(|next| next.key != point.key || next.from > now));
    lasts
        .filter_map(|(point, _)| point.value.as_ref())
        .collect()
}

/// The JSON schema of what a row gives: that of the definition, with the texts that `values` have
/// if they are given. Without both, anything.
pub(crate) fn row_schema(definition: Option<&TableDefinition>, values: Option<&[&Value]>) -> Value {
    let mut schema = match (definition, values) {
        (Some(definition), _) => definition.schema(),
        (None, Some(values)) if !values.is_empty() => untold(values),
        (None, _) => return json!({}),
    };
    let Some(values) = values.filter(|values| !values.is_empty()) else {
        return schema;
    };
    match schema.get_mut("properties") {
        Some(Value::Object(columns)) => {
            for (name, column) in columns {
                tell(column, values.iter().filter_map(|value| value.get(name)));
            }
        }
        // Rows that are bare values; a definition keeps them under `value`.
        _ => tell(
            &mut schema,
            values
                .iter()
                .map(|value| value.get("value").unwrap_or(value)),
        ),
    }
    schema
}

/// The schema of rows that nobody has defined, by what they have in common.
fn untold(values: &[&Value]) -> Value {
    if values.iter().all(|value| value.is_string()) {
        return json!({"type": "string"});
    }
    let maps: Option<Vec<_>> = values.iter().map(|value| value.as_object()).collect();
    let Some(maps) = maps else {
        return json!({});
    };
    let names: BTreeSet<&String> = maps.iter().flat_map(|map| map.keys()).collect();
    let mut properties = Map::new();
    for name in &names {
        let of_name = || maps.iter().filter_map(|map| map.get(*name));
        let is_text = of_name().all(Value::is_string);
        properties.insert(
            (*name).clone(),
            if is_text {
                json!({"type": "string"})
            } else {
                json!({})
            },
        );
    }
    let required: Vec<&&String> = names
        .iter()
        .filter(|name| maps.iter().all(|map| map.contains_key(**name)))
        .collect();
    json!({"type": "object", "properties": properties, "required": required})
}

/// Adds to the schema of a text which texts there are.
fn tell<'a>(schema: &mut Value, texts: impl Iterator<Item = &'a Value>) {
    let is_text = schema.get("type").is_some_and(|kind| kind == "string");
    if !is_text || schema.get("format").is_some() {
        return;
    }
    let texts: BTreeSet<&str> = texts.filter_map(Value::as_str).collect();
    if texts.is_empty() {
        return;
    }
    if texts.len() <= WORDS_MAX {
        schema["enum"] = json!(texts);
    } else {
        let longest = texts.iter().map(|text| text.chars().count()).max();
        schema["maxLength"] = json!(longest);
    }
}
