//! The formulas of a flow, over all events that were looked at.

use super::walk::{Place, Tally};
use crate::catalog::Connection;
use crate::plan::surroundings::{TooLong, field, narrowed, too_long};
use crate::plan::{Plan, Work};
use mapping::Mask;
use model::ids::EventId;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One formula, over all events that were looked at. An event counts once, however many items it
/// has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormulaTraffic {
    /// Where it stands: `steps.order.with.lines.to.item`.
    pub path: String,
    pub source: String,
    /// The paths that it reads of what started the run.
    pub reads: Vec<String>,
    /// In how many events it could be worked out.
    pub worked: usize,
    /// In how many it gave nothing.
    pub absent: usize,
    /// In how many it would have stopped the run, and the newest of them.
    pub failed: usize,
    pub newest_failed: Option<EventId>,
    /// Why in that one: `formula`, `type_mismatch`, `missing_row`, `no_table`.
    pub failed_as: Option<&'static str>,
    /// In how many a text was longer than its field takes, and the newest of them.
    pub too_long: usize,
    pub newest_too_long: Option<EventId>,
    /// The text that was most beyond what its field takes, in characters, and what that takes.
    pub beyond: Option<(usize, usize)>,
    /// The longest text that it gave, in characters.
    pub longest: Option<usize>,
}

/// The formulas so far.
#[derive(Default)]
pub(super) struct Formulas {
    /// The input schema of each step's operations, narrowed by what its connection says.
    inputs: BTreeMap<String, Value>,
    /// What the formulas read of an event's body.
    pub reads: Mask,
    found: BTreeMap<String, FormulaTraffic>,
}

impl Formulas {
    pub fn new(plan: &Plan, connections: &BTreeMap<&str, &Arc<Connection>>) -> Self {
        let mut inputs = BTreeMap::new();
        for step in plan.every_step() {
            let path = format!("steps.{}", step.id);
            input_schemas(&step.work, &path, connections, &mut inputs);
        }
        Self {
            inputs,
            reads: plan.reads_with_start(),
            found: BTreeMap::new(),
        }
    }

    /// Adds what one event came to.
    pub fn add(&mut self, tallies: BTreeMap<String, Tally>, event: EventId) {
        for (path, tally) in tallies {
            let beyond = self.beyond(&tally);
            let formula = self
                .found
                .entry(path)
                .or_insert_with_key(|path| FormulaTraffic {
                    path: path.clone(),
                    source: tally.source.clone(),
                    reads: tally.reads.clone(),
                    ..FormulaTraffic::default()
                });
            formula.worked += 1;
            formula.absent += usize::from(tally.values.is_empty() && tally.failed_as.is_none());
            formula.longest = formula.longest.max(tally.longest());
            if let Some(why) = tally.failed_as {
                formula.failed += 1;
                if formula.newest_failed.is_none() {
                    formula.newest_failed = Some(event);
                    formula.failed_as = Some(why);
                }
            }
            if let Some(long) = beyond {
                formula.too_long += 1;
                formula.newest_too_long.get_or_insert(event);
                let over = |(has, takes): (usize, usize)| has.saturating_sub(takes);
                let worst = (long.has, long.takes);
                if formula.beyond.is_none_or(|known| over(worst) > over(known)) {
                    formula.beyond = Some(worst);
                }
            }
        }
    }

    /// The value that is most beyond what its field takes.
    fn beyond(&self, tally: &Tally) -> Option<TooLong> {
        let Place::Input { work, field: name } = &tally.place else {
            return None;
        };
        let document = self.inputs.get(work)?;
        let schema = field(document, name)?;
        let found = tally
            .values
            .iter()
            .filter_map(|v| too_long(document, schema, v));
        found.max_by_key(|long| long.has.saturating_sub(long.takes))
    }

    pub fn finish(self) -> Vec<FormulaTraffic> {
        self.found.into_values().collect()
    }
}

fn input_schemas(
    work: &Work,
    path: &str,
    connections: &BTreeMap<&str, &Arc<Connection>>,
    found: &mut BTreeMap<String, Value>,
) {
    match work {
        Work::Call(call) => {
            let schema = call.operation.input_schema();
            let metadata = connections
                .get(call.need.as_str())
                .and_then(|connection| connection.session.metadata());
            let fields = metadata.and_then(|mut m| m.fields.remove(call.operation.id()));
            let schema = match fields {
                Some(fields) => narrowed(schema, &fields),
                None => schema,
            };
            found.insert(path.to_owned(), schema);
        }
        Work::Choose(cases) => {
            for (n, (_, work)) in cases.iter().enumerate() {
                let path = format!("{path}.choose[{n}]");
                input_schemas(work, &path, connections, found);
            }
        }
        _ => {}
    }
}
