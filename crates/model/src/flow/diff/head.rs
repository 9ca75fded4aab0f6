//! The flow's own keys.

use super::changes::{ChangeKind, Changes, Spot};
use super::order::rising;
use super::value::optional;
use crate::flow::document::Flow;
use crate::flow::span::write_span;
use crate::flow::start::{Input, Schedule, Start};
use serde_json::Value;

pub fn flow(changes: &mut Changes, before: &Flow, after: &Flow) {
    if before.id != after.id {
        let sentence = format!("the flow renamed: {} → {}", before.id, after.id);
        let ids = (before.id.clone().into(), after.id.clone().into());
        let spot = Spot::key("flow");
        changes.add(
            &spot,
            ChangeKind::Renamed,
            sentence,
            Some(ids.0),
            Some(ids.1),
        );
    }
    let title = |flow: &Flow| (flow.title != flow.id).then(|| flow.title.clone());
    let (was, now) = (title(before), title(after));
    changes.text(&Spot::key("title"), was.as_deref(), now.as_deref());
    let note = Spot::key("note");
    changes.text(&note, before.note.as_deref(), after.note.as_deref());
    starts(changes, &before.starts, &after.starts);
    inputs(changes, &before.inputs, &after.inputs);
    let keys = [
        ("key", &before.key, &after.key),
        ("order_by", &before.order_by, &after.order_by),
    ];
    for (key, before, after) in keys {
        optional(changes, &Spot::key(key), before.as_ref(), after.as_ref());
    }
    let own = |flow: &Flow| Some(Value::Bool(flow.own_events));
    let (was, now) = (own(before), own(after));
    optional(
        changes,
        &Spot::key("own_events"),
        was.as_ref(),
        now.as_ref(),
    );
}

/// Starts in no order. One that went and one of its kind that came are one change.
fn starts(changes: &mut Changes, before: &[Start], after: &[Start]) {
    let mut gone: Vec<&Start> = before.iter().filter(|s| !after.contains(s)).collect();
    let came = after.iter().filter(|s| !before.contains(s));
    let spot = Spot::key("trigger");
    for start in came {
        let same = gone.iter().position(|other| is_like(other, start));
        let before = same.map(|at| told(gone.remove(at)));
        changes.text(&spot, before.as_deref(), Some(&told(start)));
    }
    for start in gone {
        changes.text(&spot, Some(&told(start)), None);
    }
}

fn is_like(one: &Start, other: &Start) -> bool {
    match (one, other) {
        (Start::Event(one), Start::Event(other)) => one.trigger == other.trigger,
        (Start::Schedule(_), Start::Schedule(_)) => true,
        _ => false,
    }
}

fn told(start: &Start) -> String {
    match start {
        Start::Event(event) => {
            let connection = event.connection.iter().map(|c| format!(" at {c}"));
            let every = event
                .every
                .iter()
                .map(|s| format!(" every {}", write_span(*s)));
            let rest: String = connection.chain(every).collect();
            format!("{}{rest}", event.trigger)
        }
        Start::Schedule(Schedule::Every(span)) => format!("every {}", write_span(*span)),
        Start::Schedule(Schedule::Cron { pattern, zone }) => format!("cron {pattern} {zone}"),
        Start::Manual => "manual".to_owned(),
        Start::Api => "api".to_owned(),
        Start::Call => "call".to_owned(),
    }
}

fn inputs(changes: &mut Changes, before: &[Input], after: &[Input]) {
    let place = |list: &[Input], name: &str| list.iter().position(|i| i.name == *name);
    let at = |name: &str| Spot::key("inputs").called(name, &format!("input {name}"));
    for input in before.iter().filter(|i| place(after, &i.name).is_none()) {
        changes.text(&at(&input.name), Some(input.kind.as_str()), None);
    }
    let met: Vec<Option<usize>> = after.iter().map(|i| place(before, &i.name)).collect();
    let kept: Vec<usize> = met.iter().flatten().copied().collect();
    let mut stays = rising(&kept).into_iter();
    for (n, (input, met)) in after.iter().zip(&met).enumerate() {
        let spot = at(&input.name);
        let Some(o) = *met else {
            changes.text(&spot, None, Some(input.kind.as_str()));
            continue;
        };
        if stays.next() == Some(false) {
            let sentence = format!("{} is now number {}", spot.label, n + 1);
            let (was, now) = ((o + 1).into(), (n + 1).into());
            changes.add(&spot, ChangeKind::Moved, sentence, Some(was), Some(now));
        }
        one_input(changes, &spot, &before[o], input);
    }
}

fn one_input(changes: &mut Changes, spot: &Spot, before: &Input, after: &Input) {
    let texts = |input: &Input| {
        let optional = input.is_optional.then(|| "true".to_owned());
        [
            ("type", Some(input.kind.as_str().to_owned())),
            ("title", input.title.clone()),
            ("note", input.note.clone()),
            ("optional", optional),
            ("max_length", input.max_length.map(|most| most.to_string())),
        ]
    };
    for ((key, before), (_, after)) in texts(before).into_iter().zip(texts(after)) {
        changes.text(&spot.property(key), before.as_deref(), after.as_deref());
    }
    let default = spot.property("default");
    optional(
        changes,
        &default,
        before.default.as_ref(),
        after.default.as_ref(),
    );
    let words = |input: &Input| (!input.one_of.is_empty()).then(|| input.one_of.clone().into());
    let (was, now): (Option<Value>, Option<Value>) = (words(before), words(after));
    optional(
        changes,
        &spot.property("one_of"),
        was.as_ref(),
        now.as_ref(),
    );
}
