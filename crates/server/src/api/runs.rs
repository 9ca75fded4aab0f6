//! Runs: what was done about an event, step by step, and doing it again.

use super::books::{EntryOut, entry_out};
use super::changes::{ChangeIn, refuse_hidden, replay_of};
use super::dead_letters::{LetterOut, letter_out};
use super::events::hexadecimal;
use super::extract::{Body, Params, ScopeIn};
use super::flows::{ConversionOut, conversions_of};
use super::opened::masked;
use super::waits::{WaitOut, Waits};
use crate::access::Caller;
use crate::app::App;
use crate::mask::Persons;
use crate::paging::{List, PageIn};
use crate::problem::{ApiError, ProblemOut};
use crate::time::{optional, rfc3339};
use axum::Json;
use axum::extract::{Path, State};
use engine::Purpose;
use engine::{Deployment, MetRow, MetRule, Replay};
use mapping::table::day;
use model::ids::{EnvironmentId, FlowId, RunId};
use model::{FaultClass, RunState, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::run::StepState;
use store::{EntryRecord, PlacedCall, RunFilter, RunRecord, STRETCHES, StepRecord};
use utoipa::{IntoParams, ToSchema};

/// A run.
#[derive(Serialize, ToSchema)]
pub struct RunOut {
    id: String,
    flow: String,
    environment: String,
    event: String,
    /// The run that this one works again.
    #[serde(skip_serializing_if = "Option::is_none")]
    replay_of: Option<String>,
    /// The business key.
    key: String,
    /// `ready`, `running`, `waiting`, `retry`, `parked`, `done`, `dead`, `covered`, `skipped`,
    /// `cancelled`.
    state: &'static str,
    /// The first step that is not finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    /// Failed tries of that step.
    attempt: i64,
    /// What wakes it, if it waits for something.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<String>,
    /// What it waits for and until when, while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<WaitOut>,
    created_at: String,
    /// When it is looked at next, while it is not over.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FaultOut>,
}

/// Why something failed.
#[derive(Serialize, ToSchema)]
pub struct FaultOut {
    /// `transient`, `rate_limited`, `unauthorized`, `rejected`, `not_found`, `conflict`, `unknown`,
    /// `bug`.
    class: &'static str,
    /// With the peer's own words in it, exactly.
    message: String,
}

/// A run with all that is known of it.
#[derive(Serialize, ToSchema)]
pub struct RunDetailOut {
    #[serde(flatten)]
    run: RunOut,
    /// What it is pinned to.
    deployment: String,
    /// The version of the flow that works it.
    version: i64,
    /// The first 200 steps; the others are at `…/steps`.
    steps: Vec<RunStepOut>,
    /// What to send as `after` for the other steps, if there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_steps: Option<String>,
    /// The first 200 calls; the others are at `…/calls`.
    calls: Vec<CallOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_calls: Option<String>,
    /// The journal entries that it booked.
    entries: Vec<EntryOut>,
    /// The lookup tables and rows that it met.
    #[serde(skip_serializing_if = "Option::is_none")]
    lookups: Option<MetOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dead_letter: Option<LetterOut>,
}

/// Which lookup tables and rows a run met. It goes on with them, whatever changes meanwhile.
#[derive(Serialize, ToSchema)]
pub struct MetOut {
    /// The tables, each at the revision at which the run met it first.
    tables: BTreeMap<String, i64>,
    rows: Vec<MetRowOut>,
    /// The rules that won.
    rules: Vec<MetRuleOut>,
}

/// A rule that won in a run, and why.
#[derive(Serialize, ToSchema)]
pub struct MetRuleOut {
    /// The step that asked.
    step: String,
    table: String,
    /// The rule's name.
    rule: String,
    /// The day that it was asked for.
    at: String,
    /// What was asked, without persons.
    #[schema(value_type = Object)]
    attributes: Value,
    /// What of the rule's conditions held.
    why: Vec<String>,
}

/// A lookup row that a run asked for.
#[derive(Serialize, ToSchema)]
pub struct MetRowOut {
    table: String,
    /// The key; of several parts as a JSON list of texts.
    key: String,
    /// The day that it was asked for.
    at: String,
    /// The first day of the version that was found; absent for always.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    /// Which version it was; absent if there was no such row.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
}

/// A step as it was worked.
#[derive(Serialize, ToSchema)]
pub struct RunStepOut {
    id: String,
    /// The items of the `each` around it that it was worked for, the outermost first, counted from
    /// 0.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    items: Vec<i64>,
    /// `begun`, `done`, `skipped`, `failed`.
    state: &'static str,
    started_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    /// The effect that it made or met: the ledger's key, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<String>,
    /// Whether the effect was there already.
    reused: bool,
    /// The conversions that it makes unasked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conversions: Vec<ConversionOut>,
    /// What it came to, without persons.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Value>,
}

/// A call to a peer.
#[derive(Serialize, ToSchema)]
pub struct CallOut {
    /// Names it within its run: see `…/calls/{place}`.
    place: String,
    step: String,
    /// `OIS100MI/Confirm`.
    label: String,
    /// `read`, `set`, `stage`, `undo`, `commit`.
    kind: String,
    started_at: String,
    ended_at: String,
    /// The peer's HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FaultOut>,
    /// Whether what was asked and answered is kept.
    kept: bool,
}

/// Which runs a list shows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RunFilterIn {
    /// One of a run's states.
    state: Option<String>,
    /// A flow's id: `order-to-cash`.
    flow: Option<String>,
    /// The beginning of the business key. A run that did nothing gave its key back: it is found
    /// among the newest 50,000 runs only.
    search: Option<String>,
}

