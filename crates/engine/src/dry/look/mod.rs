//! Looks at one step while it is written: what its formulas see on a sample, and what each of them
//! comes to by itself, whatever becomes of the others.
//!
//! The flow is worked up to the step as in a dry run, with the difference that what would stop a
//! run is noted and passed, so that steps behind it can be written too.

mod cut;
mod fields;

use super::place::Place;
use super::trace::{Met, StepTrace};
use super::walk::{Halt, Walk, cure, size, why};
use super::{DryError, DryRun, created};
use crate::Engine;
use crate::catalog::Environment;
use crate::execute::names_in;
use crate::plan::{self, Plan};
use crate::stop::Stop;
use connector::Registry;
use cut::cut;
use fields::{Field, Fields};
use mapping::{FunctionTable, Kind, Made, Names, Shape, Template, Value as Computed};
use model::Problem;
use model::flow::write_tree;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value that takes more is not shown.
const VALUE_BYTES: usize = 64 << 10;

/// A step that can be looked at.
pub struct Look {
    plan: Plan,
    step: String,
    fields: Fields,
    /// Which item of the `each` around it, counted from 0.
    pub item: usize,
    /// Which item of each list mapping, by the mapping's path as text: `with.lines`.
    pub items: BTreeMap<String, usize>,
}

/// What was seen.
#[derive(Default)]
pub struct Seen {
    /// Whether the step was reached; if not, what is seen is from where the walk ended.
    pub reached: bool,
    /// What would have kept a run from coming here, in sentences.
    pub doubts: Vec<String>,
    /// The names that its formulas see, and their values.
    pub scope: Vec<(String, Value)>,
    /// What each field comes to, in the order of the step.
    pub fields: Vec<FieldSeen>,
    pub lists: Vec<ListSeen>,
    /// The steps before it.
    pub steps: Vec<StepTrace>,
}

/// What one field comes to.
pub struct FieldSeen {
    pub path: Vec<Value>,
    pub outcome: Result<ValueSeen, Problem>,
    /// What it asked of tables and cross references.
    pub met: Vec<Met>,
}

/// A value as it goes to its field.
pub struct ValueSeen {
    /// Absent where the formula gives nothing, or where it is too large to be shown.
    pub value: Option<Value>,
    pub kind: Kind,
    pub converted: Vec<Made>,
}

/// A list mapping of the step.
pub struct ListSeen {
    pub path: Vec<Value>,
    pub variable: String,
    /// How many items its source has, if it could be worked out.
    pub count: Option<usize>,
    /// Which of them was looked at.
    pub item: usize,
}

impl Look {
    /// Reads the tree of a document, as the step `id` stands in it.
    ///
    /// # Errors
    /// There is no such step, or what is wrong with what comes before it.
    pub fn new(
        document: &Map<String, Value>,
        id: &str,
        registry: Registry,
    ) -> Result<Self, Vec<Problem>> {
        let Some((document, step)) = cut(document, id) else {
            let message = format!("there is no step `{id}`");
            let cure = "name a step of the flow";
            return Err(vec![Problem::error("step", "unknown_step", message, cure)]);
        };
        let (plan, problems) = plan::compile(&write_tree(&document), registry);
        Ok(Self {
            plan: plan.ok_or(problems)?,
            step: id.to_owned(),
            fields: Fields::of(&step, registry),
            item: 0,
            items: BTreeMap::new(),
        })
    }

    /// Looks at it with nothing but what is given.
    ///
    /// # Errors
    /// What is wrong with the sample.
    pub async fn nowhere(&self, mut dry: DryRun) -> Result<Seen, DryError> {
        self.fit(&mut dry);
        let now = created(&dry.body).unwrap_or_default();
        let place = Place::nowhere(&self.plan, &dry, now).map_err(DryError::Problems)?;
        self.see(&place, &dry).await
    }

