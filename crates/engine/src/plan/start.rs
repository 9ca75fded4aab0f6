//! What starts a flow, its keys, and the names under which formulas see what started it.

use super::Need;
use super::compile::Compiler;
use super::known::Known;
use super::nearest::nearest;
use crate::schedule::PlanSchedule;
use connector::{Connector, Fires, Source, Trigger};
use mapping::Template;
use model::flow::{EventStart, Flow, Start};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// A peer is not asked more often.
const EVERY_MIN: Duration = Duration::from_secs(10);

/// What starts a run.
pub enum PlanStart {
    Event(PlanEvent),
    Schedule(PlanSchedule),
    /// A person, with the flow's inputs.
    Manual,
    /// A call of our API, with the flow's inputs.
    Api,
    /// Another flow, with this flow's inputs.
    Call,
}

/// An event of a peer.
pub struct PlanEvent {
    pub connector: &'static Connector,
    pub trigger: &'static Trigger,
    /// The connection that the start names; the connector's only one if absent.
    pub connection: Option<String>,
    /// How often a polled peer is asked, if the flow says so.
    pub every: Option<Duration>,
}

impl PlanEvent {
    /// Under what its connection is bound.
    pub fn need(&self) -> String {
        Need::key(self.connector.id, self.connection.as_deref())
    }
}

/// The events among the starts.
pub(super) fn triggers(starts: &[PlanStart]) -> Vec<&'static Trigger> {
    let events = starts.iter().filter_map(|start| match start {
        PlanStart::Event(event) => Some(event.trigger),
        _ => None,
    });
    events.collect()
}

impl PlanStart {
    /// The name under which formulas see what started the run.
    pub fn subject(&self) -> &'static str {
        match self {
            Self::Event(event) => event.trigger.subject,
            Self::Schedule(_) => "schedule",
            Self::Manual | Self::Api | Self::Call => "input",
        }
    }

    /// Where it stands in the body of what started the run, a JSON pointer.
    pub fn subject_at(&self) -> &'static str {
        match self {
            Self::Event(event) => event.trigger.subject_at,
            Self::Schedule(_) => "/schedule",
            Self::Manual | Self::Api | Self::Call => "/input",
        }
    }

    /// Where the money at stake stands in the subject, as the trigger says it.
    pub fn money_at(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Event(event) => event.trigger.money_at,
            Self::Schedule(_) | Self::Manual | Self::Api | Self::Call => None,
        }
    }
}

