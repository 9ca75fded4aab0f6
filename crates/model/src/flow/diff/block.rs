//! Two versions of a step, but for the steps that it holds.

use super::changes::{ChangeKind, Changes, Spot};
use super::lists::{case_name, pair_cases};
use super::order::rising;
use super::value::{optional, value};
use crate::flow::document::{
    Body, Branch, Case, Coerce, Else, OnError, Step, StepKind, Steps, Use,
};
use crate::flow::span::write_span;
use serde_json::Value;
use std::time::Duration;

pub fn step(changes: &mut Changes, before: &Step, after: &Step) {
    let spot = Spot::step(&after.id);
    let texts = [
        ("title", &before.title, &after.title),
        ("note", &before.note, &after.note),
    ];
    for (key, before, after) in texts {
        changes.text(&spot.property(key), before.as_deref(), after.as_deref());
    }
    let when = spot.property("when");
    optional(changes, &when, before.when.as_ref(), after.when.as_ref());
    kind(changes, &spot, &before.kind, &after.kind);
    span(changes, &spot, "retry", before.retry, after.retry);
    span(changes, &spot, "timeout", before.timeout, after.timeout);
    let word = |on_error: &OnError| match on_error {
        OnError::Stop => "stop",
        OnError::Continue => "continue",
        OnError::Steps(_) => "steps",
    };
    let words = (word(&before.on_error), word(&after.on_error));
    changes.text(&spot.property("on_error"), Some(words.0), Some(words.1));
}

fn span(
    changes: &mut Changes,
    spot: &Spot,
    key: &str,
    before: Option<Duration>,
    after: Option<Duration>,
) {
    let (before, after) = (before.map(write_span), after.map(write_span));
    changes.text(&spot.property(key), before.as_deref(), after.as_deref());
}

fn kind(changes: &mut Changes, spot: &Spot, before: &StepKind, after: &StepKind) {
    match (before, after) {
        (StepKind::Use(before), StepKind::Use(after)) => call(changes, spot, before, after),
        (StepKind::Set { values: before }, StepKind::Set { values: after }) => {
            value(changes, &spot.silent("set"), before, after);
        }
        (StepKind::Choose { cases: before }, StepKind::Choose { cases: after }) => {
            cases(changes, spot, before, after);
        }
        (StepKind::Check(before), StepKind::Check(after)) => {
            let check = spot.property("check");
            value(changes, &check, &before.condition, &after.condition);
            let say = |otherwise: &Else| match otherwise {
                Else::Skip => "skip".to_owned(),
                Else::Reject(sentence) => format!("reject {sentence}"),
            };
            let (before, after) = (say(&before.otherwise), say(&after.otherwise));
            changes.text(&spot.property("else"), Some(&before), Some(&after));
        }
        (StepKind::Each(before), StepKind::Each(after)) => {
            value(changes, &spot.property("each"), &before.list, &after.list);
            changes.text(&spot.property("as"), Some(&before.name), Some(&after.name));
            let count = |count: Option<u32>| count.map(Value::from);
            let counts = (count(before.at_once), count(after.at_once));
            let at = spot.property("at_once");
            optional(changes, &at, counts.0.as_ref(), counts.1.as_ref());
            output(changes, spot, &before.body, &after.body);
        }
        (StepKind::Parallel { branches: before }, StepKind::Parallel { branches: after }) => {
            branches(changes, spot, before, after);
        }
        (StepKind::Wait(before), StepKind::Wait(after)) => {
            let wait = spot.silent("wait");
            value(
                changes,
                &wait.property("until"),
                &before.until,
                &after.until,
            );
            let spans = (Some(before.at_most), Some(after.at_most));
            span(changes, &wait, "at_most", spans.0, spans.1);
        }
        (StepKind::Approve(before), StepKind::Approve(after)) => {
            let approve = spot.silent("approve");
            let by = approve.property("by");
            changes.text(&by, Some(&before.by), Some(&after.by));
            let show = approve.property("show");
            optional(changes, &show, before.show.as_ref(), after.show.as_ref());
            let spans = (Some(before.at_most), Some(after.at_most));
            span(changes, &approve, "at_most", spans.0, spans.1);
        }
        (StepKind::Call(before), StepKind::Call(after)) => {
            let call = spot.property("call");
            changes.text(&call, Some(&before.flow), Some(&after.flow));
            value(changes, &spot.silent("with"), &before.with, &after.with);
        }
        (before, after) => {
            let (before, after) = (told(before), told(after));
            let what = format!("{}{}", spot.label, spot.within);
            let sentence = format!("{what}: {before} → {after}");
            let (before, after) = (Some(before.into()), Some(after.into()));
            changes.add(spot, ChangeKind::Changed, sentence, before, after);
        }
    }
}

/// What a block of another kind is.
fn told(kind: &StepKind) -> String {
    match kind {
        StepKind::Use(call) => format!("use {}", call.operation),
        StepKind::Call(call) => format!("call {}", call.flow),
        other => other.word().to_owned(),
    }
}

