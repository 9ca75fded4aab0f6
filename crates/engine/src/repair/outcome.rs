//! What became of a letter, and of all so far.

use super::trial::Verdict;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{LetterSum, StoredLetter};

/// What became of a letter. Its texts may name persons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// A replay would go through.
    Through,
    /// A replay would get past the step at which it failed, and past this write, whose answer is
    /// known only once it is sent.
    Beyond { step: String },
    /// A replay would end so.
    Stuck {
        state: String,
        because: Option<String>,
    },
    /// It could not be tried.
    Untried { reason: String },
    /// It is worked again.
    Begun,
    /// It could not be worked again.
    Refused { reason: String },
}

impl Outcome {
    pub(super) fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Through => Self::Through,
            Verdict::Beyond { step } => Self::Beyond { step },
            Verdict::Stuck { state, because } => Self::Stuck {
                state: state.as_str().to_owned(),
                because,
            },
        }
    }

    /// Whether it goes on, as far as that can be known.
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Through | Self::Beyond { .. } | Self::Begun)
    }

    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Through => "through",
            Self::Beyond { .. } => "beyond",
            Self::Stuck { .. } => "stuck",
            Self::Untried { .. } => "untried",
            Self::Begun => "begun",
            Self::Refused { .. } => "refused",
        }
    }
}

/// How far a repair has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairProgress {
    /// The open letters there were when it began.
    pub total: i64,
    /// Gone through so far.
    pub gone: i64,
    /// Of these, those that would go on, or were begun.
    pub good: i64,
    /// Of the good ones of a trial, those that come to a write whose answer is not known before.
    pub beyond: i64,
    /// By currency.
    pub money: BTreeMap<String, Currency>,
}

/// Sums in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency {
    pub total_minor: i64,
    pub gone_minor: i64,
    pub good_minor: i64,
}

impl RepairProgress {
    /// Before the first.
    pub(super) fn of(sums: Vec<LetterSum>) -> Self {
        let mut progress = Self::default();
        for sum in sums {
            progress.total += sum.count;
            if let (Some(currency), Some(total_minor)) = (sum.currency, sum.amount_minor) {
                let money = Currency {
                    total_minor,
                    ..Currency::default()
                };
                progress.money.insert(currency, money);
            }
        }
        progress
    }

    pub(super) fn count(&mut self, letter: &StoredLetter, outcome: &Outcome) {
        self.gone += 1;
        self.good += i64::from(outcome.is_good());
        self.beyond += i64::from(matches!(outcome, Outcome::Beyond { .. }));
        let (Some(currency), Some(minor)) = (&letter.letter.currency, letter.letter.amount_minor)
        else {
            return;
        };
        let money = self.money.entry(currency.clone()).or_default();
        money.gone_minor = money.gone_minor.saturating_add(minor);
        if outcome.is_good() {
            money.good_minor = money.good_minor.saturating_add(minor);
        }
    }
}
