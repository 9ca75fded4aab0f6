//! The inbox as people see it: each event with what became of it, newest first.

use super::events::{EventHead, head};
use super::run_list::{Behind, behind, below, few_live, keyed};
use super::runs::{record_of, several};
use super::{CANDIDATES, Page, STRETCH, Slice, begins_with, end_of};
use crate::error::Result;
use crate::run::RunRecord;
use crate::session::{Call, Session};
use crate::statements::list as sql;
use crate::value::{Row, values};
use model::RunState;
use model::ids::{ConnectionId, EnvironmentId, EventId};
use std::collections::{BTreeSet, HashMap};

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventState {
    /// No flow listened: it is kept, and started nothing.
    Ignored,
    /// All its runs are over, and nothing is left to do.
    Done,
    /// A run waits for its turn among others of its lane's.
    Stored,
    Running,
    /// A run stands behind another one of the same ordering key.
    Held,
    /// A run waits for something, or for its next try.
    Waiting,
    /// A run was given up, and nobody has dealt with it.
    Failed,
}

impl EventState {
    pub const ALL: [Self; 7] = [
        Self::Ignored,
        Self::Done,
        Self::Stored,
        Self::Running,
        Self::Held,
        Self::Waiting,
        Self::Failed,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Done => "done",
            Self::Stored => "stored",
            Self::Running => "running",
            Self::Held => "held",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }
}

/// Which events a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    pub connection: Option<ConnectionId>,
    pub kind: Option<String>,
    pub standing: Option<EventState>,
    /// The beginning of the sender's id, or of the business key of a run that it started.
    pub search: Option<String>,
}

/// A run of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRun {
    pub run: RunRecord,
    /// Whether a letter lies for it that nobody has dealt with.
    pub is_open: bool,
    pub behind: Option<Behind>,
}

impl EventRun {
    fn standing(&self) -> EventState {
        if self.is_open {
            return EventState::Failed;
        }
        match self.run.state {
            RunState::Waiting | RunState::Retry | RunState::Parked => EventState::Waiting,
            RunState::Running => EventState::Running,
            RunState::Ready if self.behind.is_some() => EventState::Held,
            RunState::Ready => EventState::Stored,
            RunState::Done
            | RunState::Dead
            | RunState::Covered
            | RunState::Skipped
            | RunState::Cancelled => EventState::Done,
        }
    }
}

/// An event with its runs, the first 50.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxEvent {
    pub head: EventHead,
    pub runs: Vec<EventRun>,
}

impl InboxEvent {
    /// What became of it: of several runs, what needs somebody most.
    pub fn standing(&self) -> EventState {
        let runs = self.runs.iter().map(EventRun::standing);
        runs.max().unwrap_or(EventState::Ignored)
    }
}

/// Where the events of a list come from.
enum Source {
    Known(BTreeSet<i64>),
    Live,
    Failed,
    /// By id; those that started runs, or none.
    All(Option<bool>),
}

impl Source {
    async fn of(
        session: &mut dyn Session,
        environment: EnvironmentId,
        filter: &EventFilter,
    ) -> Result<Self> {
        if let Some(text) = &filter.search
            && let Some(known) = known(session, environment, text).await?
        {
            return Ok(Self::Known(known));
        }
        Ok(match filter.standing {
            None => Self::All(None),
            Some(EventState::Ignored) => Self::All(Some(false)),
            Some(EventState::Done) => Self::All(Some(true)),
            Some(EventState::Failed) => Self::Failed,
            Some(_) if few_live(session).await? => Self::Live,
            Some(_) => Self::All(Some(true)),
        })
    }

    /// The next events below an id, and the id below which it goes on, if it does.
    async fn next(
        &self,
        session: &mut dyn Session,
        environment: EnvironmentId,
        filter: &EventFilter,
        below: i64,
        limit: i64,
    ) -> Result<(Vec<EventHead>, Option<i64>)> {
        let statement = match self {
            Self::All(started) => {
                return between(session, environment, filter, *started, below, limit).await;
            }
            Self::Known(known) => {
                let ids: Vec<i64> = known.range(..below).rev().take(BATCH).copied().collect();
                return by_id(session, ids).await;
            }
            Self::Live => &sql::LIVE_EVENTS,
            Self::Failed => &sql::DEAD_EVENTS,
        };
        let batch = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let values = values![environment.0, below, batch];
        let rows = session.rows(statement, &values).await?;
        let ids = rows.iter().map(|row| row.int(0)).collect::<Result<_>>()?;
        by_id(session, ids).await
    }
}

/// So many events are looked at together.
const BATCH: usize = 200;

/// A page of events with their runs. At most so many batches or stretches of ids are looked at.
pub async fn slice(
    session: &mut dyn Session,
    environment: EnvironmentId,
    filter: &EventFilter,
    page: Page,
    stretches: usize,
) -> Result<Slice<InboxEvent>> {
    let source = Source::of(session, environment, filter).await?;
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let mut below = below(session, &sql::LAST_EVENT, page).await?;
    let mut found = Vec::new();
    for _ in 0..stretches {
        let left = i64::try_from(limit - found.len()).unwrap_or(i64::MAX);
        let (heads, rest) = source
            .next(session, environment, filter, below, left)
            .await?;
        for event in with_runs(session, heads).await? {
            let fits = filter.connection.is_none_or(|c| c == event.head.connection)
                && filter.kind.as_ref().is_none_or(|k| *k == event.head.kind)
                && filter.standing.is_none_or(|s| s == event.standing());
            if fits {
                found.push(event);
            }
            if found.len() == limit {
                return Ok(Slice::whole(found));
            }
        }
        match rest {
            Some(rest) if rest > 0 => below = rest,
            _ => return Ok(Slice::whole(found)),
        }
    }
    Ok(Slice {
        rows: found,
        next: Some(below),
    })
}