fn call(changes: &mut Changes, spot: &Spot, before: &Use, after: &Use) {
    let operation = spot.property("use");
    changes.text(&operation, Some(&before.operation), Some(&after.operation));
    let connection = spot.property("connection");
    let names = (before.connection.as_deref(), after.connection.as_deref());
    changes.text(&connection, names.0, names.1);
    let word = |coerce: &Coerce| match coerce {
        Coerce::All => None,
        Coerce::Off => Some("off".to_owned()),
        Coerce::Only(names) => Some(names.join(", ")),
    };
    let (off, on) = (word(&before.coerce), word(&after.coerce));
    changes.text(&spot.property("coerce"), off.as_deref(), on.as_deref());
    value(changes, &spot.silent("with"), &before.with, &after.with);
}

fn output(changes: &mut Changes, spot: &Spot, before: &Steps, after: &Steps) {
    let at = spot.property("output");
    optional(changes, &at, before.output.as_ref(), after.output.as_ref());
}

/// Cases by their order: the first that holds is done.
fn cases(changes: &mut Changes, spot: &Spot, before: &[Case], after: &[Case]) {
    let met = pair_cases(before, after);
    let kept: Vec<usize> = met.iter().flatten().copied().collect();
    let mut stays = rising(&kept).into_iter();
    let at = |n: usize| spot.called(&format!("choose[{n}]"), &spot.label);
    let gone = (0..before.len()).filter(|o| !kept.contains(o));
    for o in gone {
        let name = case_name(&before[o]);
        let sentence = format!("{}: the case {name} removed", spot.label);
        changes.add(
            &at(o),
            ChangeKind::Removed,
            sentence,
            Some(name.into()),
            None,
        );
    }
    for (n, (case, met)) in after.iter().zip(&met).enumerate() {
        let (at, name) = (at(n), case_name(case));
        let Some(o) = *met else {
            let next = after.get(n + 1).map(case_name);
            let place = next.map(|next| format!(" before the case {next}"));
            let place = place.unwrap_or_default();
            let sentence = format!("{}: the case {name} added{place}", spot.label);
            changes.add(&at, ChangeKind::Added, sentence, None, Some(name.into()));
            continue;
        };
        if stays.next() == Some(false) {
            let sentence = format!("{}: the case {name} is now number {}", spot.label, n + 1);
            let (was, now) = ((o + 1).into(), (n + 1).into());
            changes.add(&at, ChangeKind::Moved, sentence, Some(was), Some(now));
        }
        let spot = Spot {
            within: format!("{} ({name})", spot.within),
            ..at
        };
        one_case(changes, &spot, &before[o], case);
    }
}

fn one_case(changes: &mut Changes, spot: &Spot, before: &Case, after: &Case) {
    let note = spot.property("note");
    changes.text(&note, before.note.as_deref(), after.note.as_deref());
    let when = Spot {
        within: String::new(),
        ..spot.property("when")
    };
    optional(changes, &when, before.when.as_ref(), after.when.as_ref());
    match (&before.body, &after.body) {
        (Body::One(before), Body::One(after)) => kind(changes, spot, before, after),
        (Body::Steps(before), Body::Steps(after)) => output(changes, spot, before, after),
        (before, after) => {
            let word = |body: &Body| match body {
                Body::One(kind) => told(kind),
                Body::Steps(_) => "steps".to_owned(),
            };
            let (before, after) = (word(before), word(after));
            let sentence = format!("{}{}: {before} → {after}", spot.label, spot.within);
            let (before, after) = (Some(before.into()), Some(after.into()));
            changes.add(spot, ChangeKind::Changed, sentence, before, after);
        }
    }
}

/// Branches by their names; who comes first gets the first turn.
fn branches(changes: &mut Changes, spot: &Spot, before: &[Branch], after: &[Branch]) {
    let spot = spot.silent("parallel");
    let place = |list: &[Branch], name: &str| list.iter().position(|b| b.name == *name);
    let gone = before.iter().filter(|b| place(after, &b.name).is_none());
    for branch in gone {
        let sentence = format!("{}: the branch `{}` removed", spot.label, branch.name);
        let at = spot.field(&branch.name);
        let was = Some(branch.name.clone().into());
        changes.add(&at, ChangeKind::Removed, sentence, was, None);
    }
    let met: Vec<Option<usize>> = after.iter().map(|b| place(before, &b.name)).collect();
    let kept: Vec<usize> = met.iter().flatten().copied().collect();
    let mut stays = rising(&kept).into_iter();
    for (n, (branch, met)) in after.iter().zip(&met).enumerate() {
        let at = spot.field(&branch.name);
        let label = format!("{}: the branch `{}`", spot.label, branch.name);
        let name = Some(Value::from(branch.name.clone()));
        match met {
            None => changes.add(&at, ChangeKind::Added, format!("{label} added"), None, name),
            Some(o) if stays.next() == Some(false) => {
                let sentence = format!("{label} is now number {}", n + 1);
                let (was, now) = ((o + 1).into(), (n + 1).into());
                changes.add(&at, ChangeKind::Moved, sentence, Some(was), Some(now));
            }
            Some(_) => {}
        }
    }
}
