//! Runs the M3 calls of one request, as far as the planted faults let them.

use super::app::App;
use super::body;
use super::execute::{self, Call, End, Options};
use super::reply::json as reply;
use super::seen::{Note, Seen, record};
use super::settings::Settings;
use super::spoil::{after, instead, prevents};
use crate::faults::Action;
use crate::server;
use axum::response::Response;
use serde_json::json;

/// Runs the calls one after the other, as far as the faults let them.
pub async fn answer(app: &App, seen: &Seen, bulk: bool, v2: bool) -> Response {
    let stop = |action: &Action| prevents(action) || matches!(action, Action::DropAfter);
    let stopped = seen
        .faults
        .iter()
        .filter(|(_, a)| stop(a))
        .min_by_key(|(i, _)| *i);
    let run = match stopped {
        Some((i, Action::DropAfter)) => *i + 1,
        Some((i, _)) => *i,
        None => seen.calls.len(),
    };
    let (ends, mut notes, settings) = execute_all(app, &seen.calls[..run]);
    let (status, body) = match &ends[..] {
        _ if bulk => body::bulk(&ends, &settings),
        [(call, end)] if v2 => body::single(call, end, &settings),
        [(call, end)] => body::v1(call, end, &settings),
        _ => (500, json!({})),
    };
    for (_, note) in &mut notes {
        note.status = status;
    }
    let Some((i, action)) = stopped else {
        return after(app, seen, reply(status, &body), notes).await;
    };
    let (fault, response) = instead(action).unwrap_or_else(|| ("drop_after", server::cut()));
    for rest in run..seen.calls.len() {
        notes.push((
            rest,
            Note {
                status: response.status().as_u16(),
                ..Note::default()
            },
        ));
    }
    if let Some((_, note)) = notes.get_mut(*i) {
        note.fault = Some(fault);
    }
    record(app, seen, notes);
    response
}

type Executed = (Vec<(Call, End)>, Vec<(usize, Note)>, Settings);

fn execute_all(app: &App, calls: &[(Call, Options)]) -> Executed {
    let mut world = app.world.lock();
    let (mut ends, mut notes) = (Vec::new(), Vec::new());
    for (i, (call, options)) in calls.iter().enumerate() {
        let ran = execute::run(&mut world, app.clock.now_s(), call, options);
        let note = Note {
            executed: ran.executed,
            committed: ran.committed,
            reference: ran.reference,
            ..Note::default()
        };
        notes.push((i, note));
        ends.push((call.clone(), ran.end));
    }
    (ends, notes, world.settings.clone())
}
