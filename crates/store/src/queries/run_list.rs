//! Lists of runs, newest first, and what a run waits behind.

use super::runs::{record, several};
use super::{CANDIDATES, Page, STRETCH, Slice, begins_with, end_of};
use crate::error::Result;
use crate::run::RunRecord;
use crate::session::{Call, Session};
use crate::statements::{Statement, list as sql};
use crate::value::{Row, values};
use model::RunState;
use model::ids::{EnvironmentId, EventId, FlowId, RunId};
use std::collections::{BTreeSet, HashMap};

/// Which runs a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    pub state: Option<RunState>,
    pub flow: Option<FlowId>,
    pub event: Option<EventId>,
    /// The beginning of the business key.
    pub search: Option<String>,
}

impl RunFilter {
    fn fits(&self, run: &RunRecord) -> bool {
        self.state.is_none_or(|state| state == run.state)
            && self.flow.is_none_or(|flow| flow == run.flow)
    }
}

/// The run that another one stands behind in their lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    pub run: RunId,
    pub event: EventId,
    pub key: String,
    /// The sender's id of the event.
    pub source_id: String,
}

/// With more live runs than this, a list of them goes by id.
const LIVE_MAX: i64 = 20_000;

/// Whether the live runs are few enough to be gone through.
pub async fn few_live(session: &mut dyn Session) -> Result<bool> {
    let row = session
        .row(&sql::COUNT_LIVE, &values![LIVE_MAX + 1])
        .await?;
    Ok(row.map_or(Ok(0), |row| row.int(0))? <= LIVE_MAX)
}

/// A page of runs, newest first. Where nothing narrows the list, at most so many stretches of ids
/// are walked.
pub async fn slice(
    session: &mut dyn Session,
    environment: EnvironmentId,
    filter: &RunFilter,
    page: Page,
    stretches: usize,
) -> Result<Slice<RunRecord>> {
    let pattern = begins_with(filter.search.as_deref());
    let narrow: Option<(&'static Statement, Option<i64>)> = match (filter.event, filter.state) {
        (Some(event), _) => Some((&sql::RUNS_ABOUT, Some(event.0))),
        (None, Some(RunState::Dead)) => Some((&sql::DEAD_RUNS, None)),
        (None, Some(state)) if state.is_live() && few_live(session).await? => {
            Some((&sql::RUNS_LIVE, None))
        }
        _ => None,
    };
    if let Some((statement, event)) = narrow {
        let values = values![
            environment.0,
            page.below(),
            event,
            filter.flow.map(|f| f.0),
            filter.state.map(|s| s as i64),
            pattern.as_ref(),
            page.limit
        ];
        let rows = session.rows(statement, &values).await?;
        return Ok(Slice::whole(records(rows)?));
    }
    match (&filter.search, filter.flow, filter.state) {
        (None, Some(flow), None) => {
            let values = values![environment.0, page.below(), flow.0, page.limit];
            let rows = session.rows(&sql::RUNS_OF_FLOW, &values).await?;
            Ok(Slice::whole(records(rows)?))
        }
        (Some(search), ..) => match keyed(session, environment, search).await? {
            Some(known) => candidates(session, environment, filter, page, known).await,
            None => walk(session, environment, filter, page, stretches).await,
        },
        _ => walk(session, environment, filter, page, stretches).await,
    }
}

fn records(rows: Vec<Row>) -> Result<Vec<RunRecord>> {
    rows.into_iter().map(record).collect()
}

/// Walks down by id until the page is full.
async fn walk(
    session: &mut dyn Session,
    environment: EnvironmentId,
    filter: &RunFilter,
    page: Page,
    stretches: usize,
) -> Result<Slice<RunRecord>> {
    let pattern = begins_with(filter.search.as_deref());
    let mut below = below(session, &sql::LAST_RUN, page).await?;
    let mut found = Vec::new();
    for _ in 0..stretches {
        if below <= 0 {
            return Ok(Slice::whole(found));
        }
        let left = page.limit - i64::try_from(found.len()).unwrap_or(page.limit);
        let from = (below - STRETCH).max(0);
        let values = values![
            environment.0,
            below,
            from,
            filter.flow.map(|f| f.0),
            filter.state.map(|s| s as i64),
            pattern.as_ref(),
            left
        ];
        let rows = session.rows(&sql::RUNS_BETWEEN, &values).await?;
        found.extend(records(rows)?);
        if i64::try_from(found.len()).unwrap_or(i64::MAX) >= page.limit {
            return Ok(Slice::whole(found));
        }
        below = from;
    }
    Ok(Slice {
        rows: found,
        next: (below > 0).then_some(below),
    })
}

