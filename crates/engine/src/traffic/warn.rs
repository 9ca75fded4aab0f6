//! What real events say against a flow.

use super::{FormulaTraffic, Traffic};
use model::Problem;
use std::collections::{BTreeMap, BTreeSet};

/// Fewer events say nothing of what is always so.
const EVENTS_MIN: usize = 10;

impl Traffic {
    /// Fields that were always empty, texts that would have been too long, formulas that would have
    /// stopped runs: each with how often.
    pub fn warnings(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut told = BTreeSet::new();
        let fields: BTreeMap<&str, _> = self.fields.iter().map(|f| (f.path.as_str(), f)).collect();
        let is_empty = |path: &str| match path.rfind("[]") {
            // Without an item nothing is known of items.
            Some(list) => {
                let items = fields.get(&path[..list + 2]);
                items.is_some_and(|items| items.present > 0) && !fields.contains_key(path)
            }
            None => !fields.contains_key(path),
        };
        for formula in &self.formulas {
            for path in formula.reads.iter().filter(|path| is_empty(path)) {
                if self.events >= EVENTS_MIN && told.insert(path) {
                    found.push(self.always_empty(formula, path));
                }
            }
            found.extend(too_long(formula));
            found.extend(failed(formula));
        }
        found
    }

    fn always_empty(&self, formula: &FormulaTraffic, path: &str) -> Problem {
        let events = self.events;
        let message = format!("`{path}` was empty in all {events} events of the last 30 days");
        let cure = "look whether it is the right field; if it is not used, leave it out";
        Problem::warning(&formula.path, "always_empty", message, cure)
    }
}

fn too_long(formula: &FormulaTraffic) -> Option<Problem> {
    let ((has, takes), newest) = formula.beyond.zip(formula.newest_too_long)?;
    let message = format!(
        "the text would have been too long in {}: {has} characters where {takes} fit, such as in \
         {newest}",
        share(formula.too_long, formula.worked)
    );
    let cure = format!("say what goes instead, or cut it on purpose: truncate(…, {takes})");
    let code = "too_long_in_traffic";
    Some(Problem::warning(&formula.path, code, message, cure))
}

fn failed(formula: &FormulaTraffic) -> Option<Problem> {
    let (newest, why) = formula.newest_failed.zip(formula.failed_as)?;
    let (what, cure) = match why {
        "missing_row" => (
            "a lookup table had no row for it",
            "add the rows, or use lookup_or(…)",
        ),
        "no_table" => (
            "there is no such lookup table",
            "define the table and fill it",
        ),
        "type_mismatch" => (
            "the value was of another kind than the field takes",
            "convert it, such as with text(…) or number(…)",
        ),
        _ => (
            "it could not be worked out",
            "give a default with `.?` and `orValue`, or guard it with `when`",
        ),
    };
    let becomes = match formula.path.split('.').next() {
        Some("order_by") => "waits for no other",
        _ => "becomes a dead letter",
    };
    let message = format!(
        "{what} in {}, such as in {newest}; each such run {becomes}",
        share(formula.failed, formula.worked)
    );
    Some(Problem::warning(
        &formula.path,
        "fails_in_traffic",
        message,
        cure,
    ))
}

/// `3 of 200 events (1.5 %)`.
fn share(part: usize, whole: usize) -> String {
    let tenths = part.saturating_mul(1_000).checked_div(whole).unwrap_or(0);
    format!(
        "{part} of {whole} events ({}.{} %)",
        tenths / 10,
        tenths % 10
    )
}