/// How a run is worked again.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReplayIn {
    /// From the first step instead of from the failed one. Confirmed writes are reused either way.
    from_start: bool,
    /// Another payload instead of the event's.
    payload: Option<Value>,
    /// Places of the event's payload that are corrected; the payload as received is kept.
    changes: Vec<ChangeIn>,
    /// On the flow's active version instead of the run's own. From the failed step only where what
    /// the run has done means the same in both; else it is refused.
    newest: bool,
    /// Why; kept in the audit trail. Needed where the payload is another.
    reason: Option<String>,
}

impl ReplayIn {
    /// The replay without its changes, and these.
    pub fn parts(self) -> Result<(Replay, Vec<ChangeIn>), ApiError> {
        self.payload.iter().try_for_each(refuse_hidden)?;
        let replay = Replay {
            from_start: self.from_start,
            payload: self.payload.map(|p| p.to_string().into_bytes()),
            newest: self.newest,
            reason: self.reason.as_deref().map(reason).transpose()?,
        };
        Ok((replay, self.changes))
    }
}

/// The runs that were begun.
#[derive(Serialize, ToSchema)]
pub struct StartedOut {
    pub runs: Vec<String>,
}

impl From<Vec<RunId>> for StartedOut {
    fn from(runs: Vec<RunId>) -> Self {
        Self {
            runs: runs.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Why a person decides so; kept in the audit trail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonIn {
    pub reason: String,
}

impl ReasonIn {
    /// What was said; an empty reason is none.
    pub fn said(&self) -> Result<String, ApiError> {
        reason(&self.reason)
    }
}

/// The longest text that a person gives with an act.
pub const TEXT_MAX: usize = 2_000;

fn reason(text: &str) -> Result<String, ApiError> {
    said("reason", text)
}

/// A text that a person has to give, without the space around it.
pub fn said(field: &str, text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    let code = "wrong_text";
    if text.is_empty() {
        let detail = format!("`{field}` says nothing");
        return Err(ApiError::bad_request(code, detail, "say it in a few words"));
    }
    let length = text.chars().count();
    if length > TEXT_MAX {
        let detail = format!("`{field}` has {length} characters");
        let cure = format!("{TEXT_MAX} at most");
        return Err(ApiError::bad_request(code, detail, &cure));
    }
    Ok(text.to_owned())
}

/// Lists runs, newest first.
#[utoipa::path(get, path = "/api/v1/runs", tag = "runs", operation_id = "list_runs",
    params(ScopeIn, RunFilterIn, PageIn),
    responses((status = OK, body = List<RunOut>), (status = "4XX", body = ProblemOut)))]
pub async fn list(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Params(filter): Params<RunFilterIn>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<RunOut>>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let state = filter.state.as_deref().map(|text| {
        let states: Vec<&str> = RunState::ALL.iter().map(|s| s.as_str()).collect();
        let cure = format!("one of: {}", states.join(", "));
        text.parse()
            .map_err(|error: String| ApiError::bad_request("wrong_state", error, &cure))
    });
    let flow = match &filter.flow {
        None => None,
        Some(name) => Some(flow_id(&app, name).await?),
    };
    let filter = RunFilter {
        state: state.transpose()?,
        flow,
        event: None,
        search: filter.search,
    };
    let seek = page.page(|id: RunId| id.0)?;
    let store = app.engine.store();
    let slice = store
        .run_slice(environment.id, filter, seek, STRETCHES)
        .await?;
    let waits = Waits::of(&app, &slice.rows.iter().collect::<Vec<_>>()).await?;
    Ok(Json(page.slice(
        slice,
        |r| r.id.to_string(),
        |left| RunId(left).to_string(),
        |r| run_out(&app, r, &waits),
    )?))
}

/// The stored id of a flow.
pub async fn flow_id(app: &App, name: &str) -> Result<FlowId, ApiError> {
    let flows = app.engine.store().flows().await?;
    let found = flows.into_iter().find(|f| f.name == name);
    Ok(found.ok_or_else(|| ApiError::not_found("flow", name))?.id)
}

/// Shows a run with its steps, calls and entries.
#[utoipa::path(get, path = "/api/v1/runs/{run}", tag = "runs", operation_id = "get_run",
    params(("run" = String, Path, description = "`run_…`")),
    responses((status = OK, body = RunDetailOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(
    State(app): State<App>,
    Path(run): Path<String>,
) -> Result<Json<RunDetailOut>, ApiError> {
    let id: RunId = run.parse()?;
    let store = app.engine.store();
    let run = store.run(id).await?;
    let page = PageIn {
        after: None,
        limit: Some(FIRST),
    };
    let steps = step_page(&app, id, &page).await?;
    let calls = call_page(&app, id, &page).await?;
    let letter = match store.dead_letter(id).await {
        Ok(letter) => Some(letter_out(&app, letter)),
        Err(store::Error::NotFound { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let waits = Waits::of(&app, &[&run]).await?;
    let deployment = app.engine.catalog().deployment(run.deployment);
    let entries = entries(&app, deployment.as_ref(), &run, &steps.data).await?;
    let lookups = lookups(&app, &run).await?;
    let bound = store.deployment(run.deployment).await?;
    let version = store.flow_version(bound.version).await?;
    Ok(Json(RunDetailOut {
        steps: steps
            .data
            .iter()
            .map(|s| step_out(deployment.as_ref(), s))
            .collect(),
        next_steps: steps.next,
        calls: calls
            .data
            .into_iter()
            .map(|c| call_out(deployment.as_ref(), c))
            .collect(),
        next_calls: calls.next,
        entries: entries.into_iter().map(entry_out).collect(),
        lookups,
        dead_letter: letter,
        deployment: run.deployment.to_string(),
        version: version.number,
        run: run_out(&app, run, &waits),
    }))
}

/// So many steps and calls are shown with their run.
pub const FIRST: i64 = 200;

/// Lists the steps of a run, those of the flow's own list first, then item by item.
#[utoipa::path(get, path = "/api/v1/runs/{run}/steps", tag = "runs",
    operation_id = "list_run_steps",
    params(("run" = String, Path, description = "`run_…`"), PageIn),
    responses((status = OK, body = List<RunStepOut>), (status = "4XX", body = ProblemOut)))]
pub async fn steps(
    State(app): State<App>,
    Path(run): Path<String>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<RunStepOut>>, ApiError> {
    let id: RunId = run.parse()?;
    let run = app.engine.store().run(id).await?;
    let deployment = app.engine.catalog().deployment(run.deployment);
    let steps = step_page(&app, id, &page).await?;
    let data = steps.data.iter();
    Ok(Json(List {
        data: data.map(|s| step_out(deployment.as_ref(), s)).collect(),
        next: steps.next,
    }))
}

/// Lists the calls of a run, in the order in which they were made.
#[utoipa::path(get, path = "/api/v1/runs/{run}/calls", tag = "runs",
    operation_id = "list_run_calls",
    params(("run" = String, Path, description = "`run_…`"), PageIn),
    responses((status = OK, body = List<CallOut>), (status = "4XX", body = ProblemOut)))]
pub async fn calls(
    State(app): State<App>,
    Path(run): Path<String>,
    Params(page): Params<PageIn>,
) -> Result<Json<List<CallOut>>, ApiError> {
    let id: RunId = run.parse()?;
    let run = app.engine.store().run(id).await?;
    let deployment = app.engine.catalog().deployment(run.deployment);
    let calls = call_page(&app, id, &page).await?;
    let data = calls.data.into_iter();
    Ok(Json(List {
        data: data.map(|c| call_out(deployment.as_ref(), c)).collect(),
        next: calls.next,
    }))
}

async fn step_page(app: &App, run: RunId, page: &PageIn) -> Result<List<StepRecord>, ApiError> {
    let after = place(page)?.map(|[scope, step, index]| (scope, step, index));
    let store = app.engine.store();
    let rows = store.steps_page(run, after, page.limit()? + 1).await?;
    page.list(
        rows,
        |s| format!("{}.{}.{}", s.scope, s.step, s.index),
        |s| s,
    )
}

async fn call_page(app: &App, run: RunId, page: &PageIn) -> Result<List<PlacedCall>, ApiError> {
    let after = place(page)?.map(|[revision, place]| (revision, place));
    let store = app.engine.store();
    let rows = store.calls_page(run, after, page.limit()? + 1).await?;
    page.list(rows, |call| place_name(call.at), |call| call)
}

fn place_name((revision, place): (i64, i64)) -> String {
    format!("{revision}.{place}")
}

/// The place that a page begins after: numbers with points between them.
fn place<const N: usize>(page: &PageIn) -> Result<Option<[i64; N]>, ApiError> {
    let Some(text) = &page.after else {
        return Ok(None);
    };
    let place = numbers(text).ok_or_else(|| {
        let detail = format!("`{text}` is no place in the list");
        ApiError::bad_request("wrong_after", detail, "send the `next` of the page before")
    })?;
    Ok(Some(place))
}

/// The numbers of a place.
pub fn numbers<const N: usize>(text: &str) -> Option<[i64; N]> {
    let numbers: Option<Vec<i64>> = text.split('.').map(|n| n.parse().ok()).collect();
    numbers?.try_into().ok()
}

/// What a run met of the lookup tables.
pub async fn lookups(app: &App, run: &RunRecord) -> Result<Option<MetOut>, ApiError> {
    let catalog = app.engine.catalog();
    let Some(environment) = catalog.environment_by_id(run.environment) else {
        return Ok(None);
    };
    let Some(met) = app.engine.lookups_of_run(environment, run.id).await? else {
        return Ok(None);
    };
    let whys = app.engine.why_rules_won(environment, &met).await?;
    let deployment = catalog.deployment(run.deployment);
    let rules = met.rules.into_iter().zip(whys);
    let rules: Result<Vec<_>, _> = rules
        .map(|(rule, why)| rule_out(deployment.as_ref(), rule, why))
        .collect();
    let row = |row: MetRow| MetRowOut {
        table: row.table,
        key: row.key,
        at: row.at,
        valid_from: row
            .version
            .map(|v| day::to_from_text(Timestamp(v.valid_from)))
            .filter(|from| !from.is_empty()),
        version: row.version.map(|v| v.version),
    };
    Ok(Some(MetOut {
        tables: met.tables,
        rows: met.rows.into_iter().map(row).collect(),
        rules: rules?,
    }))
}

fn rule_out(
    deployment: Option<&Arc<Deployment>>,
    MetRule { step, pick }: MetRule,
    why: Vec<String>,
) -> Result<MetRuleOut, ApiError> {
    let asked: Value = serde_json::from_str(&pick.attributes).unwrap_or_default();
    let persons = Persons::of(&asked).hider();
    let persons = persons.map_err(|error| ApiError::internal(&error))?;
    Ok(MetRuleOut {
        step: step_name(deployment, step),
        table: pick.table,
        rule: pick.rule,
        at: pick.at,
        attributes: persons.hide(asked),
        why: why.into_iter().map(|why| persons.hide_in(why)).collect(),
    })
}

/// The entries that a run booked. They are looked for by reference: the run's key, and the ids that
/// its steps came to, among them that of the transaction it is about.
async fn entries(
    app: &App,
    deployment: Option<&Arc<Deployment>>,
    run: &RunRecord,
    steps: &[StepRecord],
) -> Result<Vec<EntryRecord>, ApiError> {
    let mut references = BTreeSet::from([run.key.clone()]);
    let done = steps.iter().filter(|s| s.state == StepState::Done);
    for output in done.filter_map(|s| s.output.as_ref()) {
        let Some(output) = deployment.and_then(|d| masked(&d.environment, output, Purpose::Step))
        else {
            continue;
        };
        let ids = ["id", "reference"]
            .iter()
            .filter_map(|name| output.get(name)?.as_str());
        references.extend(ids.map(ToOwned::to_owned));
    }
    let references: Vec<String> = references.into_iter().collect();
    let found = app
        .engine
        .store()
        .entries(run.environment, &references)
        .await?;
    Ok(found.into_iter().filter(|e| e.run == run.id).collect())
}

/// Works a finished or dead run again.
#[utoipa::path(post, path = "/api/v1/runs/{run}/replay", tag = "runs", operation_id = "replay_run",
    params(("run" = String, Path, description = "`run_…`")), request_body = ReplayIn,
    responses((status = OK, body = StartedOut), (status = "4XX", body = ProblemOut)))]
pub async fn replay(
    State(app): State<App>,
    caller: Caller,
    Path(run): Path<String>,
    Body(how): Body<ReplayIn>,
) -> Result<Json<StartedOut>, ApiError> {
    let id: RunId = run.parse()?;
    let how = replay_of(&app, id, how).await?;
    let started = app.engine.replay(&[id], &how, &caller.name).await?;
    Ok(Json(started.into()))
}

/// Ends a run that waits or queues. Its effects stay as they are.
#[utoipa::path(post, path = "/api/v1/runs/{run}/cancel", tag = "runs", operation_id = "cancel_run",
    params(("run" = String, Path, description = "`run_…`")), request_body = ReasonIn,
    responses((status = OK, body = RunOut), (status = "4XX", body = ProblemOut)))]
