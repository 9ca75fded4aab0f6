//! What formulas ask of the outside: first what is given, then the environment's store.

use super::trace::Met;
use super::walk::{Halt, Walk};
use crate::stop::Stop;
use mapping::table::day::{self, Date};
use mapping::table::timeline::Point;
use mapping::table::{TableDefinition, TableKind};
use mapping::{Fact, Pick, RuleTable};
use model::{Fault, Timestamp};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Walk<'_> {
    /// Fetches the facts that a formula asked for.
    pub async fn fetch(&mut self, needs: &BTreeSet<Fact>) -> Result<(), Halt> {
        for need in needs {
            match need {
                Fact::Xref { kind, id } => {
                    let value = self.cross_reference(kind, id).await?;
                    self.meet("cross_reference", kind, Some(id), value.as_ref());
                    self.facts.insert(need.clone(), value);
                }
                Fact::Lookup { table, key, at } => {
                    // Known also to the sentence about a row that is missing.
                    let day = self.day(at.as_deref())?;
                    let value = match self.given_row(table, key) {
                        Some(value) => Some(value),
                        None => self.stored_row(table, key, day).await?,
                    };
                    self.meet("lookup", table, Some(key), value.as_ref());
                    self.facts.insert(need.clone(), value);
                }
                Fact::Rules { table, at } => {
                    let day = self.day(at.as_deref())?;
                    let (rules, asked) = match self.dry.given.rules.get(table) {
                        Some(given) => (given_rules(table, given)?, None),
                        None => self.stored_rules(table).await?,
                    };
                    self.meet("rules", table, None, asked.as_ref());
                    let day = day.unwrap_or_default();
                    self.facts.set_rules(need.clone(), rules, day);
                }
            }
        }
        Ok(())
    }

    fn meet(&mut self, kind: &str, table: &str, key: Option<&String>, value: Option<&Value>) {
        // Nobody looks at the trace of the past.
        if self.past.is_some() {
            return;
        }
        let met = Met {
            kind: kind.into(),
            table: table.into(),
            key: key.cloned(),
            value: value.cloned(),
            row: None,
        };
        self.present().met.push(met);
    }

    /// Notes which rules the present step's formulas were answered with.
    pub async fn meet_rules(&mut self) -> Result<(), Halt> {
        let picks = self.facts.take_picks();
        if self.past.is_some() {
            return Ok(());
        }
        for pick in picks {
            let met = Met {
                kind: "rule".into(),
                row: self.stored_rule(&pick).await?,
                value: serde_json::from_str(&pick.attributes).ok(),
                table: pick.table,
                key: Some(pick.rule),
            };
            self.present().met.push(met);
        }
        Ok(())
    }

    /// The row of a rule as it stands in the environment's table; none if the table is given.
    async fn stored_rule(&self, pick: &Pick) -> Result<Option<Value>, Halt> {
        let (Some(here), Some(revision)) = (&self.place.here, self.revisions.get(&pick.table))
        else {
            return Ok(None);
        };
        let wrong = |why: String| Stop::bug(format!("rule `{}`: {why}", pick.rule));
        let at = day::end(day::parse(&pick.at).map_err(wrong)?);
        let keys = [pick.rule.clone()];
        let store = &here.shared.store;
        let found = store.lookup_rows(here.environment.id, &pick.table, &keys, at, Some(*revision));
        let row = found.await?.rows.into_iter().next();
        let row = row.map(|row| serde_json::from_str(&row.value)).transpose();
        row.map_err(|e| wrong(e.to_string()).into())
    }

    fn given_row(&self, table: &str, key: &str) -> Option<Value> {
        self.dry.given.lookups.get(table)?.get(key).cloned()
    }

    async fn cross_reference(&self, kind: &str, id: &str) -> Result<Option<Value>, Halt> {
        let given = self.dry.given.cross_references.get(kind);
        if let Some(value) = given.and_then(|ids| ids.get(id)) {
            return Ok(Some(value.clone()));
        }
        let Some(here) = &self.place.here else {
            return Ok(None);
        };
        let keys = vec![(kind.to_owned(), id.to_owned())];
        let found = here
            .shared
            .store
            .cross_references(here.environment.id, keys);
        Ok(found.await?.pop().flatten().map(Value::String))
    }

    async fn stored_row(
        &mut self,
        table: &str,
        key: &str,
        day: Option<Date>,
    ) -> Result<Option<Value>, Halt> {
        let Some(here) = &self.place.here else {
            return Ok(None);
        };
        let (environment, day) = (here.environment.id, day.unwrap_or_default());
        let pinned = self.past.as_ref().and_then(|past| past.revision(table));
        let kept = match (&self.past, pinned) {
            (Some(past), Some(revision)) => past.row(table, key, day, revision),
            _ => None,
        };
        let (value, revision) = match (kept, pinned) {
            (Some(value), Some(revision)) => (value, revision),
            _ => {
                let keys = [key.to_owned()];
                let store = &here.shared.store;
                let found = store.lookup_rows(environment, table, &keys, day::end(day), pinned);
                let found = found.await?;
                let row = found.rows.into_iter().next();
                let value = row.map(|row| serde_json::from_str(&row.value)).transpose();
                let value: Option<Value> =
                    value.map_err(|e| Stop::bug(format!("lookup `{table}`, row `{key}`: {e}")))?;
                if let Some(past) = &self.past {
                    past.pin(table, found.revision);
                    past.keep_row(table, key, day, found.revision, value.as_ref());
                }
                (value, found.revision)
            }
        };
        let loaded = here.shared.table_at(environment, table, revision).await?;
        if loaded
            .definition
            .as_ref()
            .is_some_and(|d| d.kind == TableKind::Rules)
        {
            let message = format!("`{table}` is a table of rules: ask it with derive()");
            return Err(Stop::dead(Fault::rejected(message).with_code("formula")).into());
        }
        if let Some(shape) = &loaded.shape {
            self.facts.set_shape(table, Arc::clone(shape));
        }
        Ok(value)
    }

    /// The environment's rules, and the table's definition as a sample has it.
    async fn stored_rules(&mut self, table: &str) -> Result<(Arc<RuleTable>, Option<Value>), Halt> {
        let absent = || {
            let message = format!("there is no table of rules `{table}`; define it and replay");
            Halt::Stop(Stop::dead(Fault::rejected(message).with_code("no_table")))
        };
        let here = self.place.here.as_ref().ok_or_else(absent)?;
        let environment = here.environment.id;
        let revision = match self.past.as_ref().and_then(|past| past.revision(table)) {
            Some(revision) => revision,
            None => {
                let store = &here.shared.store;
                let none = store.lookup_rows(environment, table, &[], Timestamp(0), None);
                none.await?.revision
            }
        };
        if let Some(past) = &self.past {
            past.pin(table, revision);
        }
        let loaded = here.shared.table_at(environment, table, revision).await?;
        let rules = loaded.rules.clone().ok_or_else(absent)?;
        self.revisions.insert(table.to_owned(), revision);
        let definition = serde_json::to_value(&loaded.definition);
        let mut definition = definition.map_err(|e| Stop::bug(e.to_string()))?;
        definition["rows"] = Value::Object(Map::new());
        Ok((rules, Some(definition)))
    }

    /// The day that a formula names, or the event's books date. None if the event does not say when
    /// it happened and nothing but what is given can be met.
    fn day(&mut self, at: Option<&str>) -> Result<Option<Date>, Halt> {
        let wrong = |message| Stop::dead(Fault::rejected(message).with_code("formula"));
        if let Some(at) = at {
            return Ok(Some(day::parse(at).map_err(wrong)?));
        }
        if self.day.is_none() {
            let event = self.names.get("event");
            let created = event.and_then(|event| event.get("created")?.as_int());
            let moment = match (created, &self.place.here) {
                (Some(seconds), _) => Timestamp::from_seconds(seconds),
                (None, Some(_)) => self.now,
                (None, None) => return Ok(None),
            };
            let zone = &self.place.company.books_zone;
            self.day = Some(day::in_zone(moment, zone).map_err(wrong)?);
        }
        Ok(self.day)
    }
}

/// A table of rules as a sample has it: its definition, with `rows` by the rule's name.
fn given_rules(table: &str, given: &Value) -> Result<Arc<RuleTable>, Halt> {
    let wrong = |why: String| {
        let message = format!("`given.rules.{table}`: {why}");
        Halt::Stop(Stop::dead(Fault::rejected(message)))
    };
    let mut definition = given.clone();
    let rows = definition
        .as_object_mut()
        .and_then(|map| map.remove("rows"));
    let Some(Value::Object(rows)) = rows else {
        return Err(wrong("there is no map `rows` of rules by name".into()));
    };
    let mut definition: TableDefinition =
        serde_json::from_value(definition).map_err(|e| wrong(e.to_string()))?;
    definition.kind = TableKind::Rules;
    let points: Vec<Point> = rows
        .into_iter()
        .map(|(key, value)| Point {
            key,
            from: Timestamp::default(),
            value: Some(value),
        })
        .collect();
    RuleTable::new(table, definition, &points)
        .map(Arc::new)
        .map_err(wrong)
}
