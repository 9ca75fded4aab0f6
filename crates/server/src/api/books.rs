//! Books: what was booked, how far it is in the ERP, and what differs.

use super::age::Age;
use super::extract::{Params, ScopeIn};
use super::standing::USUAL;
use crate::app::App;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::{optional, rfc3339};
use axum::Json;
use axum::extract::State;
use model::Timestamp;
use model::ids::EntryId;
use serde::{Deserialize, Serialize};
use store::{
    DepositRecord, EntryFilter, EntryRecord, EntryTotal, ExceptionFilter, Page, StoredException,
};
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
    /// `in_transit` (booked within the last 26 hours and not posted yet), or `late` (booked before
    /// and not posted).
    standing: Option<String>,
    /// Of the late ones those of an age: `fresh` (up to 1 day), `week` (2 to 7 days), `older`.
    age: Option<String>,
}

/// What is left of a payment that no invoice has taken yet.
#[derive(Serialize, ToSchema)]
pub struct DepositOut {
    /// The payment provider's id of the charge.
    charge: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_intent: Option<String>,
    /// What the customer paid in.
    currency: String,
    paid_minor: i64,
    left_minor: i64,
    /// What it came to at the provider.
    settlement_currency: String,
    settlement_minor: i64,
    settlement_left_minor: i64,
    opened_at: String,
}

/// Which deposits a list shows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DepositFilterIn {
    /// Only those within their usual time: older ones are looked up by their order, and become
    /// exceptions.
    #[serde(default)]
    usual: bool,
}

/// Which exceptions a list shows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExceptionFilterIn {
    /// Those that are resolved, too.
    #[serde(default)]
    all: bool,
    /// Those of an age: `fresh` (up to 1 day), `week` (2 to 7 days), `older`.
    age: Option<String>,
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
    let filter = entry_filter(filter, app.engine.clock().now())?;
    let entries = store.entry_list(environment.id, filter, seek).await?;
    Ok(Json(page.list(entries, |e| e.id.to_string(), entry_out)?))
}

/// The same rows as `GET /books/standing` counts.
fn entry_filter(asked: EntryFilterIn, now: Timestamp) -> Result<EntryFilter, ApiError> {
    let age = Age::parse(asked.age.as_deref())?;
    let usual = now.minus(USUAL);
    let (from, until) = match asked.standing.as_deref() {
        Some("in_transit") => (Some(usual), None),
        Some("late") => {
            let (from, until) = age.span(now);
            (from, Some(until.unwrap_or(usual)))
        }
        None => (None, None),
        Some(other) => {
            return Err(ApiError::bad_request(
                "wrong_standing",
                format!("entries do not stand as `{other}`"),
                "one of: in_transit, late",
            ));
        }
    };
    Ok(EntryFilter {
        state: asked.state,
        search: asked.search,
        unposted: asked.standing.is_some(),
        from,
        until,
    })
}

/// Lists open deposits, oldest first.
#[utoipa::path(get, path = "/api/v1/books/deposits", tag = "books",
    operation_id = "list_deposits", params(ScopeIn, DepositFilterIn, PageIn),
    responses((status = OK, body = List<DepositOut>), (status = "4XX", body = ProblemOut)))]
pub async fn deposits(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Params(filter): Params<DepositFilterIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<DepositOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let now = app.engine.clock().now();
    let first = now.minus(app.engine.deposits_open_for());
    let after = match page.after.as_deref() {
        Some(text) => Some(deposit_place(text)?),
        // Before the first charge of that moment.
        None => filter.usual.then(|| (first, String::new())),
    };
    let store = app.engine.store();
    let found = store
        .deposits_open_since(environment.id, now, after, page.limit()? + 1)
        .await?;
    let place = |d: &DepositRecord| format!("{}.{}", d.opened_at.0, d.charge);
    Ok(Json(page.list(found, place, deposit_out)?))
}

fn deposit_place(text: &str) -> Result<(Timestamp, String), ApiError> {
    let parts = text.split_once('.');
    let place = parts.and_then(|(at, charge)| Some((Timestamp(at.parse().ok()?), charge.into())));
    place.ok_or_else(|| {
        let detail = "`after` is no place in this list";
        ApiError::bad_request("wrong_after", detail, "send the `next` of the page before")
    })
}

fn deposit_out(deposit: DepositRecord) -> DepositOut {
    DepositOut {
        charge: deposit.charge,
        payment_intent: deposit.payment_intent,
        currency: deposit.presentment_currency,
        paid_minor: deposit.presentment_minor,
        left_minor: deposit.presentment_left,
        settlement_currency: deposit.settlement_currency,
        settlement_minor: deposit.settlement_minor,
        settlement_left_minor: deposit.settlement_left,
        opened_at: rfc3339(deposit.opened_at),
    }
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
    let (from, until) = Age::parse(filter.age.as_deref())?.span(app.engine.clock().now());
    let filter = ExceptionFilter {
        only_open: !filter.all,
        from,
        until,
    };
    let exceptions = store.exceptions(environment.id, filter, seek).await?;
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
