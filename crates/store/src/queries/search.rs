//! Whatever a person has in hand: what is stored under an id.

use super::event_list::{self, EventFilter, InboxEvent};
use super::run_list::{self, RunFilter};
use super::{Page, entries};
use crate::entry::EntryRecord;
use crate::error::Result;
use crate::run::RunRecord;
use crate::session::{Call, Session};
use crate::statements::{list as sql, subledger};
use crate::value::{Row, values};
use model::Timestamp;
use model::ids::{EnvironmentId, RunId};

/// The same thing in two systems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossReference {
    pub kind: String,
    pub id: String,
    pub value: String,
    /// The run that wrote it; none if a person did.
    pub run: Option<RunId>,
    pub at: Timestamp,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// By business key, from its beginning.
    pub runs: Vec<RunRecord>,
    /// By the sender's id or a run's business key, from its beginning.
    pub events: Vec<InboxEvent>,
    /// By reference, by the reference at the peer, or by voucher, whole.
    pub entries: Vec<EntryRecord>,
    /// By either side, whole.
    pub references: Vec<CrossReference>,
}

/// Looks a text up wherever an index leads to it; of each kind at most `limit`.
pub async fn search(
    session: &mut dyn Session,
    environment: EnvironmentId,
    text: &str,
    limit: i64,
) -> Result<Found> {
    let page = Page::first(limit);
    let runs = RunFilter {
        search: Some(text.to_owned()),
        ..RunFilter::default()
    };
    let events = EventFilter {
        search: Some(text.to_owned()),
        ..EventFilter::default()
    };
    Ok(Found {
        runs: run_list::slice(session, environment, &runs, page, 1)
            .await?
            .rows,
        events: event_list::slice(session, environment, &events, page, 1)
            .await?
            .rows,
        entries: entries_of(session, environment, text, limit).await?,
        references: references(session, environment, text, limit).await?,
    })
}

async fn entries_of(
    session: &mut dyn Session,
    environment: EnvironmentId,
    text: &str,
    limit: i64,
) -> Result<Vec<EntryRecord>> {
    let mut call = Call::each(&subledger::ENTRIES);
    call.row(values![environment.0, text]);
    let mut rows = session.call(call).await?;
    for statement in [&subledger::ENTRIES_NAMED, &subledger::ENTRIES_VOUCHER] {
        let named = values![environment.0, text, limit];
        rows.extend(session.rows(statement, &named).await?);
    }
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let mut found = entries::complete(session, rows).await?;
    let mut seen = std::collections::HashSet::new();
    found.retain(|entry| seen.insert(entry.id));
    Ok(found)
}

async fn references(
    session: &mut dyn Session,
    environment: EnvironmentId,
    text: &str,
    limit: i64,
) -> Result<Vec<CrossReference>> {
    let values = values![environment.0, text, limit];
    let rows = session.rows(&sql::CROSS_BY_VALUE, &values).await?;
    let mut found: Vec<CrossReference> = rows.into_iter().map(reference).collect::<Result<_>>()?;
    let mut kind = String::new();
    loop {
        let after = values![environment.0, &kind];
        let Some(row) = session.row(&sql::NEXT_CROSS_KIND, &after).await? else {
            return Ok(found);
        };
        kind = row.read("cross_reference").text()?;
        let key = values![environment.0, &kind, text];
        let row = session.row(&sql::CROSS_BY_ID, &key).await?;
        found.extend(row.map(reference).transpose()?);
    }
}

fn reference(row: Row) -> Result<CrossReference> {
    let mut row = row.read("cross_reference");
    Ok(CrossReference {
        kind: row.text()?,
        id: row.text()?,
        value: row.text()?,
        run: Some(row.int()?).filter(|run| *run != 0).map(RunId),
        at: Timestamp(row.int()?),
    })
}
