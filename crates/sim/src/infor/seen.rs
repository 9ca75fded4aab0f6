//! One request as the gateway sees it, and what the journal says about it.

use super::app::App;
use super::execute::{Call, Options};
use crate::faults::Action;
use crate::journal::Entry;
use axum::http::{HeaderMap, Method, header};
use serde_json::{Value, json};

/// What a request is about, before anything is decided.
pub struct Seen {
    pub method: Method,
    pub path: String,
    pub number: u64,
    pub headers: HeaderMap,
    /// What it wants to run; one operation without fields if it isn't an M3 call.
    pub calls: Vec<(Call, Options)>,
    pub operations: Vec<String>,
    /// Faults by the element they fire at.
    pub faults: Vec<(usize, Action)>,
}

impl Seen {
    /// The access token it carries.
    pub fn bearer(&self) -> Option<&str> {
        self.headers
            .get(header::AUTHORIZATION)?
            .to_str()
            .ok()?
            .strip_prefix("Bearer ")
    }
}

/// What the journal says about one element.
#[derive(Default)]
pub struct Note {
    pub status: u16,
    pub fields: Value,
    pub executed: bool,
    pub committed: bool,
    pub reference: Option<String>,
    pub fault: Option<&'static str>,
}

/// Writes the notes of the elements they are numbered by.
pub fn record(app: &App, seen: &Seen, notes: Vec<(usize, Note)>) {
    for (i, note) in notes {
        write(app, seen, i, &seen.operations[i], note);
    }
}

/// Writes one note.
pub fn write(app: &App, seen: &Seen, index: usize, operation: &str, note: Note) {
    let fields = match (note.fields, seen.calls.get(index)) {
        (Value::Null, Some((call, _))) => json!(call.fields),
        (fields, _) => fields,
    };
    app.journal.write(Entry {
        seq: 0,
        at_s: app.clock.now_s(),
        method: seen.method.to_string(),
        path: seen.path.clone(),
        operation: operation.to_owned(),
        fields,
        status: note.status,
        executed: note.executed,
        committed: note.committed,
        reference: note.reference,
        request: seen.number,
        fault: note.fault.map(str::to_owned),
    });
}
