//! The program itself, and what of it will soon no longer do.

use super::tokens::{TokenOut, token_out};
use crate::access::Caller;
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::State;
use model::Role;
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

const DAY: Duration = Duration::from_secs(24 * 3_600);
/// What expires within so many days is shown, and what has expired as long ago.
const DAYS: u32 = 30;
/// So many tokens are shown, the soonest first.
const MOST: i64 = 50;

/// The program, its database, and tokens that expire.
#[derive(Serialize, ToSchema)]
pub struct MachineOut {
    as_of: String,
    /// Of the program that answers.
    version: &'static str,
    /// How large the database is.
    store_bytes: i64,
    /// Tokens that expire within 30 days or did within the last 30, the soonest first, 50 at most:
    /// one's own; an administrator sees all.
    expiring: Vec<TokenOut>,
    /// Whether there are more.
    cut: bool,
}

/// Tells of the program, its database, and what expires soon. The systems that are spoken to do not
/// say when their credentials expire.
#[utoipa::path(get, path = "/api/v1/machine", tag = "accounts", operation_id = "get_machine",
    responses((status = OK, body = MachineOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(State(app): State<App>, caller: Caller) -> Result<Json<MachineOut>, ApiError> {
    let (store, now) = (app.engine.store(), app.engine.clock().now());
    let whose = caller.account.filter(|_| caller.role < Role::Admin);
    let span = (now.minus(DAY * DAYS), now.plus(DAY * DAYS));
    let mut found = store.expiring_tokens(whose, span, MOST + 1).await?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let cut = found.len() > most;
    found.truncate(most);
    Ok(Json(MachineOut {
        as_of: rfc3339(now),
        version: env!("CARGO_PKG_VERSION"),
        store_bytes: store.size().await?,
        expiring: found.into_iter().map(token_out).collect(),
        cut,
    }))
}
