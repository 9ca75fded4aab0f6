//! A flow made executable: formulas compiled, operations resolved, everything checked.
//!
//! [`compile`] reads a document, checks it and gives the [`Plan`]. Every step has an *ordinal* that
//! is unique in the flow: steps are numbered in the order of the document, a step before those
//! that it holds. Every list of steps is a *scope* with a number: 0 is the flow's own list. A
//! step's output is seen by the steps after it in its own list, and by the steps that those hold.

mod against;
mod block;
mod calls;
mod compile;
mod condition;
mod deployment;
mod formula;
mod hint;
mod known;
mod moves;
mod nearest;
mod operation;
mod sample;
mod schema;
mod scope;
mod start;
pub(crate) mod surroundings;
mod symbol;

pub use against::{Change, compile_against};
pub use calls::check_calls;
pub use compile::{Compiled, compile, compile_document, compile_within};
pub use deployment::{Bound, check_deployment};
pub use moves::Moves;
pub use sample::check_sample;
pub use schema::schema;
pub use scope::{Scope, ScopeKind};
pub use start::PlanStart;
pub(crate) use start::inputs;
pub use surroundings::Surroundings;

use crate::books::Book;
use connector::{AnyOperation, Connector, Trigger};
use mapping::{Coercion, Mask, Shape, Template};
use model::flow::{Coerce, Else, Flow};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// An executable flow. It cannot be wrong in the ways that [`compile`] checks.
pub struct Plan {
    pub flow: Flow,
    /// What starts it, in the order of the document.
    pub starts: Vec<PlanStart>,
    /// The events among the starts.
    pub triggers: Vec<&'static Trigger>,
    /// The name under which formulas see what started the run: the event's subject, `schedule` or
    /// `input`.
    pub subject: &'static str,
    /// All such names, one of which a run has: the others are bound to an empty map.
    pub subjects: Vec<&'static str>,
    pub key: Option<Template>,
    pub order_by: Option<Template>,
    /// The flow's own list of steps.
    pub steps: Vec<PlanStep>,
    /// What the flow gives to the flow that calls it.
    pub output: Option<Template>,
    /// Every list of steps, by number.
    pub scopes: Vec<Scope>,
    /// How many steps there are in all lists: the ordinal after the last.
    pub count: i64,
    /// The connectors of which a deployment must bind a connection, for what names none.
    pub connectors: BTreeSet<&'static str>,
    /// The connections that it needs: those, and the ones that it names.
    pub needs: BTreeSet<Need>,
    /// The flows that it calls.
    pub calls: BTreeSet<String>,
    /// The settings of the company that its formulas read: `default_terms`.
    pub company: BTreeSet<String>,
    /// The lookup tables that its formulas name and cannot do without.
    pub tables: BTreeSet<String>,
    /// What its steps read of what started the run.
    pub reads: Mask,
    /// The conversions that are made, or may be, where values go to operations.
    pub conversions: Vec<Coercion>,
}

/// The members of an event's body that formulas see as `event`.
pub(crate) const ENVELOPE: [&str; 3] = ["id", "type", "created"];

/// The member by which the body of what was not sent by a peer says what started the run.
pub(crate) const START: &str = "towpath";

/// A connection that a flow needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    pub connector: &'static str,
    /// The name that the flow gives it, where an environment has several of one connector.
    pub connection: Option<String>,
}

impl Need {
    /// Under what a deployment binds it: the connector, and the connection if it is named.
    pub fn key(connector: &str, connection: Option<&str>) -> String {
        match connection {
            None => connector.to_owned(),
            Some(name) => format!("{connector}:{name}"),
        }
    }
}

