//! Writes what passed.

use super::Item;
use super::decide::{Decision, Owner, Passed};
use super::latest;
use crate::advance::{Advance, Advanced};
use crate::effect::EffectWrite;
use crate::error::Result;
use crate::event::StartedRun;
use crate::session::{Call, Sequence, Session};
use crate::statements::{effect, event, lookup, run, subledger as ledger};
use crate::value::{Row, values};
use crate::verbs::audit::{self, Act};
use crate::verbs::{live, started};
use hashbrown::{HashMap, HashSet};
use model::RunState;

/// Writes the items that passed and answers for all, in their order.
pub async fn write<'a>(
    session: &mut dyn Session,
    items: &[Item<'a>],
    decisions: Vec<Decision<'a>>,
) -> Result<Vec<Advanced>> {
    let mut answers = Vec::with_capacity(items.len());
    let mut passed = Vec::with_capacity(items.len());
    for (at, decision) in decisions.into_iter().enumerate() {
        match decision {
            Ok(decided) => {
                passed.push((at, items[at].1, decided));
                answers.push(Advanced::Stale);
            }
            Err(refusal) => answers.push(refusal),
        }
    }
    if passed.is_empty() {
        return Ok(answers);
    }
    let hashes = effect_hashes(&passed);
    let mut writes = writes(&passed, &hashes);
    writes.extend(books(session, &passed).await?);
    let waits = waits(&passed);
    let at_once = if waits.is_empty() {
        HashSet::new()
    } else {
        // The checks must see the cross references and effects of this very commit.
        let waits_at = writes.len();
        writes.extend(waits.calls());
        let found = session.run_all(&writes).await?;
        writes.clear();
        waits.over(&found[waits_at..])?
    };
    let wakes: Vec<Wake<'_>> = wakes(&passed).collect();
    writes.extend(runs(&passed, &at_once));
    writes.extend([waited_for(&wakes), covered(&passed)]);
    let mut written = session.run_all(&writes).await?;
    let covered = written.pop().unwrap_or_default();
    let waited = written.pop().unwrap_or_default();
    let ready = wake(session, &wakes, &waited).await?;
    let heirs: Vec<(i64, Option<i64>)> = covered
        .iter()
        .map(|row| Ok((row.int(0)?, row.int(1).ok())))
        .collect::<Result<_>>()?;
    let released = release(session, &heirs, &passed).await?;
    withdraw(session, &passed).await?;
    answer(&passed, &at_once, ready, released, &mut answers);
    Ok(answers)
}

type PassedItem<'a> = (usize, &'a Advance, Passed<'a>);

fn effect_hashes(passed: &[PassedItem<'_>]) -> Vec<[u8; 32]> {
    let effects = passed.iter().flat_map(|(_, item, _)| &item.effects);
    effects
        .filter(|e| e.expected.is_none())
        .map(|e| e.record.id.key())
        .collect()
}

fn writes<'b>(passed: &'b [PassedItem<'_>], hashes: &'b [[u8; 32]]) -> Vec<Call<'b>> {
    let mut steps = Call::each(&run::PUT_STEP);
    let mut calls = Call::each(&run::INSERT_CALL);
    let mut inserts = Call::each(&effect::INSERT_EFFECT);
    let mut updates = Call::each(&effect::UPDATE_EFFECT);
    let mut guards = Call::each(&effect::PUT_GUARD);
    let mut crosses = Call::each(&effect::PUT_CROSS_REFERENCE);
    let mut letters = Call::each(&event::INSERT_DEAD_LETTER);
    let mut lookups = Call::each(&lookup::PUT_RUN_LOOKUP);
    let mut hashes = hashes.iter();
    for (_, item, Passed { owner, .. }) in passed {
        for step in latest(&item.steps, |s| (s.scope, s.step, s.index)) {
            steps.row(values![
                item.run.0,
                step.scope,
                step.step,
                step.index,
                step.state as i64,
                step.output.as_ref(),
                step.effect.as_ref().map(<[u8; 32]>::as_slice),
                step.reused,
                step.started_at.0,
                step.ended_at.map(|t| t.0),
            ]);
        }
        for (place, call) in (0_i64..).zip(&item.calls) {
            calls.row(values![
                item.run.0,
                item.rev + 1,
                place,
                call.step,
                &call.label,
                &call.kind,
                call.started_at.0,
                call.ended_at.0,
                call.fault.as_ref().map(|(class, _)| class.as_str()),
                call.fault.as_ref().map(|(_, message)| message),
                call.status,
                call.body.as_ref(),
            ]);
        }
        for write in &item.effects {
            if write.expected.is_none() {
                if let Some(hash) = hashes.next() {
                    insert_effect(&mut inserts, write, hash);
                }
            } else {
                update_effect(&mut updates, write);
            }
        }
        for guard in latest(&item.guards, |g| (&g.peer, &g.kind, &g.reference)) {
            guards.row(values![
                &guard.peer.0,
                &guard.kind,
                &guard.reference,
                guard.as_of.0
            ]);
        }
        for cross in latest(&item.cross_references, |c| (&c.kind, &c.id)) {
            crosses.row(values![
                owner.environment,
                &cross.kind,
                &cross.id,
                &cross.value,
                item.run.0,
                item.now.0
            ]);
        }
        dead_letter(&mut letters, item, *owner);
        if let Some(met) = &item.lookups {
            lookups.row(values![item.run.0, met]);
        }
    }
    vec![
        steps, calls, inserts, updates, guards, crosses, letters, lookups,
    ]
}