    /// What is given of steps after it is not met.
    fn fit(&self, dry: &mut DryRun) {
        let steps = self.plan.every_step();
        let is_known = |id: &String| steps.iter().any(|step| step.id == *id);
        dry.given.steps.retain(|id, _| is_known(id));
        dry.until = None;
    }

    async fn see(&self, place: &Place<'_>, dry: &DryRun) -> Result<Seen, DryError> {
        let mut walk = Walk::new(&self.plan, place, dry)?;
        // A field may read what no step before it reads.
        let body = Computed::from_json(&dry.body, &Shape::plain()).unwrap_or_default();
        if let Ok((names, _)) = names_in(&self.plan, &place.fixed, "run_dry", &body) {
            walk.names = names;
        }
        walk.look = Some(Looking {
            look: self,
            left: self.item,
            doubts: Vec::new(),
            seen: None,
        });
        let ended = walk.list(&self.plan.steps).await;
        if let Err(Halt::Stop(Stop::Store(error))) = ended {
            return Err(error.into());
        }
        let company = place.company.to_value();
        let Some(looking) = walk.look.take() else {
            return Ok(Seen::default());
        };
        let reached = looking.seen.is_some();
        let (names, fields, lists) = looking
            .seen
            .unwrap_or_else(|| (walk.names.clone(), Vec::new(), Vec::new()));
        walk.steps.retain(|step| step.id != self.step);
        Ok(Seen {
            reached,
            doubts: looking.doubts,
            scope: scope(&names, company),
            fields,
            lists,
            steps: walk.steps,
        })
    }
}

impl Engine {
    /// Looks at a step in an environment: with its company, tables and books.
    ///
    /// # Errors
    /// What is wrong with the sample or the environment, or the store's trouble.
    pub async fn look(
        &self,
        environment: &Arc<Environment>,
        look: &Look,
        mut dry: DryRun,
    ) -> Result<Seen, DryError> {
        look.fit(&mut dry);
        let place = Place::within(&self.shared, environment, &look.plan, &dry);
        let place = place.map_err(DryError::Problems)?;
        look.see(&place, &dry).await
    }
}

/// What a field comes to, with the conversions on the way, or why it comes to nothing.
type Worked = Result<(Computed, Vec<Made>), Problem>;

/// A look under way.
pub(super) struct Looking<'a> {
    look: &'a Look,
    /// How many times the step is still passed.
    left: usize,
    doubts: Vec<String>,
    seen: Option<(Names, Vec<FieldSeen>, Vec<ListSeen>)>,
}

impl Looking<'_> {
    /// Notes what would stop a run, which goes on here.
    pub fn doubt(&mut self, step: &str, stop: &Stop) {
        self.doubts.push(match stop {
            Stop::Skip => format!("`{step}` says that nothing is to be done"),
            Stop::Dead(death) => format!("`{step}` would stop the run: {}", death.fault.message),
            other => format!("`{step}`: {}", why(other)),
        });
    }

    /// Whether this is the step, and this time it is looked at.
    pub fn is_due(&mut self, step: &str) -> bool {
        if self.look.step != step {
            return false;
        }
        let is_due = self.left == 0;
        self.left = self.left.saturating_sub(1);
        is_due
    }
}