/// One step, at its place.
pub struct PlanStep {
    /// Unique in the flow.
    pub ordinal: i64,
    /// The number of the list that it stands in.
    pub scope: usize,
    pub id: String,
    pub when: Option<Template>,
    pub work: Work,
    /// How long a transient failure is retried, if the flow says so.
    pub retry: Option<Duration>,
    /// How long one call may take, if the flow says so.
    pub timeout: Option<Duration>,
    pub on_error: OnError,
    /// The read steps whose output its formulas use: executed again when it is tried again.
    pub depends_on: BTreeSet<i64>,
    /// What is known of its output.
    output: known::Known,
}

/// What becomes of the run when a step has failed for good.
pub enum OnError {
    /// It becomes a dead letter.
    Stop,
    /// It goes on without the step's output.
    Continue,
    /// These steps are worked with the failure as `error`, then it goes on.
    Steps(StepList),
}

/// What a step does.
pub enum Work {
    Call(CallWork),
    Book {
        book: &'static dyn Book,
        with: Template,
        shape: Arc<Shape>,
    },
    Set(Template),
    Choose(Vec<(Option<Template>, Work)>),
    Check(Template, Else),
    Wait(Template, Duration),
    /// The steps of a case: its output is that of the list.
    Steps(StepList),
    Each(EachWork),
    /// Branches by name. The step's output is a map of what they give.
    Parallel(Vec<(String, StepList)>),
    Approve(ApproveWork),
    Flow(FlowWork),
}

/// An operation of a connector, with its input.
pub struct CallWork {
    pub connector: &'static Connector,
    /// The connection that the step names; the connector's only one if absent.
    pub connection: Option<String>,
    /// Under what its connection is bound: [`Need::key`].
    pub need: String,
    pub operation: &'static dyn AnyOperation,
    pub with: Template,
    /// The input as it is written.
    pub written: serde_json::Value,
    pub coerce: Coerce,
    pub shape: Arc<Shape>,
}

/// Steps of a list within a step.
pub struct StepList {
    /// Its number among the flow's lists.
    pub scope: usize,
    pub steps: Vec<PlanStep>,
    /// What the list gives; what its last step gives if absent.
    pub output: Option<Template>,
}

/// The same steps for every item of a list; gives the list of what they give.
pub struct EachWork {
    pub list: Template,
    /// The item's name in the steps.
    pub name: String,
    /// How many items are worked at once, at least 1.
    pub at_once: u32,
    pub body: StepList,
    /// Whether anything reads what the items give; if not, it is not kept in memory.
    pub is_read: bool,
}

/// A person's yes. Gives `{by, at}`: who, and when in seconds.
pub struct ApproveWork {
    pub by: String,
    pub show: Option<Template>,
    pub at_most: Duration,
}

/// Another flow, with its inputs; gives that flow's output.
pub struct FlowWork {
    pub flow: String,
    pub with: Template,
}

impl Plan {
    /// Under what the connection is bound that the flow needs first, whatever its data say.
    pub fn first_need(&self) -> Option<&str> {
        self.steps.iter().find_map(|step| match &step.work {
            Work::Call(call) if step.when.is_none() => Some(call.need.as_str()),
            _ => None,
        })
    }

    /// The connectors themselves, by id.
    pub(crate) fn needed_connectors(&self) -> BTreeMap<&'static str, &'static Connector> {
        let events = self.starts.iter().filter_map(|start| match start {
            PlanStart::Event(event) => Some(event.connector),
            _ => None,
        });
        let mut found: Vec<&'static Connector> = events.collect();
        for step in self.every_step() {
            step.work.connectors(&mut found);
        }
        found.into_iter().map(|c| (c.id, c)).collect()
    }

    /// Whether a formula of its steps may ask the lookup table `name`.
    pub(crate) fn may_ask(&self, name: &str) -> bool {
        let templates = self.templates().into_iter();
        let mut formulas = templates.flat_map(Template::formulas);
        formulas.any(|(_, formula)| formula.source().contains(name))
    }

    /// Everything that its steps evaluate.
    fn templates(&self) -> Vec<&Template> {
        let mut templates: Vec<&Template> = self.output.iter().collect();
        for step in self.every_step() {
            templates.extend(&step.when);
            templates.extend(step.work.templates());
            templates.extend(step.lists().into_iter().filter_map(|l| l.output.as_ref()));
        }
        templates
    }

