//! What the sandbox's clock will do, and when.

use super::jobs;
use super::world::World;
use serde::Serialize;
use std::collections::BTreeMap;

/// Something that happens by itself.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A confirmed batch order becomes an order (asynchronous mode).
    Create { batch: String },
    /// All lines of an order are allocated.
    Allocate { orno: String },
    /// A line, or every line, is delivered.
    Deliver { orno: String, ponr: Option<u32> },
    /// What was delivered (of that line) and not invoiced is invoiced.
    Invoice { orno: String, ponr: Option<u32> },
    /// The posting job runs.
    Post,
    /// The bank's statement arrives.
    Bank(BankLine),
}

/// One line of a bank statement.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankLine {
    /// The text that the bank carries: the payout's trace or reference.
    pub reference: String,
    pub currency: String,
    /// Minor units; positive: money arrived.
    pub amount: i64,
}

/// Events by the second they are due, in the order they were planned.
#[derive(Default)]
pub struct Agenda {
    planned: BTreeMap<(i64, u64), Event>,
    next: u64,
}

impl Agenda {
    /// Plans `event` for `at_s`.
    pub fn plan(&mut self, at_s: i64, event: Event) {
        self.next += 1;
        self.planned.insert((at_s, self.next), event);
    }

    /// Is the posting job already planned for `at_s`?
    pub fn posts_at(&self, at_s: i64) -> bool {
        let mut range = self.planned.range((at_s, 0)..(at_s + 1, 0));
        range.any(|(_, event)| matches!(event, Event::Post))
    }

    /// Everything planned, soonest first.
    pub fn list(&self) -> Vec<(i64, &Event)> {
        self.planned
            .iter()
            .map(|((at_s, _), event)| (*at_s, event))
            .collect()
    }

    fn pop(&mut self, now_s: i64) -> Option<(i64, Event)> {
        let entry = self.planned.first_entry()?;
        let at_s = entry.key().0;
        (at_s <= now_s).then(|| (at_s, entry.remove()))
    }
}

/// Lets everything happen that is due at `now_s`, each at its own time.
pub fn catch_up(world: &mut World, now_s: i64) {
    while let Some((at_s, event)) = world.agenda.pop(now_s) {
        world.now_s = at_s;
        jobs::happen(world, event);
    }
    world.now_s = now_s;
}