impl<'a> Walk<'a> {
    /// Works out the fields of the step that is looked at.
    pub(super) async fn look_at(&mut self) -> Result<(), Halt> {
        let Some(look) = self.look.as_ref().map(|looking| looking.look) else {
            return Ok(());
        };
        let names = self.names.clone();
        let mut lists: Vec<(Option<Names>, ListSeen)> = Vec::new();
        for list in &look.fields.lists {
            let item = look.items.get(&text(&list.path)).copied().unwrap_or(0);
            let seen = ListSeen {
                path: list.path.clone(),
                variable: list.variable.clone(),
                count: None,
                item,
            };
            lists.push((None, seen));
        }
        let mut fields = Vec::with_capacity(look.fields.fields.len());
        for field in &look.fields.fields {
            let seen_in = match field.list {
                None => Some(&names),
                // Without an item nothing in the mapping has a value.
                Some(list) => lists[list].0.as_ref(),
            };
            let Some(seen_in) = seen_in.cloned() else {
                continue;
            };
            self.names = seen_in.clone();
            let (outcome, met) = self.field(field).await?;
            if let (Some(own), Ok((Computed::List(items), _))) = (field.source_of, &outcome) {
                let (names, list) = &mut lists[own];
                list.count = Some(items.len());
                list.item = list.item.min(items.len().saturating_sub(1));
                *names = items.get(list.item).map(|item| {
                    let mut inner = seen_in;
                    inner.set(list.variable.as_str(), item.clone());
                    inner
                });
            }
            fields.push(FieldSeen {
                path: field.path.clone(),
                outcome: outcome.map(shown),
                met,
            });
        }
        // Variables of list mappings are shown with the other names.
        let mut all = names;
        for (inner, list) in &lists {
            let value = inner.as_ref().and_then(|names| names.get(&list.variable));
            if let Some(value) = value {
                all.set(list.variable.as_str(), value.clone());
            }
        }
        let lists = lists.into_iter().map(|(_, list)| list).collect();
        if let Some(looking) = &mut self.look {
            looking.seen = Some((all, fields, lists));
        }
        Ok(())
    }

    async fn field(&mut self, field: &Field) -> Result<(Worked, Vec<Met>), Halt> {
        let path = text(&field.path);
        let table = FunctionTable::standard();
        let (template, problems) = match &field.schema {
            Some(schema) => {
                let coercions = field.coercions.clone();
                Template::compile_for(&field.written, &path, table, schema, coercions)
            }
            None => Template::compile_with(&field.written, &path, table),
        };
        if let Some(problem) = problems.into_iter().find(Problem::is_error) {
            return Ok((Err(problem), Vec::new()));
        }
        let before = self.present().met.len();
        let worked = self.evaluate_noting(&template, &path).await;
        let met = self.present().met[before..].to_vec();
        let outcome = match worked {
            Ok(worked) => Ok(worked),
            Err(Halt::Stop(Stop::Store(error))) => return Err(error.into()),
            Err(Halt::Stop(Stop::Dead(death))) => {
                let fault = &death.fault;
                let code = fault.code.as_deref().unwrap_or(fault.class.as_str());
                Err(Problem::error(path, code, &fault.message, cure(fault)))
            }
            Err(Halt::Stop(stop)) => {
                let cure = "give what it waits for, or let it wait";
                Err(Problem::error(path, "waits", why(&stop), cure))
            }
            Err(other) => return Err(other),
        };
        Ok((outcome, met))
    }
}

fn shown((value, converted): (Computed, Vec<Made>)) -> ValueSeen {
    let json = (!value.is_null()).then(|| value.to_json());
    ValueSeen {
        value: json.filter(|json| size(json) <= VALUE_BYTES),
        kind: value.kind(),
        converted,
    }
}

/// A path as text: `with.lines.to[0]`.
fn text(path: &[Value]) -> String {
    path.iter().fold(String::new(), |text, turn| match turn {
        Value::String(name) if text.is_empty() => name.clone(),
        Value::String(name) => format!("{text}.{name}"),
        other => format!("{text}[{other}]"),
    })
}

/// What every run sees comes last.
const COMMON: [&str; 6] = ["steps", "event", "company", "env", "connection", "run"];

fn scope(names: &Names, company: Value) -> Vec<(String, Value)> {
    let mut all: BTreeMap<String, Value> = names
        .all()
        .map(|(name, value)| (name.to_string(), value.to_json()))
        .collect();
    all.entry("company".into()).or_insert(company);
    let common = COMMON.map(|name| (name.to_owned(), all.remove(name)));
    let own = all.into_iter();
    let common = common.into_iter().filter_map(|(name, v)| Some((name, v?)));
    own.chain(common).collect()
}
