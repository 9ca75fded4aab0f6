//! Samples: what comes in, worked dry, held against what is expected of it.

use super::trace::{Ended, Met, Origin, Trace, WouldBe};
use super::{DryError, DryRun, Reads, body_of_inputs, dry_run};
use crate::plan::Plan;
use model::flow::{Effect, Expected, Given, Sample};
use serde_json::{Map, Value};

/// Whether a sample comes to what it expects.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub passed: bool,
    /// What is otherwise than expected, in sentences.
    pub differences: Vec<String>,
    pub trace: Trace,
}

/// Works a sample.
///
/// # Errors
/// What is wrong with the sample.
pub async fn run_sample(plan: &Plan, sample: &Sample) -> Result<Verdict, DryError> {
    let trace = dry_run(plan, &DryRun::of(sample)).await?;
    let differences = differences(&sample.expected, &trace);
    Ok(Verdict {
        passed: differences.is_empty(),
        differences,
        trace,
    })
}

impl DryRun {
    /// What a sample says comes in, and what is given.
    pub fn of(sample: &Sample) -> Self {
        let body = match &sample.trigger {
            Some(_) => sample.body.clone(),
            None => body_of_inputs(&sample.body),
        };
        Self {
            body,
            given: sample.given.clone(),
            until: None,
            reads: Reads::Invented,
        }
    }
}

impl Trace {
    /// What it met outside, in addition to what was given: a dry run that meets just this comes to
    /// the same. Of a step that was worked several times the first answer is kept.
    #[must_use]
    pub fn met(&self, mut given: Given, company: Option<Value>) -> Given {
        if let Some(Value::Object(company)) = company {
            for (name, value) in company.into_iter().filter(|(_, value)| !value.is_null()) {
                given.company.entry(name).or_insert(value);
            }
        }
        for step in &self.steps {
            if let (Origin::Given | Origin::Live | Origin::Store, Some(output)) =
                (step.origin, &step.output)
            {
                let kept = given.steps.entry(step.id.clone());
                kept.or_insert_with(|| output.clone());
            }
            for met in &step.met {
                met.keep(&mut given);
            }
        }
        given
    }
}

impl Met {
    /// Gives what was met, where nothing is given. Of a table of rules those that won are kept: what
    /// was asked leads to the same of them.
    fn keep(&self, given: &mut Given) {
        let (rows, value) = match self.kind.as_str() {
            "lookup" => (table_of(&mut given.lookups, &self.table), &self.value),
            "cross_reference" => {
                let kind = table_of(&mut given.cross_references, &self.table);
                (kind, &self.value)
            }
            "rules" => {
                if let Some(definition) = &self.value {
                    let table = given.rules.entry(&self.table);
                    table.or_insert_with(|| definition.clone());
                }
                return;
            }
            "rule" => {
                let rows = given.rules.get_mut(&self.table);
                (rows.and_then(|table| table.get_mut("rows")), &self.row)
            }
            _ => return,
        };
        if let (Some(Value::Object(rows)), Some(key), Some(value)) = (rows, &self.key, value) {
            rows.entry(key).or_insert_with(|| value.clone());
        }
    }
}

fn table_of<'a>(part: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Value> {
    Some(part.entry(name).or_insert_with(|| Map::new().into()))
}

impl Verdict {
    /// What the sample would have to expect to pass. An effect that it named keeps to the fields
    /// that it named; a new one has all of its input. Nothing if it ended in no way that a sample
    /// can expect.
    pub fn expected(&self, before: &Expected) -> Option<Expected> {
        let state = self.trace.state;
        if matches!(state, Ended::Reached | Ended::Cut) {
            return None;
        }
        let mut rest = before.effects.as_slice();
        let mut effects = Vec::new();
        for made in &self.trace.effects {
            let known = rest.iter().position(|e| is_same(e, made));
            let with = match known {
                Some(at) => named(&rest[at].with, &made.input),
                None => made.input.clone(),
            };
            let step = known.and_then(|at| rest[at].step.clone());
            if let Some(at) = known {
                rest = &rest[at + 1..];
            }
            effects.push(Effect {
                operation: made.operation.clone(),
                step,
                with,
            });
        }
        let because = self.trace.because.clone().filter(|_| state == Ended::Dead);
        let still = before.because.clone().filter(|part| {
            because
                .as_ref()
                .is_some_and(|whole| whole.contains(part.as_str()))
        });
        Some(Expected {
            state: state.as_str().into(),
            because: still.or(because),
            effects,
        })
    }
}

