//! One journal entry and its lines.

use crate::currency::Currency;
use crate::date::is_date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A line: an account and what it is debited (positive) or credited (negative), in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalLine {
    pub account: String,
    /// A further dimension of the account, such as a product group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimension: Option<String>,
    /// Debit positive, credit negative, in minor units of the entry's currency; never zero.
    pub amount_minor: i64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl JournalLine {
    /// So many minor units on an account: debit positive, credit negative.
    pub fn on(account: impl Into<String>, amount_minor: i64) -> Self {
        Self {
            account: account.into(),
            dimension: None,
            amount_minor,
            text: String::new(),
        }
    }
}

/// A balanced entry in one currency. There is no other way to hold one than balanced: it is checked
/// when made and when read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Unchecked")]
pub struct JournalEntry {
    /// What it is booked under: `txn_…`.
    pub reference: String,
    /// Which rule made it: `J4`.
    pub kind: String,
    /// The books' calendar date, `YYYY-MM-DD`.
    pub date: String,
    pub currency: Currency,
    pub text: String,
    /// The revision of the posting rules that made it.
    pub rule_revision: i64,
    pub lines: Vec<JournalLine>,
}

/// The published form before it is checked.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    reference: String,
    kind: String,
    date: String,
    currency: Currency,
    #[serde(default)]
    text: String,
    rule_revision: i64,
    lines: Vec<JournalLine>,
}

/// Why something is no journal entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    #[error(
        "entry `{reference}` does not balance: \
         debits less credits are {difference} minor units of {currency}"
    )]
    Unbalanced {
        reference: String,
        difference: i128,
        currency: Currency,
    },
    #[error("entry `{0}` has no lines")]
    Empty(String),
    #[error("entry `{reference}`: line {line} on account {account} is zero")]
    Zero {
        reference: String,
        line: usize,
        account: String,
    },
    #[error("entry `{reference}`: `{date}` is no date of the form YYYY-MM-DD")]
    Date { reference: String, date: String },
    #[error("entry `{0}`: its debits are beyond what is kept (64 bits of minor units)")]
    TooLarge(String),
}

impl TryFrom<Unchecked> for JournalEntry {
    type Error = JournalError;

    fn try_from(u: Unchecked) -> Result<Self, JournalError> {
        let entry = Self {
            reference: u.reference,
            kind: u.kind,
            date: u.date,
            currency: u.currency,
            text: u.text,
            rule_revision: u.rule_revision,
            lines: u.lines,
        };
        entry.check()?;
        Ok(entry)
    }
}

impl JournalEntry {
    /// Makes an entry out of lines; lines of zero are left out first.
    ///
    /// # Errors
    /// If it does not balance, has no lines, or the date is none.
    pub fn new(
        reference: impl Into<String>,
        kind: impl Into<String>,
        date: impl Into<String>,
        currency: Currency,
        rule_revision: i64,
        lines: Vec<JournalLine>,
    ) -> Result<Self, JournalError> {
        let entry = Self {
            reference: reference.into(),
            kind: kind.into(),
            date: date.into(),
            currency,
            text: String::new(),
            rule_revision,
            lines: lines.into_iter().filter(|l| l.amount_minor != 0).collect(),
        };
        entry.check()?;
        Ok(entry)
    }

    /// # Errors
    /// If this could not have been made by [`JournalEntry::new`].
    pub fn check(&self) -> Result<(), JournalError> {
        let reference = || self.reference.clone();
        if self.lines.is_empty() {
            return Err(JournalError::Empty(reference()));
        }
        if let Some(line) = self.lines.iter().position(|l| l.amount_minor == 0) {
            let account = self.lines[line].account.clone();
            return Err(JournalError::Zero {
                reference: reference(),
                line: line + 1,
                account,
            });
        }
        if !is_date(&self.date) {
            return Err(JournalError::Date {
                reference: reference(),
                date: self.date.clone(),
            });
        }
        let difference: i128 = self.lines.iter().map(|l| i128::from(l.amount_minor)).sum();
        if difference != 0 {
            let currency = self.currency;
            return Err(JournalError::Unbalanced {
                reference: reference(),
                difference,
                currency,
            });
        }
        // Within this, no sum of its lines and no reversal can overflow.
        let debits = self.lines.iter().map(|l| l.amount_minor.max(0));
        if debits.map(i128::from).sum::<i128>() > i128::from(i64::MAX) {
            return Err(JournalError::TooLarge(reference()));
        }
        Ok(())
    }

