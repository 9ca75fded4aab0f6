//! Compiles a flow step by step, knowing at each what has run before.

use super::known::{self, Known};
use super::nearest::nearest;
use super::scope::{ScopeKind, Scopes};
use super::{Need, OnError, Plan, PlanStep, StepList, Work, condition, hint};
use connector::Registry;
use mapping::{Mask, Schemas, Segment, Template};
use model::Problem;
use model::flow::{Flow, Places, Step};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A document that was compiled.
pub struct Compiled {
    /// The document, if enough of it was understood.
    pub flow: Option<Flow>,
    /// There is one if no problem is an error.
    pub plan: Option<Plan>,
    /// In the order of the text, each with its place.
    pub problems: Vec<Problem>,
    /// Where paths stand in the text.
    pub places: Places,
}

/// Compiles a flow document. Without errors among the problems there is a plan.
pub fn compile(text: &str, registry: Registry) -> (Option<Plan>, Vec<Problem>) {
    let compiled = compile_document(text, registry);
    (compiled.plan, compiled.problems)
}

/// Compiles a flow document, and keeps what a check of several flows needs.
pub fn compile_document(text: &str, registry: Registry) -> Compiled {
    let read = model::flow::read(text);
    let mut problems = read.problems;
    let plan = read.flow.as_ref().map(|flow| {
        let mut compiler = Compiler::new(registry, flow);
        let plan = compiler.flow(flow);
        problems.append(&mut compiler.problems);
        hint::hints(&plan, &compiler.steps, &mut problems);
        refuse_what_is_not_executable(&plan, &mut problems);
        plan
    });
    read.places.add_to(&mut problems);
    problems.sort_by_key(|p| p.place);
    let is_sound = !problems.iter().any(Problem::is_error);
    Compiled {
        flow: read.flow,
        plan: plan.filter(|_| is_sound),
        problems,
        places: read.places,
    }
}

/// Blocks that are checked and planned, but that runs do not work yet.
fn refuse_what_is_not_executable(plan: &Plan, problems: &mut Vec<Problem>) {
    let mut refuse = |path: String, what: &str| {
        let message = format!("{what} is not executed yet");
        let cure = "wait for a release that does";
        problems.push(Problem::error(path, "not_executable_yet", message, cure));
    };
    let is_special = |start: &super::PlanStart| matches!(start, super::PlanStart::Event(e) if e.connection.is_some() || e.every.is_some());
    if plan.starts.iter().any(is_special) {
        refuse("trigger".into(), "`connection` or `every` of an event");
    }
    for step in plan.every_step() {
        let block = match &step.work {
            Work::Each(_) => Some("each"),
            Work::Parallel(_) => Some("parallel"),
            Work::Approve(_) => Some("approve"),
            Work::Flow(_) => Some("call"),
            Work::Choose(cases) => {
                let inner = cases.iter().map(|(_, work)| work);
                let lists = |work: &Work| matches!(work, Work::Steps(_) | Work::Flow(_));
                inner.into_iter().any(lists).then_some("a case with steps")
            }
            Work::Call(call) if call.connection.is_some() => Some("connection"),
            _ => None,
        };
        let modifier = match &step.on_error {
            OnError::Stop => None,
            OnError::Continue | OnError::Steps(_) => Some("on_error"),
        };
        for what in block.into_iter().chain(modifier) {
            refuse(format!("steps.{}", step.id), &format!("`{what}`"));
        }
    }
}

/// What is known of a step that was compiled.
pub(super) struct Symbol {
    pub ordinal: i64,
    pub scope: usize,
    pub output: Known,
    /// Why it may have no output, if so.
    pub doubt: Option<Doubt>,
    /// It computes or reads and does nothing else.
    pub is_for_its_output: bool,
    pub is_read: bool,
    pub is_used: bool,
}

impl Symbol {
    /// A step that could not be compiled.
    fn unknown(ordinal: i64, scope: usize) -> Self {
        Self {
            ordinal,
            scope,
            output: Known::anything(),
            doubt: None,
            is_for_its_output: false,
            is_read: false,
            is_used: true,
        }
    }
}

/// Why a step may have no output.
pub(super) struct Doubt {
    pub why: &'static str,
    /// It has one where all of this holds.
    pub unless: Option<BTreeSet<String>>,
}

