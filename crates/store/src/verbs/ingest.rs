//! Stores events with their runs: durable point 1.

use crate::error::Result;
use crate::event::{Ingested, NewEvent, NewRun, StartedRun};
use crate::session::{Call, Sequence, Session};
use crate::statements::event as sql;
use crate::value::{Value, values};
use crate::verbs::live;
use hashbrown::{HashMap, HashSet};
use model::RunState;
use model::ids::{EventId, RunId};

/// Stores events; what was there already is counted. Answers in the order of `events`.
pub async fn ingest(session: &mut dyn Session, events: &[&NewEvent]) -> Result<Vec<Ingested>> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let ids = session.ids(Sequence::Event, events.len()).await?;

    // The same event twice in one batch: only the first is offered to the database.
    let mut seen = HashSet::with_capacity(events.len());
    let mut insert = Call::each(&sql::INSERT_EVENT);
    for (at, event) in events.iter().enumerate() {
        if seen.insert((
            event.environment,
            event.peer.as_str(),
            event.dedupe_key.as_str(),
        )) {
            insert.row(event_values(ids[at], event));
        }
    }
    let stored = session.call(insert).await?;
    let mut is_new = vec![false; events.len()];
    for row in &stored {
        if let Ok(at) = ids.binary_search(&row.int(0)?) {
            is_new[at] = true;
        }
    }

    let mut runs = Runs::work_out(session, events, &is_new, &ids).await?;
    let mut bodies = Call::each(&sql::INSERT_BODY);
    let mut duplicates = Call::each(&sql::COUNT_DELIVERY);
    for (at, event) in events.iter().enumerate() {
        if is_new[at] {
            bodies.row(values![ids[at], &event.body]);
        } else {
            let place = i64::try_from(at).unwrap_or(i64::MAX);
            duplicates.row(values![
                place,
                event.environment.0,
                event.peer.as_str(),
                event.dedupe_key.as_str()
            ]);
        }
    }
    let mut answers = session
        .run_all(&[bodies, duplicates, runs.take_keys()])
        .await?;
    let owners = answers.pop().unwrap_or_default();
    let counted = answers.pop().unwrap_or_default();
    let owners = owners.iter().map(|row| row.int(0)).collect::<Result<_>>()?;
    runs.settle(&owners);
    session.run_all(&runs.insert()).await?;

    let mut known = HashMap::with_capacity(counted.len());
    for row in &counted {
        known.insert(row.int(0)?, EventId(row.int(1)?));
    }
    // PostgreSQL counts an event that was offered twice once; both places have the same answer.
    let by_key: HashMap<_, _> = known
        .iter()
        .filter_map(|(at, event)| Some((key(events.get(usize::try_from(*at).ok()?)?), *event)))
        .collect();
    let mut started = runs.started().peekable();
    let mut outcomes = Vec::with_capacity(events.len());
    for (at, event) in events.iter().enumerate() {
        let event_id = EventId(ids[at]);
        outcomes.push(if is_new[at] {
            let mut own = Vec::with_capacity(event.runs.len());
            while let Some(run) = started.next_if(|run| run.event == event_id) {
                own.push(run);
            }
            Ingested::New {
                event: event_id,
                runs: own,
            }
        } else {
            let event = by_key.get(&key(event)).copied().unwrap_or(event_id);
            Ingested::Duplicate { event }
        });
    }
    Ok(outcomes)
}

/// Stores events that were fetched from their sender: what is there already is no delivery and is
/// not counted. Answers in the order of `events`.
pub async fn fetched(session: &mut dyn Session, events: &[NewEvent]) -> Result<Vec<Ingested>> {
    let calls: Vec<Call<'_>> = events
        .iter()
        .map(|event| {
            let key = values![event.environment.0, &event.peer, &event.dedupe_key];
            Call::new(&sql::EVENT_BY_KEY, key)
        })
        .collect();
    let known = session.run_all(&calls).await?;
    let known: Vec<Option<EventId>> = known
        .iter()
        .map(|rows| rows.first().map(|row| row.int(0).map(EventId)).transpose())
        .collect::<Result<_>>()?;
    let missing = events.iter().zip(&known);
    let missing: Vec<&NewEvent> = missing
        .filter_map(|(event, known)| known.is_none().then_some(event))
        .collect();
    let mut stored = ingest(session, &missing).await?.into_iter();
    let answers = known.into_iter().map(|known| match known {
        Some(event) => Some(Ingested::Duplicate { event }),
        None => stored.next(),
    });
    Ok(answers.flatten().collect())
}

