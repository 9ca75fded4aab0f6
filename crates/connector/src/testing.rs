//! The contract tests that every connector runs against its sandbox.
//!
//! [`check`] reads the list of operations and triggers. [`Shell`] carries one effect through its
//! life as the engine would, keeping its progress as JSON between any two calls, and can lose the
//! answer of any call or die before sending it. [`lost_answers`] does so at every call of a recipe
//! and counts what the peer holds.

use crate::call::Call;
use crate::effect::{Act, Ledger, Progress, Wanted};
use crate::http::Http;
use crate::operation::{AnyOperation, Effect, ReadBack, RecipeCx};
use crate::registry::Connector;
use crate::session::{Runtime, Session};
use crate::trigger::{Source, Trigger};
use model::clock::{Clock, Entropy};
use model::{EffectId, Fault, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// What is wrong with a connector's lists and its example; empty if nothing is.
pub fn check(connector: &Connector) -> Vec<String> {
    let mut wrong = example(connector);
    let mut ids = BTreeSet::new();
    for operation in connector.operations {
        let id = operation.id();
        if !ids.insert(id) {
            wrong.push(format!("{id}: listed twice"));
        }
        let parts: Vec<&str> = id.split('.').collect();
        if parts.len() != 3 || parts.iter().any(|p| p.is_empty() || !is_word(p)) {
            wrong.push(format!("{id}: is not connector.object.verb"));
        }
        if operation.title().is_empty() || operation.doc().is_empty() {
            wrong.push(format!("{id}: has no title or no doc"));
        }
        for (what, schema) in [
            ("input", operation.input_schema()),
            ("output", operation.output_schema()),
        ] {
            if !schema.is_object() {
                wrong.push(format!("{id}: its {what} schema is no object"));
            }
        }
        if let Some(back) = operation.read_back() {
            let lacking = read_back(connector, *operation, &back);
            wrong.extend(lacking.map(|what| format!("{id}: its read back: {what}")));
        }
        if operation.examples().is_empty() {
            wrong.push(format!("{id}: has no example"));
        }
        for example in operation.examples() {
            match (operation.identity(&example), operation.effect().is_once()) {
                (Err(fault), _) => wrong.push(format!("{id}: example: {fault}")),
                (Ok(None), true) => wrong.push(format!("{id}: writes once without an identity")),
                (Ok(Some(_)), false) => {
                    wrong.push(format!("{id}: has an identity and does not write once"));
                }
                _ => {}
            }
            if operation.effect() == Effect::Set
                && operation.as_of(&example).is_ok_and(|guard| guard.is_none())
            {
                wrong.push(format!("{id}: a set without an as_of"));
            }
        }
    }
    for trigger in connector.triggers {
        if !ids.insert(trigger.id) {
            wrong.push(format!("{}: listed twice", trigger.id));
        }
        if !trigger.id.starts_with(&format!("{}.", connector.id)) {
            wrong.push(format!(
                "{}: does not begin with the connector's id",
                trigger.id
            ));
        }
        if trigger.title.is_empty() || trigger.doc.is_empty() || !is_word(trigger.subject) {
            wrong.push(format!(
                "{}: has no title, no doc or no subject",
                trigger.id
            ));
        }
        if !(trigger.schema)().is_object() {
            wrong.push(format!("{}: its schema is no object", trigger.id));
        }
        wrong.extend(example_events(connector, trigger));
    }
    wrong
}

/// What is wrong with the events that a trigger gives as examples.
fn example_events(connector: &Connector, trigger: &Trigger) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut say = |what: String| wrong.push(format!("{}: its examples: {what}", trigger.id));
    let examples = (trigger.examples)(trigger);
    if examples.is_empty() {
        say("there is none".into());
    }
    let schema = (trigger.schema)();
    for example in &examples {
        let Some(subject) = example.body.pointer(trigger.subject_at) else {
            say(format!("nothing stands at {}", trigger.subject_at));
            continue;
        };
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if subject.get(name).is_none_or(Value::is_null) {
                say(format!("`{name}` is not there"));
            }
        }
        if let Some((amount, currency)) = trigger.money_at
            && (subject.pointer(amount).is_none() || subject.pointer(currency).is_none())
        {
            say("they have no amount".into());
        }
        if let (Source::Webhook, Some(envelope)) = (trigger.source, connector.envelope) {
            match envelope(example.body.to_string().as_bytes()) {
                Ok(read) if read.kind == trigger.kind() => {}
                Ok(read) => say(format!("they are of type {}", read.kind)),
                Err(why) => say(why),
            }
        }
    }
    wrong
}

