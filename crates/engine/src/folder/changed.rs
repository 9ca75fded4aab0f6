//! What putting a folder in force would change in an environment.

use super::flows::FlowFiles;
use super::settings::Settings;
use super::tables::Table;
use super::{Folder, Place};
use mapping::table::key;
use mapping::table::sheet::SheetRow;
use mapping::table::timeline::{self, Missing, diff as diff_rows};
use mapping::table::{Change as RowChange, TableDefinition, day};
use model::Timestamp;
use model::flow::diff::{Change, ChangeKind, diff, diff_samples, diff_values};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Changed rows of a table that are told one by one; all are counted.
const ROWS_SHOWN: usize = 200;

/// One thing of an environment that would change.
#[derive(Clone, Debug, PartialEq)]
pub struct FileChange {
    /// The file that says so; of what the folder lacks, the one that would.
    pub file: String,
    pub kind: ChangeKind,
    pub sentence: String,
    /// What differs within it.
    pub changes: Vec<Change>,
    /// Under which name it is removed, if the folder lacks it: nothing is removed unless it is
    /// named.
    pub remove: Option<String>,
}

impl FileChange {
    fn new(file: impl Into<String>, kind: ChangeKind, sentence: String) -> Self {
        Self {
            file: file.into(),
            kind,
            sentence,
            changes: Vec::new(),
            remove: None,
        }
    }

    fn with(self, changes: Vec<Change>) -> Self {
        Self { changes, ..self }
    }

    fn lacking(file: impl Into<String>, sentence: String, name: String) -> Self {
        Self {
            remove: Some(name),
            ..Self::new(file, ChangeKind::Removed, sentence)
        }
    }
}

/// What `to` says otherwise than `from`, by file. Keys of tables that are over by `today`, the first
/// moment of a day, need no removal.
pub fn changed(from: &Folder, to: &Folder, today: Timestamp) -> Vec<FileChange> {
    let mut found = Vec::new();
    settings(&from.settings, &to.settings, &mut found);
    for (id, flow) in &to.flows {
        match from.flows.get(id) {
            Some(before) => flow_changed(id, before, flow, &mut found),
            None => {
                let sentence = format!("flow `{id}` added");
                let place = Place::Flow(id.clone());
                found.push(FileChange::new(place, ChangeKind::Added, sentence));
            }
        }
    }
    for id in from.flows.keys().filter(|id| !to.flows.contains_key(*id)) {
        let sentence = format!("flow `{id}` is not in the folder");
        let place = Place::Flow(id.clone());
        found.push(FileChange::lacking(place, sentence, format!("flows/{id}")));
    }
    for (name, table) in &to.tables {
        match from.tables.get(name) {
            Some(before) => table_changed(name, before, table, today, &mut found),
            None => {
                let sentence = format!("table `{name}` added, {}", rows(table.rows.len()));
                let place = Place::Definition(name.clone());
                found.push(FileChange::new(place, ChangeKind::Added, sentence));
            }
        }
    }
    let lacking = from
        .tables
        .iter()
        .filter(|(name, _)| !to.tables.contains_key(*name));
    for (name, table) in lacking {
        // A table is kept for what was looked up in it; what is valid in it can be ended.
        if ending(table, &[], today).is_empty() {
            continue;
        }
        let sentence = format!("table `{name}` is not in the folder");
        let place = Place::Definition(name.clone());
        found.push(FileChange::lacking(
            place,
            sentence,
            format!("lookups/{name}"),
        ));
    }
    found
}

fn settings(from: &Settings, to: &Settings, found: &mut Vec<FileChange>) {
    let mut told = |sentence: &str, changes: Vec<Change>| {
        if !changes.is_empty() {
            let change = FileChange::new(Place::Environment, ChangeKind::Changed, sentence.into());
            found.push(change.with(changes));
        }
    };
    let value = |value: Result<Value, serde_json::Error>| value.unwrap_or_default();
    let company = |settings: &Settings| value(serde_json::to_value(&settings.company));
    told(
        "the company changed",
        diff_values("company", &company(from), &company(to)),
    );
    for (name, connection) in &to.connections {
        if let Some(before) = from.connections.get(name) {
            let settings = |c| value(serde_json::to_value(c));
            let changes = diff_values(name, &settings(before), &settings(connection));
            told(&format!("connection `{name}` changed"), changes);
        }
    }
    for (flow, bindings) in &to.flows {
        if let Some(before) = from.flows.get(flow) {
            let changes = diff_values(flow, &json!(before), &json!(bindings));
            told(&format!("flow `{flow}` bound otherwise"), changes);
        }
    }
    for name in to
        .connections
        .keys()
        .filter(|n| !from.connections.contains_key(*n))
    {
        let sentence = format!("connection `{name}` added, without its secrets");
        found.push(FileChange::new(
            Place::Environment,
            ChangeKind::Added,
            sentence,
        ));
    }
    for name in from
        .connections
        .keys()
        .filter(|n| !to.connections.contains_key(*n))
    {
        let sentence = format!("connection `{name}` is not in the folder");
        let removal = format!("connections/{name}");
        found.push(FileChange::lacking(Place::Environment, sentence, removal));
    }
}

