//! The audit trail: who did what, and whether all of it is there as it was written.

use super::events::hexadecimal;
use super::extract::{Body, Params};
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::State;
use model::Problem;
use serde::{Deserialize, Serialize};
use store::{AuditRecord, Page, TrailHead};
use utoipa::{IntoParams, ToSchema};

/// Which acts a list shows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditFilterIn {
    /// Those that were done to this: `run_…`, `acc_…`, `rules`, …
    subject: Option<String>,
}

/// Something that somebody did.
#[derive(Serialize, ToSchema)]
pub struct AuditOut {
    id: i64,
    at: String,
    /// A person's name; `api` for the configured token, `configuration` for the file.
    who: String,
    /// `dead_letter.discard`, `flow.deploy`, …
    action: String,
    /// What it was done to.
    subject: String,
    /// The reason given, or what was there before.
    detail: String,
    /// SHA-256 over this row and the hash of the row before, in hexadecimal.
    hash: String,
}

/// What to check beside the trail itself.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyIn {
    /// The head of an earlier check that was kept elsewhere.
    #[serde(default)]
    #[schema(example = "1234:9f2c…")]
    kept: Option<String>,
}

/// What a check came to.
#[derive(Serialize, ToSchema)]
pub struct VerifiedOut {
    ok: bool,
    /// Rows that are as they were written.
    checked: i64,
    /// The last of them. Kept elsewhere it proves later that nothing up to it was written anew.
    head: String,
    first_broken: Option<BrokenOut>,
}

/// Where the trail is not as it was written.
#[derive(Serialize, ToSchema)]
pub struct BrokenOut {
    id: i64,
    reason: String,
}

/// Lists what was done, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", operation_id = "list_audit",
    params(AuditFilterIn, PageIn),
    responses((status = OK, body = List<AuditOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Params(filter): Params<AuditFilterIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<AuditOut>>, ApiError> {
    let after = page
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| {
            ApiError::bad_request(
                "wrong_id",
                "`after` is a row's number",
                "send the `next` as it came",
            )
        })?;
    let seek = Page {
        after,
        limit: page.limit()? + 1,
    };
    let store = app.engine.store();
    let found = match &filter.subject {
        Some(subject) => store.audit_trail_of(subject, seek).await?,
        None => store.audit_trail(seek).await?,
    };
    Ok(Json(page.list(found, |row| row.id.to_string(), out)?))
}

/// Follows the whole trail and says whether it is as it was written.
#[utoipa::path(post, path = "/api/v1/audit/verify", tag = "audit", operation_id = "verify_audit",
    request_body = VerifyIn,
    responses((status = OK, body = VerifiedOut), (status = "4XX", body = ProblemOut)))]
pub async fn verify(
    State(app): State<App>,
    Body(given): Body<VerifyIn>,
) -> Result<Json<VerifiedOut>, ApiError> {
    let kept = given
        .kept
        .as_deref()
        .map(str::parse::<TrailHead>)
        .transpose();
    let kept = kept.map_err(|message| {
        Problem::error("kept", "wrong_head", message, "send it as it was answered")
    })?;
    let check = app.engine.store().verify_audit(kept).await?;
    Ok(Json(VerifiedOut {
        ok: check.broken.is_none(),
        checked: check.checked,
        head: check.head.to_string(),
        first_broken: check.broken.map(|broken| BrokenOut {
            id: broken.id,
            reason: broken.reason,
        }),
    }))
}

fn out(row: AuditRecord) -> AuditOut {
    AuditOut {
        id: row.id,
        at: rfc3339(row.at),
        who: row.who,
        action: row.action,
        subject: row.subject,
        detail: row.detail,
        hash: hexadecimal(&row.hash),
    }
}
