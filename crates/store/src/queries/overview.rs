//! Counts for the metrics, and the store's check of itself.

use crate::error::Result;
use crate::session::Session;
use crate::statements::{event, run, subledger};
use model::RunState;

/// What the store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub events: i64,
    /// Deliveries of events, duplicates included.
    pub deliveries: i64,
    /// Runs by state; a state without runs is absent.
    pub runs: Vec<(RunState, i64)>,
    /// Dead letters that nobody has dealt with.
    pub dead_letters: i64,
    pub open_exceptions: i64,
}

impl Counts {
    /// Runs in one state.
    pub fn runs_in(&self, state: RunState) -> i64 {
        self.runs
            .iter()
            .find(|(s, _)| *s == state)
            .map_or(0, |(_, count)| *count)
    }
}

/// Counts what is live or open, however much has ended: runs that are over and events are left
/// out.
pub async fn live_counts(session: &mut dyn Session) -> Result<Counts> {
    let mut counts = Counts::default();
    for row in session.rows(&run::COUNT_LIVE_RUNS, &[]).await? {
        if let Some(state) = RunState::from_code(row.int(0)?) {
            counts.runs.push((state, row.int(1)?));
        }
    }
    open(session, &mut counts).await?;
    Ok(counts)
}

/// Counts everything; it reads whole tables.
pub async fn counts(session: &mut dyn Session) -> Result<Counts> {
    let mut counts = Counts::default();
    if let Some(row) = session.row(&event::COUNT_EVENTS, &[]).await? {
        (counts.events, counts.deliveries) = (row.int(0)?, row.int(1)?);
    }
    for row in session.rows(&run::COUNT_RUNS, &[]).await? {
        if let Some(state) = RunState::from_code(row.int(0)?) {
            counts.runs.push((state, row.int(1)?));
        }
    }
    open(session, &mut counts).await?;
    Ok(counts)
}

async fn open(session: &mut dyn Session, counts: &mut Counts) -> Result<()> {
    if let Some(row) = session.row(&run::COUNT_DEAD_LETTERS, &[]).await? {
        counts.dead_letters = row.int(0)?;
    }
    if let Some(row) = session.row(&subledger::COUNT_EXCEPTIONS, &[]).await? {
        counts.open_exceptions = row.int(0)?;
    }
    Ok(())
}

/// Entries that do not balance.
pub async fn verify(session: &mut dyn Session) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for row in session.rows(&subledger::UNBALANCED, &[]).await? {
        let (entry, difference) = (row.int(0)?, row.int(1)?);
        found.push(format!(
            "entry {entry} does not balance: {difference} minor units"
        ));
    }
    Ok(found)
}
