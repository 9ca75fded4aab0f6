//! Goes through a plan's steps on one event, as far as they do not depend on what is not known:
//! what a peer, a person, another flow or our books would give.
//!
//! A condition that is not known to fail is taken to hold, so that what stands behind it is worked
//! out too; of a `choose` whose condition is not known, each case that may be chosen is.

use crate::plan::{EachWork, Plan, PlanStep, StepList, Work};
use mapping::{Fact, Facts, Formula, Names, Scope, Segment, Stop, Template, Value};
use model::Company;
use std::collections::{BTreeMap, BTreeSet};

/// So many items of an `each` are gone through on one event.
const ITEMS_MAX: usize = 100;
/// So many values of one formula are kept of one event.
const VALUES_MAX: usize = 100;

/// What one formula came to on one event.
pub(super) struct Tally {
    pub source: String,
    pub reads: Vec<String>,
    pub place: Place,
    /// What it gave, without nothing.
    pub values: Vec<Value>,
    pub failed_as: Option<&'static str>,
}

/// What a formula's value is for.
pub(super) enum Place {
    /// A field of the input of an operation; `work` is the path of the step, or of its case.
    Input {
        work: String,
        field: String,
    },
    Other,
}

impl Tally {
    /// The longest text, in characters.
    pub fn longest(&self) -> Option<usize> {
        let texts = self.values.iter().filter_map(Value::as_text);
        texts.map(|text| text.chars().count()).max()
    }
}

/// What a step gives.
enum Given {
    Value(Value),
    /// It is not worked.
    Nothing,
    Unknown,
}

/// The run would end here.
struct Ended;

pub(super) struct Walk<'a> {
    names: Names,
    facts: &'a Facts,
    company: &'a Company,
    /// What cannot be fetched.
    absent: &'a BTreeSet<Fact>,
    /// The steps whose output is not known.
    unknown: BTreeSet<String>,
    /// Names whose value is not known: the item of a list that is not.
    hidden: BTreeSet<String>,
    needs: BTreeSet<Fact>,
    found: BTreeMap<String, Tally>,
    subject: &'a str,
}

impl<'a> Walk<'a> {
    pub fn new(
        names: &Names,
        subject: &'a str,
        facts: &'a Facts,
        company: &'a Company,
        absent: &'a BTreeSet<Fact>,
    ) -> Self {
        Self {
            names: names.clone(),
            facts,
            company,
            absent,
            unknown: BTreeSet::new(),
            hidden: BTreeSet::new(),
            needs: BTreeSet::new(),
            found: BTreeMap::new(),
            subject,
        }
    }

    pub fn flow(&mut self, plan: &Plan) {
        for (name, template) in [("key", &plan.key), ("order_by", &plan.order_by)] {
            if let Some(template) = template {
                self.observe(template, name, None);
            }
        }
        let ended = self.list(&plan.steps).is_err();
        if let Some(output) = plan.output.as_ref().filter(|_| !ended) {
            self.observe(output, "output", None);
        }
    }

    /// The facts that are missing, and what each formula came to if none is.
    pub fn finish(self) -> (BTreeSet<Fact>, BTreeMap<String, Tally>) {
        (self.needs, self.found)
    }

    fn list(&mut self, steps: &[PlanStep]) -> Result<(), Ended> {
        for step in steps {
            self.step(step)?;
        }
        Ok(())
    }

    fn step(&mut self, step: &PlanStep) -> Result<(), Ended> {
        let path = format!("steps.{}", step.id);
        let when = step.when.as_ref();
        let holds = when.map(|when| self.holds(when, &format!("{path}.when")));
        let given = match holds {
            Some(Some(false)) => Given::Nothing,
            // An end that may not come about is none.
            Some(None) => {
                drop(self.work(&step.work, &path));
                Given::Unknown
            }
            Some(Some(true)) | None => self.work(&step.work, &path)?,
        };
        self.bind(&step.id, given);
        Ok(())
    }