/// The id below which a page begins, and not far above the newest one.
pub async fn below(session: &mut dyn Session, last: &'static Statement, page: Page) -> Result<i64> {
    let newest = session.row(last, &[]).await?;
    let newest = newest.and_then(|row| row.int(0).ok()).unwrap_or(0);
    Ok(page.below().min(newest + 1))
}

/// The runs whose business key begins with a text, unless they are many: those that have their key
/// or are covered, and those that these work again.
pub async fn keyed(
    session: &mut dyn Session,
    environment: EnvironmentId,
    text: &str,
) -> Result<Option<BTreeSet<RunId>>> {
    let end = end_of(text);
    let mut found = BTreeSet::new();
    let (mut flow, mut peer) = (-1, String::new());
    loop {
        let after = values![environment.0, flow, &peer];
        let Some(row) = session.row(&sql::NEXT_KEYED, &after).await? else {
            break;
        };
        let mut row = row.read("run_key");
        (flow, peer) = (row.int()?, row.text()?);
        for statement in [&sql::KEYED, &sql::COVERED_KEYED] {
            let values = values![environment.0, flow, &peer, text, &end, CANDIDATES + 1];
            for row in session.rows(statement, &values).await? {
                found.insert(RunId(row.int(0)?));
            }
        }
        if i64::try_from(found.len()).unwrap_or(i64::MAX) > CANDIDATES {
            return Ok(None);
        }
    }
    Ok(Some(found))
}

/// A page of runs that are known by their keys. A run that did nothing has given its key back: it
/// is found among the newest only.
async fn candidates(
    session: &mut dyn Session,
    environment: EnvironmentId,
    filter: &RunFilter,
    page: Page,
    known: BTreeSet<RunId>,
) -> Result<Slice<RunRecord>> {
    let newest = Page {
        after: None,
        limit: CANDIDATES,
    };
    let found = walk(session, environment, filter, newest, 1).await?.rows;
    let mut found: HashMap<RunId, RunRecord> = found.into_iter().map(|r| (r.id, r)).collect();
    let mut ask: Vec<RunId> = known.into_iter().collect();
    while !ask.is_empty() {
        let runs = several(session, &ask).await?;
        let earlier = runs.iter().filter_map(|run| run.replay_of);
        ask = earlier.filter(|id| !found.contains_key(id)).collect();
        found.extend(runs.into_iter().map(|run| (run.id, run)));
    }
    let below = page.below();
    let mut rows: Vec<RunRecord> = found
        .into_values()
        .filter(|run| run.id.0 < below && filter.fits(run))
        .collect();
    rows.sort_unstable_by_key(|run| std::cmp::Reverse(run.id));
    rows.truncate(usize::try_from(page.limit).unwrap_or(usize::MAX));
    Ok(Slice::whole(rows))
}

/// Of ready runs: which one they stand behind in their lane.
pub async fn behind(session: &mut dyn Session, runs: &[RunId]) -> Result<HashMap<RunId, Behind>> {
    let mut call = Call::each(&sql::BEHIND);
    for run in runs {
        call.row(values![run.0]);
    }
    let rows = session.call(call).await?.into_iter();
    rows.map(|row| {
        let mut row = row.read("run");
        let own = RunId(row.int()?);
        let behind = Behind {
            run: RunId(row.int()?),
            event: EventId(row.int()?),
            key: row.text()?,
            source_id: row.text()?,
        };
        Ok((own, behind))
    })
    .collect()
}

/// The runs that work on effects, which are named by halves of their keys; in the order asked for.
pub async fn holders(session: &mut dyn Session, halves: &[Vec<u8>]) -> Result<Vec<Option<RunId>>> {
    let mut call = Call::each(&sql::EFFECT_HOLDER);
    for (place, half) in (0_i64..).zip(halves) {
        call.row(values![place, half.as_slice()]);
    }
    let mut found = vec![None; halves.len()];
    for row in session.call(call).await? {
        let place = usize::try_from(row.int(0)?).unwrap_or(usize::MAX);
        if let Some(slot) = found.get_mut(place) {
            *slot = Some(RunId(row.int(1)?));
        }
    }
    Ok(found)
}