/// Events without their runs, newest first, however far one has to walk for them.
pub async fn heads(
    session: &mut dyn Session,
    environment: EnvironmentId,
    filter: &EventFilter,
    page: Page,
) -> Result<Vec<EventHead>> {
    let mut below = below(session, &sql::LAST_EVENT, page).await?;
    let mut found: Vec<EventHead> = Vec::new();
    loop {
        let left = page.limit - i64::try_from(found.len()).unwrap_or(page.limit);
        let (heads, rest) = between(session, environment, filter, None, below, left).await?;
        found.extend(heads);
        match rest {
            Some(rest) if rest > 0 && left > 0 => below = rest,
            _ => return Ok(found),
        }
        if i64::try_from(found.len()).unwrap_or(i64::MAX) >= page.limit {
            return Ok(found);
        }
    }
}

/// The events of one stretch of ids.
async fn between(
    session: &mut dyn Session,
    environment: EnvironmentId,
    filter: &EventFilter,
    started: Option<bool>,
    below: i64,
    limit: i64,
) -> Result<(Vec<EventHead>, Option<i64>)> {
    let pattern = begins_with(filter.search.as_deref());
    let from = (below - STRETCH).max(0);
    let values = values![
        environment.0,
        below,
        from,
        filter.connection.map(|c| c.0),
        filter.kind.as_ref(),
        pattern.as_ref(),
        started.map(i64::from),
        limit
    ];
    let heads = read_heads(session.rows(&sql::EVENTS_BETWEEN, &values).await?)?;
    let is_cut = i64::try_from(heads.len()).unwrap_or(i64::MAX) >= limit;
    let rest = match heads.last() {
        Some(last) if is_cut => last.id.0,
        _ => from,
    };
    Ok((heads, Some(rest)))
}

async fn by_id(session: &mut dyn Session, ids: Vec<i64>) -> Result<(Vec<EventHead>, Option<i64>)> {
    let mut call = Call::each(&sql::EVENT_BY_ID);
    for id in &ids {
        call.row(values![*id]);
    }
    let rest = ids.last().filter(|_| ids.len() == BATCH).copied();
    Ok((read_heads(session.call(call).await?)?, rest))
}

fn read_heads(rows: Vec<Row>) -> Result<Vec<EventHead>> {
    let rows = rows.into_iter();
    rows.map(|row| head(&mut row.read("event"))).collect()
}

/// The events whose own id or whose runs' keys begin with a text, unless they are many.
async fn known(
    session: &mut dyn Session,
    environment: EnvironmentId,
    text: &str,
) -> Result<Option<BTreeSet<i64>>> {
    let end = end_of(text);
    let mut found = BTreeSet::new();
    let mut peer = String::new();
    loop {
        let after = values![environment.0, &peer];
        let Some(row) = session.row(&sql::NEXT_SENDER, &after).await? else {
            break;
        };
        peer = row.read("event").text()?;
        let values = values![environment.0, &peer, text, &end, CANDIDATES + 1];
        for row in session.rows(&sql::EVENTS_KEYED, &values).await? {
            found.insert(row.int(0)?);
        }
    }
    let Some(runs) = keyed(session, environment, text).await? else {
        return Ok(None);
    };
    let runs: Vec<_> = runs.into_iter().collect();
    let runs = several(session, &runs).await?;
    found.extend(runs.iter().map(|run| run.event.0));
    let is_few = i64::try_from(found.len()).unwrap_or(i64::MAX) <= CANDIDATES;
    Ok(is_few.then_some(found))
}

/// Adds the runs of events.
pub async fn with_runs(
    session: &mut dyn Session,
    heads: Vec<EventHead>,
) -> Result<Vec<InboxEvent>> {
    let mut call = Call::each(&sql::RUNS_OF_EVENTS);
    for head in &heads {
        call.row(values![head.id.0]);
    }
    let mut runs: HashMap<EventId, Vec<EventRun>> = HashMap::new();
    let mut ready = Vec::new();
    for row in session.call(call).await? {
        let mut row = row.read("run");
        let run = record_of(&mut row)?;
        if run.state == RunState::Ready {
            ready.push(run.id);
        }
        runs.entry(run.event).or_default().push(EventRun {
            is_open: row.flag()?,
            behind: None,
            run,
        });
    }
    let mut behind = behind(session, &ready).await?;
    for run in runs.values_mut().flatten() {
        run.behind = behind.remove(&run.run.id);
    }
    let heads = heads.into_iter();
    let events = heads.map(|head| InboxEvent {
        runs: runs.remove(&head.id).unwrap_or_default(),
        head,
    });
    Ok(events.collect())
}
