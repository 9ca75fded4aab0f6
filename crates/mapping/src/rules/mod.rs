//! Tables of rules: what attributes lead to, as a general ledger account follows from product and
//! plan.
//!
//! Of the rules that are valid and whose conditions all hold, the one with the lowest priority
//! number is taken. Two that may both hold and have the same number are refused when they are
//! written ([`ties`]), so there is always one answer. A rule without conditions is the default: it
//! comes after all others.

mod condition;
mod explain;
mod tie;

pub use condition::{Condition, Scalar};
pub use explain::{Explanation, Near};
pub use tie::ties;

use crate::shape::Shape;
use crate::table::timeline::{Point, spans};
use crate::table::{PRIORITY, TableDefinition, VALUE, day};
use crate::value::{Map, Value};
use day::Date;
use model::Timestamp;
use serde_json::Value as Json;
use std::collections::HashMap;

/// A rule, for the time in which it is valid.
#[derive(Clone, Debug)]
pub struct Rule {
    pub name: String,
    /// Lower comes first; the default comes after all.
    pub priority: i64,
    pub from: Timestamp,
    /// The first moment at which it is no longer valid.
    pub until: Option<Timestamp>,
    /// In the order of the table's condition columns.
    pub conditions: Vec<Condition>,
    pub value: Value,
}

impl Rule {
    pub fn is_default(&self) -> bool {
        self.conditions.iter().all(Condition::is_any)
    }

    fn rank(&self) -> (bool, i64) {
        (self.is_default(), self.priority)
    }

    /// A day asks with its last moment.
    fn is_valid(&self, at: Date) -> bool {
        let moment = day::end(at);
        self.from <= moment && self.until.is_none_or(|until| until > moment)
    }
}

/// What a table says of some attributes.
#[derive(Clone, Debug)]
pub struct Picked {
    /// The value columns of the rule.
    pub value: Value,
    /// The rule's name.
    pub rule: String,
}

/// Why a table says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unpicked {
    /// The attributes are not those that the table asks for.
    Wrong(String),
    /// No rule holds, and there is no default. The sentence names attributes and day.
    None(String),
    /// Rules that were written before ties were refused.
    Tie(String),
}

/// The rules of a table at one revision, ready to be asked.
#[derive(Clone, Debug)]
pub struct RuleTable {
    name: String,
    definition: TableDefinition,
    /// In the order in which they are asked.
    rules: Vec<Rule>,
    index: Index,
}

/// Rules by the exact texts of one condition column; a rule that asks otherwise is among the rest.
#[derive(Clone, Debug, Default)]
struct Index {
    column: usize,
    by_text: HashMap<String, Vec<usize>>,
    rest: Vec<usize>,
}

