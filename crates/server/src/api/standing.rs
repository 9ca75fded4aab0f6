//! How the money stands: what is matched, what is on its way, and what needs a person.

use super::age::Age;
use super::extract::{Params, ScopeIn};
use super::runs::flow_name;
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::State;
use engine::Environment;
use model::ids::EnvironmentId;
use model::{RunState, Timestamp};
use serde::Serialize;
use std::time::Duration;
use store::{Bounds, Part, Standing, Topic};
use utoipa::ToSchema;

/// The usual time within which the ERP posts an entry: a nightly job, and two hours.
pub const USUAL: Duration = Duration::from_secs(26 * 3600);
/// Ages go on without any change.
const KEPT: Duration = Duration::from_secs(60);

/// How the money of an environment stands. The same fact may stand in two lists of `needs_you`: as
/// a dead letter and as an exception; each list counts it.
#[derive(Clone, Serialize, ToSchema)]
pub struct StandingOut {
    as_of: String,
    /// Entries that the ERP has posted and whose voucher was read back, by the sum of their debits.
    matched: Vec<MoneyOut>,
    /// Entries that were booked within the last 26 hours and are not posted yet, by the sum of their
    /// debits.
    in_transit: Vec<MoneyOut>,
    /// Deposits within their usual time: paid, and no invoice has taken all of it yet, by what is
    /// left of them. Their money is in `matched` or `in_transit` as well.
    open_deposits: Vec<MoneyOut>,
    /// So many seconds a deposit may stay open before it is looked up by its order.
    deposit_seconds: u64,
    needs_you: NeedsYouOut,
    /// Runs that wait for something.
    waiting_runs: i64,
    /// Runs that try again by themselves.
    retrying_runs: i64,
    /// Runs that a paused connection holds.
    parked_runs: i64,
    /// Runs that are ready and not begun yet.
    queued_runs: i64,
    /// Seconds since the first of these was due.
    queue_age_seconds: u64,
    /// What was put in force last, and is still in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_deployment: Option<LastDeploymentOut>,
    /// How large the database is.
    store_bytes: i64,
}

/// What was put in force last.
#[derive(Clone, Serialize, ToSchema)]
pub struct LastDeploymentOut {
    flow: String,
    version: i64,
    by: String,
    at: String,
}

/// What needs a person, list by list.
#[derive(Clone, Serialize, ToSchema)]
pub struct NeedsYouOut {
    /// Open dead letters, by what is at stake.
    dead_letters: Vec<AgedOut>,
    /// Open exceptions, by their size.
    exceptions: Vec<AgedOut>,
    /// Entries that were booked more than 26 hours ago and are not posted, by the sum of their
    /// debits.
    late_entries: Vec<AgedOut>,
}

/// Rows of one currency.
#[derive(Clone, Serialize, ToSchema)]
pub struct MoneyOut {
    /// Absent for rows without money.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    count: i64,
    /// In minor units.
    amount_minor: i64,
}

/// Rows of one currency and age.
#[derive(Clone, Serialize, ToSchema)]
pub struct AgedOut {
    /// `fresh` (up to 1 day), `week` (2 to 7 days), `older`.
    age: &'static str,
    #[serde(flatten)]
    money: MoneyOut,
}

/// How often what it is made of has changed, and when it was made.
#[derive(Clone, Copy)]
pub struct StandingOf {
    counts: [u64; 4],
    at: Timestamp,
}

/// Sums up what is matched, in transit, and needs a person, per currency.
#[utoipa::path(get, path = "/api/v1/books/standing", tag = "books",
    operation_id = "get_standing", params(ScopeIn),
    responses((status = OK, body = StandingOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<StandingOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let now = app.engine.clock().now();
    let counts = counts(&app);
    let holds = |of: &StandingOf| of.counts == counts && of.at.plus(KEPT) > now;
    let make = async || {
        let made = made(&app, &environment, now).await?;
        Ok::<_, ApiError>((StandingOf { counts, at: now }, made))
    };
    Ok(Json(app.standings.get(environment.id, holds, make).await?))
}

fn counts(app: &App) -> [u64; 4] {
    let changes = app.engine.store().changes();
    let counts = changes.borrow();
    let topics = [
        Topic::Books,
        Topic::DeadLetters,
        Topic::Runs,
        Topic::Deployments,
    ];
    topics.map(|topic| counts[topic as usize])
}

async fn made(
    app: &App,
    environment: &Environment,
    now: Timestamp,
) -> Result<StandingOut, ApiError> {
    let (fresh, week) = Age::bounds(now);
    let open_for = app.engine.deposits_open_for();
    let bounds = Bounds {
        usual: now.minus(USUAL),
        deposits: now.minus(open_for),
        fresh,
        week,
    };
    let store = app.engine.store();
    let standing = store.standing(environment.id, bounds).await?;
    let mut made = out(standing, now, open_for);
    made.last_deployment = last_deployment(app, environment.id).await?;
    made.store_bytes = store.size().await?;
    Ok(made)
}

async fn last_deployment(
    app: &App,
    environment: EnvironmentId,
) -> Result<Option<LastDeploymentOut>, ApiError> {
    let store = app.engine.store();
    let active = store.deployments(Some(environment), true).await?;
    let Some(last) = active.into_iter().max_by_key(|d| (d.created_at, d.id)) else {
        return Ok(None);
    };
    let version = store.flow_version(last.version).await?;
    Ok(Some(LastDeploymentOut {
        flow: flow_name(app, last.flow),
        version: version.number,
        by: last.who,
        at: rfc3339(last.created_at),
    }))
}

fn out(standing: Standing, now: Timestamp, open_for: Duration) -> StandingOut {
    let runs = |state: RunState| {
        let found = standing.runs.iter().find(|runs| runs.state == state);
        found.map_or((0, None), |runs| (runs.count, Some(runs.due_at)))
    };
    let (queued_runs, due) = runs(RunState::Ready);
    StandingOut {
        as_of: rfc3339(now),
        waiting_runs: runs(RunState::Waiting).0,
        retrying_runs: runs(RunState::Retry).0,
        parked_runs: runs(RunState::Parked).0,
        queued_runs,
        queue_age_seconds: due.map_or(0, |due| now.since(due).as_secs()),
        deposit_seconds: open_for.as_secs(),
        last_deployment: None,
        store_bytes: 0,
        matched: standing.posted.into_iter().map(money).collect(),
        in_transit: standing.on_its_way.into_iter().map(money).collect(),
        open_deposits: standing.deposits.into_iter().map(money).collect(),
        needs_you: NeedsYouOut {
            dead_letters: standing.letters.into_iter().map(aged).collect(),
            exceptions: standing.exceptions.into_iter().map(aged).collect(),
            late_entries: standing.late.into_iter().map(aged).collect(),
        },
    }
}

fn money(part: Part) -> MoneyOut {
    MoneyOut {
        currency: part.currency,
        count: part.count,
        amount_minor: part.amount_minor,
    }
}

fn aged(part: Part) -> AgedOut {
    AgedOut {
        age: Age::of(part.age),
        money: money(part),
    }
}
