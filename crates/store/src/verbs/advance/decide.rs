//! Reads the guards of a wave and decides which items pass.

use super::Item;
use super::subledger::{self, Books};
use crate::advance::{Advance, Advanced};
use crate::entry::DepositWrite;
use crate::error::Result;
use crate::session::{Call, Session};
use crate::statements::{effect, run, subledger as ledger};
use crate::value::{Row, values};
use crate::verbs::live;
use hashbrown::HashMap;

/// What is known of a run that passed.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    pub environment: i64,
    pub flow: i64,
}

/// An item that passed, with what its entries and deposits come to.
pub struct Passed<'a> {
    pub owner: Owner,
    /// Nothing changes that an index of the runs is made of.
    pub is_in_place: bool,
    pub books: Books<'a>,
}

/// Why an item did not pass, or what is to be written.
pub type Decision<'a> = std::result::Result<Passed<'a>, Advanced>;

struct Run {
    rev: i64,
    live: i64,
    shard: i64,
    due_at: i64,
    waits: bool,
    owner: Owner,
}

impl Run {
    /// Whether `item` leaves all as it is that an index is made of.
    fn stays_in_place(&self, item: &Advance) -> bool {
        let waits = self.waits || item.wait_for.is_some();
        !waits && self.live == live(item.state) && self.due_at == item.due_at.0
    }
}

/// The guards of a wave as read.
struct Guards {
    epochs: HashMap<i64, i64>,
    runs: HashMap<i64, Run>,
    effects: HashMap<i64, i64>,
    entries: HashMap<i64, subledger::Stored>,
    deposits: HashMap<i64, subledger::Left>,
    uses: HashMap<i64, (i64, i64)>,
}

/// Decides each item of a wave.
pub async fn decide<'a>(
    session: &mut dyn Session,
    items: &[Item<'a>],
) -> Result<Vec<Decision<'a>>> {
    let guards = Guards::read(session, items).await?;
    // Places count through all items in the order in which the guards were asked for.
    let (mut effects, mut entries, mut deposits) = (0, 0, 0);
    let mut decisions = Vec::with_capacity(items.len());
    for (fence, item) in items {
        let first = (effects, entries, deposits);
        effects += length(&item.effects);
        entries += length(&item.entries);
        deposits += length(&item.deposits);
        decisions.push(guards.decide((fence, item), first));
    }
    Ok(decisions)
}

fn length<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

impl Guards {
    async fn read(session: &mut dyn Session, items: &[Item<'_>]) -> Result<Self> {
        let mut shards: Vec<i64> = items.iter().map(|(_, item)| item.shard).collect();
        shards.sort_unstable();
        shards.dedup();
        let mut calls = [
            Call::each(&run::GUARD_SHARD),
            Call::each(&run::GUARD_RUN),
            Call::each(&effect::GUARD_EFFECT),
            Call::each(&ledger::GUARD_ENTRY),
            Call::each(&ledger::GUARD_DEPOSIT),
            Call::each(&ledger::GUARD_USE),
        ];
        let [
            ask_shards,
            ask_runs,
            ask_effects,
            ask_entries,
            ask_deposits,
            ask_uses,
        ] = &mut calls;
        for shard in shards {
            ask_shards.row(values![shard]);
        }
        let (mut effects, mut entries, mut deposits) = (0_i64, 0_i64, 0_i64);
        for (_, item) in items {
            ask_runs.row(values![item.run.0]);
            for write in &item.effects {
                let id = &write.record.id;
                let (kind, reference) = (&id.kind, &id.reference);
                ask_effects.row(values![effects, &id.peer.0, kind, reference, id.generation]);
                effects += 1;
            }
            for write in &item.entries {
                let (reference, kind) = super::wave::entry_key(write);
                ask_entries.row(values![entries, item.run.0, reference, kind]);
                entries += 1;
            }
            for write in &item.deposits {
                let charge = super::wave::deposit_key(write);
                ask_deposits.row(values![deposits, item.run.0, charge]);
                if let DepositWrite::Take { use_key, .. } = write {
                    ask_uses.row(values![deposits, item.run.0, use_key]);
                }
                deposits += 1;
            }
        }
        let mut answers = session.run_all(&calls).await?.into_iter();
        let mut next = || answers.next().unwrap_or_default();
        Ok(Self {
            epochs: pairs(&next())?,
            runs: next().iter().map(read_run).collect::<Result<_>>()?,
            effects: pairs(&next())?,
            entries: next()
                .into_iter()
                .map(subledger::stored)
                .collect::<Result<_>>()?,
            deposits: next()
                .into_iter()
                .map(subledger::left)
                .collect::<Result<_>>()?,
            uses: next()
                .iter()
                .map(|row| Ok((row.int(0)?, (row.int(1)?, row.int(2)?))))
                .collect::<Result<_>>()?,
        })
    }

    fn decide<'a>(
        &self,
        (fence, item): Item<'a>,
        (effects, entries, deposits): (i64, i64, i64),
    ) -> Decision<'a> {
        let own = fence
            .0
            .iter()
            .find(|(shard, _)| *shard == item.shard)
            .map(|(_, epoch)| *epoch);
        if own.is_none() || own != self.epochs.get(&item.shard).copied() {
            return Err(Advanced::Fenced);
        }
        let Some(run) = self.runs.get(&item.run.0) else {
            return Err(Advanced::Refused(format!("there is no run {}", item.run)));
        };
        if run.shard != item.shard {
            let reason = format!("{} is in shard {}, not {}", item.run, run.shard, item.shard);
            return Err(Advanced::Refused(reason));
        }
        if run.live <= 0 || run.rev != item.rev {
            return Err(Advanced::Stale);
        }
        if item.release_key && item.state.is_live() {
            let reason = format!("{} is not over and releases its key", item.run);
            return Err(Advanced::Refused(reason));
        }
        for (place, write) in (effects..).zip(&item.effects) {
            if self.effects.get(&place).copied() != write.expected {
                let id = model::EffectId::clone(&write.record.id);
                return Err(Advanced::EffectStale(id));
            }
            if write.expected.is_some_and(|rev| write.record.rev <= rev) {
                let reason = format!("the write of {} does not raise its rev", write.record.id);
                return Err(Advanced::Refused(reason));
            }
        }
        let mut books = Books::new();
        for (place, write) in (entries..).zip(&item.entries) {
            books.entry(write, self.entries.get(&place))?;
        }
        for (place, write) in (deposits..).zip(&item.deposits) {
            books.deposit(write, self.deposits.get(&place), self.uses.get(&place))?;
        }
        Ok(Passed {
            owner: run.owner,
            is_in_place: run.stays_in_place(item),
            books,
        })
    }
}

fn pairs(rows: &[Row]) -> Result<HashMap<i64, i64>> {
    rows.iter()
        .map(|row| Ok((row.int(0)?, row.int(1)?)))
        .collect()
}

fn read_run(row: &Row) -> Result<(i64, Run)> {
    let owner = Owner {
        environment: row.int(4)?,
        flow: row.int(5)?,
    };
    Ok((
        row.int(0)?,
        Run {
            rev: row.int(1)?,
            live: row.int(2)?,
            shard: row.int(3)?,
            due_at: row.int(6)?,
            waits: row.int(7)? != 0,
            owner,
        },
    ))
}

/// The name of a state of an entry as a number.
pub fn entry_state(name: &str) -> Option<i64> {
    crate::entry::STATES
        .iter()
        .position(|s| *s == name)
        .and_then(|at| i64::try_from(at).ok())
}
