//! A flow made executable: formulas compiled, operations resolved, everything checked.

use crate::books::{self, Book};
use connector::{AnyOperation, Connector, Registry, Trigger};
use mapping::{Schemas, Shape, Template};
use model::Problem;
use model::flow::{Else, Flow, StepKind};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// An executable flow. It cannot be wrong in the ways that [`compile`] checks.
pub struct Plan {
    pub flow: Flow,
    pub triggers: Vec<&'static Trigger>,
    /// The subject's name in formulas.
    pub subject: &'static str,
    pub key: Option<Template>,
    pub order_by: Option<Template>,
    pub steps: Vec<PlanStep>,
    /// The connectors whose connections a deployment must bind.
    pub connectors: BTreeSet<&'static str>,
    /// The settings of the company that its formulas read: `default_terms`.
    pub company: BTreeSet<String>,
}

/// One step, at its place.
pub struct PlanStep {
    pub ordinal: i64,
    pub id: String,
    pub when: Option<Template>,
    pub work: Work,
    /// Where its output has decimals.
    pub shape: Shape,
    /// How long a transient failure is retried, if the flow says so.
    pub retry: Option<Duration>,
    /// The read steps whose output its formulas use: executed again when it is tried again.
    pub depends_on: BTreeSet<i64>,
}

/// What a step does.
pub enum Work {
    Call(CallWork),
    Book {
        book: &'static dyn Book,
        with: Template,
        shape: Shape,
    },
    Set(Template),
    Choose(Vec<(Option<Template>, Work)>),
    Check(Template, Else),
    Wait(Template, Duration),
}

/// An operation of a connector, with its input.
pub struct CallWork {
    pub connector: &'static Connector,
    pub operation: &'static dyn AnyOperation,
    pub with: Template,
    pub shape: Shape,
}

impl Plan {
    /// The connector whose connection the flow needs first, whatever its data say.
    pub fn first_connector(&self) -> Option<&'static str> {
        self.steps.iter().find_map(|step| match &step.work {
            Work::Call(call) if step.when.is_none() => Some(call.connector.id),
            _ => None,
        })
    }
}

impl Work {
    /// Whether it only reads, so that it may be executed again at any time.
    fn is_read(&self) -> bool {
        match self {
            Self::Call(call) => call.operation.effect() == connector::Effect::Read,
            Self::Book { book, .. } => book.is_read(),
            Self::Choose(cases) => cases.iter().all(|(_, work)| work.is_read()),
            Self::Set(_) | Self::Check(..) | Self::Wait(..) => false,
        }
    }
}

/// Compiles a flow document. Without errors among the problems there is a plan.
pub fn compile(text: &str, registry: Registry) -> (Option<Plan>, Vec<Problem>) {
    let (flow, mut problems) = model::flow::parse(text);
    let Some(flow) = flow else {
        return (None, problems);
    };
    let mut compiler = Compiler {
        registry,
        problems: &mut problems,
        schemas: Schemas::new(),
        connectors: BTreeSet::new(),
        company: BTreeSet::new(),
        ordinals: BTreeMap::new(),
        reads: BTreeSet::new(),
    };
    let plan = compiler.flow(flow);
    let sound = !problems.iter().any(Problem::is_error);
    (plan.filter(|_| sound), problems)
}

struct Compiler<'a> {
    registry: Registry,
    problems: &'a mut Vec<Problem>,
    /// What is known by name so far: `charge`, `event`, …
    schemas: Schemas,
    connectors: BTreeSet<&'static str>,
    company: BTreeSet<String>,
    ordinals: BTreeMap<String, i64>,
    reads: BTreeSet<i64>,
}

