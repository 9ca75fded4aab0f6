//! Rules that could both win: refused when they are written.

use super::{Condition, Rule, RuleTable};
use model::Problem;
use std::collections::{BTreeSet, HashMap};

/// The most ties that are told at once.
const TIES_MAX: usize = 20;

/// Every two rules of the table that may hold for the same attributes on the same day and have the
/// same priority; `path` is where they stand.
pub fn ties(table: &RuleTable, path: &str) -> Vec<Problem> {
    let mut found = BTreeSet::new();
    let mut start = 0;
    let rules = table.rules();
    while start < rules.len() {
        let same = rules[start..]
            .iter()
            .take_while(|rule| rule.rank() == rules[start].rank())
            .count();
        of_one_rank(&rules[start..start + same], table.index.column, &mut found);
        start += same;
    }
    let problem = |(a, b, priority): (&str, &str, Option<i64>)| {
        let (message, cure) = match priority {
            Some(priority) => (
                format!("the rules `{a}` and `{b}` may both hold and have the priority {priority}"),
                "give one a lower priority number, or make their conditions differ",
            ),
            None => (
                format!("the rules `{a}` and `{b}` are both the default"),
                "give one a condition, or let them be valid at different times",
            ),
        };
        Problem::error(path, "tie", message, cure)
    };
    found.into_iter().take(TIES_MAX).map(problem).collect()
}

type Tie<'a> = (&'a str, &'a str, Option<i64>);

/// Compares rules of one rank. Those that ask for exact texts in `column` meet only rules that ask
/// for the same text there, or otherwise: what keeps ten thousand rules from being fifty million
/// pairs.
fn of_one_rank<'a>(rules: &'a [Rule], column: usize, found: &mut BTreeSet<Tie<'a>>) {
    let mut by_text: HashMap<&str, Vec<&Rule>> = HashMap::new();
    let mut rest: Vec<&Rule> = Vec::new();
    for rule in rules {
        if found.len() > TIES_MAX {
            return;
        }
        match rule.conditions.get(column).and_then(Condition::exact) {
            Some(texts) => {
                for text in texts {
                    let group = by_text.entry(text).or_default();
                    group.iter().for_each(|other| compare(other, rule, found));
                    group.push(rule);
                }
                rest.iter().for_each(|other| compare(other, rule, found));
            }
            None => {
                rest.iter().for_each(|other| compare(other, rule, found));
                let exact = by_text.values().flatten();
                exact.for_each(|other| compare(other, rule, found));
                rest.push(rule);
            }
        }
    }
}

fn compare<'a>(a: &'a Rule, b: &'a Rule, found: &mut BTreeSet<Tie<'a>>) {
    // Versions of one rule follow each other in time.
    if a.name == b.name || found.len() > TIES_MAX {
        return;
    }
    let ends_before = |a: &Rule, b: &Rule| a.until.is_some_and(|until| until <= b.from);
    if ends_before(a, b) || ends_before(b, a) {
        return;
    }
    let mut pairs = a.conditions.iter().zip(&b.conditions);
    if pairs.all(|(a, b)| a.meets(b)) {
        let (first, second) = if a.name < b.name { (a, b) } else { (b, a) };
        let priority = (!a.is_default()).then_some(a.priority);
        found.insert((&first.name, &second.name, priority));
    }
}