    fn bind(&mut self, id: &str, given: Given) {
        self.unknown.remove(id);
        let Some(Value::Map(steps)) = self.names.own_mut("steps") else {
            return;
        };
        let steps = std::sync::Arc::make_mut(steps);
        steps.remove(id);
        match given {
            Given::Value(value) => drop(steps.insert(id.into(), value)),
            Given::Nothing => {}
            Given::Unknown => drop(self.unknown.insert(id.to_owned())),
        }
    }

    fn work(&mut self, work: &Work, path: &str) -> Result<Given, Ended> {
        match work {
            Work::Set(template) => {
                self.observe(template, &format!("{path}.set"), None);
                Ok(self.value(template))
            }
            Work::Check(condition, _) => match self.holds(condition, &format!("{path}.check")) {
                Some(false) => Err(Ended),
                Some(true) => Ok(Given::Value(Value::Bool(true))),
                None => Ok(Given::Unknown),
            },
            Work::Choose(cases) => self.choose(cases, path),
            Work::Call(call) => {
                self.observe(&call.with, &format!("{path}.with"), Some(path));
                Ok(Given::Unknown)
            }
            Work::Book { with, .. } => {
                self.observe(with, &format!("{path}.with"), None);
                Ok(Given::Unknown)
            }
            Work::Wait(until, _) => {
                self.observe(until, &format!("{path}.wait.until"), None);
                Ok(Given::Unknown)
            }
            Work::Approve(approve) => {
                if let Some(show) = &approve.show {
                    self.observe(show, &format!("{path}.approve.show"), None);
                }
                Ok(Given::Unknown)
            }
            Work::Flow(call) => {
                self.observe(&call.with, &format!("{path}.with"), None);
                Ok(Given::Unknown)
            }
            Work::Steps(list) => self.inner(list, path),
            Work::Each(each) => self.each(each, path),
            Work::Parallel(branches) => {
                for (_, list) in branches {
                    self.inner(list, path)?;
                }
                Ok(Given::Unknown)
            }
        }
    }

    fn choose(&mut self, cases: &[(Option<Template>, Work)], path: &str) -> Result<Given, Ended> {
        let mut is_certain = true;
        for (n, (when, work)) in cases.iter().enumerate() {
            let at = format!("{path}.choose[{n}]");
            let holds = match when {
                Some(when) => self.holds(when, &format!("{at}.when")),
                None => Some(true),
            };
            match holds {
                Some(false) => {}
                Some(true) if is_certain => return self.work(work, &at),
                _ => {
                    drop(self.work(work, &at));
                    is_certain = false;
                }
            }
        }
        Ok(match is_certain {
            true => Given::Nothing,
            false => Given::Unknown,
        })
    }

    /// A list of steps within a step. What its steps give is not seen outside.
    fn inner(&mut self, list: &StepList, path: &str) -> Result<Given, Ended> {
        let around = (self.names.clone(), self.unknown.clone());
        let worked = self.list(&list.steps);
        let given = match (&list.output, list.steps.last()) {
            (Some(output), _) => {
                self.observe(output, &format!("{path}.output"), None);
                self.value(output)
            }
            (None, Some(last)) => self.given_by(&last.id),
            (None, None) => Given::Nothing,
        };
        (self.names, self.unknown) = around;
        worked.map(|()| given)
    }

    fn given_by(&self, id: &str) -> Given {
        if self.unknown.contains(id) {
            return Given::Unknown;
        }
        let steps = self.names.get("steps");
        match steps.and_then(|steps| steps.get(id)) {
            Some(value) => Given::Value(value.clone()),
            None => Given::Nothing,
        }
    }