impl RuleTable {
    /// Reads the points of a table, which are in the order of key and moment.
    ///
    /// # Errors
    /// A sentence that names the first rule which is not as the definition says.
    pub fn new(name: &str, definition: TableDefinition, points: &[Point]) -> Result<Self, String> {
        let shape = Shape::from_schema(&definition.schema());
        let mut rules = Vec::with_capacity(points.len());
        for span in spans(points) {
            let wrong = |why: String| format!("the rule `{}`: {why}", span.key);
            let cells = span
                .value
                .as_object()
                .ok_or_else(|| wrong("it is no map".into()))?;
            let conditions = definition.conditions.iter().map(|column| {
                let cell = cells.get(&column.name).and_then(Json::as_str);
                Condition::parse(column, cell.unwrap_or_default())
                    .map_err(|(message, _)| wrong(message))
            });
            let value = if definition.is_bare() {
                cells.get(VALUE).cloned().unwrap_or_default()
            } else {
                let values = definition.columns.iter().filter_map(|column| {
                    Some((column.name.clone(), cells.get(&column.name)?.clone()))
                });
                Json::Object(values.collect())
            };
            rules.push(Rule {
                name: span.key.to_owned(),
                priority: cells.get(PRIORITY).and_then(Json::as_i64).unwrap_or(0),
                from: span.from,
                until: span.until,
                conditions: conditions.collect::<Result<_, _>>()?,
                value: Value::from_json(&value, &shape).map_err(wrong)?,
            });
        }
        rules.sort_by(|a, b| (a.rank(), &a.name, a.from).cmp(&(b.rank(), &b.name, b.from)));
        let index = Index::new(&rules, definition.conditions.len());
        Ok(Self {
            name: name.to_owned(),
            definition,
            rules,
            index,
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule that some attributes lead to on a day.
    ///
    /// Every condition column is given; an empty text says that the attribute is absent, so that
    /// one which is forgotten is not.
    ///
    /// # Errors
    /// Why there is none.
    pub fn pick(&self, attributes: &Map, at: Date) -> Result<Picked, Unpicked> {
        let given = self.given(attributes).map_err(Unpicked::Wrong)?;
        let mut found: Option<&Rule> = None;
        for rule in self.index.candidates(&given).map(|n| &self.rules[n]) {
            if found.is_some_and(|found| found.rank() != rule.rank()) {
                break;
            }
            if !rule.is_valid(at) || !rule.holds(&given) {
                continue;
            }
            if let Some(found) = found {
                return Err(Unpicked::Tie(format!(
                    "the rules `{}` and `{}` of `{}` both hold and have the priority {}",
                    found.name, rule.name, self.name, rule.priority
                )));
            }
            found = Some(rule);
        }
        match found {
            Some(rule) => Ok(Picked {
                value: rule.value.clone(),
                rule: rule.name.clone(),
            }),
            None => Err(Unpicked::None(self.nothing(attributes, at))),
        }
    }

    /// Whether some rule holds for these attributes on any day.
    pub fn holds_ever(&self, attributes: &Map) -> bool {
        let Ok(given) = self.given(attributes) else {
            return false;
        };
        let mut candidates = self.index.candidates(&given);
        candidates.any(|n| self.rules[n].holds(&given))
    }

    /// The attributes in the order of the condition columns, as those compare them.
    fn given(&self, attributes: &Map) -> Result<Vec<Option<Scalar>>, String> {
        let columns = &self.definition.conditions;
        let names = || columns.iter().map(|column| column.name.as_str());
        for name in attributes.keys() {
            if !names().any(|known| known == name.as_ref()) {
                let cure = match crate::check::nearest(name, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it asks for {}", names().collect::<Vec<_>>().join(", ")),
                };
                return Err(format!("`{}` does not ask for `{name}`; {cure}", self.name));
            }
        }
        let scalars = columns
            .iter()
            .map(|column| match attributes.get(column.name.as_str()) {
                None => Err(format!(
                    "`{}` asks for `{}`, which is not given; an empty text says that there is none",
                    self.name, column.name
                )),
                Some(value) if value.is_null() || value.as_text() == Some("") => Ok(None),
                Some(value) => Scalar::of(column, value).map(Some),
            });
        scalars.collect()
    }
}

impl Rule {
    fn holds(&self, given: &[Option<Scalar>]) -> bool {
        let pairs = self.conditions.iter().zip(given);
        pairs
            .into_iter()
            .all(|(condition, value)| condition.holds(value.as_ref()))
    }
}

impl Index {
    /// On the column that most rules ask for by exact texts.
    fn new(rules: &[Rule], columns: usize) -> Self {
        let exact = |column: usize| {
            let of_rule = |rule: &&Rule| rule.conditions[column].exact().is_some();
            rules.iter().filter(of_rule).count()
        };
        let mut index = Self {
            column: (0..columns)
                .max_by_key(|column| exact(*column))
                .unwrap_or(0),
            ..Self::default()
        };
        for (n, rule) in rules.iter().enumerate() {
            let texts = rule.conditions.get(index.column).and_then(Condition::exact);
            match texts {
                Some(texts) => {
                    for text in texts {
                        let places = index.by_text.entry(text.to_owned()).or_default();
                        if places.last() != Some(&n) {
                            places.push(n);
                        }
                    }
                }
                None => index.rest.push(n),
            }
        }
        index
    }

    /// The places of the rules that may hold, in order.
    fn candidates(&self, given: &[Option<Scalar>]) -> impl Iterator<Item = usize> {
        let exact = match given.get(self.column) {
            Some(Some(Scalar::Text(text))) => self.by_text.get(text),
            _ => None,
        };
        let (mut exact, mut rest) = (
            exact.map_or(&[][..], Vec::as_slice).iter().peekable(),
            self.rest.iter().peekable(),
        );
        std::iter::from_fn(move || match (exact.peek(), rest.peek()) {
            (Some(a), Some(b)) if a < b => exact.next().copied(),
            (Some(_), None) => exact.next().copied(),
            _ => rest.next().copied(),
        })
    }
}