pub async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(run): Path<String>,
    Body(why): Body<ReasonIn>,
) -> Result<Json<RunOut>, ApiError> {
    let id: RunId = run.parse()?;
    app.engine.cancel(id, &caller.name, &why.said()?).await?;
    let run = app.engine.store().run(id).await?;
    let waits = Waits::of(&app, &[&run]).await?;
    Ok(Json(run_out(&app, run, &waits)))
}

fn fault((class, message): (FaultClass, String)) -> FaultOut {
    FaultOut {
        class: class.as_str(),
        message,
    }
}

/// A stored run as the API shows it.
pub fn run_out(app: &App, run: RunRecord, waits: &Waits) -> RunOut {
    let waits = waits.of_run(app, &run);
    let catalog = app.engine.catalog();
    let deployment = catalog.deployment(run.deployment);
    let open = !matches!(
        run.state,
        RunState::Done | RunState::Covered | RunState::Skipped
    );
    RunOut {
        id: run.id.to_string(),
        flow: flow_name(app, run.flow),
        environment: environment_name(app, run.environment),
        event: run.event.to_string(),
        replay_of: run.replay_of.map(|r| r.to_string()),
        key: run.key,
        state: run.state.as_str(),
        step: open.then(|| step_name(deployment.as_ref(), run.cursor)),
        attempt: run.attempt,
        waits_for: run.wait_for,
        waits,
        created_at: rfc3339(run.created_at),
        due_at: run.state.is_live().then(|| rfc3339(run.due_at)),
        ended_at: optional(run.ended_at),
        fault: run.fault.map(fault),
    }
}

