//! Who last changed each step of a flow, and why: what a person asks who meets it.

use super::flow_diff::read;
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::{Path, State};
use model::flow::diff::diff;
use serde::Serialize;
use std::collections::BTreeSet;
use store::{FlowVersion, VersionHead};
use utoipa::ToSchema;

/// So many versions are gone back.
const VERSIONS_MAX: i64 = 100;

/// The steps of the newest version.
#[derive(Serialize, ToSchema)]
pub struct LastChangesOut {
    /// Those whose last change was found.
    steps: Vec<LastChangeOut>,
    /// Whether there are older versions that were not looked at.
    cut: bool,
}

/// The version that last changed a step.
#[derive(Serialize, ToSchema)]
pub struct LastChangeOut {
    /// The step's id.
    step: String,
    version: i64,
    by: String,
    at: String,
    /// Why the version was made.
    reason: String,
    /// What became otherwise, in sentences; none if the step was new.
    changes: Vec<String>,
}

/// Says of each step of the newest version which version last changed it.
#[utoipa::path(get, path = "/api/v1/flows/{flow}/steps/changes", tag = "flows",
    operation_id = "last_changes",
    params(("flow" = String, Path, description = "The flow's id.")),
    responses((status = OK, body = LastChangesOut), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Path(flow): Path<String>,
) -> Result<Json<LastChangesOut>, ApiError> {
    let store = app.engine.store();
    let id = app.engine.flow_id(&flow).await?;
    let heads = store.version_heads(id, i64::MAX, VERSIONS_MAX).await?;
    let mut out = LastChangesOut {
        steps: Vec::new(),
        cut: false,
    };
    let Some(newest) = heads.first() else {
        return Ok(Json(out));
    };
    let mut newer = store.flow_version(newest.id).await?;
    let mut left = ids(&newer);
    let mut before = newest;
    for head in &heads[1..] {
        if left.is_empty() {
            return Ok(Json(out));
        }
        let older = store.flow_version(head.id).await?;
        // Documents may be long: they must not hold up the requests beside this one.
        let work = tokio::task::spawn_blocking(move || {
            let changed = changed(&older, &newer);
            (changed, older)
        });
        let (changed, older) = work.await.map_err(|error| ApiError::internal(&error))?;
        let there = ids(&older);
        for (step, changes) in changed {
            if left.remove(&step) {
                out.steps.push(row(step, before, changes));
            }
        }
        // What came with the step that holds it is not told by itself.
        for step in left.difference(&there).cloned().collect::<Vec<_>>() {
            left.remove(&step);
            out.steps.push(row(step, before, Vec::new()));
        }
        (newer, before) = (older, head);
    }
    if before.number > 1 {
        out.cut = true;
        return Ok(Json(out));
    }
    let first = left.into_iter().map(|step| row(step, before, Vec::new()));
    out.steps.extend(first);
    Ok(Json(out))
}

fn ids(version: &FlowVersion) -> BTreeSet<String> {
    let steps = version.steps.as_deref();
    steps
        .and_then(|steps| serde_json::from_str(steps).ok())
        .unwrap_or_default()
}

/// What became otherwise, by step.
fn changed(older: &FlowVersion, newer: &FlowVersion) -> Vec<(String, Vec<String>)> {
    let (Ok(from), Ok(to)) = (read("", &older.document), read("", &newer.document)) else {
        return Vec::new();
    };
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for change in diff(&from, &to) {
        let Some(step) = change.step else { continue };
        match found.iter_mut().find(|(known, _)| *known == step) {
            Some((_, sentences)) => sentences.push(change.sentence),
            None => found.push((step, vec![change.sentence])),
        }
    }
    found
}

fn row(step: String, head: &VersionHead, changes: Vec<String>) -> LastChangeOut {
    LastChangeOut {
        step,
        version: head.number,
        by: head.who.clone(),
        at: rfc3339(head.created_at),
        reason: head.reason.clone(),
        changes,
    }
}