impl Compiler<'_> {
    pub(super) fn starts(&mut self, flow: &Flow) -> Vec<PlanStart> {
        let is_one = flow.starts.len() == 1;
        let mut found = Vec::new();
        for (n, start) in flow.starts.iter().enumerate() {
            let path = if is_one {
                "trigger".to_owned()
            } else {
                format!("trigger[{n}]")
            };
            match start {
                Start::Event(event) => found.extend(self.event(event, &path).map(PlanStart::Event)),
                Start::Schedule(schedule) => match PlanSchedule::new(schedule) {
                    Ok(schedule) => found.push(PlanStart::Schedule(schedule)),
                    Err(wrong) => {
                        let at = format!("{path}.{}", wrong.field);
                        self.error(&at, wrong.code, wrong.message, wrong.cure.into());
                    }
                },
                Start::Manual => found.push(PlanStart::Manual),
                Start::Api => found.push(PlanStart::Api),
                Start::Call => found.push(PlanStart::Call),
            }
        }
        self.refuse_mixed_subjects(&found);
        if !flow.inputs.is_empty() && !flow.starts.iter().any(Start::has_inputs) {
            let message = "nothing that starts the flow gives inputs".to_owned();
            let cure = "add `manual`, `api` or `call` to the triggers, or remove `inputs:`";
            self.error("inputs", "unused_inputs", message, cure.into());
        }
        found
    }

    fn event(&mut self, event: &EventStart, path: &str) -> Option<PlanEvent> {
        let Some((connector, trigger)) = self.registry.trigger(&event.trigger) else {
            let cure = nearest(&event.trigger, &self.all_triggers());
            let message = format!("there is no trigger `{}`", event.trigger);
            self.error(path, "unknown_trigger", message, cure);
            return None;
        };
        if event.every.is_some() && trigger.source == Source::Webhook {
            let message = format!("`{}` is told by the peer, not asked for", trigger.id);
            let at = format!("{path}.every");
            self.error(&at, "misplaced_key", message, "remove it".into());
        }
        if let Some(every) = event.every.filter(|every| *every < EVERY_MIN) {
            let message = format!("the peer would be asked every {} s", every.as_secs());
            let cure = format!("{} s at least", EVERY_MIN.as_secs());
            self.error(&format!("{path}.every"), "too_often", message, cure);
        }
        self.need(connector.id, event.connection.as_ref());
        Some(PlanEvent {
            connector,
            trigger,
            connection: event.connection.clone(),
            every: event.every,
        })
    }

    fn refuse_mixed_subjects(&mut self, starts: &[PlanStart]) {
        let triggers = triggers(starts);
        if let [first, rest @ ..] = triggers.as_slice()
            && let Some(other) = rest.iter().find(|t| t.subject != first.subject)
        {
            let message = format!(
                "the triggers have different subjects: `{}` and `{}`",
                first.subject, other.subject
            );
            let cure = "make a flow for each, which `call` a third".to_owned();
            self.error("trigger", "mixed_subjects", message, cure);
        }
    }

    /// Declares what started the run. A flow that is started in several ways has the members of
    /// each only sometimes.
    pub(super) fn subjects(&mut self, flow: &Flow, starts: &[PlanStart]) -> Vec<&'static str> {
        let mut subjects: Vec<&'static str> = Vec::new();
        for start in starts {
            if !subjects.contains(&start.subject()) {
                subjects.push(start.subject());
            }
        }
        for start in &flow.starts {
            let (name, mut schema) = match start {
                Start::Event(event) => match self.registry.trigger(&event.trigger) {
                    Some((_, trigger)) => (trigger.subject, (trigger.schema)()),
                    // An unknown trigger is told once; what it would bring is not objected to.
                    None => (
                        event.trigger.split('.').nth(1).unwrap_or_default(),
                        json!({}),
                    ),
                },
                Start::Schedule(_) => (
                    "schedule",
                    json!({
                        "type": "object", "required": ["at", "missed"],
                        "properties": {
                            "at": {"type": "integer"},
                            "missed": {"type": "integer"},
                        },
                    }),
                ),
                Start::Manual | Start::Api | Start::Call => ("input", inputs(flow)),
            };
            if subjects.len() > 1
                && let Some(schema) = schema.as_object_mut()
            {
                schema.remove("required");
            }
            if self.names.contains_key(name) {
                continue;
            }
            let known = Known::of_document(name, schema.clone());
            self.names.insert(name.to_owned(), known);
            self.schemas.set(name, schema);
        }
        subjects
    }

    /// The business key and the ordering key. They are worked out when the event comes in, from the
    /// event alone.
    pub(super) fn keys(
        &mut self,
        flow: &Flow,
        starts: &[PlanStart],
    ) -> (Option<Template>, Option<Template>) {
        let known = super::known::standard_names();
        for (name, schema) in known
            .into_iter()
            .filter(|(n, _)| matches!(*n, "event" | "company"))
        {
            self.schemas.set(name, schema);
        }
        let key = flow.key.as_ref().map(|v| self.template(v, "key"));
        if let Some(key) = &key {
            self.refuse_a_key_that_swallows(key, starts);
        }
        let before = self.problems.len();
        let order_by = flow.order_by.as_ref().map(|v| self.template(v, "order_by"));
        // Without an ordering key a run gets a lane of its own: it may be missing.
        let found = self.problems.split_off(before);
        self.problems
            .extend(found.into_iter().filter(|p| p.code != "maybe_missing"));
        if order_by.as_ref().is_some_and(|t| t.references().is_empty()) {
            let message = "the ordering key is the same for all runs: one is worked at a time";
            let cure = "name what must keep its order, such as `=charge.payment_intent`";
            self.warning("order_by", "one_lane", message.into(), cure.into());
        }
        (key, order_by)
    }

    /// A trigger that fires many times for one subject must not be keyed by that subject alone: the
    /// second partial refund of a charge is not a duplicate.
    fn refuse_a_key_that_swallows(&mut self, key: &Template, starts: &[PlanStart]) {
        let references = key.references();
        if references.is_empty() {
            let message = "the key is the same for everything, so only the first would run".into();
            let cure = "name what is new in each event, or leave the key out".into();
            self.error("key", "constant_key", message, cure);
            return;
        }
        let triggers = triggers(starts);
        let Some(many) = triggers.iter().find(|t| t.fires == Fires::Many) else {
            return;
        };
        let own_id = format!("{}.id", many.subject);
        // A text beside the id says that the author means it: once for each subject.
        let formulas = key.formulas();
        let is_meant = formulas
            .iter()
            .any(|(_, f)| f.source().contains(['\'', '"']));
        if !is_meant && references.iter().all(|r| r.to_string() == own_id) {
            let message = format!(
                "`{}` fires many times for one {}, so the key `={own_id}` would swallow all but \
                 the first",
                many.id, many.subject
            );
            let cure = format!(
                "leave the key out (each event is then its own), name what is new, or say that once \
                 for each is meant: `={own_id} + ':once'`"
            );
            self.error("key", "key_swallows", message, cure);
        }
    }

    fn all_triggers(&self) -> Vec<&'static str> {
        self.registry
            .connectors()
            .flat_map(|c| c.triggers.iter().map(|t| t.id))
            .collect()
    }
}

/// The schema of a flow's inputs.
pub fn inputs(flow: &Flow) -> Value {
    let properties: Map<String, Value> = flow
        .inputs
        .iter()
        .map(|input| (input.name.clone(), input.schema()))
        .collect();
    let certain = flow
        .inputs
        .iter()
        .filter(|i| !i.is_optional || i.default.is_some());
    let required: Vec<&str> = certain.map(|i| i.name.as_str()).collect();
    json!({"type": "object", "properties": properties, "required": required})
}
