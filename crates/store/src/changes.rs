//! What has changed, by topic: what a screen that shows it is told.
//!
//! Counters and not events, so that nothing grows with the number of changes or of watchers, and a
//! slow watcher misses none: it sees that a count is not what it was.

use crate::advance::Advance;
use crate::event::NewEvent;
use crate::inlet::Operation;
use tokio::sync::watch;

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    Events = 0,
    Runs = 1,
    DeadLetters = 2,
    Books = 3,
    /// Drafts, versions and deployments.
    Deployments = 4,
    Lookups = 5,
    /// Environments and connections.
    Connections = 6,
    /// Accounts, tokens, rules, proposals and the audit trail.
    Accounts = 7,
}

impl Topic {
    pub const ALL: [Self; 8] = [
        Self::Events,
        Self::Runs,
        Self::DeadLetters,
        Self::Books,
        Self::Deployments,
        Self::Lookups,
        Self::Connections,
        Self::Accounts,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Runs => "runs",
            Self::DeadLetters => "dead_letters",
            Self::Books => "books",
            Self::Deployments => "deployments",
            Self::Lookups => "lookups",
            Self::Connections => "connections",
            Self::Accounts => "accounts",
        }
    }
}

/// A set of topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topics(u8);

impl Topics {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(u8::MAX);

    pub fn of(topics: &[Topic]) -> Self {
        Self(topics.iter().fold(0, |set, topic| set | 1 << *topic as u8))
    }

    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn has(self, topic: Topic) -> bool {
        self.0 & 1 << topic as u8 != 0
    }
}

/// How often each topic has changed.
pub type Counts = [u64; Topic::ALL.len()];

/// The counters of a store.
#[derive(Debug)]
pub struct Changes(watch::Sender<Counts>);

impl Default for Changes {
    fn default() -> Self {
        Self(watch::Sender::new(Counts::default()))
    }
}

impl Changes {
    /// Counts one change of each topic.
    pub fn note(&self, topics: Topics) {
        if topics == Topics::NONE {
            return;
        }
        self.0.send_modify(|counts| {
            for topic in Topic::ALL.into_iter().filter(|topic| topics.has(*topic)) {
                counts[topic as usize] = counts[topic as usize].wrapping_add(1);
            }
        });
    }

    pub fn watch(&self) -> watch::Receiver<Counts> {
        self.0.subscribe()
    }
}

/// What a batch of operations changes.
pub fn topics(batch: &[Operation]) -> Topics {
    batch.iter().fold(Topics::NONE, |set, operation| {
        set.and(match operation {
            Operation::Ingest { events, .. } => of_events(events),
            Operation::Advance { items, .. } => of_advances(items),
            Operation::Job { topics, .. } => *topics,
        })
    })
}

fn of_events(events: &[NewEvent]) -> Topics {
    let came = Topics::of(&[Topic::Events, Topic::Runs]);
    let is_dead = |event: &NewEvent| event.runs.iter().any(|run| run.stillborn.is_some());
    match events.iter().any(is_dead) {
        true => came.and(Topics::of(&[Topic::DeadLetters])),
        false => came,
    }
}

fn of_advances(items: &[Box<Advance>]) -> Topics {
    let mut set = Topics::of(&[Topic::Runs]);
    if items.iter().any(|item| item.dead_letter.is_some()) {
        set = set.and(Topics::of(&[Topic::DeadLetters]));
    }
    let books =
        |i: &Advance| !i.entries.is_empty() || !i.deposits.is_empty() || !i.exceptions.is_empty();
    if items.iter().any(|item| books(item)) {
        set = set.and(Topics::of(&[Topic::Books]));
    }
    set
}