/// Fields of a read back that the schemas do not have.
fn read_back(
    connector: &Connector,
    operation: &dyn AnyOperation,
    back: &ReadBack,
) -> impl Iterator<Item = String> {
    let reads = connector
        .operations
        .iter()
        .find(|o| o.id() == back.operation && o.effect() == Effect::Read);
    let (input, output) = (operation.input_schema(), operation.output_schema());
    let known_by = if operation.effect().is_once() {
        &output
    } else {
        &input
    };
    let has = |schema: &Value, field: &str| schema["properties"].get(field).is_some();
    let mut lacking = Vec::new();
    match reads {
        None => lacking.push(format!("there is no read `{}`", back.operation)),
        Some(read) => {
            let (asked, read) = (read.input_schema(), read.output_schema());
            let mut fields = vec![(&asked, back.by), (known_by, back.of)];
            for (written, shown) in back.fields {
                fields.extend([(&input, *written), (&read, *shown)]);
            }
            let unknown = fields.iter().filter(|(schema, field)| !has(schema, field));
            lacking.extend(unknown.map(|(_, field)| format!("there is no field `{field}`")));
        }
    }
    lacking.into_iter()
}

/// What is wrong with the connection that stands for one in a dry run.
fn example(connector: &Connector) -> Vec<String> {
    let http = match Http::new() {
        Ok(http) => http,
        Err(fault) => return vec![fault.to_string()],
    };
    let runtime = Runtime {
        clock: Clock::manual(Timestamp::default()),
        entropy: Entropy::seeded(0),
        http,
    };
    match (connector.open)((connector.example)(), runtime) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .iter()
            .map(|problem| format!("{}: its example: {problem}", connector.id))
            .collect(),
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
}

/// What befalls the call at which a run dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// The intent was durable and nothing was sent.
    BeforeSending,
    /// It was sent and executed, and the answer was lost.
    AfterSending,
}

/// How an effect ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    Done {
        output: Value,
        reused: bool,
    },
    Refused(Fault),
    Conflict(Fault),
    /// Only a person can tell; the question.
    Asked(Fault),
}

/// Carries one effect as the engine would.
pub struct Shell<'a> {
    pub session: &'a dyn Session,
    pub operation: &'a dyn AnyOperation,
    pub clock: Clock,
    /// Lets the sandbox's time pass as well.
    pub pass: Box<dyn Fn(Duration) + Send + Sync + 'a>,
    /// Dies once at the call with this number, counting from 0.
    pub death: Option<(usize, Death)>,
    /// Calls sent or died at so far, by label.
    pub calls: Vec<String>,
    /// The ledger's row, as JSON between calls, like a database would keep it.
    pub row: Option<Value>,
    quiet: Duration,
}

impl<'a> Shell<'a> {
    pub fn new(session: &'a dyn Session, operation: &'a dyn AnyOperation, clock: Clock) -> Self {
        Self {
            session,
            operation,
            clock,
            pass: Box::new(|_| {}),
            death: None,
            calls: Vec::new(),
            row: None,
            quiet: Duration::from_secs(60),
        }
    }

    fn sleep(&self, span: Duration) {
        self.clock.advance(span);
        (self.pass)(span);
    }

    fn load(&self) -> Option<Progress> {
        let row = self.row.as_ref()?;
        Some(serde_json::from_value(row.clone()).expect("a row that was written reads back"))
    }

    fn save(&mut self, progress: &Progress) {
        self.row = Some(serde_json::to_value(progress).expect("a row is JSON"));
    }