/// Adds the row of a new effect.
pub fn insert_effect<'b>(call: &mut Call<'b>, write: &'b EffectWrite, hash: &'b [u8; 32]) {
    let record = &write.record;
    call.row(values![
        &record.id.peer.0,
        &record.id.kind,
        &record.id.reference,
        record.id.generation,
        &hash[..16],
        record.environment.0,
        record.rev,
        record.state as i64,
        &record.operation,
        record.connection.0,
        record.attempt,
        record.holder.map(|h| h.0),
        &record.body,
        record.inflight.as_ref(),
        record.inflight_at.map(|t| t.0),
        record.question.as_ref(),
        record.orphans.as_ref(),
        record.begun_at.0,
        record.updated_at.0,
    ]);
}

/// Adds the write of an effect that is stored.
pub fn update_effect<'b>(call: &mut Call<'b>, write: &'b EffectWrite) {
    let record = &write.record;
    call.row(values![
        &record.id.peer.0,
        &record.id.kind,
        &record.id.reference,
        record.id.generation,
        record.rev,
        record.state as i64,
        &record.operation,
        record.connection.0,
        record.attempt,
        record.holder.map(|h| h.0),
        &record.body,
        record.inflight.as_ref(),
        record.inflight_at.map(|t| t.0),
        record.question.as_ref(),
        record.orphans.as_ref(),
        record.begun_at.0,
        record.updated_at.0,
    ]);
}

fn dead_letter<'b>(call: &mut Call<'b>, item: &'b Advance, owner: Owner) {
    let Some(letter) = &item.dead_letter else {
        return;
    };
    call.row(values![
        item.run.0,
        owner.environment,
        owner.flow,
        &letter.fingerprint,
        letter.class.as_str(),
        &letter.step,
        &letter.message,
        letter.amount_minor,
        letter.currency.as_ref(),
        letter.question.as_ref(),
        letter.missing_row.as_ref().map(|(table, _)| table),
        letter.missing_row.as_ref().map(|(_, key)| key),
        item.now.0,
    ]);
}