impl Compiler<'_> {
    fn flow(&mut self, flow: Flow) -> Option<Plan> {
        let triggers = self.triggers(&flow);
        let subject = triggers.first().map_or("subject", |t| t.subject);
        for (name, schema) in standard_names() {
            self.schemas.set(name, schema);
        }
        if let Some(trigger) = triggers.first() {
            self.schemas.set(subject, (trigger.schema)());
        }
        let key = flow.key.as_ref().map(|v| self.template(v, "key"));
        let before = self.problems.len();
        let order_by = flow.order_by.as_ref().map(|v| self.template(v, "order_by"));
        // Without an ordering key a run gets a lane of its own: it may be missing.
        let found = self.problems.split_off(before);
        self.problems
            .extend(found.into_iter().filter(|p| p.code != "maybe_missing"));
        self.refuse_a_key_that_swallows(&flow, &triggers);
        let mut steps = Vec::new();
        self.schemas.declare("steps");
        for (n, step) in flow.steps().enumerate() {
            let ordinal = i64::try_from(n).unwrap_or(i64::MAX);
            let path = format!("steps.{}", step.id);
            let when = step
                .when
                .as_ref()
                .map(|v| self.template(v, &format!("{path}.when")));
            let before = self.schemas.clone();
            self.assume(when.as_ref());
            let work = self.work(&step.kind, &path);
            let output = work
                .as_ref()
                .map(|work| output_schema(&step.kind, work, &self.schemas));
            self.schemas = before;
            let (Some(work), Some(output)) = (work, output) else {
                continue;
            };
            if let Work::Check(condition, _) = &work {
                // What a check asks for holds for every step after it.
                for (_, formula) in condition.formulas() {
                    self.schemas.assume(formula);
                }
            }
            let mut depends_on = BTreeSet::new();
            for name in step_names(&step.kind) {
                if let Some(used) = self.ordinals.get(&name)
                    && self.reads.contains(used)
                {
                    depends_on.insert(*used);
                }
            }
            if work.is_read() {
                self.reads.insert(ordinal);
            }
            self.ordinals.insert(step.id.clone(), ordinal);
            let shape = Shape::from_schema(&output);
            self.learn(&step.id, output, when.is_some());
            steps.push(PlanStep {
                shape,
                ordinal,
                id: step.id.clone(),
                when,
                work,
                retry: step.retry,
                depends_on,
            });
        }
        let connectors = std::mem::take(&mut self.connectors);
        let company = std::mem::take(&mut self.company);
        Some(Plan {
            triggers,
            subject,
            key,
            order_by,
            steps,
            connectors,
            company,
            flow,
        })
    }

    fn triggers(&mut self, flow: &Flow) -> Vec<&'static Trigger> {
        let mut found = Vec::new();
        for id in &flow.triggers {
            match self.registry.trigger(id) {
                Some((connector, trigger)) => {
                    self.connectors.insert(connector.id);
                    found.push(trigger);
                }
                None => {
                    let cure = nearest(id, &self.all_triggers());
                    self.error(
                        "trigger",
                        "unknown_trigger",
                        format!("there is no trigger `{id}`"),
                        cure,
                    );
                }
            }
        }
        if let [first, rest @ ..] = found.as_slice()
            && let Some(other) = rest.iter().find(|t| t.subject != first.subject)
        {
            let message = format!(
                "the triggers have different subjects: `{}` and `{}`",
                first.subject, other.subject
            );
            self.error(
                "trigger",
                "mixed_subjects",
                message,
                "make a flow for each".into(),
            );
        }
        found
    }

    /// A trigger that fires many times for one subject must not be keyed by that subject alone: the
    /// second partial refund of a charge is not a duplicate.
    fn refuse_a_key_that_swallows(&mut self, flow: &Flow, triggers: &[&'static Trigger]) {
        let Some(many) = triggers.iter().find(|t| t.fires == connector::Fires::Many) else {
            return;
        };
        let whole = format!("={}.id", many.subject);
        if flow
            .key
            .as_ref()
            .and_then(Value::as_str)
            .is_some_and(|k| k.trim() == whole)
        {
            let message = format!(
                "`{}` fires many times for one {}, so the key `{whole}` would swallow all but the \
                 first",
                many.id, many.subject
            );
            let cure = "leave the key out (each event is then its own), or name what is new".into();
            self.error("key", "key_swallows", message, cure);
        }
    }

    fn work(&mut self, kind: &StepKind, path: &str) -> Option<Work> {
        match kind {
            StepKind::Use { operation, with } => self.call(operation, with, path),
            StepKind::Set { values } => {
                Some(Work::Set(self.template(values, &format!("{path}.set"))))
            }
            StepKind::Choose { cases } => {
                let mut compiled = Vec::new();
                for (n, case) in cases.iter().enumerate() {
                    let at = format!("{path}.choose[{n}]");
                    let when = case
                        .when
                        .as_ref()
                        .map(|v| self.template(v, &format!("{at}.when")));
                    let before = self.schemas.clone();
                    self.assume(when.as_ref());
                    let work = self.work(&case.kind, &at);
                    self.schemas = before;
                    compiled.push((when, work?));
                }
                Some(Work::Choose(compiled))
            }
            StepKind::Check(check) => {
                let condition = self.template(&check.condition, &format!("{path}.check"));
                Some(Work::Check(condition, check.otherwise.clone()))
            }
            StepKind::Wait(wait) => {
                let until = self.template(&wait.until, &format!("{path}.wait.until"));
                Some(Work::Wait(until, wait.at_most))
            }
        }
    }

    fn call(&mut self, id: &str, with: &Value, path: &str) -> Option<Work> {
        if let Some(book) = books::find(id) {
            let with = self.input(with, &format!("{path}.with"), &book.input_schema());
            let shape = Shape::from_schema(&book.output_schema());
            return Some(Work::Book { book, with, shape });
        }
        let Some((connector, operation)) = self.registry.operation(id) else {
            let cure = nearest(id, &self.all_operations());
            let message = format!("there is no operation `{id}`");
            self.error(&format!("{path}.use"), "unknown_operation", message, cure);
            return None;
        };
        self.connectors.insert(connector.id);
        let with = self.input(with, &format!("{path}.with"), &operation.input_schema());
        let shape = Shape::from_schema(&operation.output_schema());
        Some(Work::Call(CallWork {
            connector,
            operation,
            with,
            shape,
        }))
    }

    fn template(&mut self, value: &Value, path: &str) -> Template {
        let (template, problems) = Template::compile(value, path);
        let sound = !problems.iter().any(Problem::is_error);
        self.problems.extend(problems);
        if sound {
            let found = mapping::check_template(&template, path, &self.schemas);
            self.checked(&template, path, found);
        }
        template
    }

    /// The input of an operation, compared with its schema.
    fn input(&mut self, value: &Value, path: &str, schema: &Value) -> Template {
        let table = mapping::FunctionTable::standard();
        let coercions = mapping::Coercions::all();
        let (template, problems) = Template::compile_for(value, path, table, schema, coercions);
        // What did not compile stands for nothing, and is still looked at by its name.
        let broken: Vec<String> = problems.iter().map(|p| p.path.clone()).collect();
        self.problems.extend(problems);
        let mut found = mapping::check_against(&template, path, &self.schemas, schema);
        found.retain(|p| !broken.contains(&p.path));
        self.checked(&template, path, found);
        template
    }

    fn checked(&mut self, template: &Template, path: &str, found: Vec<Problem>) {
        // Which settings a company has, and how long they are, is known when the flow is deployed.
        let settings: BTreeSet<String> = template
            .formulas()
            .into_iter()
            .filter(|(_, formula)| formula.path().is_some_and(|p| p.root == "company"))
            .map(|(at, _)| {
                if at.is_empty() {
                    path.to_owned()
                } else {
                    format!("{path}.{at}")
                }
            })
            .collect();
        let of_company = |p: &Problem| {
            (p.code == "maybe_missing" && p.message.starts_with("`company."))
                || (p.code == "may_be_too_long" && settings.contains(&p.path))
        };
        self.problems
            .extend(found.into_iter().filter(|p| !of_company(p)));
        let references = template.references();
        let names = references.iter().map(ToString::to_string);
        self.company.extend(names.filter_map(|n| {
            n.strip_prefix("company.")
                .map(|n| n.split('.').next().unwrap_or(n).to_owned())
        }));
    }

    /// Under a condition, what it asks for with `has()` is there.
    fn assume(&mut self, when: Option<&Template>) {
        for (_, formula) in when.iter().flat_map(|w| w.formulas()) {
            self.schemas.assume(formula);
        }
    }

    fn learn(&mut self, id: &str, schema: Value, optional: bool) {
        self.schemas
            .set_member("steps", id, Arc::new(schema), !optional);
    }

    fn all_triggers(&self) -> Vec<&'static str> {
        self.registry
            .connectors()
            .flat_map(|c| c.triggers.iter().map(|t| t.id))
            .collect()
    }

    fn all_operations(&self) -> Vec<&'static str> {
        let ours = books::BOOKS.iter().map(|b| b.id());
        let theirs = self
            .registry
            .connectors()
            .flat_map(|c| c.operations.iter().map(|o| o.id()));
        ours.chain(theirs).collect()
    }

    fn error(&mut self, path: &str, code: &str, message: String, cure: String) {
        self.problems
            .push(Problem::error(path, code, message, cure));
    }
}

