//! What starts a flow, and its inputs.

use super::{NAME, Reader, join};
use crate::flow::limits;
use crate::flow::start::{EventStart, Input, InputKind, Schedule, Start};
use crate::yaml::{Kind, Member, Node};
use std::time::Duration;

const CURE: &str = "write an event such as `stripe.charge.succeeded`, `every: 1h`, `cron:` with \
                    `zone:`, `manual`, `api` or `call`";

impl Reader {
    pub(super) fn starts(&mut self, root: &Node) -> Vec<Start> {
        let Some(member) = root.member("trigger") else {
            let message = "nothing starts the flow";
            self.error(root.place, "trigger", "missing", message, CURE);
            return Vec::new();
        };
        let node = &member.value;
        if node.list().is_none() {
            return self.start("trigger", node).into_iter().collect();
        }
        let items = self.items("trigger", node, CURE).unwrap_or_default();
        if items.len() > limits::STARTS {
            let message = format!("{} triggers, at most {}", items.len(), limits::STARTS);
            self.error(
                node.place,
                "trigger",
                "too_many",
                &message,
                "make several flows",
            );
            return Vec::new();
        }
        let mut starts: Vec<Start> = Vec::new();
        for (n, item) in items.iter().enumerate() {
            let at = format!("trigger[{n}]");
            let Some(start) = self.start(&at, item) else {
                continue;
            };
            if starts.contains(&start) {
                let message = "the trigger is named twice";
                self.error(item.place, &at, "duplicate_trigger", message, "remove one");
            }
            starts.push(start);
        }
        starts
    }

    fn start(&mut self, path: &str, node: &Node) -> Option<Start> {
        match &node.kind {
            Kind::Text(word) => match word.as_str() {
                "manual" => Some(Start::Manual),
                "api" => Some(Start::Api),
                "call" => Some(Start::Call),
                word if word.contains('.') => Some(Start::Event(EventStart {
                    trigger: word.to_owned(),
                    connection: None,
                    every: None,
                })),
                word => {
                    let message = format!("`{word}` starts nothing");
                    self.error(node.place, path, "bad_trigger", &message, CURE);
                    None
                }
            },
            Kind::Map(_) if node.get("event").is_some() => self.event(path, node),
            Kind::Map(_) => self.schedule(path, node).map(Start::Schedule),
            _ => {
                let message = format!("a trigger is not {}", node.describe());
                self.error(node.place, path, "bad_trigger", &message, CURE);
                None
            }
        }
    }

    fn event(&mut self, path: &str, node: &Node) -> Option<Start> {
        self.unknown_keys(path, node, &["event", "connection", "every"]);
        let bounds = (limits::SHORTEST_POLL, limits::LONGEST_WAIT);
        let start = EventStart {
            every: self.bounded_span(path, node, "every", bounds),
            connection: self.short_text(path, node, "connection", limits::ID_CHARS),
            trigger: self.required_text(path, node, "event")?,
        };
        Some(Start::Event(start))
    }

    fn schedule(&mut self, path: &str, node: &Node) -> Option<Schedule> {
        self.unknown_keys(path, node, &["event", "every", "cron", "zone"]);
        match (node.member("every"), node.member("cron")) {
            (Some(_), None) => {
                if let Some(zone) = node.member("zone") {
                    let message = "`every` counts from 1970 in UTC and has no zone";
                    let cure = "use `cron:` for wall-clock times, or remove `zone:`";
                    self.error(
                        zone.place,
                        &join(path, "zone"),
                        "unknown_key",
                        message,
                        cure,
                    );
                }
                let bounds = (limits::SHORTEST_SCHEDULE, limits::LONGEST_WAIT);
                let span = self.bounded_span(path, node, "every", bounds);
                span.map(Schedule::Every)
            }
            (None, Some(_)) => {
                let pattern = self.required_text(path, node, "cron");
                let zone = self.required_text(path, node, "zone");
                Some(Schedule::Cron {
                    pattern: pattern?,
                    zone: zone?,
                })
            }
            _ => {
                let message = "the trigger has neither `event`, `every` nor `cron`, or several";
                self.error(node.place, path, "bad_trigger", message, CURE);
                None
            }
        }
    }

