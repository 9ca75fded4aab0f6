//! Runs that are pinned to a deployment which is no longer in force: moved, or ended.

use super::audit::{self, Act};
use super::effects::wake;
use crate::effect::wake_key;
use crate::error::Result;
use crate::event::StartedRun;
use crate::queries::runs::Pinned;
use crate::session::{Call, Session};
use crate::statements::run as sql;
use crate::value::{Row, values};
use model::Timestamp;
use model::ids::{DeploymentId, EnvironmentId, RunId};
use std::collections::BTreeSet;

/// Runs that are to go over to another deployment.
#[derive(Clone, Debug)]
pub struct MoveRuns {
    /// As they were when it was found that they may.
    pub runs: Vec<Pinned>,
    pub to: DeploymentId,
    pub who: String,
    pub reason: String,
    pub at: Timestamp,
}

/// Runs at rest that are to end.
#[derive(Clone, Debug)]
pub struct CancelRuns {
    pub environment: EnvironmentId,
    /// As they were when a person decided.
    pub runs: Vec<Pinned>,
    pub who: String,
    pub reason: String,
    pub at: Timestamp,
}

/// Moves the runs that are at rest and as they were; answers with them. They are ready then: what
/// they wait for is worked out anew.
pub async fn move_runs(session: &mut dyn Session, moves: &MoveRuns) -> Result<Vec<RunId>> {
    let mut call = Call::each(&sql::MOVE_RUN);
    for run in &moves.runs {
        call.row(values![run.id.0, run.rev, moves.to.0, moves.at.0]);
    }
    let moved = ids(&session.call(call).await?)?;
    let from = moves.runs.iter().filter(|run| moved.contains(&run.id));
    let detail = |run: &Pinned| format!("{} to {}: {}", run.deployment, moves.to, moves.reason);
    let notes: Vec<_> = from.map(|run| (run.id, detail(run))).collect();
    note_all(session, (&moves.who, moves.at), "run.move", &notes).await?;
    Ok(moved.into_iter().collect())
}

/// Cancels the runs that are at rest and as they were; answers with them, and with the runs that
/// waited for one of their effects. Effects stay as they are.
pub async fn cancel_runs(
    session: &mut dyn Session,
    cancel: &CancelRuns,
) -> Result<(Vec<RunId>, Vec<StartedRun>)> {
    let mut call = Call::each(&sql::CANCEL_AT_REST);
    for run in &cancel.runs {
        call.row(values![run.id.0, run.rev, cancel.at.0]);
    }
    let cancelled = ids(&session.call(call).await?)?;
    let mut effects = Call::each(&sql::EFFECTS_OF_RUNS);
    for run in &cancelled {
        effects.row(values![run.0]);
    }
    let mut keys = Vec::new();
    for row in session.call(effects).await? {
        keys.push(wake_key(&row.read("step").digest()?));
    }
    let notes: Vec<_> = cancelled
        .iter()
        .map(|run| (*run, cancel.reason.clone()))
        .collect();
    note_all(session, (&cancel.who, cancel.at), "run.cancel", &notes).await?;
    let woken = wake(session, cancel.environment, &keys, cancel.at).await?;
    Ok((cancelled.into_iter().collect(), woken))
}

fn ids(rows: &[Row]) -> Result<BTreeSet<RunId>> {
    rows.iter().map(|row| Ok(RunId(row.int(0)?))).collect()
}

async fn note_all(
    session: &mut dyn Session,
    (who, at): (&str, Timestamp),
    action: &str,
    notes: &[(RunId, String)],
) -> Result<()> {
    let named: Vec<_> = notes
        .iter()
        .map(|(run, detail)| (run.to_string(), detail))
        .collect();
    let acts: Vec<Act<'_>> = named
        .iter()
        .map(|(subject, detail)| Act {
            at,
            who,
            action,
            subject,
            detail,
        })
        .collect();
    audit::append_all(session, &acts).await
}