    /// Runs `input` to its end.
    ///
    /// # Panics
    /// If the effect does not end within 200 steps.
    pub async fn run(&mut self, input: &Value) -> Ended {
        let wanted = match Wanted::new(self.operation, &Arc::new(input.clone())) {
            Ok(wanted) => wanted,
            Err(fault) => return Ended::Refused(fault),
        };
        let id = EffectId {
            peer: self.session.peer(),
            kind: wanted.identity.kind.clone(),
            reference: wanted.identity.reference.clone(),
            generation: 0,
        };
        for _ in 0..200 {
            let current = self.load();
            let attempt = Progress::next_attempt(current.as_ref());
            let (progress, act) = {
                let cx = self.cx(&id, attempt);
                self.ledger(&cx, &wanted).begin(current)
            };
            if let Some(ended) = self.work(&id, progress, act, &wanted).await {
                return ended;
            }
        }
        panic!("the effect does not end: {:?}", self.calls);
    }

    fn cx<'b>(&'b self, id: &'b EffectId, attempt: i64) -> RecipeCx<'b> {
        RecipeCx {
            session: self.session,
            effect: Some((id, attempt)),
            now: self.clock.now(),
        }
    }

    fn ledger<'b>(&'b self, cx: &'b RecipeCx<'b>, wanted: &'b Wanted) -> Ledger<'b> {
        Ledger {
            operation: self.operation,
            cx,
            wanted,
            quiet: self.quiet,
        }
    }

    /// Works until the effect ends or the run dies; `None`: begin again.
    async fn work(
        &mut self,
        id: &EffectId,
        mut progress: Progress,
        mut act: Act,
        wanted: &Wanted,
    ) -> Option<Ended> {
        loop {
            (progress, act) = match act {
                Act::Send(call) => {
                    if call.kind.needs_intent() {
                        self.save(&progress);
                    }
                    let death = self.death.filter(|(n, _)| *n == self.calls.len());
                    self.calls.push(call.label.clone());
                    if death.is_some() {
                        self.death = None;
                    }
                    if matches!(death, Some((_, Death::BeforeSending))) {
                        return None;
                    }
                    let answer = self.session.send(&call).await;
                    if death.is_some() {
                        return None;
                    }
                    let answered = self.answer(id, progress, &call, &answer, wanted);
                    self.save(&answered.0);
                    answered
                }
                Act::Find { not_before } => {
                    self.save(&progress);
                    self.sleep(not_before.since(self.clock.now()));
                    let found = {
                        let cx = self.cx(id, progress.attempt);
                        self.operation
                            .find(&cx, &progress.input, &progress.recipe)
                            .await
                    };
                    let next = {
                        let cx = self.cx(id, progress.attempt);
                        self.ledger(&cx, wanted).found(progress, found)
                    };
                    self.save(&next.0);
                    next
                }
                Act::Wait(span) => {
                    self.save(&progress);
                    self.sleep(span);
                    return None;
                }
                Act::Retry(_) => {
                    self.save(&progress);
                    self.sleep(Duration::from_secs(5));
                    return None;
                }
                Act::Again => {
                    self.save(&progress);
                    return None;
                }
                Act::Done { output, reused, .. } => {
                    self.save(&progress);
                    let output = Arc::unwrap_or_clone(output);
                    return Some(Ended::Done { output, reused });
                }
                Act::Refuse(fault) => {
                    self.save(&progress);
                    return Some(Ended::Refused(fault));
                }
                Act::Conflict(fault) => return Some(Ended::Conflict(fault)),
                Act::Ask(fault) => {
                    self.save(&progress);
                    return Some(Ended::Asked(fault));
                }
            };
        }
    }

    fn answer(
        &self,
        id: &EffectId,
        progress: Progress,
        call: &Call,
        answer: &Result<Value, Fault>,
        wanted: &Wanted,
    ) -> (Progress, Act) {
        let cx = self.cx(id, progress.attempt);
        self.ledger(&cx, wanted)
            .answered(progress, call, answer.as_ref().map_err(Clone::clone))
    }