pub(super) struct Compiler<'a> {
    pub registry: Registry,
    pub problems: Vec<Problem>,
    /// What is known by name: `charge`, `event`, the item of an `each`.
    pub schemas: Schemas,
    /// The same, for what is looked up along a path.
    pub names: HashMap<String, Known>,
    /// The steps so far, by id.
    pub steps: BTreeMap<String, Symbol>,
    /// Every step of the document.
    all: HashMap<&'a str, i64>,
    pub scopes: Scopes,
    /// The list that is being compiled.
    pub scope: usize,
    next: i64,
    /// What holds here: parts of the conditions around and before.
    conditions: Vec<String>,
    /// The steps that the present step's formulas name.
    references: BTreeSet<i64>,
    pub connectors: BTreeSet<&'static str>,
    pub needs: BTreeSet<Need>,
    pub calls: BTreeSet<String>,
    company: BTreeSet<String>,
    pub operations: super::operation::Operations,
}

/// What to go back to when a condition holds no longer.
pub(super) struct Mark {
    schemas: Schemas,
    conditions: usize,
}

impl<'a> Compiler<'a> {
    fn new(registry: Registry, flow: &'a Flow) -> Self {
        let numbered = flow.every_step().into_iter().zip(0..);
        Self {
            registry,
            problems: Vec::new(),
            schemas: Schemas::new(),
            names: HashMap::new(),
            steps: BTreeMap::new(),
            all: numbered.map(|(step, n)| (step.id.as_str(), n)).collect(),
            scopes: Scopes::new(),
            scope: 0,
            next: 0,
            conditions: Vec::new(),
            references: BTreeSet::new(),
            connectors: BTreeSet::new(),
            needs: BTreeSet::new(),
            calls: BTreeSet::new(),
            company: BTreeSet::new(),
            operations: super::operation::Operations::default(),
        }
    }

    fn flow(&mut self, flow: &Flow) -> Plan {
        let starts = self.starts(flow);
        let triggers = super::start::triggers(&starts);
        let subjects = self.subjects(flow, &starts);
        let (key, order_by) = self.keys(flow, &starts);
        for (name, schema) in known::standard_names() {
            self.schemas.set(name, schema);
        }
        let steps = self.list(&flow.steps);
        let output = flow.output.as_ref().map(|v| self.template(v, "output"));
        let mut plan = Plan {
            flow: flow.clone(),
            starts,
            triggers,
            subject: subjects.first().copied().unwrap_or("subject"),
            subjects,
            key,
            order_by,
            steps,
            output,
            scopes: std::mem::take(&mut self.scopes.0),
            count: self.next,
            connectors: std::mem::take(&mut self.connectors),
            needs: std::mem::take(&mut self.needs),
            calls: std::mem::take(&mut self.calls),
            company: std::mem::take(&mut self.company),
            reads: Mask::default(),
        };
        plan.reads = plan.reads();
        plan
    }

    fn list(&mut self, steps: &[Step]) -> Vec<PlanStep> {
        steps.iter().filter_map(|step| self.step(step)).collect()
    }

    fn step(&mut self, step: &Step) -> Option<PlanStep> {
        let ordinal = self.next;
        self.next += 1;
        let path = format!("steps.{}", step.id);
        let around = std::mem::take(&mut self.references);
        let when = step.when.as_ref();
        let when = when.map(|v| self.condition(v, &format!("{path}.when")));
        self.references.clear();
        let mark = self.assume(when.as_ref());
        let work = self.work(&step.kind, &path, ordinal);
        self.go_back(mark);
        let named = std::mem::replace(&mut self.references, around);
        let on_error = self.on_error(&step.on_error, ordinal);
        let Some((work, output)) = work else {
            // Its own problems are told; what uses it is not objected to.
            self.steps
                .insert(step.id.clone(), Symbol::unknown(ordinal, self.scope));
            return None;
        };
        if let Work::Check(condition, _) = &work
            && when.is_none()
        {
            // What a check asks for holds for every step after it.
            self.learn_condition(condition);
        }
        let reads: BTreeSet<i64> = self
            .steps
            .values()
            .filter(|s| s.is_read)
            .map(|s| s.ordinal)
            .collect();
        let symbol = Symbol {
            ordinal,
            scope: self.scope,
            output,
            doubt: doubt(step, when.as_ref(), &work),
            is_for_its_output: is_for_its_output(&work),
            is_read: work.is_read(),
            is_used: false,
        };
        self.steps.insert(step.id.clone(), symbol);
        Some(PlanStep {
            ordinal,
            scope: self.scope,
            id: step.id.clone(),
            when,
            work,
            retry: step.retry,
            timeout: step.timeout,
            on_error,
            depends_on: named.intersection(&reads).copied().collect(),
        })
    }