fn step_out(deployment: Option<&Arc<Deployment>>, step: &StepRecord) -> RunStepOut {
    let output = step
        .output
        .as_ref()
        .filter(|_| step.state == StepState::Done);
    let id = step_name(deployment, step.step);
    RunStepOut {
        items: engine::items_of(step.scope),
        conversions: deployment.map_or_else(Vec::new, |d| conversions_of(&d.plan, &id)),
        id,
        state: match step.state {
            StepState::Begun => "begun",
            StepState::Done => "done",
            StepState::Skipped => "skipped",
            StepState::Failed => "failed",
        },
        started_at: rfc3339(step.started_at),
        ended_at: optional(step.ended_at),
        effect: step.effect.map(|key| hexadecimal(&key)),
        reused: step.reused,
        output: deployment
            .zip(output)
            .and_then(|(d, output)| masked(&d.environment, output, Purpose::Step)),
    }
}

/// A call as the API shows it.
pub fn call_out(deployment: Option<&Arc<Deployment>>, placed: PlacedCall) -> CallOut {
    let call = placed.call;
    CallOut {
        place: place_name(placed.at),
        kept: placed.has_body,
        step: step_name(deployment, call.step),
        label: call.label,
        kind: call.kind.into_owned(),
        started_at: rfc3339(call.started_at),
        ended_at: rfc3339(call.ended_at),
        status: call.status,
        fault: call.fault.map(fault),
    }
}

/// The step's id, `output` for what the flow gives, or its place if its flow is not loaded.
pub fn step_name(deployment: Option<&Arc<Deployment>>, ordinal: i64) -> String {
    let plan = deployment.map(|d| &d.plan);
    if plan.is_some_and(|plan| plan.count == ordinal) {
        return "output".into();
    }
    let step = plan.and_then(|plan| plan.step(ordinal));
    step.map_or_else(|| format!("#{ordinal}"), |s| s.id.clone())
}

/// The flow's own id, or the stored one if no version of it is loaded.
pub fn flow_name(app: &App, flow: FlowId) -> String {
    let catalog = app.engine.catalog();
    let found = catalog.deployments().find(|d| d.flow == flow);
    found.map_or_else(|| flow.to_string(), |d| d.plan.flow.id.clone())
}

/// The environment's name, or its id if it is not loaded.
pub fn environment_name(app: &App, id: EnvironmentId) -> String {
    let catalog = app.engine.catalog();
    catalog
        .environment_by_id(id)
        .map_or_else(|| id.to_string(), |e| e.name.clone())
}