    fn each(&mut self, each: &EachWork, path: &str) -> Result<Given, Ended> {
        self.observe(&each.list, &format!("{path}.each"), None);
        let items = match self.value(&each.list) {
            Given::Value(Value::List(items)) => items,
            Given::Value(_) | Given::Nothing => return Ok(Given::Unknown),
            Given::Unknown => {
                let is_new = self.hidden.insert(each.name.clone());
                drop(self.inner(&each.body, path));
                if is_new {
                    self.hidden.remove(&each.name);
                }
                return Ok(Given::Unknown);
            }
        };
        let around = self.names.clone();
        for item in items.iter().take(ITEMS_MAX) {
            self.names.set(each.name.as_str(), item.clone());
            // There may be nothing to do for one item; the others are not concerned.
            drop(self.inner(&each.body, path));
        }
        self.names = around;
        Ok(Given::Unknown)
    }

    /// Whether a condition holds; none: that is not known.
    fn holds(&mut self, condition: &Template, path: &str) -> Option<bool> {
        self.observe(condition, path, None);
        match self.value(condition) {
            Given::Value(Value::Bool(holds)) => Some(holds),
            _ => None,
        }
    }

    fn value(&self, template: &Template) -> Given {
        let formulas = template.formulas();
        if !formulas.iter().all(|(_, formula)| self.is_known(formula)) {
            return Given::Unknown;
        }
        match template.eval_value(&self.scope()) {
            Ok(value) => Given::Value(value),
            Err(_) => Given::Unknown,
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            names: &self.names,
            facts: self.facts,
            company: self.company,
        }
    }

    fn is_known(&self, formula: &Formula) -> bool {
        formula.references().iter().all(|path| {
            !self.hidden.contains(&path.root)
                && (path.root != "steps"
                    || match path.segments.first() {
                        Some(Segment::Field(id)) => !self.unknown.contains(id),
                        _ => self.unknown.is_empty(),
                    })
        })
    }

    /// Notes what each formula of a template comes to. `input`: it is the input of an operation, in
    /// the step or case at this path.
    fn observe(&mut self, template: &Template, path: &str, input: Option<&str>) {
        let mut worked = Vec::new();
        template.each_formula(
            &self.scope(),
            &|formula| self.is_known(formula),
            &mut |found| {
                let outcome = found.outcome.cloned();
                let at = match found.path {
                    "" => path.to_owned(),
                    inner if inner.starts_with('[') => format!("{path}{inner}"),
                    inner => format!("{path}.{inner}"),
                };
                worked.push((at, found.field.to_owned(), found.formula.clone(), outcome));
            },
        );
        for (at, field, formula, outcome) in worked {
            let failed_as = match &outcome {
                Ok(_) => None,
                Err(Stop::Needs(needs)) if needs.is_subset(self.absent) => Some("no_table"),
                Err(Stop::Needs(needs)) => {
                    self.needs.extend(needs.difference(self.absent).cloned());
                    continue;
                }
                Err(Stop::MissingRow { .. } | Stop::NoRule { .. }) => Some("missing_row"),
                Err(Stop::Mismatch { .. }) => Some("type_mismatch"),
                Err(Stop::Failed { .. }) => Some("formula"),
            };
            let tally = self.found.entry(at).or_insert_with(|| Tally {
                source: formula.source().to_owned(),
                reads: self::reads(&formula, self.subject),
                place: match input {
                    Some(work) => Place::Input {
                        work: work.to_owned(),
                        field,
                    },
                    None => Place::Other,
                },
                values: Vec::new(),
                failed_as: None,
            });
            tally.failed_as = tally.failed_as.or(failed_as);
            if let Ok(value) = outcome
                && !value.is_null()
                && tally.values.len() < VALUES_MAX
            {
                tally.values.push(value);
            }
        }
    }
}

/// The paths that a formula reads of what started the run.
fn reads(formula: &Formula, subject: &str) -> Vec<String> {
    let references = formula.references().into_iter();
    let of_subject = references.filter(|path| path.root == subject && !path.segments.is_empty());
    of_subject.map(|path| path.to_string()).collect()
}