async fn books<'b>(
    session: &mut dyn Session,
    passed: &'b [PassedItem<'_>],
) -> Result<Vec<Call<'b>>> {
    let new = passed
        .iter()
        .map(|(_, item, p)| p.books.inserts.len() + item.exceptions.len())
        .sum();
    let ids = if new == 0 {
        Vec::new()
    } else {
        session.ids(Sequence::Entry, new).await?
    };
    let mut ids = ids.into_iter();
    let mut entries = Call::each(&ledger::INSERT_ENTRY);
    let mut lines = Call::each(&ledger::INSERT_LINE);
    let mut states = Call::each(&ledger::SET_ENTRY_STATE);
    let mut opened = Call::each(&ledger::INSERT_DEPOSIT);
    let mut uses = Call::each(&ledger::INSERT_USE);
    let mut parts = Call::each(&ledger::TAKE_DEPOSIT);
    let mut exceptions = Call::each(&ledger::PUT_EXCEPTION);
    for (_, item, Passed { owner, books, .. }) in passed {
        for new in &books.inserts {
            let entry = new.entry;
            let id = ids.next().unwrap_or_default();
            entries.row(values![
                id,
                owner.environment,
                &entry.reference,
                &entry.kind,
                &entry.date,
                entry.currency.code(),
                &entry.text,
                entry.rule_revision,
                new.digest.as_slice(),
                &new.effect.peer.0,
                &new.effect.kind,
                &new.effect.reference,
                new.effect.generation,
                item.run.0,
                new.state,
                new.sent_reference,
                item.now.0,
                item.now.0,
                entry.debit_minor(),
            ]);
            for (place, line) in (0_i64..).zip(&entry.lines) {
                let dimension = line.dimension.as_ref();
                lines.row(values![
                    id,
                    place,
                    &line.account,
                    dimension,
                    line.amount_minor,
                    &line.text
                ]);
            }
        }
        for (entry, state, voucher) in &books.states {
            states.row(values![*entry, *state, *voucher, item.now.0]);
        }
        for deposit in &books.opened {
            opened.row(values![
                owner.environment,
                &deposit.charge,
                deposit.payment_intent.as_ref(),
                &deposit.presentment_currency,
                deposit.presentment_minor,
                deposit.presentment_left,
                &deposit.settlement_currency,
                deposit.settlement_minor,
                deposit.settlement_left,
                deposit.opened_at.0,
            ]);
        }
        for part in &books.parts {
            let (presentment, settlement) = (part.presentment_minor, part.settlement_minor);
            uses.row(values![
                owner.environment,
                part.use_key,
                part.charge,
                presentment,
                settlement,
                item.run.0,
                item.now.0
            ]);
        }
        for (charge, presentment, settlement) in taken(&books.parts) {
            parts.row(values![owner.environment, charge, presentment, settlement]);
        }
        for exception in latest(&item.exceptions, |e| (&e.kind, &e.key)) {
            exceptions.row(values![
                ids.next().unwrap_or_default(),
                owner.environment,
                &exception.kind,
                &exception.key,
                &exception.sentence,
                exception.amount_minor,
                exception.currency.as_ref(),
                item.run.0,
                item.now.0,
            ]);
        }
    }
    Ok(vec![
        entries, lines, states, opened, uses, parts, exceptions,
    ])
}

/// What is taken in sum from each charge: PostgreSQL changes a row once per statement.
fn taken<'b>(parts: &'b [super::subledger::Part<'_>]) -> Vec<(&'b str, i64, i64)> {
    let mut sums: Vec<(&str, i64, i64)> = Vec::new();
    for part in parts {
        match sums.iter_mut().find(|(charge, ..)| *charge == part.charge) {
            Some((_, presentment, settlement)) => {
                *presentment += part.presentment_minor;
                *settlement += part.settlement_minor;
            }
            None => sums.push((part.charge, part.presentment_minor, part.settlement_minor)),
        }
    }
    sums
}

/// Waits whose end may have come already, by the place of the item.
#[derive(Default)]
struct Waits<'a> {
    /// Place, environment, kind, id.
    crosses: Vec<(i64, i64, &'a str, &'a str)>,
    /// Place, hash.
    effects: Vec<(i64, [u8; 16])>,
}

