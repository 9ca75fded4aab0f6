//! The proof: what our entries say is at a payment provider, beside what the provider says.

use super::extract::{Params, ScopeIn};
use crate::app::App;
use crate::problem::{ApiError, ProblemOut};
use crate::time::rfc3339;
use axum::Json;
use axum::extract::State;
use connector::Effect;
use engine::Environment;
use engine::dry::{DryRun, Reads, StepEnd};
use finance::Currency;
use finance::posting::PostingRules;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::EntryTotal;
use utoipa::{IntoParams, ToSchema};

/// A connector that holds money has a read of this name: it gives `balances`, by currency the
/// `total_minor` that is held.
const BALANCE: &str = ".balance.get";
/// How long the provider may take.
const TIME: Duration = Duration::from_secs(10);

/// So long a proof is shown again before the provider is asked anew.
const KEPT: Duration = Duration::from_secs(30);

/// Whether somebody wants it now.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FreshIn {
    /// Ask the provider now, however lately it was asked.
    #[serde(default)]
    fresh: bool,
}

/// Whether the books tie, per currency.
#[derive(Clone, Serialize, ToSchema)]
pub struct ProofOut {
    /// When the provider was asked and our entries were summed.
    as_of: String,
    /// Whose balance stands beside our entries: a connection's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<String>,
    /// Why no balance stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<String>,
    data: Vec<ProofRowOut>,
}

/// One currency.
#[derive(Clone, Serialize, ToSchema)]
pub struct ProofRowOut {
    currency: String,
    /// The clearing account.
    account: String,
    /// What the account comes to by all our entries, in minor units.
    entries_minor: i64,
    /// What of it the ERP has posted.
    posted_minor: i64,
    /// What the provider holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_minor: Option<i64>,
}

/// Compares the clearing account with what the provider holds. It was asked at most 30 seconds ago;
/// `as_of` says when.
#[utoipa::path(get, path = "/api/v1/books/proof", tag = "books", operation_id = "get_proof",
    params(ScopeIn, FreshIn),
    responses((status = OK, body = ProofOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Params(FreshIn { fresh }): Params<FreshIn>,
) -> Result<Json<ProofOut>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let now = app.engine.clock().now();
    let oldest = if fresh { now } else { now.minus(KEPT) };
    let make = async || {
        let at = app.engine.clock().now();
        Ok::<_, ApiError>((at, made(&app, &environment).await?))
    };
    let holds = |at: &Timestamp| *at >= oldest;
    Ok(Json(app.proofs.get(environment.id, holds, make).await?))
}

async fn made(app: &App, environment: &Arc<Environment>) -> Result<ProofOut, ApiError> {
    let held = held(app, environment).await;
    let totals = app.engine.store().entry_totals(environment.id).await?;
    let as_of = rfc3339(app.engine.clock().now());
    let (holder, unread, held) = match held {
        Ok((holder, held)) => (Some(holder), None, Some(held)),
        Err(why) => (None, Some(why), None),
    };
    Ok(ProofOut {
        as_of,
        holder,
        unread,
        data: rows(&totals, held.as_ref()),
    })
}

/// One row per currency that either side knows. A currency that the provider does not list is not
/// held there: its balance is zero.
fn rows(totals: &[EntryTotal], held: Option<&BTreeMap<String, i64>>) -> Vec<ProofRowOut> {
    let rules = PostingRules::default();
    let mut rows: BTreeMap<String, ProofRowOut> = BTreeMap::new();
    let ours = totals.iter().map(|total| total.currency.as_str());
    let theirs = held.iter().flat_map(|held| held.keys().map(String::as_str));
    for code in ours.chain(theirs) {
        let Ok(currency) = code.parse::<Currency>() else {
            continue;
        };
        rows.entry(code.to_owned()).or_insert_with(|| ProofRowOut {
            currency: code.to_owned(),
            account: rules.clearing(currency).to_owned(),
            entries_minor: 0,
            posted_minor: 0,
            held_minor: held.map(|held| held.get(code).copied().unwrap_or(0)),
        });
    }
    for total in totals {
        let row = rows.get_mut(&total.currency);
        if let Some(row) = row.filter(|row| row.account == total.account) {
            row.entries_minor += total.amount_minor;
            if total.state == "posted" {
                row.posted_minor += total.amount_minor;
            }
        }
    }
    rows.into_values().collect()
}

/// What the one connection holds that holds money, by currency; or why that is not known.
async fn held(
    app: &App,
    environment: &Arc<Environment>,
) -> Result<(String, BTreeMap<String, i64>), String> {
    let catalog = app.engine.catalog();
    let mut found = Vec::new();
    let own = catalog.connections().iter();
    for connection in own.filter(|c| c.environment == environment.id) {
        let reads = connection.connector.operations.iter();
        let read = reads
            .filter(|operation| operation.effect() == Effect::Read)
            .find(|operation| operation.id().ends_with(BALANCE));
        found.extend(read.map(|operation| (connection.name.clone(), operation.id())));
    }
    let (name, operation) = match found.as_slice() {
        [one] => one.clone(),
        [] => return Err("no connection of this environment holds money".to_owned()),
        _ => {
            return Err("several connections hold money: their balances are not told apart".into());
        }
    };
    let text = format!(
        "schema: 1\nflow: proof\ntitle: Proof\ntrigger: manual\nsteps:\n  - id: held\n    use: {operation}\n"
    );
    let (plan, problems) = engine::compile(&text, app.engine.registry());
    let plan = plan.ok_or_else(|| {
        let first = problems.into_iter().next();
        first.map_or_else(|| "the balance cannot be asked for".into(), |p| p.message)
    })?;
    let dry = DryRun {
        body: Value::Object(serde_json::Map::new()),
        reads: Reads::Live,
        ..DryRun::default()
    };
    let asked = tokio::time::timeout(TIME, app.engine.dry_run(environment, &plan, &dry)).await;
    let trace = match asked {
        Ok(Ok(trace)) => trace,
        Ok(Err(error)) => return Err(error.to_string()),
        Err(_) => return Err(format!("{name} does not answer in time")),
    };
    let step = trace
        .steps
        .into_iter()
        .find(|step| step.state == StepEnd::Done);
    let output = step.and_then(|step| step.output).ok_or_else(|| {
        let because = trace.because.unwrap_or_default();
        format!("the balance of {name} cannot be read: {because}")
    })?;
    let balances = output.get("balances").and_then(Value::as_object);
    let held = balances.into_iter().flatten().map(|(currency, holding)| {
        let total = holding.get("total_minor").and_then(Value::as_i64);
        total
            .map(|total| (currency.clone(), total))
            .ok_or_else(|| format!("the balance of {name} has no total in {currency}"))
    });
    Ok((name.clone(), held.collect::<Result<_, String>>()?))
}
