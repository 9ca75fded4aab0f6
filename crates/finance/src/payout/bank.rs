//! Finding a payout among the bank's lines.

use crate::money::Money;
use jiff::Span;
use jiff::civil::{Date, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Business days after its arrival date within which a payout's line is looked for.
const DAYS_AFTER: u32 = 3;

/// A line of the bank, as the ERP has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BankLine {
    pub id: String,
    pub text: String,
    /// In minor units; what the bank took is negative.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// `YYYY-MM-DD` or `YYYYMMDD`.
    pub date: String,
}

/// What the bank shows of a payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankMatch<'a> {
    Found(&'a BankLine),
    NotYet,
    /// Its reference is there with another amount.
    Different(&'a BankLine),
    /// Several lines fit: a person chooses.
    Several(Vec<&'a BankLine>),
}

/// Finds the payout's line: by its trace or id in the text, else the only one of its amount that
/// names Stripe.
pub fn match_bank<'a>(references: &[&str], payout: Money, lines: &'a [BankLine]) -> BankMatch<'a> {
    find(references, payout, lines, |_| true)
}

/// As [`match_bank`], but a line that does not carry a reference must be dated near `arrival`: from
/// one business day before it to three after. Holidays are not known; a date that cannot be read is
/// not near.
pub fn match_bank_near<'a>(
    references: &[&str],
    payout: Money,
    arrival: Date,
    lines: &'a [BankLine],
) -> BankMatch<'a> {
    let first = business_days(arrival, 1, -1);
    let last = business_days(arrival, DAYS_AFTER, 1);
    find(references, payout, lines, |line| {
        line.date
            .parse::<Date>()
            .is_ok_and(|d| first <= d && d <= last)
    })
}

fn find<'a>(
    references: &[&str],
    payout: Money,
    lines: &'a [BankLine],
    near: impl Fn(&BankLine) -> bool,
) -> BankMatch<'a> {
    let fits = |l: &&BankLine| {
        l.amount_minor == payout.minor && l.currency.eq_ignore_ascii_case(payout.currency.code())
    };
    let names = |l: &&BankLine| references.iter().any(|r| has_word(&l.text, r));
    let named: Vec<&BankLine> = lines.iter().filter(names).collect();
    let fitting: Vec<&BankLine> = named.iter().copied().filter(fits).collect();
    match (fitting.as_slice(), named.as_slice()) {
        ([only], _) => return BankMatch::Found(only),
        ([_, _, ..], _) => return BankMatch::Several(fitting),
        ([], [first, ..]) => return BankMatch::Different(first),
        ([], []) => {}
    }
    let candidates: Vec<&BankLine> = lines
        .iter()
        .filter(fits)
        .filter(|l| l.text.to_ascii_uppercase().contains("STRIPE") && near(l))
        .filter(|l| !names_a_payout(&l.text))
        .collect();
    match candidates.as_slice() {
        [] => BankMatch::NotYet,
        [only] => BankMatch::Found(only),
        _ => BankMatch::Several(candidates),
    }
}

/// Whether `text` names some payout by its id: such a line is that payout's and no other's.
fn names_a_payout(text: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !part(c)).any(|word| word.starts_with("po_"))
}

/// Whether `text` has `word` as a whole, in any case: `po_1` is not in `po_12`.
fn has_word(text: &str, word: &str) -> bool {
    if word.is_empty() {
        return false;
    }
    let (text, word) = (text.to_ascii_lowercase(), word.to_ascii_lowercase());
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(&word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

/// `count` business days from `date`, forward (`step` 1) or back (-1).
fn business_days(date: Date, count: u32, step: i64) -> Date {
    let mut date = date;
    let mut left = count;
    while left > 0 {
        date = date.saturating_add(Span::new().days(step));
        if date == Date::MAX || date == Date::MIN {
            break;
        }
        if !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    date
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::currency::Currency;

    #[test]
    fn a_line_that_names_a_payout_is_no_others() {
        let line = |text: &str| BankLine {
            id: "1".into(),
            text: text.into(),
            amount_minor: 500,
            currency: "EUR".into(),
            date: "2026-11-24".into(),
        };
        let payout = Money::new(500, Currency::EUR);
        let theirs = [line("STRIPE po_2")];
        assert_eq!(match_bank(&["po_1"], payout, &theirs), BankMatch::NotYet);
        assert!(matches!(
            match_bank(&["po_2"], payout, &theirs),
            BankMatch::Found(_)
        ));
        let unnamed = [line("STRIPE TRANSFER")];
        assert!(matches!(
            match_bank(&["po_1"], payout, &unnamed),
            BankMatch::Found(_)
        ));
    }
}