fn waits<'b>(passed: &'b [PassedItem<'_>]) -> Waits<'b> {
    let mut waits = Waits::default();
    for (place, (_, item, decided)) in (0_i64..).zip(passed) {
        let Some(key) = item.wait_for.as_deref().filter(|_| item.state.is_live()) else {
            continue;
        };
        if let Some((kind, id)) = key
            .strip_prefix("xref:")
            .and_then(|rest| rest.split_once(':'))
        {
            waits
                .crosses
                .push((place, decided.owner.environment, kind, id));
        } else if let Some(hash) = key.strip_prefix("effect:").and_then(hash) {
            waits.effects.push((place, hash));
        }
    }
    waits
}

/// Reads the 16 bytes in hexadecimal that name an effect in a wake key.
fn hash(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 || !text.is_ascii() {
        return None;
    }
    let mut hash = [0; 16];
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(hash)
}

impl Waits<'_> {
    fn is_empty(&self) -> bool {
        self.crosses.is_empty() && self.effects.is_empty()
    }

    fn calls(&self) -> [Call<'_>; 2] {
        let mut crosses = Call::each(&effect::CROSS_REFERENCE);
        for (place, environment, kind, id) in &self.crosses {
            crosses.row(values![*place, *environment, *kind, *id]);
        }
        let mut effects = Call::each(&effect::EFFECT_HELD);
        for (place, hash) in &self.effects {
            effects.row(values![*place, hash.as_slice()]);
        }
        [crosses, effects]
    }

    /// Which waits are over: the cross reference is there, or nobody alive holds the effect.
    fn over(&self, found: &[Vec<Row>]) -> Result<HashSet<i64>> {
        let places = |at: usize| -> Result<HashSet<i64>> {
            found
                .get(at)
                .into_iter()
                .flatten()
                .map(|row| row.int(0))
                .collect()
        };
        let mut over = places(0)?;
        let held = places(1)?;
        over.extend(
            self.effects
                .iter()
                .map(|(place, _)| *place)
                .filter(|p| !held.contains(p)),
        );
        Ok(over)
    }
}

/// The runs themselves: those that the indexes find elsewhere from now on, and the others.
fn runs<'b>(passed: &'b [PassedItem<'_>], at_once: &HashSet<i64>) -> [Call<'b>; 2] {
    let mut advance = Call::each(&run::ADVANCE_RUN);
    let mut in_place = Call::each(&run::ADVANCE_IN_PLACE);
    for (place, (_, item, decided)) in (0_i64..).zip(passed) {
        let (class, message) = (
            item.fault.as_ref().map(|(class, _)| class.as_str()),
            item.fault.as_ref().map(|(_, message)| message),
        );
        if decided.is_in_place {
            in_place.row(values![
                item.run.0,
                item.state as i64,
                item.cursor,
                item.attempt,
                item.since.map(|t| t.0),
                item.deadline.map(|t| t.0),
                class,
                message,
            ]);
            continue;
        }
        let over = at_once.contains(&place);
        let state = if over { RunState::Ready } else { item.state };
        let waits = !over && item.state.is_live();
        advance.row(values![
            item.run.0,
            live(state),
            state as i64,
            item.cursor,
            item.attempt,
            item.since.map(|t| t.0),
            if over { item.now.0 } else { item.due_at.0 },
            item.deadline.filter(|_| waits).map(|t| t.0),
            item.wait_for.as_ref().filter(|_| waits),
            (!state.is_live()).then_some(item.now.0),
            class,
            message,
        ]);
    }
    [advance, in_place]
}

/// A key whose waiting runs become ready: environment, key, now.
type Wake<'b> = (i64, &'b str, i64);

fn wakes<'b>(passed: &'b [PassedItem<'_>]) -> impl Iterator<Item = Wake<'b>> {
    passed.iter().flat_map(|(_, item, Passed { owner, .. })| {
        let keys = latest(&item.wakes, |k| k);
        keys.map(|key| (owner.environment, key.as_str(), item.now.0))
    })
}

fn waited_for<'b>(wakes: &[Wake<'b>]) -> Call<'b> {
    let mut call = Call::each(&run::WAITED_FOR);
    for (place, (environment, key, _)) in (0_i64..).zip(wakes) {
        call.row(values![place, *environment, *key]);
    }
    call
}

