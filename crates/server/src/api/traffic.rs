//! What real events came to: how often each field was there, and what each formula made of it.

use super::extract::{Params, ScopeIn};
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use crate::time::optional;
use axum::Json;
use axum::extract::{Path, State};
use engine::traffic::{FieldTraffic, FormulaTraffic, Traffic, TrafficError};
use engine::{Engine, Environment, Plan};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What the newest events came to: 500 of the last 30 days at most. Counts and lengths, never a
/// value.
#[derive(Serialize, ToSchema)]
pub struct TrafficOut {
    /// How many events were looked at.
    pub events: usize,
    /// When the oldest and the newest of them came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
    /// Whether there was no time for all of them.
    pub cut: bool,
    /// The fields of what started a run.
    pub fields: Vec<FieldTrafficOut>,
    /// The flow's formulas that do not depend on what a peer answers.
    pub formulas: Vec<FormulaTrafficOut>,
}

/// One field of what started a run.
#[derive(Serialize, ToSchema)]
pub struct FieldTrafficOut {
    /// `charge.billing_details.name`; `charge.lines[].amount` is that of a list's items.
    path: String,
    /// What it was: `text`, `number`, `boolean`, `list`, `map`.
    kinds: Vec<&'static str>,
    /// How often it had a value.
    present: usize,
    /// How often it could have had one: the number of events, or of the list's items.
    of: usize,
    /// The longest text, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    longest: Option<usize>,
}

/// One formula of a flow. An event counts once, however many items it has.
#[derive(Serialize, ToSchema)]
pub struct FormulaTrafficOut {
    /// `steps.order.with.lines.to.item`
    path: String,
    formula: String,
    /// In how many events it could be worked out.
    worked: usize,
    /// In how many it gave nothing.
    absent: usize,
    /// In how many it would have stopped the run, and the newest of them.
    failed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_in: Option<String>,
    /// Why in that one: `formula`, `type_mismatch`, `missing_row`, `no_table`.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_as: Option<&'static str>,
    /// In how many a text was longer than its field takes, and the newest of them.
    too_long: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    too_long_in: Option<String>,
    /// What the field takes that was exceeded most, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    takes: Option<usize>,
    /// The longest text that it gave, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    longest: Option<usize>,
}

/// Says what the newest events of a flow's triggers came to: which fields they had, and what the
/// flow's formulas made of them.
#[utoipa::path(get, path = "/api/v1/flows/{flow}/traffic", tag = "flows",
    operation_id = "flow_traffic",
    params(("flow" = String, Path, description = "The flow's id."), ScopeIn),
    responses((status = OK, body = TrafficOut), (status = "4XX", body = ProblemOut)))]
pub async fn of_flow(
    State(app): State<App>,
    Path(flow): Path<String>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<TrafficOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let catalog = app.engine.catalog();
    let found = catalog
        .deployments()
        .find(|d| d.active && d.environment.id == environment.id && d.plan.flow.id == flow);
    let plan = found.map(|d| Arc::clone(&d.plan));
    let plan = plan.ok_or_else(|| ApiError::not_found("flow", &flow))?;
    let traffic = busy(app.engine.clone(), environment, Of::Flow(plan)).await?;
    Ok(Json(out(traffic)))
}

/// Says which fields the newest events of a trigger had.
#[utoipa::path(get, path = "/api/v1/triggers/{trigger}/traffic", tag = "flows",
    operation_id = "trigger_traffic",
    params(("trigger" = String, Path, description = "`stripe.charge.succeeded`"), ScopeIn),
    responses((status = OK, body = TrafficOut), (status = "4XX", body = ProblemOut)))]
pub async fn of_trigger(
    State(app): State<App>,
    Path(trigger): Path<String>,
    Params(scope): Params<ScopeIn>,
) -> Result<Json<TrafficOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let traffic = busy(app.engine.clone(), environment, Of::Trigger(trigger)).await?;
    Ok(Json(out(traffic)))
}

enum Of {
    Flow(Arc<Plan>),
    Trigger(String),
}

/// Hundreds of events are opened: that must not hold up the requests beside it.
async fn busy(engine: Engine, environment: Arc<Environment>, of: Of) -> Result<Traffic, ApiError> {
    let runtime = tokio::runtime::Handle::current();
    let worked = tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            match of {
                Of::Flow(plan) => engine.traffic(&environment, &plan).await,
                Of::Trigger(trigger) => engine.traffic_of_trigger(&environment, &trigger).await,
            }
        })
    });
    let worked = worked.await.map_err(|error| ApiError::internal(&error))?;
    worked.map_err(|error| match error {
        TrafficError::Problems(problems) => {
            ApiError::problems("what was received cannot be looked at", problems)
        }
        TrafficError::Store(error) => error.into(),
    })
}

/// Traffic as the API shows it.
pub fn out(traffic: Traffic) -> TrafficOut {
    TrafficOut {
        events: traffic.events,
        oldest: optional(traffic.oldest),
        newest: optional(traffic.newest),
        cut: traffic.is_cut,
        fields: traffic.fields.into_iter().map(field_out).collect(),
        formulas: traffic.formulas.into_iter().map(formula_out).collect(),
    }
}

fn field_out(field: FieldTraffic) -> FieldTrafficOut {
    FieldTrafficOut {
        path: field.path,
        kinds: field.kinds,
        present: field.present,
        of: field.of,
        longest: field.longest,
    }
}

fn formula_out(formula: FormulaTraffic) -> FormulaTrafficOut {
    FormulaTrafficOut {
        path: formula.path,
        formula: formula.source,
        worked: formula.worked,
        absent: formula.absent,
        failed: formula.failed,
        failed_in: formula.newest_failed.map(|id| id.to_string()),
        failed_as: formula.failed_as,
        too_long: formula.too_long,
        too_long_in: formula.newest_too_long.map(|id| id.to_string()),
        takes: formula.beyond.map(|(_, takes)| takes),
        longest: formula.longest,
    }
}
