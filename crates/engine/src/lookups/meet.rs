//! What a run meets of the outside: cross references, lookup rows, rules.
//!
//! The first time that a run meets a table, the table's revision is noted, and the run goes on with
//! it: an evaluation that is repeated, also after a crash, meets the same rows, whatever a person
//! changed meanwhile. The note is written with the next durable point. A replay is a new run and
//! meets what is there then.

use crate::execute::Execution;
use crate::seal::{Purpose, open, seal};
use crate::stop::{Death, Stop};
use mapping::table::TableKind;
use mapping::table::day::{self, Date};
use mapping::{Fact, Failure, Pick};
use model::{Fault, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::LookupRow;

/// Which tables and rows a run has met.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// The tables, and the revision at which the run meets each.
    pub tables: BTreeMap<String, i64>,
    /// By table, key and day.
    pub rows: Vec<MetRow>,
    /// The rules that won, in the order of the steps that asked; the first thousand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<MetRule>,
}

/// A rule that won in a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MetRule {
    /// The ordinal of the step that asked.
    pub step: i64,
    #[serde(flatten)]
    pub pick: Pick,
}

/// So many rules that won are kept of a run.
const RULES_MAX: usize = 1_000;

/// A row that a run asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetRow {
    pub table: String,
    pub key: String,
    /// The day it was asked for, `YYYY-MM-DD`.
    pub at: String,
    /// Which version it was; none if there was no such row.
    pub version: Option<MetVersion>,
}

/// A version of a row: its first moment in microseconds since 1970, and its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetVersion {
    pub valid_from: i64,
    pub version: i64,
}

/// The meeting of one run and the tables.
#[derive(Default)]
pub(crate) struct Meeting {
    /// Read when the first table is met.
    met: Option<Met>,
    /// The event's books date.
    day: Option<Date>,
}

/// The rows that are asked for, by table and day.
type Wanted = BTreeMap<(String, Option<String>), Vec<String>>;

impl Execution<'_> {
    /// Fetches the facts that a formula asked for.
    pub(crate) async fn fetch(&mut self, needs: &BTreeSet<Fact>) -> Result<(), Stop> {
        let (mut xrefs, mut rows, mut rules) = (Vec::new(), Wanted::new(), Vec::new());
        for need in needs {
            match need {
                Fact::Xref { kind, id } => xrefs.push((kind.clone(), id.clone())),
                Fact::Lookup { table, key, at } => {
                    let wanted = rows.entry((table.clone(), at.clone())).or_default();
                    wanted.push(key.clone());
                }
                Fact::Rules { table, at } => rules.push((table.as_str(), at.as_deref(), need)),
            }
        }
        if !xrefs.is_empty() {
            self.fetch_xrefs(xrefs).await?;
        }
        if rows.is_empty() && rules.is_empty() {
            return Ok(());
        }
        let mut met = self.met().await?;
        let fetched = self.fetch_tables(&mut met, rows, rules).await;
        self.pending.lookups = Some(seal(self.key(), Purpose::Lookups, &met)?);
        self.meeting.met = Some(met);
        fetched
    }

    /// Notes which rules the present step's formulas were answered with.
    pub(crate) fn note_rules(&mut self) -> Result<(), Stop> {
        let picks = self.facts.take_picks();
        // The table was met when its rules were fetched.
        let Some(met) = self.meeting.met.as_mut().filter(|_| !picks.is_empty()) else {
            return Ok(());
        };
        let step = self.run.cursor;
        for pick in picks {
            let rule = MetRule { step, pick };
            if let Err(at) = met.rules.binary_search(&rule)
                && met.rules.len() < RULES_MAX
            {
                met.rules.insert(at, rule);
            }
        }
        let sealed = seal(&self.deployment.environment.key, Purpose::Lookups, met)?;
        self.pending.lookups = Some(sealed);
        Ok(())
    }

    async fn fetch_tables(
        &mut self,
        met: &mut Met,
        rows: Wanted,
        rules: Vec<(&str, Option<&str>, &Fact)>,
    ) -> Result<(), Stop> {
        for ((table, at), keys) in rows {
            self.fetch_rows(met, &table, at, keys).await?;
        }
        for (table, at, fact) in rules {
            self.fetch_rules(met, table, at, fact).await?;
        }
        Ok(())
    }

    async fn fetch_xrefs(&mut self, xrefs: Vec<(String, String)>) -> Result<(), Stop> {
        let store = &self.shared.store;
        let values = store
            .cross_references(self.run.environment, xrefs.clone())
            .await?;
        for ((kind, id), value) in xrefs.into_iter().zip(values) {
            let fact = Fact::Xref { kind, id };
            self.facts.insert(fact, value.map(Value::String));
        }
        Ok(())
    }

    /// What the run has met so far. A run that nobody has worked before has met nothing.
    async fn met(&mut self) -> Result<Met, Stop> {
        if let Some(met) = self.meeting.met.take() {
            return Ok(met);
        }
        if self.run.rev == 0 {
            return Ok(Met::default());
        }
        match self.shared.store.lookups_of_run(self.run.id).await? {
            Some(sealed) => open(self.key(), Purpose::Lookups, &sealed),
            None => Ok(Met::default()),
        }
    }

    async fn fetch_rows(
        &mut self,
        met: &mut Met,
        table: &str,
        at: Option<String>,
        keys: Vec<String>,
    ) -> Result<(), Stop> {
        let day = self.day(at.as_deref()).await?;
        let environment = self.run.environment;
        let pinned = met.tables.get(table).copied();
        let store = &self.shared.store;
        let found = store
            .lookup_rows(environment, table, &keys, day::end(day), pinned)
            .await?;
        met.tables.insert(table.to_owned(), found.revision);
        let loaded = self
            .shared
            .table_at(environment, table, found.revision)
            .await?;
        let kind = loaded.definition.as_ref().map(|definition| definition.kind);
        if kind == Some(TableKind::Rules) {
            let message = format!("`{table}` is a table of rules: ask it with derive()");
            return Err(Stop::dead(Fault::rejected(message).with_code("formula")));
        }
        if let Some(shape) = &loaded.shape {
            self.facts.set_shape(table, shape.clone());
        }
        let mut rows: HashMap<String, LookupRow> = found
            .rows
            .into_iter()
            .map(|row| (row.key.clone(), row))
            .collect();
        for key in keys {
            let row = rows.remove(&key);
            met.note(MetRow {
                table: table.to_owned(),
                key: key.clone(),
                at: day.to_string(),
                version: row.as_ref().map(|row| MetVersion {
                    valid_from: row.valid_from.0,
                    version: row.version,
                }),
            });
            let value = row.map(|row| serde_json::from_str(&row.value));
            let value = value
                .transpose()
                .map_err(|e| Stop::bug(format!("lookup `{table}`, row `{key}`: {e}")))?;
            let (table, at) = (table.to_owned(), at.clone());
            self.facts.insert(Fact::Lookup { table, key, at }, value);
        }
        Ok(())
    }

    async fn fetch_rules(
        &mut self,
        met: &mut Met,
        table: &str,
        at: Option<&str>,
        fact: &Fact,
    ) -> Result<(), Stop> {
        let day = self.day(at).await?;
        let environment = self.run.environment;
        let revision = match met.tables.get(table) {
            Some(revision) => *revision,
            None => {
                let store = &self.shared.store;
                let none = store.lookup_rows(environment, table, &[], Timestamp(0), None);
                none.await?.revision
            }
        };
        met.tables.insert(table.to_owned(), revision);
        let loaded = self.shared.table_at(environment, table, revision).await?;
        let Some(rules) = &loaded.rules else {
            let message = format!("there is no table of rules `{table}`; define it and replay");
            return Err(Stop::dead(Fault::rejected(message).with_code("no_table")));
        };
        self.facts.set_rules(fact.clone(), rules.clone(), day);
        Ok(())
    }

    /// The day that a formula names, or the event's books date: when it happened, by the calendar
    /// of the books.
    async fn day(&mut self, at: Option<&str>) -> Result<Date, Stop> {
        let wrong = |message| Stop::dead(Fault::rejected(message).with_code("formula"));
        if let Some(at) = at {
            return day::parse(at).map_err(wrong);
        }
        if let Some(day) = self.meeting.day {
            return Ok(day);
        }
        let created = self
            .names
            .get("event")
            .and_then(|event| event.get("created"));
        let moment = match created.and_then(mapping::Value::as_int) {
            Some(seconds) => Timestamp::from_seconds(seconds),
            None => {
                self.shared
                    .store
                    .event(self.run.event)
                    .await?
                    .head
                    .occurred_at
            }
        };
        let zone = &self.deployment.environment.company.books_zone;
        let day = day::in_zone(moment, zone).map_err(wrong)?;
        self.meeting.day = Some(day);
        Ok(day)
    }
}

