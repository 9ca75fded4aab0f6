//! Why a table of rules says what it says: the rule that won, and those that nearly did.

use super::{Picked, Rule, RuleTable, Scalar, Unpicked};
use crate::table::day::{self, Date};
use crate::value::{Map, Value};

/// So many rules that did not win are told of.
const NEAR_MAX: usize = 3;

/// Why a table says what it says.
#[derive(Clone, Debug)]
pub struct Explanation {
    pub picked: Result<Picked, Unpicked>,
    /// What of the winner's conditions held.
    pub why: Vec<String>,
    /// The rules that came closest, the closest first.
    pub near: Vec<Near>,
}

/// A rule that did not win.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    pub rule: String,
    /// What kept it from winning; for one that holds too, that it comes later.
    pub reasons: Vec<String>,
}

impl RuleTable {
    /// Picks, and tells why.
    pub fn explain(&self, attributes: &Map, at: Date) -> Explanation {
        let picked = self.pick(attributes, at);
        let Ok(given) = self.given(attributes) else {
            return Explanation {
                picked,
                why: Vec::new(),
                near: Vec::new(),
            };
        };
        let winner = picked.as_ref().ok().and_then(|picked| {
            let won = |rule: &&Rule| rule.name == picked.rule && rule.is_valid(at);
            self.rules.iter().find(won)
        });
        Explanation {
            why: winner
                .map(|rule| self.why(rule, &given))
                .unwrap_or_default(),
            near: self.near(winner, &given, at),
            picked,
        }
    }

    fn why(&self, rule: &Rule, given: &[Option<Scalar>]) -> Vec<String> {
        if rule.is_default() {
            return vec!["no other rule holds, and this one is the default".into()];
        }
        let columns = self.definition.conditions.iter().zip(&rule.conditions);
        columns
            .zip(given)
            .filter(|((_, condition), _)| !condition.is_any())
            .map(|((column, condition), value)| {
                let (name, value) = (&column.name, shown(value.as_ref()));
                format!("{name} is {value}, as `{condition}` asks")
            })
            .collect()
    }

    /// The rules that fail in the fewest ways; those that hold but come later first of all.
    fn near(&self, winner: Option<&Rule>, given: &[Option<Scalar>], at: Date) -> Vec<Near> {
        let mut near: Vec<(usize, usize, &Rule)> = self
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| winner.is_none_or(|winner| !std::ptr::eq(winner, *rule)))
            .map(|(n, rule)| (self.fails(rule, given, at).count(), n, rule))
            // What fails in everything is not near.
            .filter(|(fails, _, rule)| *fails <= 1 || *fails < rule.conditions.len())
            .collect();
        near.sort_by_key(|(fails, n, _)| (*fails, *n));
        near.truncate(NEAR_MAX);
        near.into_iter()
            .map(|(fails, _, rule)| {
                let mut reasons: Vec<String> = self.fails(rule, given, at).collect();
                if fails == 0 {
                    reasons.push(if rule.is_default() {
                        "it is the default and comes last".into()
                    } else {
                        format!("it holds too, with the later priority {}", rule.priority)
                    });
                }
                Near {
                    rule: rule.name.clone(),
                    reasons,
                }
            })
            .collect()
    }

    /// Why a rule does not hold.
    fn fails<'a>(
        &'a self,
        rule: &'a Rule,
        given: &'a [Option<Scalar>],
        at: Date,
    ) -> impl Iterator<Item = String> + 'a {
        let dates = (!rule.is_valid(at)).then(|| {
            if rule.from > day::end(at) {
                format!("it is valid from {} on", day::to_from_text(rule.from))
            } else {
                let until = rule.until.map(day::to_until_text).unwrap_or_default();
                format!("it was valid to {until}")
            }
        });
        let columns = self.definition.conditions.iter().zip(&rule.conditions);
        let conditions = columns
            .zip(given)
            .filter(|((_, condition), value)| !condition.holds(value.as_ref()))
            .map(|((column, condition), value)| {
                let (name, value) = (&column.name, shown(value.as_ref()));
                format!("{name} is {value}, it asks for `{condition}`")
            });
        dates.into_iter().chain(conditions)
    }

    /// That no rule holds: attributes, day, and what came closest.
    pub(super) fn nothing(&self, attributes: &Map, at: Date) -> String {
        let mut sentence = format!(
            "the table `{}` has no rule for {} on {at}, and no default",
            self.name,
            described(attributes)
        );
        let given = self.given(attributes).unwrap_or_default();
        if let Some(near) = self.near(None, &given, at).first() {
            let reasons = near.reasons.join(", ");
            sentence.push_str(&format!("; the closest is `{}`: {reasons}", near.rule));
        }
        sentence
    }
}

/// Attributes as a sentence names them: `plan pro, product prod_1`.
fn described(attributes: &Map) -> String {
    let one = |(name, value): (&std::sync::Arc<str>, &Value)| match value {
        Value::Null => format!("{name} absent"),
        Value::Text(text) if text.is_empty() => format!("{name} absent"),
        Value::Text(text) => format!("{name} `{text}`"),
        other => format!("{name} `{}`", other.to_json()),
    };
    attributes.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn shown(value: Option<&Scalar>) -> String {
    value.map_or_else(|| "absent".to_owned(), |value| format!("`{value}`"))
}