    fn on_error(&mut self, on_error: &model::flow::OnError, ordinal: i64) -> OnError {
        match on_error {
            model::flow::OnError::Stop => OnError::Stop,
            model::flow::OnError::Continue => OnError::Continue,
            model::flow::OnError::Steps(steps) => {
                let kind = ScopeKind::OnError;
                let name = [("error", Known::of(known::error()))];
                let (list, ..) = self.nested(kind, ordinal, &name, steps, None);
                OnError::Steps(list)
            }
        }
    }

    /// Compiles a list within the present step. Says what the list gives, and whether it surely
    /// gives it.
    pub fn nested(
        &mut self,
        kind: ScopeKind,
        ordinal: i64,
        names: &[(&str, Known)],
        steps: &[Step],
        output: Option<(&Value, &str)>,
    ) -> (StepList, Known, bool) {
        let around = self.scope;
        self.scope = self.scopes.open(around, ordinal, kind);
        let mark = self.mark();
        let mut hidden = Vec::new();
        for (name, known) in names {
            self.schemas.set(*name, known.document());
            let before = self.names.insert((*name).to_owned(), known.clone());
            hidden.push(((*name).to_owned(), before));
        }
        let compiled = self.list(steps);
        let output = output.map(|(value, path)| {
            let template = self.template(value, path);
            let known = self.known_of(&template, value);
            (template, known)
        });
        let list = StepList {
            scope: self.scope,
            steps: compiled,
            output: None,
        };
        let given = match output {
            Some((template, known)) => {
                let list = StepList {
                    output: Some(template),
                    ..list
                };
                (list, known, true)
            }
            None => {
                let last = steps.last().and_then(|step| self.steps.get_mut(&step.id));
                let (known, is_certain) = match last {
                    Some(symbol) => {
                        symbol.is_used = true;
                        (symbol.output.clone(), symbol.doubt.is_none())
                    }
                    None => (Known::anything(), false),
                };
                (list, known, is_certain)
            }
        };
        for (name, before) in hidden {
            match before {
                Some(known) => self.names.insert(name, known),
                None => self.names.remove(&name),
            };
        }
        self.go_back(mark);
        self.scope = around;
        given
    }

    pub fn mark(&self) -> Mark {
        Mark {
            schemas: self.schemas.clone(),
            conditions: self.conditions.len(),
        }
    }

    pub fn go_back(&mut self, mark: Mark) {
        self.schemas = mark.schemas;
        self.conditions.truncate(mark.conditions);
    }

    /// Takes a condition to hold until [`Self::go_back`].
    pub fn assume(&mut self, condition: Option<&Template>) -> Mark {
        let mark = self.mark();
        if let Some(condition) = condition {
            self.learn_condition(condition);
        }
        mark
    }

    fn learn_condition(&mut self, condition: &Template) {
        for (_, formula) in condition.formulas() {
            self.schemas.assume(formula);
        }
        self.conditions.extend(condition::parts(condition));
    }

    /// A template that is to be true or false.
    pub fn condition(&mut self, value: &Value, path: &str) -> Template {
        let is_formula = value
            .as_str()
            .is_some_and(|t| t.starts_with('=') && !t.starts_with("=="));
        if !is_formula && !value.is_boolean() {
            let message = "the condition is no formula".to_owned();
            self.error(path, "not_a_formula", message, "write `=` before it".into());
        }
        self.template(value, path)
    }