    /// What every formula reads of an event's body, those of `key` and `order_by` among them, which
    /// are worked out before there is a run.
    pub(crate) fn reads_with_start(&self) -> Mask {
        let of_start = self.key.iter().chain(&self.order_by);
        let templates = self.templates().into_iter().chain(of_start);
        let paths: Vec<mapping::Path> = templates.flat_map(Template::references).collect();
        self.mask(&paths)
    }

    /// Works out what only the whole plan tells.
    fn settle(&mut self) {
        let templates = self.templates();
        let paths: Vec<mapping::Path> = templates.iter().flat_map(|t| t.references()).collect();
        let formulas = templates.iter().flat_map(|t| t.formulas());
        self.tables = formulas.flat_map(|(_, formula)| formula.tables()).collect();
        self.reads = self.mask(&paths);
        let of_steps = paths.iter().filter(|p| p.root == "steps");
        let ids: Option<BTreeSet<&str>> = of_steps
            .map(|path| match path.segments.first() {
                Some(mapping::Segment::Field(id)) => Some(id.as_str()),
                // All of them, or whichever.
                _ => None,
            })
            .collect();
        settle_each(&mut self.steps, ids.as_ref(), true);
    }

    /// What these paths read of an event's body, besides what every run reads of it.
    pub(crate) fn mask(&self, paths: &[mapping::Path]) -> Mask {
        let mut reads = Mask::default();
        for member in ENVELOPE.iter().chain([&START]) {
            reads.add(&format!("/{member}"));
        }
        for start in &self.starts {
            let at = start.subject_at();
            reads.enter(at);
            for money in start
                .money_at()
                .iter()
                .flat_map(|(amount, currency)| [amount, currency])
            {
                reads.add(&format!("{at}{money}"));
            }
            for path in paths.iter().filter(|p| p.root == start.subject()) {
                reads.add_path(at, path);
            }
        }
        reads
    }

    /// The step with this ordinal, whatever list it stands in.
    pub fn step(&self, ordinal: i64) -> Option<&PlanStep> {
        find(&self.steps, ordinal)
    }

    /// Every step, in the order of their ordinals.
    pub fn every_step(&self) -> Vec<&PlanStep> {
        let mut found = Vec::new();
        gather(&self.steps, &mut found);
        found
    }
}

/// Which `each` is read: one that a formula names, or the last of a list, which gives its output.
fn settle_each(steps: &mut [PlanStep], named: Option<&BTreeSet<&str>>, is_own: bool) {
    let last = steps.len().saturating_sub(1);
    for (n, step) in steps.iter_mut().enumerate() {
        let is_named = named.is_none_or(|ids| ids.contains(step.id.as_str()));
        let is_read = is_named || (n == last && !is_own);
        settle_work(&mut step.work, named, is_read);
        if let OnError::Steps(list) = &mut step.on_error {
            settle_each(&mut list.steps, named, false);
        }
    }
}

fn settle_work(work: &mut Work, named: Option<&BTreeSet<&str>>, is_read: bool) {
    match work {
        Work::Each(each) => {
            each.is_read = is_read;
            settle_each(&mut each.body.steps, named, false);
        }
        Work::Steps(list) => settle_each(&mut list.steps, named, false),
        Work::Parallel(branches) => {
            for (_, list) in branches {
                settle_each(&mut list.steps, named, false);
            }
        }
        Work::Choose(cases) => {
            for (_, work) in cases {
                settle_work(work, named, is_read);
            }
        }
        _ => {}
    }
}

/// The last step that does not come after `ordinal` is it, or holds it.
fn find(steps: &[PlanStep], ordinal: i64) -> Option<&PlanStep> {
    let after = steps.partition_point(|s| s.ordinal <= ordinal);
    let step = steps.get(after.checked_sub(1)?)?;
    if step.ordinal == ordinal {
        return Some(step);
    }
    step.lists()
        .into_iter()
        .find_map(|list| find(&list.steps, ordinal))
}

