//! What the entry and deposit writes of one item come to, given what is stored.

use super::decide::entry_state;
use crate::advance::Advanced;
use crate::entry::{DepositRecord, DepositWrite, EntryWrite};
use crate::error::Result;
use crate::queries::entries;
use crate::value::Row;
use finance::journal::JournalEntry;
use model::EffectId;

/// An entry as it is stored, by the place of the write.
pub struct Stored {
    id: i64,
    digest: [u8; 32],
    state: i64,
}

/// Reads `place, id, digest, state`.
pub fn stored(row: Row) -> Result<(i64, Stored)> {
    let mut row = row.read("entry");
    let place = row.int()?;
    Ok((
        place,
        Stored {
            id: row.int()?,
            digest: row.digest()?,
            state: row.int()?,
        },
    ))
}

/// A deposit as it is stored, by the place of the write.
pub type Left = DepositRecord;

/// Reads `place`, then a deposit.
pub fn left(row: Row) -> Result<(i64, Left)> {
    let mut row = row.read("deposit");
    Ok((row.int()?, entries::deposit(&mut row)?))
}

/// A new entry.
pub struct NewEntry<'a> {
    pub entry: &'a JournalEntry,
    pub digest: [u8; 32],
    pub effect: &'a EffectId,
    pub sent_reference: &'a str,
    pub state: i64,
}

/// A part that is taken from a deposit.
pub struct Part<'a> {
    pub use_key: &'a str,
    pub charge: &'a str,
    pub presentment_minor: i64,
    pub settlement_minor: i64,
}

/// What is to be written.
#[derive(Default)]
pub struct Books<'a> {
    pub inserts: Vec<NewEntry<'a>>,
    /// Id, state, voucher.
    pub states: Vec<(i64, i64, Option<&'a str>)>,
    /// Id and name of entries that are taken out.
    pub withdrawn: Vec<(i64, &'a str, &'a str)>,
    pub opened: Vec<&'a DepositRecord>,
    pub parts: Vec<Part<'a>>,
}

type Decided = std::result::Result<(), Advanced>;

fn refused(reason: String) -> Decided {
    Err(Advanced::Refused(reason))
}

impl<'a> Books<'a> {
    pub fn new() -> Self {
        Self::default()
    }

    /// Decides one write of an entry.
    pub fn entry(&mut self, write: &'a EntryWrite, stored: Option<&Stored>) -> Decided {
        match write {
            EntryWrite::Insert {
                entry,
                effect,
                sent_reference,
            } => {
                if let Err(error) = entry.check() {
                    return refused(error.to_string());
                }
                let digest = entries::digest(entry);
                match stored {
                    Some(stored) if stored.digest == digest => Ok(()),
                    Some(_) => refused(format!(
                        "entry `{}` of kind {} exists with other lines",
                        entry.reference, entry.kind
                    )),
                    None => {
                        let state = 0;
                        self.inserts.push(NewEntry {
                            entry,
                            digest,
                            effect,
                            sent_reference,
                            state,
                        });
                        Ok(())
                    }
                }
            }
            EntryWrite::State {
                reference,
                kind,
                state,
                voucher,
            } => {
                let Some(code) = entry_state(state) else {
                    return refused(format!("`{state}` is no state of an entry"));
                };
                if let Some(stored) = stored {
                    self.states.push((stored.id, code, voucher.as_deref()));
                    return Ok(());
                }
                // It may be made by this very item; then it is born in that state.
                let own = |new: &&mut NewEntry<'_>| {
                    new.entry.reference == *reference && new.entry.kind == *kind
                };
                match self.inserts.iter_mut().find(own) {
                    Some(new) if voucher.is_none() => {
                        new.state = new.state.max(code);
                        Ok(())
                    }
                    Some(_) => refused(format!("entry `{reference}` has no voucher yet")),
                    None => refused(format!("there is no entry `{reference}` of kind {kind}")),
                }
            }
            EntryWrite::Withdraw { reference, kind } => match stored {
                Some(stored) if stored.state == 2 => refused(format!(
                    "entry `{reference}` is posted; it can only be reversed"
                )),
                Some(stored) => {
                    self.withdrawn.push((stored.id, reference, kind));
                    Ok(())
                }
                None => Ok(()),
            },
        }
    }

    /// Decides one write of a deposit.
    pub fn deposit(
        &mut self,
        write: &'a DepositWrite,
        stored: Option<&Left>,
        used: Option<&(i64, i64)>,
    ) -> Decided {
        match write {
            DepositWrite::Open(deposit) => match stored {
                None => {
                    self.opened.push(deposit);
                    Ok(())
                }
                Some(stored) if same_amounts(stored, deposit) => Ok(()),
                Some(_) => refused(format!(
                    "the deposit of `{}` is open with other amounts",
                    deposit.charge
                )),
            },
            DepositWrite::Take {
                use_key,
                charge,
                presentment_left_before,
                presentment_minor,
                settlement_minor,
            } => {
                let same = self.parts.iter().find(|part| part.use_key == use_key);
                let used = used
                    .copied()
                    .or(same.map(|p| (p.presentment_minor, p.settlement_minor)));
                if let Some(used) = used {
                    if used == (*presentment_minor, *settlement_minor) {
                        return Ok(());
                    }
                    return refused(format!("`{use_key}` was taken with other amounts"));
                }
                let Some(stored) = stored else {
                    return refused(format!("there is no deposit of `{charge}`"));
                };
                let own = self.parts.iter().filter(|part| part.charge == charge);
                let (presentment, settlement) = own.fold((0, 0), |(p, s), part| {
                    (p + part.presentment_minor, s + part.settlement_minor)
                });
                let presentment_left = stored.presentment_left - presentment;
                let settlement_left = stored.settlement_left - settlement;
                if presentment_left < *presentment_left_before {
                    return Err(Advanced::DepositStale(charge.clone()));
                }
                if *presentment_minor > presentment_left || *settlement_minor > settlement_left {
                    return refused(format!("the deposit of `{charge}` has not so much left"));
                }
                self.parts.push(Part {
                    use_key,
                    charge,
                    presentment_minor: *presentment_minor,
                    settlement_minor: *settlement_minor,
                });
                Ok(())
            }
        }
    }
}

fn same_amounts(a: &DepositRecord, b: &DepositRecord) -> bool {
    a.presentment_minor == b.presentment_minor
        && a.settlement_minor == b.settlement_minor
        && a.presentment_currency == b.presentment_currency
        && a.settlement_currency == b.settlement_currency
}