    /// A person's answer to [`Ended::Asked`]: the object's number, or that it was abandoned.
    ///
    /// # Panics
    /// If the operation cannot adopt the number.
    pub fn person(&mut self, input: &Value, number: Option<&str>) {
        let mut progress = self.load().expect("something was begun");
        match number {
            None => progress.answer_abandoned(),
            Some(number) => {
                let output = self
                    .operation
                    .adopt(input, number)
                    .expect("the input is valid");
                progress.answer_exists(output.expect("the operation adopts what a person found"));
            }
        }
        self.save(&progress);
    }
}

/// Makes an input that is unique for its number.
pub type MakeInput<'a> = dyn Fn(usize) -> Value + 'a;
/// Counts what the peer holds for an input.
pub type CountObjects<'a> = dyn Fn(&Value) -> usize + 'a;
/// Finds the number of what the peer holds for an input.
pub type FindNumber<'a> = dyn Fn(&Value) -> Option<String> + 'a;

/// What the suite needs to know about one writing operation of a connector.
pub struct Case<'a> {
    pub operation: &'a dyn AnyOperation,
    /// A valid input, new and unique for each number.
    pub input: Box<MakeInput<'a>>,
    /// How many objects the peer holds that count for this input.
    pub count: Box<CountObjects<'a>>,
    /// The number of the object that the peer holds for this input, as a person would find it.
    pub number: Box<FindNumber<'a>>,
}

/// What [`lost_answers`] saw, for the report.
#[derive(Debug, Default)]
pub struct Report {
    pub calls: Vec<String>,
    /// Ended exactly once without a person.
    pub exactly_once: usize,
    /// A person was asked, and the answer settled it.
    pub asked: usize,
}

/// Dies at every call of the recipe, before and after sending, and counts.
///
/// # Panics
/// If ever more than one object counts, or none where the effect ended well.
pub async fn lost_answers(
    session: &dyn Session,
    clock: &Clock,
    pass: impl Fn(Duration) + Send + Sync + Clone,
    case: &Case<'_>,
) -> Report {
    let shell = || {
        let mut shell = Shell::new(session, case.operation, clock.clone());
        shell.pass = Box::new(pass.clone());
        shell
    };
    let id = case.operation.id();
    let input = (case.input)(0);
    let mut clean = shell();
    let ended = clean.run(&input).await;
    assert!(
        matches!(ended, Ended::Done { reused: false, .. }),
        "{id}: undisturbed: {ended:?}"
    );
    assert_eq!((case.count)(&input), 1, "{id}: undisturbed");
    let again = clean.run(&input).await;
    assert!(
        matches!(again, Ended::Done { reused: true, .. }),
        "{id}: again: {again:?}"
    );
    assert_eq!((case.count)(&input), 1, "{id}: again");

    let mut report = Report {
        calls: clean.calls.clone(),
        ..Report::default()
    };
    let mut serial = 1;
    for n in 0..clean.calls.len() {
        for death in [Death::BeforeSending, Death::AfterSending] {
            for exists in [true, false] {
                let input = (case.input)(serial);
                serial += 1;
                let mut shell = shell();
                shell.death = Some((n, death));
                let at = format!("{id}: {death:?} of call {n} ({})", clean.calls[n]);
                let mut ended = shell.run(&input).await;
                let mut count = (case.count)(&input);
                assert!(count <= 1, "{at}: {count} objects; {:?}", shell.calls);
                if matches!(ended, Ended::Asked(_)) {
                    // A truthful person: "exists" only if it does, "abandoned" only if it does not.
                    let number = (case.number)(&input);
                    if exists != number.is_some() {
                        report.asked += 1;
                        continue;
                    }
                    shell.person(&input, number.as_deref());
                    ended = shell.run(&input).await;
                    count = (case.count)(&input);
                    report.asked += 1;
                } else {
                    report.exactly_once += 1;
                }
                assert!(
                    matches!(ended, Ended::Done { .. }),
                    "{at}: {ended:?}; {:?}",
                    shell.calls
                );
                assert_eq!(count, 1, "{at}: {:?}", shell.calls);
            }
        }
    }
    report
}