    /// Panics if it does not balance: used where an entry is written and where it is read.
    ///
    /// # Panics
    /// If it does not balance.
    pub fn assert_balanced(&self) {
        if let Err(error) = self.check() {
            panic!("{error}");
        }
    }

    /// The sum of its debits, in minor units.
    pub fn debit_minor(&self) -> i64 {
        self.lines.iter().map(|l| l.amount_minor.max(0)).sum()
    }

    /// Net per account, in minor units.
    pub fn per_account(&self) -> BTreeMap<&str, i64> {
        let mut totals = BTreeMap::new();
        for line in &self.lines {
            *totals.entry(line.account.as_str()).or_insert(0) += line.amount_minor;
        }
        totals
    }

    /// The same lines swapped, under `<reference>:rev`.
    #[must_use]
    pub fn reversal(&self, date: impl Into<String>) -> Self {
        let swapped = |l: &JournalLine| JournalLine {
            amount_minor: -l.amount_minor,
            ..l.clone()
        };
        Self {
            reference: format!("{}:rev", self.reference),
            date: date.into(),
            lines: self.lines.iter().map(swapped).collect(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(account: &str, amount_minor: i64) -> JournalLine {
        JournalLine {
            account: account.into(),
            dimension: None,
            amount_minor,
            text: String::new(),
        }
    }

    fn entry(lines: Vec<JournalLine>) -> Result<JournalEntry, JournalError> {
        JournalEntry::new("txn_1", "J4", "2026-11-24", Currency::EUR, 1, lines)
    }

    #[test]
    fn an_entry_balances_or_does_not_exist() {
        let charge = vec![line("1010", 9680), line("6000", 320), line("2300", -10000)];
        let charge = entry(charge).expect("it balances");
        assert_eq!(charge.debit_minor(), 10000);
        assert_eq!(charge.reversal("2026-11-25").per_account()["2300"], 10000);
        assert!(matches!(
            entry(vec![line("1010", 1)]),
            Err(JournalError::Unbalanced { .. })
        ));
        assert!(matches!(
            entry(vec![line("1010", 0)]),
            Err(JournalError::Empty(_))
        ));
    }

    #[test]
    fn a_date_is_in_the_calendar() {
        let lines = vec![line("1010", 5), line("2300", -5)];
        let dated =
            |date| JournalEntry::new("txn_1", "J4", date, Currency::EUR, 1, lines.clone()).is_ok();
        assert!(dated("2028-02-29"));
        for date in [
            "2026-02-29",
            "2026-13-01",
            "20261124",
            "2026-1-1",
            "",
            "24.11.2026",
        ] {
            assert!(!dated(date), "{date}");
        }
    }

    #[test]
    fn sums_and_reversals_cannot_overflow() {
        let most = vec![line("1010", i64::MAX), line("2300", -i64::MAX)];
        let most = entry(most).unwrap();
        assert_eq!(
            most.reversal("2026-11-25").debit_minor(),
            most.debit_minor()
        );
        let mut beyond = most.lines;
        beyond.extend([line("1010", 1), line("2300", -1)]);
        assert!(matches!(entry(beyond), Err(JournalError::TooLarge(_))));
        let least = vec![
            line("1010", i64::MAX),
            line("6000", 1),
            line("2300", i64::MIN),
        ];
        assert!(matches!(entry(least), Err(JournalError::TooLarge(_))));
    }

    #[test]
    fn an_unbalanced_document_is_not_read() {
        let mut json = serde_json::to_value(
            entry(vec![line("1010", 5), line("2300", -5)]).expect("it balances"),
        )
        .expect("JSON");
        assert!(serde_json::from_value::<JournalEntry>(json.clone()).is_ok());
        json["lines"][0]["amount_minor"] = 6.into();
        assert!(serde_json::from_value::<JournalEntry>(json).is_err());
    }
}
