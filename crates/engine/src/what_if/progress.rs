//! What came out so far: counts and sums, and nothing that grows with the events.

use super::difference::{Change, Difference};
use super::sentence::grouped;
use finance::currency::Currency;
use finance::journal::JournalEntry;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Sums of so many accounts are kept apart; what comes then is summed together.
const ACCOUNTS_MAX: usize = 500;
/// So many reasons are kept apart.
const REASONS_MAX: usize = 50;
/// What stands for those beyond.
const OTHERS: &str = "others";

/// How far a job has come, and what came out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// How many runs there are to go through; none until they are counted.
    pub total: Option<i64>,
    /// How many were gone through.
    pub gone: i64,
    /// Of those: whose event's body was erased.
    pub erased: i64,
    /// That are still in work, so that there is nothing to compare with.
    pub in_work: i64,
    /// That would go the same way; runs covered by another of their key are among them.
    pub same: i64,
    /// That would go otherwise.
    pub differ: i64,
    /// Of those: whose journal entries would be others.
    pub book_differ: i64,
    /// Of which it cannot be told.
    pub cannot_tell: i64,
    /// Whose business key would be another.
    pub other_keys: i64,
    /// How many of `differ` are kept one by one.
    pub kept: i64,
    /// By operation: how many would be changed, made, dropped.
    pub operations: BTreeMap<String, Operations>,
    /// What would stand on the accounts of the entries that differ.
    pub money: Vec<AccountMoney>,
    /// Why it cannot be told, and of how many.
    pub reasons: BTreeMap<String, i64>,
}

/// How many changes of an operation would be otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operations {
    pub changed: i64,
    pub made: i64,
    pub dropped: i64,
}

/// Sums on an account, of the entries that differ: debit positive, credit negative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountMoney {
    pub account: String,
    pub currency: Currency,
    pub was_minor: i64,
    pub would_be_minor: i64,
}

/// What one run comes to.
pub(super) enum Verdict {
    Same,
    Differs(Box<Difference>),
    CannotTell(Vec<String>),
    Erased,
    InWork,
}

impl Progress {
    /// Runs whose body is there and that have ended.
    pub fn compared(&self) -> i64 {
        self.gone - self.erased - self.in_work
    }

    /// `3 of 9,211 would book differently`.
    pub fn headline(&self) -> String {
        let (differ, compared) = (grouped(self.differ), grouped(self.compared()));
        let mut told = format!("{differ} of {compared} would book differently");
        if self.cannot_tell > 0 {
            told += &format!("; of {} it cannot be told", grouped(self.cannot_tell));
        }
        told
    }

    /// `9,211 of 9,211 bodies`.
    pub fn coverage(&self) -> String {
        let bodies = grouped(self.gone - self.erased);
        let mut told = format!("{bodies} of {} bodies", grouped(self.gone));
        if self.in_work > 0 {
            told += &format!(", {} runs still in work", grouped(self.in_work));
        }
        told
    }

    pub(super) fn count(&mut self, verdict: &Verdict) {
        self.gone += 1;
        match verdict {
            Verdict::Same => self.same += 1,
            Verdict::Erased => self.erased += 1,
            Verdict::InWork => self.in_work += 1,
            Verdict::CannotTell(reasons) => {
                self.cannot_tell += 1;
                self.count_reasons(reasons);
            }
            Verdict::Differs(difference) => {
                self.differ += 1;
                self.book_differ += i64::from(difference.is_of_books());
                self.count_reasons(&difference.cannot_tell);
                self.count_effects(difference);
            }
        }
    }

    fn count_effects(&mut self, difference: &Difference) {
        for effect in &difference.effects {
            let operation = match self.operations.get_mut(&effect.operation) {
                Some(known) => known,
                None => self.operations.entry(effect.operation.clone()).or_default(),
            };
            match effect.change {
                Change::Changed => operation.changed += 1,
                Change::Made => operation.made += 1,
                Change::Dropped => operation.dropped += 1,
            }
            if effect.entry_was != effect.entry_would_be {
                self.add(effect.entry_was.as_ref(), |sum| &mut sum.was_minor);
                self.add(effect.entry_would_be.as_ref(), |sum| {
                    &mut sum.would_be_minor
                });
            }
        }
    }

    fn add(&mut self, entry: Option<&JournalEntry>, side: fn(&mut AccountMoney) -> &mut i64) {
        for (entry, line) in entry
            .iter()
            .flat_map(|e| e.lines.iter().map(move |l| (e, l)))
        {
            let side = side(self.account(&line.account, entry.currency));
            *side = side.saturating_add(line.amount_minor);
        }
    }

    fn account(&mut self, account: &str, currency: Currency) -> &mut AccountMoney {
        let place = |list: &[AccountMoney], account: &str| {
            list.binary_search_by(|a| (a.currency, a.account.as_str()).cmp(&(currency, account)))
        };
        let at = match place(&self.money, account) {
            Ok(at) => at,
            Err(_) if self.money.len() >= ACCOUNTS_MAX && account != OTHERS => {
                return self.account(OTHERS, currency);
            }
            Err(at) => {
                let new = AccountMoney {
                    account: account.to_owned(),
                    currency,
                    was_minor: 0,
                    would_be_minor: 0,
                };
                self.money.insert(at, new);
                at
            }
        };
        &mut self.money[at]
    }

    fn count_reasons(&mut self, reasons: &[String]) {
        for why in reasons {
            let is_full = self.reasons.len() >= REASONS_MAX;
            let why = match self.reasons.contains_key(why) || !is_full {
                true => why.clone(),
                false => OTHERS.to_owned(),
            };
            *self.reasons.entry(why).or_default() += 1;
        }
    }
}