/// The names that every formula sees, besides its subject and the steps before it.
fn standard_names() -> [(&'static str, Value); 5] {
    let text = || json!({"type": "string"});
    [
        (
            "event",
            json!({"type": "object", "required": ["id", "type", "created"], "properties": {
                "id": text(), "type": text(), "created": {"type": "integer"}}}),
        ),
        (
            "run",
            json!({"type": "object", "required": ["id"], "properties": {"id": text()}}),
        ),
        (
            "env",
            json!({"type": "object", "required": ["name", "kind"], "properties": {
                "name": text(), "kind": text()}}),
        ),
        (
            "company",
            json!({"type": "object",
                "required": ["name", "currency", "books_zone", "collective_customer"],
                "properties": {"name": text(), "currency": text(), "books_zone": text(),
                               "collective_customer": text()},
                "additionalProperties": true}),
        ),
        (
            "connection",
            json!({"type": "object", "additionalProperties": true}),
        ),
    ]
}

/// What a step's output looks like, for the formulas after it.
fn output_schema(kind: &StepKind, work: &Work, schemas: &Schemas) -> Value {
    match (kind, work) {
        (_, Work::Set(values)) => mapping::schema_of(values, schemas),
        (StepKind::Choose { cases }, Work::Choose(works)) => {
            let pairs = cases.iter().zip(works);
            let schemas: Vec<Value> = pairs
                .map(|(case, (_, work))| output_schema(&case.kind, work, schemas))
                .collect();
            json!({"anyOf": schemas})
        }
        (_, Work::Call(call)) => call.operation.output_schema(),
        (_, Work::Book { book, .. }) => book.output_schema(),
        (_, Work::Check(..)) => json!({"type": "boolean"}),
        (_, Work::Choose(_) | Work::Wait(..)) => json!({}),
    }
}

/// The steps that a step's formulas name: `steps.<id>`.
fn step_names(kind: &StepKind) -> BTreeSet<String> {
    fn texts(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::String(text) if text.starts_with('=') => {
                for part in text.split("steps.").skip(1) {
                    let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                    found.insert(part[..end.unwrap_or(part.len())].to_owned());
                }
            }
            Value::Array(list) => list.iter().for_each(|v| texts(v, found)),
            Value::Object(map) => map.values().for_each(|v| texts(v, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    match kind {
        StepKind::Use { with, .. } => texts(with, &mut found),
        StepKind::Set { values } => texts(values, &mut found),
        StepKind::Check(check) => texts(&check.condition, &mut found),
        StepKind::Wait(wait) => texts(&wait.until, &mut found),
        StepKind::Choose { cases } => {
            for case in cases {
                if let Some(when) = &case.when {
                    texts(when, &mut found);
                }
                found.extend(step_names(&case.kind));
            }
        }
    }
    found
}

/// The closest of the known names, as a cure.
fn nearest(name: &str, known: &[&str]) -> String {
    let best = known.iter().min_by_key(|k| distance(name, k));
    best.map_or_else(
        || "there is none".into(),
        |best| format!("did you mean `{best}`?"),
    )
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (corner + usize::from(x != *y))
                .min(row[j] + 1)
                .min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}
