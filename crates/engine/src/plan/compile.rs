//! Compiles a flow step by step, knowing at each what has run before.

use super::known::{self, Known};
use super::scope::{ScopeKind, Scopes};
use super::symbol::{Symbol, doubt, is_for_its_output};
use super::{Need, OnError, Plan, PlanStep, StepList, Surroundings, Work, condition, hint};
use connector::Registry;
use mapping::{Coercion, Mask, Schemas, Template};
use model::Problem;
use model::flow::{Flow, Places, Step};
use model::problem::keep_the_first;
use serde_json::Value;
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
    compile_within(text, registry, &Surroundings::default())
}

/// The same, with what is known of where the flow is to run: also tells what does not fit there.
pub fn compile_within(text: &str, registry: Registry, surroundings: &Surroundings) -> Compiled {
    let read = model::flow::read(text);
    let mut problems = read.problems;
    let plan = read.flow.as_ref().map(|flow| {
        let mut compiler = Compiler::new(registry, flow, surroundings);
        let plan = compiler.flow(flow);
        problems.append(&mut compiler.problems);
        hint::hints(&plan, &compiler.steps, &mut problems);
        plan
    });
    read.places.add_to(&mut problems);
    problems.sort_by_key(|p| p.place);
    keep_the_first(&mut problems);
    let is_sound = !problems.iter().any(Problem::is_error);
    Compiled {
        flow: read.flow,
        plan: plan.filter(|_| is_sound),
        problems,
        places: read.places,
    }
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
    pub all: HashMap<&'a str, i64>,
    pub scopes: Scopes,
    /// The list that is being compiled.
    pub scope: usize,
    next: i64,
    /// What holds here: parts of the conditions around and before.
    pub conditions: Vec<String>,
    /// The steps that the present step's formulas name.
    pub references: BTreeSet<i64>,
    /// The steps so far that only read.
    reads: BTreeSet<i64>,
    pub connectors: BTreeSet<&'static str>,
    pub needs: BTreeSet<Need>,
    pub calls: BTreeSet<String>,
    pub company: BTreeSet<String>,
    pub operations: super::operation::Operations,
    pub surroundings: &'a Surroundings,
    /// The conversions so far.
    pub conversions: Vec<Coercion>,
    /// How many outputs were shown to formulas: what the time to compile grows with.
    pub shown: usize,
}

/// What to go back to when a condition holds no longer.
pub(super) struct Mark {
    schemas: Schemas,
    conditions: usize,
}

impl<'a> Compiler<'a> {
    fn new(registry: Registry, flow: &'a Flow, surroundings: &'a Surroundings) -> Self {
        let numbered = flow.every_step().into_iter().zip(0..);
        let mut schemas = Schemas::new();
        for (table, row) in &surroundings.lookups {
            schemas.set_lookup(table, row.clone());
        }
        Self {
            registry,
            problems: Vec::new(),
            schemas,
            names: HashMap::new(),
            steps: BTreeMap::new(),
            all: numbered.map(|(step, n)| (step.id.as_str(), n)).collect(),
            scopes: Scopes::new(),
            scope: 0,
            next: 0,
            conditions: Vec::new(),
            references: BTreeSet::new(),
            reads: BTreeSet::new(),
            connectors: BTreeSet::new(),
            needs: BTreeSet::new(),
            calls: BTreeSet::new(),
            company: BTreeSet::new(),
            operations: super::operation::Operations::default(),
            surroundings,
            conversions: Vec::new(),
            shown: 0,
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
            tables: BTreeSet::new(),
            reads: Mask::default(),
            conversions: std::mem::take(&mut self.conversions),
        };
        plan.settle();
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
        let known = output.clone();
        let symbol = Symbol {
            ordinal,
            scope: self.scope,
            output,
            doubt: doubt(step, when.as_ref(), &work),
            is_for_its_output: is_for_its_output(&work),
            is_used: false,
        };
        let depends_on = named.intersection(&self.reads).copied().collect();
        if work.is_read() {
            self.reads.insert(ordinal);
        }
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
            depends_on,
            output: known,
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
            let known = self.known_of(&template);
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

    pub fn error(&mut self, path: &str, code: &str, message: String, cure: String) {
        self.problems
            .push(Problem::error(path, code, message, cure));
    }

    pub fn warning(&mut self, path: &str, code: &str, message: String, cure: String) {
        self.problems
            .push(Problem::warning(path, code, message, cure));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    /// Each step uses the one before it, some under a condition.
    fn chain(count: usize) -> Flow {
        let mut text = String::from("schema: 1\nflow: a\ntrigger: manual\nsteps:\n");
        text += "  - id: s0\n    set:\n      x: 1\n";
        for n in 1..count {
            let before = n - 1;
            write!(
                text,
                "  - id: s{n}\n    set:\n      x: =steps.s{before}.x + 1\n      list:\n        \
                 each: =[steps.s{before}.x]\n        as: item\n        to: =item\n"
            )
            .expect("a text");
        }
        let (flow, problems) = model::flow::parse(&text);
        assert_eq!(problems, []);
        flow.expect("a flow")
    }

    #[test]
    fn a_formula_is_shown_the_steps_that_it_names_and_no_others() {
        let shown = |count: usize| {
            let flow = chain(count);
            let surroundings = Surroundings::default();
            let mut compiler = Compiler::new(Registry(&[]), &flow, &surroundings);
            compiler.flow(&flow);
            assert_eq!(compiler.problems, []);
            compiler.shown
        };
        assert_eq!((shown(100), shown(1_000)), (99, 999));
    }
}