/// Makes ready what waits for the keys at the places of `waited`.
async fn wake(
    session: &mut dyn Session,
    wakes: &[Wake<'_>],
    waited: &[Row],
) -> Result<Vec<StartedRun>> {
    let mut call = Call::each(&run::WAKE);
    for row in waited {
        let place = usize::try_from(row.int(0)?).ok();
        if let Some((environment, key, now)) = place.and_then(|at| wakes.get(at)) {
            call.row(values![*environment, *key, *now]);
        }
    }
    session.call(call).await?.into_iter().map(started).collect()
}

/// What the released keys cover.
fn covered<'b>(passed: &[PassedItem<'_>]) -> Call<'b> {
    let mut call = Call::each(&run::NEWEST_COVERED);
    for (_, item, _) in passed.iter().filter(|(_, item, _)| item.release_key) {
        call.row(values![item.run.0]);
    }
    call
}

/// Frees the keys of runs that ended without an effect, or passes them to the heir.
async fn release(
    session: &mut dyn Session,
    heirs: &[(i64, Option<i64>)],
    passed: &[PassedItem<'_>],
) -> Result<HashMap<i64, StartedRun>> {
    if heirs.is_empty() {
        return Ok(HashMap::new());
    }
    let now = |run: i64| {
        passed
            .iter()
            .find(|(_, item, _)| item.run.0 == run)
            .map_or(0, |(_, item, _)| item.now.0)
    };
    let mut free = Call::each(&run::FREE_KEY);
    let mut pass = Call::each(&run::PASS_KEY);
    let mut uncover = Call::each(&run::UNCOVER);
    for (run, heir) in heirs {
        match heir {
            Some(heir) => {
                pass.row(values![*run, *heir]);
                uncover.row(values![*heir, now(*run)]);
            }
            None => free.row(values![*run]),
        }
    }
    let rows = session
        .run_all(&[free, pass, uncover])
        .await?
        .pop()
        .unwrap_or_default();
    let mut started_by = HashMap::new();
    for row in rows {
        let heir = started(row)?;
        if let Some((run, _)) = heirs.iter().find(|(_, h)| *h == Some(heir.id.0)) {
            started_by.insert(*run, heir);
        }
    }
    Ok(started_by)
}

async fn withdraw(session: &mut dyn Session, passed: &[PassedItem<'_>]) -> Result<()> {
    for (_, item, decided) in passed {
        for (id, reference, kind) in &decided.books.withdrawn {
            let subject = format!("{kind} {reference}");
            let was = crate::queries::entries::describe(session, *id).await?;
            session.rows(&ledger::DELETE_LINES, &values![*id]).await?;
            session.rows(&ledger::DELETE_ENTRY, &values![*id]).await?;
            let act = Act {
                at: item.now,
                who: &item.run.to_string(),
                action: "entry.withdraw",
                subject: &subject,
                detail: &was,
            };
            audit::append(session, act).await?;
        }
    }
    Ok(())
}

fn answer(
    passed: &[PassedItem<'_>],
    at_once: &HashSet<i64>,
    woken: Vec<StartedRun>,
    mut released: HashMap<i64, StartedRun>,
    answers: &mut [Advanced],
) {
    // A run that this very wave made wait, and woke, is told so by its own answer.
    let mut woken: HashMap<i64, StartedRun> = woken.into_iter().map(|r| (r.id.0, r)).collect();
    let mut waker = None;
    for (place, (at, item, _)) in (0_i64..).zip(passed) {
        let own = woken.remove(&item.run.0);
        if !item.wakes.is_empty() {
            waker = Some(*at);
        }
        answers[*at] = Advanced::Done {
            rev: own.as_ref().map_or(item.rev + 1, |run| run.rev),
            ready: released.remove(&item.run.0).into_iter().collect(),
            ready_at_once: own.is_some() || at_once.contains(&place),
        };
    }
    // The database does not say which key woke a run; the last that woke any tells of all.
    if let Some(Advanced::Done { ready, .. }) = waker.map(|at| &mut answers[at]) {
        let mut rest: Vec<_> = woken.into_values().collect();
        rest.sort_unstable_by_key(|run| run.id);
        ready.extend(rest);
    }
}