fn gather<'a>(steps: &'a [PlanStep], found: &mut Vec<&'a PlanStep>) {
    for step in steps {
        found.push(step);
        for list in step.lists() {
            gather(&list.steps, found);
        }
    }
}

impl PlanStep {
    /// The lists of steps that it holds, in the order of the document.
    pub fn lists(&self) -> Vec<&StepList> {
        let mut lists = self.work.lists();
        if let OnError::Steps(list) = &self.on_error {
            lists.push(list);
        }
        lists
    }
}

impl Work {
    /// The lists of steps that it holds.
    fn lists(&self) -> Vec<&StepList> {
        match self {
            Self::Steps(list) => vec![list],
            Self::Each(each) => vec![&each.body],
            Self::Parallel(branches) => branches.iter().map(|(_, list)| list).collect(),
            Self::Choose(cases) => cases.iter().flat_map(|(_, work)| work.lists()).collect(),
            Self::Call(_)
            | Self::Book { .. }
            | Self::Set(_)
            | Self::Check(..)
            | Self::Wait(..)
            | Self::Approve(_)
            | Self::Flow(_) => Vec::new(),
        }
    }

    /// What it evaluates itself, besides the lists that it holds.
    fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Call(call) => vec![&call.with],
            Self::Book { with, .. } => vec![with],
            Self::Set(template) | Self::Check(template, _) | Self::Wait(template, _) => {
                vec![template]
            }
            Self::Choose(cases) => cases
                .iter()
                .flat_map(|(when, work)| when.iter().chain(work.templates()))
                .collect(),
            Self::Each(each) => vec![&each.list],
            Self::Approve(approve) => approve.show.iter().collect(),
            Self::Flow(flow) => vec![&flow.with],
            Self::Steps(_) | Self::Parallel(_) => Vec::new(),
        }
    }

    /// The connectors that it calls itself, besides those of the lists that it holds.
    fn connectors(&self, found: &mut Vec<&'static Connector>) {
        match self {
            Self::Call(call) => found.push(call.connector),
            Self::Choose(cases) => cases.iter().for_each(|(_, work)| work.connectors(found)),
            _ => {}
        }
    }

    /// Whether it only reads, so that it may be executed again at any time.
    fn is_read(&self) -> bool {
        match self {
            Self::Call(call) => call.operation.effect() == connector::Effect::Read,
            Self::Book { book, .. } => book.is_read(),
            Self::Choose(cases) => cases.iter().all(|(_, work)| work.is_read()),
            Self::Set(_)
            | Self::Check(..)
            | Self::Wait(..)
            | Self::Steps(_)
            | Self::Each(_)
            | Self::Parallel(_)
            | Self::Approve(_)
            | Self::Flow(_) => false,
        }
    }

    /// Under what the connections are bound that the step itself calls, whichever case holds.
    pub(crate) fn needs<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::Call(call) => found.push(&call.need),
            Self::Choose(cases) => cases.iter().for_each(|(_, work)| work.needs(found)),
            _ => {}
        }
    }

    /// Whether it, or a step that it holds, changes something outside the run.
    pub fn has_effect(&self) -> bool {
        match self {
            Self::Call(call) => call.operation.effect() != connector::Effect::Read,
            Self::Book { book, .. } => !book.is_read(),
            Self::Flow(_) => true,
            Self::Choose(cases) => cases.iter().any(|(_, work)| work.has_effect()),
            Self::Steps(_) | Self::Each(_) | Self::Parallel(_) => {
                let mut steps = self.lists().into_iter().flat_map(|list| &list.steps);
                steps.any(|step| step.work.has_effect())
            }
            Self::Set(_) | Self::Check(..) | Self::Wait(..) | Self::Approve(_) => false,
        }
    }
}
