//! A step in sentences.

use super::value::{Lines, said};
use crate::books;
use connector::{Effect, Registry};
use mapping::Coercion;
use model::flow::{Body, Case, Coerce, Each, Else, OnError, Step, StepKind, Steps, Use, say_span};
use serde_json::Value;

pub(super) struct Teller<'a> {
    pub registry: Registry,
    pub conversions: &'a [Coercion],
}

impl Teller<'_> {
    /// A list of steps; `prefix` numbers it: `4.` makes its steps 4.1, 4.2.
    pub fn list(&self, lines: &mut Lines, steps: &[Step], prefix: &str, indent: &str) {
        for (n, step) in steps.iter().enumerate() {
            let number = format!("{prefix}{}", n + 1);
            self.step(lines, step, &number, indent);
        }
    }

    fn step(&self, lines: &mut Lines, step: &Step, number: &str, indent: &str) {
        let head = format!("{indent}{number}. ");
        let inner = " ".repeat(head.chars().count());
        let mut sentence = match &step.title {
            Some(title) => format!("[{}] {}. ", step.id, title.trim_end_matches('.')),
            None => format!("[{}] ", step.id),
        };
        let said_it = self.sentence(&step.kind);
        match &step.when {
            Some(when) => {
                sentence += &format!("If {}: {}", said(when), super::lower(&said_it));
            }
            None => sentence += &said_it,
        }
        sentence += &modifiers(step);
        lines.hang(&head, &inner, &sentence);
        if let Some(note) = &step.note {
            lines.say(&inner, &format!("Note: {note}"));
        }
        for sentence in self.converted(&step.id) {
            lines.say(&inner, &sentence);
        }
        self.inside(lines, &step.kind, number, &inner);
        if let OnError::Steps(steps) = &step.on_error {
            lines.say(&inner, "If it fails, then:");
            self.list(lines, steps, &format!("{number}.e"), &inner);
        }
    }

    /// The conversions that a step makes unasked.
    fn converted(&self, id: &str) -> impl Iterator<Item = String> {
        let prefix = format!("steps.{id}.");
        self.conversions.iter().filter_map(move |conversion| {
            let field = conversion.path.strip_prefix(&prefix)?;
            let (from, to) = (conversion.from, conversion.to);
            Some(match conversion.certain {
                true => format!("Converted: {field}, from {from} to {to}."),
                false => format!("Converted if it comes so: {field}, from {from} to {to}."),
            })
        })
    }

    /// What a block does, up to what it holds.
    fn sentence(&self, kind: &StepKind) -> String {
        match kind {
            StepKind::Use(call) => self.operation(call),
            StepKind::Set { values } => {
                let members = values.as_object().into_iter().flatten();
                let parts: Vec<String> = members
                    .map(|(name, v)| format!("{name} = {}", said(v)))
                    .collect();
                format!("Work out {}.", parts.join("; "))
            }
            StepKind::Check(check) => match &check.otherwise {
                Else::Skip => format!(
                    "Unless {} holds, the run ends here: nothing is to be done.",
                    said(&check.condition)
                ),
                Else::Reject(sentence) => format!(
                    "Unless {} holds, the run becomes a dead letter: \"{sentence}\".",
                    said(&check.condition)
                ),
            },
            StepKind::Choose { .. } => "The first that holds:".to_owned(),
            StepKind::Each(each) => each_sentence(each),
            StepKind::Parallel { .. } => "Side by side:".to_owned(),
            StepKind::Wait(wait) => format!(
                "Wait until {} has a value, at most {}.",
                said(&wait.until),
                say_span(wait.at_most)
            ),
            StepKind::Approve(approve) => {
                let shown = approve.show.as_ref();
                let shown = shown.map(|v| format!(" They are shown {}.", said(v)));
                format!(
                    "Wait until a person with the role `{}` approves, at most {}.{}",
                    approve.by,
                    say_span(approve.at_most),
                    shown.unwrap_or_default()
                )
            }
            StepKind::Call(call) => {
                format!("Run the flow `{}`{}.", call.flow, given(&call.with))
            }
        }
    }

    fn operation(&self, call: &Use) -> String {
        let id = &call.operation;
        let at = call
            .connection
            .as_ref()
            .map(|c| format!(" (`{c}`)"))
            .unwrap_or_default();
        let (title, place, repeat) = match (self.registry.operation(id), books::find(id)) {
            (Some((connector, operation)), _) => (
                operation.title(),
                format!("{}{at}", connector.title),
                effect(operation.effect()),
            ),
            (None, Some(book)) => (book.title(), "our books".to_owned(), ""),
            (None, None) => ("Do", format!("`{id}`, which is not known"), ""),
        };
        let coerce = match &call.coerce {
            Coerce::All => String::new(),
            Coerce::Off => " Values are not converted.".to_owned(),
            Coerce::Only(names) => format!(" Only these conversions: {}.", names.join(", ")),
        };
        let title = title.trim_end_matches('.');
        format!("{title} in {place}{}.{repeat}{coerce}", given(&call.with))
    }

    /// What a block holds, below its sentence.
    fn inside(&self, lines: &mut Lines, kind: &StepKind, number: &str, indent: &str) {
        match kind {
            StepKind::Choose { cases } => {
                for (n, case) in cases.iter().enumerate() {
                    let letter = char::from(b'a' + u8::try_from(n.min(25)).unwrap_or(25));
                    self.case(lines, case, &format!("{number}{letter}"), indent);
                }
            }
            StepKind::Each(each) => self.body(lines, &each.body, &format!("{number}."), indent),
            StepKind::Parallel { branches } => {
                for branch in branches {
                    lines.say(indent, &format!("- {}:", branch.name));
                    let inner = format!("{indent}  ");
                    let prefix = format!("{number}.{}.", branch.name);
                    self.list(lines, &branch.steps, &prefix, &inner);
                }
            }
            StepKind::Use(_)
            | StepKind::Set { .. }
            | StepKind::Check(_)
            | StepKind::Wait(_)
            | StepKind::Approve(_)
            | StepKind::Call(_) => {}
        }
    }

    fn case(&self, lines: &mut Lines, case: &Case, number: &str, indent: &str) {
        let condition = match &case.when {
            Some(when) => format!("If {}:", said(when)),
            None => "Otherwise:".to_owned(),
        };
        let rest = format!("{indent}  ");
        let first = format!("{indent}- ");
        match &case.body {
            Body::One(kind) => {
                let sentence = super::lower(&self.sentence(kind));
                lines.hang(&first, &rest, &format!("{condition} {sentence}"));
            }
            Body::Steps(_) => lines.hang(&first, &rest, &condition),
        }
        if let Some(note) = &case.note {
            lines.say(&rest, &format!("Note: {note}"));
        }
        if let Body::Steps(body) = &case.body {
            self.body(lines, body, &format!("{number}."), &rest);
        }
    }

    fn body(&self, lines: &mut Lines, body: &Steps, prefix: &str, indent: &str) {
        self.list(lines, &body.steps, prefix, indent);
        if let Some(output) = &body.output {
            lines.say(indent, &format!("This gives {}.", said(output)));
        }
    }
}

fn each_sentence(each: &Each) -> String {
    let at_once = match each.at_once {
        Some(count) if count > 1 => format!(", {count} at once"),
        _ => String::new(),
    };
    format!("For each {} of {}{at_once}:", each.name, said(&each.list))
}

/// How a repeat of an operation is safe, in words.
const fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "",
        Effect::Set => " An older value never overwrites a newer one.",
        Effect::Create | Effect::Append => " Done once, however often it is tried.",
        Effect::None => " May happen again if it is tried again.",
    }
}

fn given(with: &Value) -> String {
    let members = with.as_object().into_iter().flatten();
    let parts: Vec<String> = members
        .map(|(name, v)| format!("{name} = {}", said(v)))
        .collect();
    match parts.is_empty() {
        true => String::new(),
        false => format!(", with {}", parts.join("; ")),
    }
}

fn modifiers(step: &Step) -> String {
    let mut said = String::new();
    if let Some(span) = step.retry {
        said += &format!(" It is tried again for {}.", say_span(span));
    }
    if let Some(span) = step.timeout {
        said += &format!(" A call takes at most {}.", say_span(span));
    }
    if step.on_error == OnError::Continue {
        said += " If it fails, the run goes on without it.";
    }
    said
}