    pub(super) fn inputs(&mut self, root: &Node) -> Vec<Input> {
        let Some(member) = root.member("inputs") else {
            return Vec::new();
        };
        let cure = "write `name: text` below it";
        let members = self.members("inputs", &member.value, cure);
        let members = members.unwrap_or_default();
        if members.len() > limits::INPUTS {
            let message = format!("{} inputs, at most {}", members.len(), limits::INPUTS);
            self.error(
                member.place,
                "inputs",
                "too_many",
                &message,
                "give a map or a list",
            );
            return Vec::new();
        }
        members.iter().filter_map(|m| self.input(m)).collect()
    }

    fn input(&mut self, member: &Member) -> Option<Input> {
        let path = join("inputs", &member.key);
        self.id(member.place, &path, &member.key, &NAME);
        let node = &member.value;
        let mut input = Input {
            name: member.key.clone(),
            kind: InputKind::Text,
            title: None,
            note: None,
            is_optional: false,
            default: None,
            one_of: Vec::new(),
            max_length: None,
        };
        if node.text().is_some() {
            input.kind = self.input_kind(&path, node)?;
            return Some(input);
        }
        self.members(&path, node, "write its type: `name: text`")?;
        let known = [
            "type",
            "title",
            "note",
            "optional",
            "default",
            "one_of",
            "max_length",
        ];
        self.unknown_keys(&path, node, &known);
        (input.title, input.note) = self.title_and_note(&path, node);
        input.is_optional = self.yes(&path, node, "optional");
        input.default = node.get("default").map(Node::to_value);
        input.max_length = self.number(&path, node, "max_length", 1_000_000);
        if let Some(list) = node.get("one_of") {
            let at = join(&path, "one_of");
            let items = self.items(&at, list, "list the values").unwrap_or_default();
            input.one_of = items.iter().filter_map(|i| self.text(&at, i)).collect();
        }
        match node.get("type") {
            Some(kind) => input.kind = self.input_kind(&join(&path, "type"), kind)?,
            None => self.missing(node.place, &join(&path, "type"), "type"),
        }
        self.fits(&path, node, &input);
        Some(input)
    }

    /// Refuses what the type of an input does not have.
    fn fits(&mut self, path: &str, node: &Node, input: &Input) {
        let is_text = input.kind == InputKind::Text;
        for (key, given) in [
            ("one_of", !input.one_of.is_empty()),
            ("max_length", input.max_length.is_some()),
        ] {
            if given && !is_text {
                let message = format!("`{key}` is for texts, the input is {}", input.kind.as_str());
                let at = join(path, key);
                self.error(node.place, &at, "misplaced_key", &message, "remove it");
            }
        }
        let Some(default) = node.member("default") else {
            return;
        };
        let fits = match (input.kind, &default.value.kind) {
            (InputKind::Text, Kind::Text(text)) => {
                input.one_of.is_empty() || input.one_of.contains(text)
            }
            (InputKind::Integer | InputKind::Time, Kind::Number(n)) => n.is_i64(),
            (InputKind::Decimal | InputKind::Date, Kind::Text(_))
            | (InputKind::Boolean, Kind::Bool(_))
            | (InputKind::List, Kind::List(_))
            | (InputKind::Map, Kind::Map(_)) => true,
            _ => false,
        };
        if !fits {
            let message = format!("{} is no {}", default.value.to_value(), input.kind.as_str());
            let at = join(path, "default");
            let cure = "give a value of the input's type";
            self.error(default.value.place, &at, "wrong_type", &message, cure);
        }
    }

    fn input_kind(&mut self, path: &str, node: &Node) -> Option<InputKind> {
        let word = self.text(path, node)?;
        let kind = InputKind::parse(&word);
        if kind.is_none() {
            let known: Vec<&str> = InputKind::ALL.into_iter().map(InputKind::as_str).collect();
            let cure = format!("one of: {}", known.join(", "));
            let message = format!("there is no type `{word}`");
            self.error(node.place, path, "unknown_type", &message, &cure);
        }
        kind
    }

    fn yes(&mut self, path: &str, node: &Node, key: &str) -> bool {
        match node.member(key).map(|m| &m.value) {
            None => false,
            Some(Node {
                kind: Kind::Bool(yes),
                ..
            }) => *yes,
            Some(other) => {
                let message = format!("`{key}` is {}", other.describe());
                let at = join(path, key);
                self.error(other.place, &at, "not_boolean", &message, "write `true`");
                false
            }
        }
    }
}

/// So that the bounds of spans are named in one place.
pub(super) const fn at_most(longest: Duration) -> (Duration, Duration) {
    (Duration::from_secs(1), longest)
}