fn flow_changed(id: &str, from: &FlowFiles, to: &FlowFiles, found: &mut Vec<FileChange>) {
    if from.text != to.text {
        let changes = diff(&from.flow, &to.flow);
        let sentence = if changes.is_empty() {
            format!("flow `{id}` written otherwise; it means the same")
        } else {
            format!("flow `{id}` changed")
        };
        let place = Place::Flow(id.to_owned());
        found.push(FileChange::new(place, ChangeKind::Changed, sentence).with(changes));
    }
    let place = |sample: &String| Place::Sample(id.to_owned(), sample.clone());
    for (name, sample) in &to.samples {
        match from.samples.get(name) {
            None => {
                let sentence = format!("sample `{name}` of `{id}` added");
                found.push(FileChange::new(place(name), ChangeKind::Added, sentence));
            }
            Some(before) => {
                let changes = diff_samples(before, sample);
                if !changes.is_empty() {
                    let sentence = format!("sample `{name}` of `{id}` changed");
                    let change = FileChange::new(place(name), ChangeKind::Changed, sentence);
                    found.push(change.with(changes));
                }
            }
        }
    }
    for name in from
        .samples
        .keys()
        .filter(|name| !to.samples.contains_key(*name))
    {
        let sentence = format!("sample `{name}` of `{id}` is not in the folder");
        let removal = format!("flows/{id}/samples/{name}");
        found.push(FileChange::lacking(place(name), sentence, removal));
    }
}

fn table_changed(
    name: &str,
    from: &Table,
    to: &Table,
    today: Timestamp,
    found: &mut Vec<FileChange>,
) {
    let whole = |table: &Table| {
        let definition = table.definition.as_ref().map(serde_json::to_value);
        let definition = definition.and_then(Result::ok).unwrap_or_default();
        json!({"description": table.description, "definition": definition})
    };
    let changes = diff_values(name, &whole(from), &whole(to));
    if !changes.is_empty() {
        let place = Place::Definition(name.to_owned());
        let sentence = format!("table `{name}` defined otherwise");
        found.push(FileChange::new(place, ChangeKind::Changed, sentence).with(changes));
    }
    let place = match to.definition {
        Some(_) => Place::Rows(name.to_owned()),
        None => Place::Definition(name.to_owned()),
    };
    let diff = diff_rows(&from.points(), &to.rows, Missing::Keep);
    if !diff.changes.is_empty() {
        let sentence = format!("table `{name}`: {} changed", rows(diff.changes.len()));
        let shown = diff.changes.iter().take(ROWS_SHOWN);
        let changes = shown.map(|change| row(name, to.definition.as_ref(), change));
        let change = FileChange::new(&place, ChangeKind::Changed, sentence);
        found.push(change.with(changes.collect()));
    }
    let lacking = ending(from, &to.rows, today);
    if !lacking.is_empty() {
        let mut keys: Vec<&str> = lacking.iter().map(|c| c.key.as_str()).collect();
        keys.dedup();
        let shown: Vec<String> = keys.iter().take(10).map(|key| format!("`{key}`")).collect();
        let more = if keys.len() > shown.len() {
            ", …"
        } else {
            ""
        };
        let sentence = format!(
            "table `{name}`: {} not in the folder: {}{more}",
            if keys.len() == 1 {
                "a key is".to_owned()
            } else {
                format!("{} keys are", keys.len())
            },
            shown.join(", ")
        );
        let shown = lacking.iter().take(ROWS_SHOWN);
        let changes = shown
            .map(|change| row(name, to.definition.as_ref(), change))
            .collect();
        let change = FileChange::lacking(&place, sentence, format!("lookups/{name}"));
        found.push(change.with(changes));
    }
}

/// The ends of keys of a table that `rows` do not name, where they are not over yet.
pub fn ending(table: &Table, rows: &[SheetRow], today: Timestamp) -> Vec<RowChange> {
    let points = table.points();
    let named: BTreeSet<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    let diff = diff_rows(&points, rows, Missing::End(today));
    let mut ends = diff.changes;
    ends.retain(|change| !named.contains(change.key.as_str()));
    ends
}

fn row(table: &str, definition: Option<&TableDefinition>, change: &RowChange) -> Change {
    let count = definition.map_or(1, |definition| definition.key_names().len());
    let parts = key::parts(&change.key, count).unwrap_or_else(|| vec![change.key.clone()]);
    let name = format!("{table} {}", parts.join(" / "));
    let from = day::to_from_text(change.from);
    let from = if from.is_empty() {
        String::new()
    } else {
        format!(", from {from}")
    };
    let values = match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            let parts = diff_values("", before, after);
            match parts[..] {
                [] => format!("still {}", model::yaml::inline(after)),
                _ if before.is_object() && after.is_object() => {
                    let parts: Vec<&str> = parts.iter().map(|c| c.sentence.as_str()).collect();
                    parts.join(", ")
                }
                _ => format!(
                    "{} → {}",
                    model::yaml::inline(before),
                    model::yaml::inline(after)
                ),
            }
        }
        (None, Some(after)) => format!("added, {}", model::yaml::inline(after)),
        (_, None) => "ended".to_owned(),
    };
    let kind = match change.kind() {
        timeline::ChangeKind::Added => ChangeKind::Added,
        timeline::ChangeKind::Changed => ChangeKind::Changed,
        timeline::ChangeKind::Ended => ChangeKind::Removed,
    };
    Change {
        path: format!("rows.{}", change.key),
        kind,
        sentence: format!("{name}: {values}{from}"),
        step: None,
        before: change.before.clone(),
        after: change.after.clone(),
    }
}

fn rows(count: usize) -> String {
    match count {
        1 => "1 row".to_owned(),
        count => format!("{count} rows"),
    }
}
