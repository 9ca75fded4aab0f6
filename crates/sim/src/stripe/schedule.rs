//! What happens by the clock: money becomes available, refunds settle, payouts are made and
//! arrive. Steps are taken in the order of their times, however far the clock jumped.

use super::api::{charge, payout, refund};
use super::state::State;
use std::collections::BTreeMap;

/// Something that is due at a time.
#[derive(Clone, Debug)]
pub enum Due {
    /// It is told that money became available at once.
    TellBalance,
    /// A charge gets its balance transaction.
    Capture(String),
    /// A pending refund succeeds, if the money is there.
    SettleRefund(String),
    /// A refund that succeeded is given back by the bank.
    FailRefund(String),
    /// A payout leaves.
    SendPayout(String),
    /// A payout arrives, or fails.
    PayoutArrives(String),
}

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// What is due, by time.
pub struct Schedule {
    due: BTreeMap<(i64, u64), Due>,
    next: u64,
    midnight: i64,
}

impl Schedule {
    /// Payouts begin at the first midnight (UTC) after `now`.
    pub fn new(now: i64) -> Self {
        Self {
            due: BTreeMap::new(),
            next: 0,
            midnight: (now.div_euclid(DAY) + 1) * DAY,
        }
    }

    /// Plans `due` for `at`.
    pub fn plan(&mut self, at: i64, due: Due) {
        self.next += 1;
        self.due.insert((at, self.next), due);
    }
}

impl State {
    /// Takes every step up to `now`.
    pub fn catch_up(&mut self, now: i64) {
        let cause = std::mem::take(&mut self.cause);
        loop {
            let available = self.ledger.next_available().unwrap_or(i64::MAX);
            let planned = self
                .schedule
                .due
                .first_key_value()
                .map_or(i64::MAX, |(k, _)| k.0);
            let at = available.min(planned).min(self.schedule.midnight);
            if at > now {
                break;
            }
            self.now = self.now.max(at);
            if available == at {
                self.mature();
            } else if planned == at {
                if let Some((_, due)) = self.schedule.due.pop_first() {
                    self.take(due);
                }
            } else {
                self.schedule.midnight += DAY;
                if self.settings.daily_payouts {
                    payout::run(self, None, self.settings.arrival_s);
                }
            }
        }
        self.now = self.now.max(now);
        self.cause = cause;
    }

    fn mature(&mut self) {
        if self.ledger.mature(self.now) {
            self.tell_balance();
        }
    }

    fn tell_balance(&mut self) {
        let balance = self.balance();
        self.emit("balance.available", &balance, None);
    }

    fn take(&mut self, due: Due) {
        match due {
            Due::TellBalance => self.tell_balance(),
            Due::Capture(id) => charge::book(self, &id, true),
            Due::SettleRefund(id) => refund::settle(self, &id),
            Due::FailRefund(id) => {
                // Refused only if it failed already, which is then settled.
                refund::fail(self, &id).ok();
            }
            Due::SendPayout(id) => payout::send(self, &id),
            Due::PayoutArrives(id) => payout::arrive(self, &id),
        }
    }
}