/// What of `made` has a place in `with`.
fn named(with: &Value, made: &Value) -> Value {
    match (with, made) {
        (Value::Object(with), Value::Object(made)) => Value::Object(
            with.iter()
                .filter_map(|(name, with)| Some((name.clone(), named(with, made.get(name)?))))
                .collect::<Map<_, _>>(),
        ),
        (Value::Array(with), Value::Array(made)) if with.len() == made.len() => {
            Value::Array(with.iter().zip(made).map(|(w, m)| named(w, m)).collect())
        }
        (_, made) => made.clone(),
    }
}

fn is_same(expected: &Effect, made: &WouldBe) -> bool {
    expected.operation == made.operation
        && expected.step.as_ref().is_none_or(|step| *step == made.step)
}

fn differences(expected: &Expected, trace: &Trace) -> Vec<String> {
    let mut found = Vec::new();
    let state = trace.state.as_str();
    let because = trace.because.as_deref();
    if state != expected.state {
        let why = because
            .map(|why| format!(", because: {why}"))
            .unwrap_or_default();
        let wanted = &expected.state;
        found.push(format!("the run ends `{state}` instead of `{wanted}`{why}"));
    } else if let Some(part) = &expected.because
        && !because.is_some_and(|whole| whole.contains(part.as_str()))
    {
        let why = because.unwrap_or_default();
        found.push(format!(
            "the reason is \"{why}\", which does not contain \"{part}\""
        ));
    }
    compare_effects(&expected.effects, &trace.effects, &mut found);
    found
}

/// Goes along both lists. What stands between two effects that were expected was not expected.
fn compare_effects(expected: &[Effect], made: &[WouldBe], found: &mut Vec<String>) {
    let mut rest = made;
    for (n, wanted) in expected.iter().enumerate() {
        let step = wanted.step.as_ref();
        let of = step
            .map(|step| format!(" by the step `{step}`"))
            .unwrap_or_default();
        let Some(at) = rest.iter().position(|made| is_same(wanted, made)) else {
            let earlier = made.iter().any(|made| is_same(wanted, made));
            let order = if earlier {
                " at this place of the order"
            } else {
                ""
            };
            found.push(format!(
                "effect {} is missing: no `{}`{of}{order}",
                n + 1,
                wanted.operation
            ));
            continue;
        };
        let (between, from) = rest.split_at(at);
        // An effect that a later place expects is missing there, not superfluous here.
        found.extend(between.iter().map(not_expected));
        let place = format!("effect {}, `{}`", n + 1, wanted.operation);
        compare(&place, "", &wanted.with, &from[0].input, found);
        rest = &from[1..];
    }
    found.extend(rest.iter().map(not_expected));
}

fn not_expected(made: &WouldBe) -> String {
    format!(
        "`{}` by the step `{}` is not expected",
        made.operation, made.at
    )
}

/// Fields that are not named may be anything; a list has exactly the items that are named.
fn compare(place: &str, path: &str, wanted: &Value, made: &Value, found: &mut Vec<String>) {
    match (wanted, made) {
        (Value::Object(wanted), Value::Object(made)) => {
            for (name, wanted) in wanted {
                let at = match path {
                    "" => name.clone(),
                    path => format!("{path}.{name}"),
                };
                match made.get(name) {
                    Some(made) => compare(place, &at, wanted, made, found),
                    None => found.push(format!("{place}: `{at}` is absent instead of {wanted}")),
                }
            }
        }
        (Value::Array(wanted), Value::Array(made)) if wanted.len() == made.len() => {
            for (n, (wanted, made)) in wanted.iter().zip(made).enumerate() {
                compare(place, &format!("{path}[{n}]"), wanted, made, found);
            }
        }
        (Value::Array(wanted), Value::Array(made)) => found.push(format!(
            "{place}: `{path}` has {} items instead of {}",
            made.len(),
            wanted.len()
        )),
        (wanted, made) if wanted == made => {}
        (wanted, made) => found.push(format!("{place}: `{path}` is {made} instead of {wanted}")),
    }
}
