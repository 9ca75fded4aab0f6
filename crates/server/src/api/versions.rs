//! Versions of flows: what was published, by whom and why. A version never changes.

use super::etag::Expected;
use super::extract::{Body, Params};
use super::proposals::{ProposalOut, accepted};
use super::runs::ReasonIn;
use crate::access::Caller;
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::rules::{Act, Proposed, is_to_be_proposed, propose};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store::{FlowVersion, VersionHead};
use utoipa::ToSchema;

/// A version of a flow.
#[derive(Serialize, ToSchema)]
pub struct VersionOut {
    /// Counts from 1 within the flow.
    version: i64,
    id: String,
    published_by: String,
    published_at: String,
    /// Why.
    reason: String,
}

/// A version with its texts.
#[derive(Serialize, ToSchema)]
pub struct VersionDetailOut {
    flow: String,
    #[serde(flatten)]
    version: VersionOut,
    /// The text, as it was published.
    document: String,
    /// The texts of its samples.
    samples: Vec<String>,
    /// The ids of its steps: the place of each is its number in every journal.
    steps: Vec<String>,
}

/// Lists the versions of a flow, newest first.
#[utoipa::path(get, path = "/api/v1/flows/{flow}/versions", tag = "flows",
    operation_id = "list_versions",
    params(("flow" = String, Path, description = "The flow's id."), PageIn),
    responses((status = OK, body = List<VersionOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Path(flow): Path<String>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<VersionOut>>, ApiError> {
    let id = app.engine.flow_id(&flow).await?;
    let below = match &page.after {
        None => i64::MAX,
        Some(after) => number(after)?,
    };
    let limit = page.limit()? + 1;
    let heads = app.engine.store().version_heads(id, below, limit).await?;
    Ok(Json(page.list(heads, |h| h.number.to_string(), head)?))
}

/// Shows a version of a flow.
#[utoipa::path(get, path = "/api/v1/flows/{flow}/versions/{version}", tag = "flows",
    operation_id = "get_version",
    params(("flow" = String, Path, description = "The flow's id."),
        ("version" = i64, Path, description = "The version's number.")),
    responses((status = OK, body = VersionDetailOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path((flow, version)): Path<(String, String)>,
) -> Result<Json<VersionDetailOut>, ApiError> {
    let version = app.engine.version(&flow, number(&version)?).await?;
    Ok(Json(detail(flow, version)))
}

/// Makes the draft of a flow a version. Refused while its check has an error or a sample comes to
/// something else than it expects. Where the rules ask for a second person, it is proposed.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/versions", tag = "flows",
    operation_id = "publish_flow",
    params(("flow" = String, Path, description = "The flow's id."),
        ("If-Match" = String, Header, description = "The `ETag` of the draft.")),
    request_body = ReasonIn,
    responses((status = CREATED, body = VersionDetailOut),
        (status = ACCEPTED, body = ProposalOut, description = "It waits for a second person."),
        (status = "4XX", body = ProblemOut)))]
pub async fn publish(
    State(app): State<App>,
    caller: Caller,
    Path(flow): Path<String>,
    expected: Expected,
    Body(given): Body<ReasonIn>,
) -> Result<Response, ApiError> {
    let revision = expected.revision()?;
    if is_to_be_proposed(&app, &caller, Act::Publish).await? {
        let proposed = Proposed::Publish {
            revision,
            reason: given.reason,
        };
        let proposal = propose(&app, &caller, &flow, &proposed).await?;
        return Ok(accepted(&app, proposal));
    }
    let version = app
        .engine
        .publish(&flow, revision, &caller.name, &given.reason)
        .await?;
    Ok((StatusCode::CREATED, Json(detail(flow, version))).into_response())
}

/// A version's number.
pub fn number(text: &str) -> Result<i64, ApiError> {
    text.parse().map_err(|_| {
        let text: String = text.chars().take(100).collect();
        let detail = format!("`{text}` is no number of a version");
        ApiError::bad_request("wrong_version", detail, "versions count from 1")
    })
}

fn head(head: VersionHead) -> VersionOut {
    VersionOut {
        version: head.number,
        id: head.id.to_string(),
        published_by: head.who,
        published_at: rfc3339(head.created_at),
        reason: head.reason,
    }
}

fn detail(flow: String, version: FlowVersion) -> VersionDetailOut {
    let texts = |stored: &str| serde_json::from_str(stored).unwrap_or_default();
    VersionDetailOut {
        flow,
        document: version.document,
        samples: texts(&version.samples),
        steps: version.steps.as_deref().map(texts).unwrap_or_default(),
        version: VersionOut {
            version: version.number,
            id: version.id.to_string(),
            published_by: version.who,
            published_at: rfc3339(version.created_at),
            reason: version.reason,
        },
    }
}