fn key<'a>(event: &&'a NewEvent) -> (i64, &'a str, &'a str) {
    (event.environment.0, &event.peer, &event.dedupe_key)
}

/// The columns of an event.
pub fn event_values(id: i64, event: &NewEvent) -> [Value<'_>; 13] {
    values![
        id,
        event.environment.0,
        event.connection.0,
        event.peer.as_str(),
        event.dedupe_key.as_str(),
        event.kind.as_str(),
        event.occurred_at.0,
        event.received_at.0,
        event.secret,
        event.body_len,
        event.body_sha256.as_slice(),
        // What was fetched, or is our own, was not delivered.
        event.secret.is_some(),
        event.own,
    ]
}

struct Started<'a> {
    id: i64,
    event_id: i64,
    event: &'a NewEvent,
    run: &'a NewRun,
    state: RunState,
}

/// The runs of the new events of a batch.
struct Runs<'a>(Vec<Started<'a>>);

impl<'a> Runs<'a> {
    async fn work_out(
        session: &mut dyn Session,
        events: &[&'a NewEvent],
        is_new: &[bool],
        ids: &[i64],
    ) -> Result<Self> {
        let fresh = || {
            events
                .iter()
                .zip(is_new)
                .enumerate()
                .filter(|(_, (_, new))| **new)
        };
        let count = fresh().map(|(_, (event, _))| event.runs.len()).sum();
        let mut runs = Vec::with_capacity(count);
        if count == 0 {
            return Ok(Self(runs));
        }
        let mut next = session.ids(Sequence::Run, count).await?.into_iter();
        for (at, (event, _)) in fresh() {
            for run in &event.runs {
                runs.push(Started {
                    id: next.next().unwrap_or_default(),
                    event_id: ids[at],
                    event,
                    run,
                    state: if run.stillborn.is_some() {
                        RunState::Dead
                    } else {
                        RunState::Covered
                    },
                });
            }
        }
        Ok(Self(runs))
    }

    /// A stillborn run has no key that it could take.
    fn take_keys(&self) -> Call<'a> {
        let mut call = Call::each(&sql::TAKE_KEY);
        for run in self.0.iter().filter(|run| run.run.stillborn.is_none()) {
            let (event, key) = (run.event, run.run.key.as_str());
            call.row(values![
                event.environment.0,
                run.run.flow.0,
                &event.peer,
                key,
                run.id
            ]);
        }
        call
    }

    /// Runs that got their key are ready; the others stay covered.
    fn settle(&mut self, owners: &HashSet<i64>) {
        for run in self.0.iter_mut().filter(|run| owners.contains(&run.id)) {
            run.state = RunState::Ready;
        }
    }

    fn insert(&self) -> [Call<'a>; 2] {
        let mut insert = Call::each(&sql::INSERT_RUN);
        let mut letters = Call::each(&sql::INSERT_DEAD_LETTER);
        for Started {
            id,
            event_id,
            event,
            run,
            state,
        } in &self.0
        {
            let now = event.received_at.0;
            let fault = run.stillborn.as_ref();
            let class = fault.map(|(class, _)| class.as_str());
            let message = fault.map(|(_, message)| message.as_str());
            let replay_of = None::<i64>;
            let ended = if state.is_live() { None } else { Some(now) };
            insert.row(values![
                *id,
                event.environment.0,
                run.flow.0,
                run.deployment.0,
                *event_id,
                replay_of,
                &event.peer,
                &run.key,
                run.lane,
                run.shard,
                live(*state),
                *state as i64,
                0_i64,
                0_i64,
                0_i64,
                now,
                now,
                ended,
                class,
                message,
            ]);
            if let (Some(class), Some(message)) = (class, message) {
                letters.row(values![
                    *id,
                    event.environment.0,
                    run.flow.0,
                    "stillborn",
                    class,
                    "",
                    message,
                    None::<i64>,
                    None::<&str>,
                    None::<&str>,
                    None::<&str>,
                    None::<&str>,
                    now,
                ]);
            }
        }
        [insert, letters]
    }

    fn started(&self) -> impl Iterator<Item = StartedRun> {
        self.0.iter().map(|run| StartedRun {
            id: RunId(run.id),
            event: EventId(run.event_id),
            deployment: run.run.deployment,
            lane: run.run.lane,
            shard: run.run.shard,
            state: run.state,
            rev: 0,
        })
    }
}