impl Meeting {
    pub(crate) fn day(&self) -> Option<Date> {
        self.day
    }
}

/// Why a run cannot go on after a formula that needs no further facts has no value. `what` is where
/// it stands, if the failure itself does not say so.
pub(crate) fn failed(failure: Failure, what: &str, day: Option<Date>) -> Stop {
    let path = failure.path;
    match failure.stop {
        // A row is missing: the dead letter is the row to fill in.
        mapping::Stop::MissingRow { table, key, at } => {
            let at = at.or_else(|| day.map(|day| day.to_string()));
            let on = at.map(|at| format!(" on {at}")).unwrap_or_default();
            let message =
                format!("the lookup table `{table}` has no row `{key}`{on}; add it and replay");
            missing(message, path, (table, key))
        }
        // No rule holds: the dead letter names what a rule is needed for.
        mapping::Stop::NoRule {
            table,
            attributes,
            message,
        } => {
            let message = format!("{message}; add a rule and replay");
            missing(message, path, (table, attributes))
        }
        mapping::Stop::Mismatch { message, cure } => {
            let fault = Fault::rejected(format!("{path}: {message}; {cure}"))
                .with_code("type_mismatch")
                .with_field(path);
            Stop::dead(fault)
        }
        mapping::Stop::Failed { message } => {
            let path = if path.is_empty() { what } else { &path };
            let fault = Fault::rejected(format!("{path}: {message}"))
                .with_code("formula")
                .with_field(path);
            Stop::dead(fault)
        }
        mapping::Stop::Needs(needs) => {
            Stop::bug(format!("{path}: {} facts were not fetched", needs.len()))
        }
    }
}

fn missing(message: String, path: String, row: (String, String)) -> Stop {
    let fault = Fault::rejected(message)
        .with_code("missing_row")
        .with_field(path);
    Stop::Dead(Box::new(Death {
        fault,
        question: None,
        missing_row: Some(row),
    }))
}

impl Met {
    fn note(&mut self, row: MetRow) {
        let key = (&row.table, &row.key, &row.at);
        let place = |known: &MetRow| (&known.table, &known.key, &known.at).cmp(&key);
        if let Err(at) = self.rows.binary_search_by(place) {
            self.rows.insert(at, row);
        }
    }
}
