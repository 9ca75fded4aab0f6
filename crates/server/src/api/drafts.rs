//! Drafts of flows: what a person works on, saved as it is, however wrong.

use super::etag::{Expected, Tagged};
use super::extract::{Body, Params};
use crate::access::Caller;
use crate::app::App;
use crate::problem::{ApiError, DocumentProblemOut, ProblemOut};
use crate::time::rfc3339;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::{Draft, SaveDraft};
use model::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What a person works on; the newest version as it stands where nothing is saved.
#[derive(Serialize, ToSchema)]
pub struct DraftOut {
    flow: String,
    /// Rises with every change: the `ETag`.
    revision: i64,
    document: String,
    /// The texts of its samples.
    samples: Vec<String>,
    /// Whether something is saved.
    saved: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_at: Option<String>,
    /// The number of the newest version.
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_version: Option<i64>,
    /// Whether its check has no error; absent if it was not checked. Its samples are worked when it
    /// is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    ok: Option<bool>,
    problems: Vec<DocumentProblemOut>,
}

/// How a draft is looked at.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LookIn {
    /// Whether it is checked, which is the default. A long one is shown sooner without.
    check: Option<bool>,
}

/// A new flow.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDraftIn {
    /// The document, YAML; it says the flow's id.
    document: String,
    /// The texts of its samples, YAML.
    #[serde(default)]
    samples: Vec<String>,
}

/// A draft as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftIn {
    /// The document, YAML; it need not be in order.
    document: String,
    /// The texts of its samples, YAML; as they were if absent.
    samples: Option<Vec<String>>,
}

/// Begins a flow with a draft.
#[utoipa::path(post, path = "/api/v1/flows", tag = "flows", operation_id = "create_flow",
    request_body = NewDraftIn,
    responses((status = CREATED, body = DraftOut), (status = "4XX", body = ProblemOut)))]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(given): Body<NewDraftIn>,
) -> Result<Tagged<DraftOut>, ApiError> {
    let draft = app
        .engine
        .new_draft(given.document, given.samples, &caller.name)
        .await?;
    Ok(Tagged::created(draft.revision, out(draft)))
}

/// Shows the draft of a flow.
#[utoipa::path(get, path = "/api/v1/flows/{flow}/draft", tag = "flows", operation_id = "get_draft",
    params(("flow" = String, Path, description = "The flow's id."), LookIn),
    responses((status = OK, body = DraftOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path(flow): Path<String>,
    Params(look): Params<LookIn>,
) -> Result<Tagged<DraftOut>, ApiError> {
    let draft = match look.check {
        Some(false) => app.engine.unchecked_draft(&flow).await?,
        _ => app.engine.draft(&flow).await?,
    };
    let is_checked = look.check != Some(false);
    let shown = out(draft);
    let ok = shown.ok.filter(|_| is_checked);
    Ok(Tagged::ok(shown.revision, DraftOut { ok, ..shown }))
}

/// Saves the draft of a flow, in order or not.
#[utoipa::path(put, path = "/api/v1/flows/{flow}/draft", tag = "flows", operation_id = "put_draft",
    params(("flow" = String, Path, description = "The flow's id."),
        ("If-Match" = String, Header, description = "The `ETag` that it was changed from.")),
    request_body = DraftIn,
    responses((status = OK, body = DraftOut), (status = "4XX", body = ProblemOut)))]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(flow): Path<String>,
    expected: Expected,
    Body(given): Body<DraftIn>,
) -> Result<Tagged<DraftOut>, ApiError> {
    let save = SaveDraft {
        document: given.document,
        samples: given.samples,
        revision: expected.revision()?,
    };
    let draft = app.engine.save_draft(&flow, save, &caller.name).await?;
    Ok(Tagged::ok(draft.revision, out(draft)))
}

/// Throws away what is saved of a flow.
#[utoipa::path(delete, path = "/api/v1/flows/{flow}/draft", tag = "flows",
    operation_id = "discard_draft",
    params(("flow" = String, Path, description = "The flow's id."),
        ("If-Match" = String, Header, description = "The `ETag` of the draft.")),
    responses((status = NO_CONTENT), (status = "4XX", body = ProblemOut)))]
pub async fn discard(
    State(app): State<App>,
    caller: Caller,
    Path(flow): Path<String>,
    expected: Expected,
) -> Result<StatusCode, ApiError> {
    let revision = expected.revision()?;
    app.engine
        .discard_draft(&flow, revision, &caller.name)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn out(draft: Draft) -> DraftOut {
    let (changed_by, changed_at) = draft.saved.unzip();
    DraftOut {
        flow: draft.flow,
        revision: draft.revision,
        document: draft.document,
        samples: draft.samples,
        saved: changed_by.is_some(),
        changed_by,
        changed_at: changed_at.map(rfc3339),
        latest_version: draft.latest,
        ok: Some(!draft.problems.iter().any(Problem::is_error)),
        problems: draft.problems.into_iter().map(Into::into).collect(),
    }
}
