//! What would be otherwise, in sentences.

use super::difference::{Change, Difference, EffectDifference};
use finance::Money;
use finance::currency::Currency;
use finance::journal::JournalEntry;
use serde_json::Value;
use std::collections::BTreeMap;

impl Difference {
    /// All of it, a sentence for each thing.
    pub fn sentences(&self) -> Vec<String> {
        let mut told = Vec::new();
        if self.was != self.would_be {
            let why = self.because.as_ref();
            let why = why
                .map(|why| format!(", because: {why}"))
                .unwrap_or_default();
            told.push(match self.would_be.as_str() {
                "unknown" => format!("the run was {}; how it would end cannot be told", self.was),
                would_be => format!("the run would be {would_be} instead of {}{why}", self.was),
            });
        }
        if let Some(other) = &self.other_key {
            told.push(format!("its key would be {other} instead of {}", self.key));
        }
        told.extend(self.effects.iter().map(EffectDifference::sentence));
        if self.more_effects > 0 {
            told.push(format!("and {} more changes", self.more_effects));
        }
        told.extend(
            self.cannot_tell
                .iter()
                .map(|why| format!("cannot tell: {why}")),
        );
        told.extend(self.assumed.iter().map(|what| format!("assumed: {what}")));
        told
    }
}

impl EffectDifference {
    /// `sales_order ch_1: terms N00 → N30`.
    pub fn sentence(&self) -> String {
        let what = match &self.identity {
            Some((kind, reference)) => format!("{kind} {reference}"),
            None => format!("`{}` by step `{}`", self.operation, self.step),
        };
        let mut parts: Vec<String> = self
            .fields
            .iter()
            // What an entry says is told in money.
            .filter(|field| {
                let is_of_entry = field.path.starts_with("entry.lines");
                !(is_of_entry && self.entry_was.is_some() && self.entry_would_be.is_some())
            })
            .map(|field| {
                let (was, would_be) = (text(field.was.as_ref()), text(field.would_be.as_ref()));
                format!("{} {was} → {would_be}", field.path)
            })
            .collect();
        if self.more_fields > 0 {
            parts.push(format!("and {} more fields", self.more_fields));
        }
        parts.extend(self.money());
        let parts = parts.join(", ");
        match (self.change, parts.is_empty()) {
            (Change::Changed, _) => format!("{what}: {parts}"),
            (Change::Made, true) => format!("{what} would be made"),
            (Change::Made, false) => format!("{what} would be made: {parts}"),
            (Change::Dropped, true) => format!("{what} would no longer be made"),
            (Change::Dropped, false) => format!("{what} would no longer be made: {parts}"),
        }
    }

    /// What would stand on each account instead of what does: `account 2300: -42.00 USD → 0.00 USD`.
    fn money(&self) -> Vec<String> {
        let mut sums: BTreeMap<(&str, Currency), (i64, i64)> = BTreeMap::new();
        add(&mut sums, self.entry_was.as_ref(), |sum| &mut sum.0);
        add(&mut sums, self.entry_would_be.as_ref(), |sum| &mut sum.1);
        let other = sums.into_iter().filter(|(_, (was, would))| was != would);
        other
            .map(|((account, currency), (was, would_be))| {
                let (was, would) = (Money::new(was, currency), Money::new(would_be, currency));
                format!("account {account}: {was} → {would}")
            })
            .collect()
    }
}

fn add<'a>(
    sums: &mut BTreeMap<(&'a str, Currency), (i64, i64)>,
    entry: Option<&'a JournalEntry>,
    side: impl Fn(&mut (i64, i64)) -> &mut i64,
) {
    for (entry, line) in entry
        .iter()
        .flat_map(|e| e.lines.iter().map(move |l| (e, l)))
    {
        let sum = sums
            .entry((line.account.as_str(), entry.currency))
            .or_default();
        let side = side(sum);
        *side = side.saturating_add(line.amount_minor);
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "nothing".into(),
        Some(Value::String(text)) if text.is_empty() => "an empty text".into(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}

/// `9211` as `9,211`.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    match number < 0 {
        true => format!("-{text}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let shown: Vec<String> = [0, 999, 1000, 9211, -1_234_567].map(grouped).to_vec();
        assert_eq!(shown, ["0", "999", "1,000", "9,211", "-1,234,567"]);
    }
}