    /// Compiles a template and checks its formulas against what is known here.
    pub fn template(&mut self, value: &Value, path: &str) -> Template {
        let (template, problems) = Template::compile(value, path);
        let is_sound = !problems.iter().any(Problem::is_error);
        self.problems.extend(problems);
        if !is_sound {
            return template;
        }
        let references = template.references();
        self.show_steps(&template, path);
        // Which settings a company has is known when the flow is deployed.
        let found = mapping::check_template(&template, path, &self.schemas);
        let of_company =
            |p: &Problem| p.code == "maybe_missing" && p.message.starts_with("`company.");
        for problem in found.into_iter().filter(|p| !of_company(p)) {
            let problem = self.explain_absence(problem);
            self.problems.push(problem);
        }
        let of_company = references.iter().filter(|r| r.root == "company");
        let settings = of_company.filter_map(|r| match r.segments.first() {
            Some(Segment::Field(name)) => Some(name.clone()),
            _ => None,
        });
        self.company.extend(settings);
        template
    }

    /// Declares `steps` with those steps that a template's formulas name: all that they need to
    /// know, however many steps there are.
    fn show_steps(&mut self, template: &Template, path: &str) {
        // Each step that is named, and where first.
        let mut named: BTreeMap<String, String> = BTreeMap::new();
        for (place, formula) in template.formulas() {
            let at = match place.as_str() {
                "" => path.to_owned(),
                place if place.starts_with('[') => format!("{path}{place}"),
                place => format!("{path}.{place}"),
            };
            let references = formula.references();
            for reference in references.iter().filter(|r| r.root == "steps") {
                match reference.segments.first() {
                    Some(Segment::Field(id)) => {
                        named.entry(id.clone()).or_insert_with(|| at.clone());
                    }
                    // A computed name may be that of any step that is seen here.
                    _ => named.extend(self.seen().map(|id| (id.to_owned(), at.clone()))),
                }
            }
        }
        if named.is_empty() {
            return;
        }
        let (mut properties, mut required, mut defs) = (Map::new(), Vec::new(), Map::new());
        for (id, at) in named {
            let (known, is_certain) = self.see(&id, &at);
            defs.extend(known.defs.iter().map(|(n, d)| (n.clone(), d.clone())));
            properties.insert(id.clone(), (*known.schema).clone());
            if is_certain {
                required.push(Value::String(id));
            }
        }
        self.schemas.set(
            "steps",
            json!({
                "type": "object", "properties": properties, "required": required, "$defs": defs,
            }),
        );
    }

    /// The ids of the steps whose output is seen here.
    fn seen(&self) -> impl Iterator<Item = &str> {
        let seen = self.steps.iter();
        let seen = seen.filter(|(_, s)| self.scopes.contains(s.scope, self.scope));
        seen.map(|(id, _)| id.as_str())
    }

    /// What is known of a step's output from here, and whether it surely is there.
    fn see(&mut self, id: &str, path: &str) -> (Known, bool) {
        let Some(symbol) = self.steps.get_mut(id) else {
            self.refuse_unseen(id, path);
            return (Known::anything(), true);
        };
        symbol.is_used = true;
        if !self.scopes.contains(symbol.scope, self.scope) {
            let place = self.scopes.hidden_in(symbol.scope, self.scope).clone();
            self.refuse_hidden(id, path, &place);
            return (Known::anything(), true);
        }
        self.references.insert(symbol.ordinal);
        let is_certain = match &symbol.doubt {
            None => true,
            Some(doubt) => doubt
                .unless
                .as_ref()
                .is_some_and(|parts| parts.iter().all(|part| self.conditions.contains(part))),
        };
        (symbol.output.clone(), is_certain)
    }

    fn refuse_unseen(&mut self, id: &str, path: &str) {
        if self.all.contains_key(id) {
            let message = format!("`steps.{id}` has not run when this is worked out");
            let cure = format!("move this behind the step `{id}`");
            self.error(path, "later_step", message, cure);
            return;
        }
        let known: Vec<&str> = self.seen().collect();
        let cure = if known.is_empty() {
            "no step has run before".to_owned()
        } else {
            nearest(id, &known)
        };
        self.error(
            path,
            "unknown_step",
            format!("there is no step `{id}`"),
            cure,
        );
    }

