//! Writes a flow in its one form: keys in a fixed order, block style, no coordinates.

use super::document::{Body, Branch, Case, Coerce, Else, Flow, OnError, Step, StepKind, Steps};
use super::span::write_span;
use super::start::{Input, Schedule, Start};
use crate::yaml::Emitter;
use serde_json::Value;

/// The text of a flow. Reading it gives the same flow; writing that gives the same text.
pub fn write(flow: &Flow) -> String {
    let mut e = Emitter::new();
    e.word("schema", "1");
    e.text("flow", &flow.id);
    if flow.title != flow.id {
        e.text("title", &flow.title);
    }
    optional(&mut e, "note", flow.note.as_deref());
    starts(&mut e, &flow.starts);
    if !flow.inputs.is_empty() {
        e.map("inputs", |e| flow.inputs.iter().for_each(|i| input(e, i)));
    }
    template(&mut e, "key", flow.key.as_ref());
    template(&mut e, "order_by", flow.order_by.as_ref());
    if flow.own_events {
        e.word("own_events", "true");
    }
    steps(&mut e, "steps", &flow.steps);
    template(&mut e, "output", flow.output.as_ref());
    e.finish()
}

/// The text of some steps, as a list: what an editor puts on the clipboard.
pub fn write_steps(list: &[Step]) -> String {
    let mut e = Emitter::new();
    steps(&mut e, "steps", list);
    e.finish()
}

fn optional(e: &mut Emitter, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        e.text(key, text);
    }
}

fn template(e: &mut Emitter, key: &str, value: Option<&Value>) {
    if let Some(value) = value {
        e.value(key, value);
    }
}

fn starts(e: &mut Emitter, starts: &[Start]) {
    match starts {
        [one] => match word(one) {
            Some(word) => e.text("trigger", word),
            None => e.map("trigger", |e| start(e, one)),
        },
        many => e.list("trigger", many, |e, one| match word(one) {
            Some(word) => e.plain(&word.into()),
            None => start(e, one),
        }),
    }
}

/// A start that is a word.
fn word(start: &Start) -> Option<&str> {
    match start {
        Start::Event(event) if event.connection.is_none() && event.every.is_none() => {
            Some(&event.trigger)
        }
        Start::Event(_) | Start::Schedule(_) => None,
        Start::Manual => Some("manual"),
        Start::Api => Some("api"),
        Start::Call => Some("call"),
    }
}

fn start(e: &mut Emitter, start: &Start) {
    match start {
        Start::Event(event) => {
            e.text("event", &event.trigger);
            optional(e, "connection", event.connection.as_deref());
            if let Some(span) = event.every {
                e.text("every", &write_span(span));
            }
        }
        Start::Schedule(Schedule::Every(span)) => e.text("every", &write_span(*span)),
        Start::Schedule(Schedule::Cron { pattern, zone }) => {
            e.text("cron", pattern);
            e.text("zone", zone);
        }
        Start::Manual | Start::Api | Start::Call => {}
    }
}

fn input(e: &mut Emitter, input: &Input) {
    let is_short = input.title.is_none()
        && input.note.is_none()
        && !input.is_optional
        && input.default.is_none()
        && input.one_of.is_empty()
        && input.max_length.is_none();
    if is_short {
        e.text(&input.name, input.kind.as_str());
        return;
    }
    e.map(&input.name, |e| {
        e.text("type", input.kind.as_str());
        optional(e, "title", input.title.as_deref());
        optional(e, "note", input.note.as_deref());
        if input.is_optional {
            e.word("optional", "true");
        }
        template(e, "default", input.default.as_ref());
        if !input.one_of.is_empty() {
            e.value("one_of", &input.one_of.clone().into());
        }
        if let Some(most) = input.max_length {
            e.word("max_length", &most.to_string());
        }
    });
}

fn steps(e: &mut Emitter, key: &str, list: &[Step]) {
    e.list(key, list, step);
}

fn step(e: &mut Emitter, step: &Step) {
    e.text("id", &step.id);
    optional(e, "title", step.title.as_deref());
    optional(e, "note", step.note.as_deref());
    template(e, "when", step.when.as_ref());
    block(e, &step.kind, |e| {
        if let Some(span) = step.retry {
            e.text("retry", &write_span(span));
        }
        if let Some(span) = step.timeout {
            e.text("timeout", &write_span(span));
        }
    });
    match &step.on_error {
        OnError::Stop => {}
        OnError::Continue => e.text("on_error", "continue"),
        OnError::Steps(list) => steps(e, "on_error", list),
    }
}

/// A block; `modifiers` stand behind its first lines, before what may be long.
fn block(e: &mut Emitter, kind: &StepKind, modifiers: impl FnOnce(&mut Emitter)) {
    match kind {
        StepKind::Use(call) => {
            e.text("use", &call.operation);
            optional(e, "connection", call.connection.as_deref());
            match &call.coerce {
                Coerce::All => {}
                Coerce::Off => e.text("coerce", "off"),
                Coerce::Only(names) => e.value("coerce", &names.clone().into()),
            }
            modifiers(e);
            with(e, &call.with);
        }
        StepKind::Set { values } => {
            modifiers(e);
            e.value("set", values);
        }
        StepKind::Choose { cases } => {
            modifiers(e);
            e.list("choose", cases, case);
        }
        StepKind::Check(check) => {
            e.value("check", &check.condition);
            match &check.otherwise {
                Else::Skip => e.text("else", "skip"),
                Else::Reject(sentence) => e.text("else", &format!("reject {sentence}")),
            }
            modifiers(e);
        }
        StepKind::Each(each) => {
            e.value("each", &each.list);
            e.text("as", &each.name);
            if let Some(count) = each.at_once {
                e.word("at_once", &count.to_string());
            }
            modifiers(e);
            body(e, &each.body);
        }
        StepKind::Parallel { branches } => {
            modifiers(e);
            let branch = |e: &mut Emitter, b: &Branch| steps(e, &b.name, &b.steps);
            e.map("parallel", |e| branches.iter().for_each(|b| branch(e, b)));
        }
        StepKind::Wait(wait) => {
            modifiers(e);
            e.map("wait", |e| {
                e.value("until", &wait.until);
                e.text("at_most", &write_span(wait.at_most));
            });
        }
        StepKind::Approve(approve) => {
            modifiers(e);
            e.map("approve", |e| {
                e.text("by", &approve.by);
                template(e, "show", approve.show.as_ref());
                e.text("at_most", &write_span(approve.at_most));
            });
        }
        StepKind::Call(call) => {
            e.text("call", &call.flow);
            modifiers(e);
            with(e, &call.with);
        }
    }
}

fn with(e: &mut Emitter, with: &Value) {
    if with.as_object().is_some_and(|map| !map.is_empty()) {
        e.value("with", with);
    }
}

fn body(e: &mut Emitter, body: &Steps) {
    steps(e, "steps", &body.steps);
    template(e, "output", body.output.as_ref());
}

fn case(e: &mut Emitter, case: &Case) {
    optional(e, "note", case.note.as_deref());
    template(e, "when", case.when.as_ref());
    match &case.body {
        Body::One(kind) => block(e, kind, |_| {}),
        Body::Steps(steps) => body(e, steps),
    }
}
