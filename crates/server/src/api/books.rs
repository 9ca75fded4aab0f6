//! Books: what was booked, how far it is in the ERP, and what differs.

use super::extract::{Params, ScopeIn};
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::{optional, rfc3339};
use axum::Json;
use axum::extract::State;
use model::ids::EntryId;
use serde::{Deserialize, Serialize};
use store::{EntryRecord, EntryTotal, Page, StoredException};
use utoipa::{IntoParams, ToSchema};

/// What the lines of one account, currency and state come to.
#[derive(Serialize, ToSchema)]
pub struct TotalOut {
    account: String,
    currency: String,
    /// `sent`, `staged`, `posted`.
    state: String,
    /// Debit positive, credit negative, in minor units.
    amount_minor: i64,
    lines: i64,
}

/// All totals of an environment.
#[derive(Serialize, ToSchema)]
pub struct TotalsOut {
    data: Vec<TotalOut>,
}

/// A journal entry.
#[derive(Serialize, ToSchema)]
pub struct EntryOut {
    id: String,
    /// What it is booked under: `txn_…`.
    reference: String,
    /// The rule that made it: `J4`.
    kind: String,
    date: String,
    currency: String,
    text: String,
    rule_revision: i64,
    /// `sent`, `staged`, `posted`.
    state: String,
    /// Our reference as the ERP stores it.
    sent_reference: String,
    /// The ERP's voucher, once read back.
    #[serde(skip_serializing_if = "Option::is_none")]
    voucher: Option<String>,
    run: String,
    lines: Vec<LineOut>,
    created_at: String,
    updated_at: String,
}

/// A line of an entry.
#[derive(Serialize, ToSchema)]
pub struct LineOut {
    account: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimension: Option<String>,
    /// Debit positive, credit negative, in minor units.
    amount_minor: i64,
    text: String,
}

/// Something that a person must look at.
#[derive(Serialize, ToSchema)]
pub struct ExceptionOut {
    id: i64,
    kind: String,
    /// What it is about.
    key: String,
    sentence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_minor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    opened_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Which entries a list shows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EntryFilterIn {
    /// `sent`, `staged` or `posted`.
    state: Option<String>,
    /// The beginning of the reference.
    search: Option<String>,
}

/// Which exceptions a list shows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExceptionFilterIn {
    /// Those that are resolved, too.
    #[serde(default)]
    all: bool,
}

/// Sums all lines by account, currency and state.
#[utoipa::path(get, path = "/api/v1/books/totals", tag = "books", operation_id = "list_totals",
    params(ScopeIn),
    responses((status = OK, body = TotalsOut), (status = "4XX", body = ProblemOut)))]
pub async fn totals(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<TotalsOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let totals = app.engine.store().entry_totals(environment.id).await?;
    Ok(Json(TotalsOut {
        data: totals.into_iter().map(total_out).collect(),
    }))
}

/// Lists entries, newest first.
#[utoipa::path(get, path = "/api/v1/books/entries", tag = "books", operation_id = "list_entries",
    params(ScopeIn, EntryFilterIn, PageIn),
    responses((status = OK, body = List<EntryOut>), (status = "4XX", body = ProblemOut)))]
pub async fn entries(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Params(filter): Params<EntryFilterIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<EntryOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let states = store::entry::STATES;
    if let Some(state) = filter.state.as_deref()
        && !states.contains(&state)
    {
        return Err(ApiError::bad_request(
            "wrong_state",
            format!("`{state}` is no state of an entry"),
            &format!("one of: {}", states.join(", ")),
        ));
    }
    let seek = page.page(|id: EntryId| id.0)?;
    let store = app.engine.store();
    let entries = store
        .entry_list(environment.id, filter.state, filter.search, seek)
        .await?;
    Ok(Json(page.list(entries, |e| e.id.to_string(), entry_out)?))
}

/// Lists exceptions, newest first.
#[utoipa::path(get, path = "/api/v1/books/exceptions", tag = "books",
    operation_id = "list_exceptions", params(ScopeIn, ExceptionFilterIn, PageIn),
    responses((status = OK, body = List<ExceptionOut>), (status = "4XX", body = ProblemOut)))]
pub async fn exceptions(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Params(filter): Params<ExceptionFilterIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<ExceptionOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let after = page
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| {
            ApiError::bad_request(
                "wrong_id",
                "`after` is no exception's id",
                "use `next` as it is",
            )
        })?;
    let seek = Page {
        after,
        limit: page.limit()? + 1,
    };
    let store = app.engine.store();
    let exceptions = store.exceptions(environment.id, !filter.all, seek).await?;
    Ok(Json(page.list(
        exceptions,
        |e| e.id.to_string(),
        exception_out,
    )?))
}

fn total_out(total: EntryTotal) -> TotalOut {
    TotalOut {
        account: total.account,
        currency: total.currency,
        state: total.state,
        amount_minor: total.amount_minor,
        lines: total.lines,
    }
}

/// A stored entry as the API shows it.
pub fn entry_out(record: EntryRecord) -> EntryOut {
    let entry = record.entry;
    let lines = entry.lines.into_iter().map(|line| LineOut {
        account: line.account,
        dimension: line.dimension,
        amount_minor: line.amount_minor,
        text: line.text,
    });
    EntryOut {
        id: record.id.to_string(),
        reference: entry.reference,
        kind: entry.kind,
        date: entry.date,
        currency: entry.currency.code().to_owned(),
        text: entry.text,
        rule_revision: entry.rule_revision,
        state: record.state,
        sent_reference: record.sent_reference,
        voucher: record.voucher,
        run: record.run.to_string(),
        lines: lines.collect(),
        created_at: rfc3339(record.created_at),
        updated_at: rfc3339(record.updated_at),
    }
}

fn exception_out(stored: StoredException) -> ExceptionOut {
    let exception = stored.exception;
    ExceptionOut {
        id: stored.id,
        kind: exception.kind,
        key: exception.key,
        sentence: exception.sentence,
        amount_minor: exception.amount_minor,
        currency: exception.currency,
        run: stored.run.map(|r| r.to_string()),
        opened_at: rfc3339(stored.opened_at),
        resolved_at: optional(stored.resolved_at),
        resolved_by: stored.resolved_by,
        reason: stored.reason,
    }
}
