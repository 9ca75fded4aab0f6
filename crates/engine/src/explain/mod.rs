//! Says a flow in sentences, for people who do not read formulas for a living.

mod step;
mod value;

use connector::Registry;
use mapping::Coercion;
use model::flow::{Flow, Schedule, Start};
use std::fmt::Write;
use value::{Lines, said};

/// The flow in plain sentences, one step after the other. `conversions` are those that its plan
/// makes, if it has one.
pub fn explain(flow: &Flow, conversions: &[Coercion], registry: Registry) -> String {
    let mut lines = Lines::default();
    lines.say("", &format!("{} ({})", flow.title, flow.id));
    if let Some(note) = &flow.note {
        lines.say("  ", note);
    }
    lines.gap();
    lines.say("", &beginning(flow, registry));
    if !flow.inputs.is_empty() {
        lines.say("", "It is given:");
    }
    for input in &flow.inputs {
        let mut sentence = format!("- {}: {}", input.name, input.kind.as_str());
        if let Some(title) = &input.title {
            write!(sentence, ", {title}").ok();
        }
        match (&input.default, input.is_optional) {
            (Some(default), _) => write!(sentence, "; {default} if it is left out").ok(),
            (None, true) => write!(sentence, "; may be left out").ok(),
            (None, false) => None,
        };
        lines.say("  ", &sentence);
    }
    lines.gap();
    let teller = step::Teller {
        registry,
        conversions,
    };
    teller.list(&mut lines, &flow.steps, "", "");
    if let Some(output) = &flow.output {
        lines.gap();
        lines.say("", &format!("It gives {}.", said(output)));
    }
    lines.finish()
}

/// What starts it, and which runs are one or wait for each other.
fn beginning(flow: &Flow, registry: Registry) -> String {
    let starts: Vec<String> = flow.starts.iter().map(|s| start(s, registry)).collect();
    let mut sentence = format!("{}:", capital(&starts.join(", or ")));
    let mut rules = Vec::new();
    if let Some(key) = &flow.key {
        rules.push(format!("once for each {}", said(key)));
    }
    if let Some(order_by) = &flow.order_by {
        rules.push(format!("one at a time for the same {}", said(order_by)));
    }
    if flow.own_events {
        rules.push("also by what our own writes cause".into());
    }
    if !rules.is_empty() {
        sentence.pop();
        write!(sentence, " ({}):", rules.join("; ")).ok();
    }
    sentence
}

fn start(start: &Start, registry: Registry) -> String {
    match start {
        Start::Event(event) => {
            let known = registry.trigger(&event.trigger);
            let at = event
                .connection
                .as_ref()
                .map(|c| format!(" at `{c}`"))
                .unwrap_or_default();
            match known {
                Some((connector, trigger)) => {
                    let name = event.trigger.split_once('.').map_or("", |(_, name)| name);
                    let title = lower(trigger.title);
                    format!("when {} reports {name}{at} ({title})", connector.title)
                }
                None => format!("when `{}` happens{at}", event.trigger),
            }
        }
        Start::Schedule(Schedule::Every(span)) => {
            format!("every {}", model::flow::say_span(*span))
        }
        Start::Schedule(schedule @ Schedule::Cron { pattern, zone }) => {
            match crate::PlanSchedule::new(schedule) {
                Ok(known) => lower(&known.describe()),
                Err(_) => format!("at `{pattern}` ({zone})"),
            }
        }
        Start::Manual => "when a person starts it".to_owned(),
        Start::Api => "when the API starts it".to_owned(),
        Start::Call => "when another flow calls it".to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// Without the capital of a sentence's first word; names such as `IBAN` keep theirs.
fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_lowercase().to_string());
    let is_name = text.chars().nth(1).is_some_and(char::is_uppercase);
    if is_name {
        return text.to_owned();
    }
    first.unwrap_or_default() + chars.as_str()
}