    fn refuse_hidden(&mut self, id: &str, path: &str, place: &super::Scope) {
        let holder = self
            .steps
            .iter()
            .find(|(_, s)| Some(s.ordinal) == place.step);
        let holder = holder.map(|(id, _)| id.clone());
        let (code, message) = match &place.kind {
            ScopeKind::Item => (
                "out_of_scope",
                format!("`steps.{id}` is worked for every item of an `each` and not seen outside"),
            ),
            ScopeKind::OnError => (
                "out_of_scope",
                format!("`steps.{id}` is worked only after a failure and not seen outside"),
            ),
            ScopeKind::Case(_) => (
                "other_branch",
                format!("`steps.{id}` is in a case that may not have been chosen"),
            ),
            ScopeKind::Branch(name) => (
                "other_branch",
                format!("`steps.{id}` is in the branch `{name}` and not seen outside it"),
            ),
            ScopeKind::Flow => ("out_of_scope", format!("`steps.{id}` is not seen here")),
        };
        let cure = match holder {
            Some(holder) => format!("use `steps.{holder}`, which gives what its steps give"),
            None => "move this into the same list of steps".to_owned(),
        };
        self.error(path, code, message, cure);
    }

    /// Says of a step that may be missing why it may be.
    fn explain_absence(&self, problem: Problem) -> Problem {
        let of_step = problem.message.strip_prefix("`steps.");
        let id = of_step.and_then(|rest| rest.strip_suffix("` may be missing"));
        let symbol = id
            .filter(|_| problem.code == "maybe_missing")
            .and_then(|id| self.steps.get(id));
        match (id, symbol.and_then(|s| s.doubt.as_ref())) {
            (Some(id), Some(doubt)) => Problem {
                code: "may_not_have_run".into(),
                message: format!("`steps.{id}` may have no output: {}", doubt.why),
                ..problem
            },
            _ => problem,
        }
    }

    /// What is known of a template's value, if it is a literal or a plain path.
    pub fn known_of(&self, template: &Template, value: &Value) -> Known {
        let formulas = template.formulas();
        let [(place, formula)] = &formulas[..] else {
            return known::of_value(value);
        };
        let is_has = formula.source().trim_start().starts_with("has(");
        let path = formula.path().filter(|_| place.is_empty() && !is_has);
        let Some(path) = path else {
            return known::of_value(value);
        };
        let mut segments = path.segments.iter();
        let mut known = if path.root == "steps" {
            match segments.next() {
                Some(Segment::Field(id)) => self.steps.get(id).map(|s| s.output.clone()),
                _ => None,
            }
        } else {
            self.names.get(&path.root).cloned()
        }
        .unwrap_or_else(Known::anything);
        for segment in segments {
            known = match segment {
                Segment::Field(name) => known.member(name),
                Segment::Item => known.item(),
            };
        }
        known
    }

    pub fn error(&mut self, path: &str, code: &str, message: String, cure: String) {
        self.problems
            .push(Problem::error(path, code, message, cure));
    }

    pub fn warning(&mut self, path: &str, code: &str, message: String, cure: String) {
        self.problems
            .push(Problem::warning(path, code, message, cure));
    }
}

fn doubt(step: &Step, when: Option<&Template>, work: &Work) -> Option<Doubt> {
    let surely = |why| Some(Doubt { why, unless: None });
    if !matches!(step.on_error, model::flow::OnError::Stop) {
        return surely("the run goes on when it has failed");
    }
    if let Some(why) = may_give_nothing(work) {
        return surely(why);
    }
    let parts = condition::parts(when?);
    Some(Doubt {
        why: "it has a `when`",
        unless: (!parts.is_empty()).then_some(parts),
    })
}

/// Why a block may be worked and give nothing.
fn may_give_nothing(work: &Work) -> Option<&'static str> {
    match work {
        Work::Call(call) if call.operation.effect() == connector::Effect::Set => {
            Some("it is passed over where something newer was written")
        }
        Work::Choose(cases) if cases.iter().any(|(when, _)| when.is_none()) => {
            cases.iter().find_map(|(_, work)| may_give_nothing(work))
        }
        Work::Choose(_) => Some("no case may hold"),
        Work::Steps(list) if list.output.is_none() => match list.steps.last() {
            Some(step) if step.when.is_some() => Some("the last step of a case has a `when`"),
            Some(step) => may_give_nothing(&step.work),
            None => None,
        },
        _ => None,
    }
}

fn is_for_its_output(work: &Work) -> bool {
    match work {
        Work::Set(_) => true,
        Work::Choose(cases) => cases.iter().all(|(_, work)| is_for_its_output(work)),
        other => other.is_read(),
    }
}
