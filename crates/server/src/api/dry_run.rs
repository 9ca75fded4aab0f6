//! Dry runs and samples: what a flow would do. Nothing is sent but reads, and nothing is stored.

use super::extract::{Body, Params, ScopeIn};
use crate::app::App;
use crate::mask::{Hider, Persons};
use crate::problem::{ApiError, DocumentProblemOut, ProblemOut};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::dry::{DryError, DryRun, Reads, StepTrace, Trace, Verdict, WouldBe, run_sample};
use engine::plan::check_sample;
use engine::{Environment, Plan};
use mapping::Made;
use model::Problem;
use model::flow::{Given, Sample, limits, parse_sample};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// A dry run that takes longer is given up.
pub const TIME: Duration = Duration::from_secs(10);

/// What is to be worked, on what. One of `document` and `flow`; one of `sample` and `body`. The whole
/// request takes 2 MiB at most.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DryRunIn {
    /// A flow's document, YAML, 1 MiB at most.
    document: Option<String>,
    /// Or the id of a flow that is deployed in the environment.
    flow: Option<String>,
    /// A sample's document, YAML: its body, and what is given.
    sample: Option<String>,
    /// Or an event's body, as the peer sends it.
    #[schema(value_type = Option<Object>)]
    body: Option<Value>,
    /// What is met instead of asking, with a `body`.
    #[serde(default)]
    given: GivenIn,
    /// The last step that is worked; all are if it is left out.
    until: Option<String>,
    /// Who answers reads that are not given: `invented` (nobody: values are made up), or `live`
    /// (the connections of the environment, which must be named).
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "invented")]
    reads: Reads,
}

/// What a dry run meets instead of asking.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GivenIn {
    /// What steps give that ask somebody, by step id.
    #[schema(value_type = Object)]
    steps: Map<String, Value>,
    /// Rows of lookup tables: table, key, row.
    #[schema(value_type = Object)]
    lookups: Map<String, Value>,
    /// Tables of rules: table, and its definition with `rows` by the rule's name.
    #[schema(value_type = Object)]
    rules: Map<String, Value>,
    /// What ids became: kind, id, value.
    #[schema(value_type = Object)]
    cross_references: Map<String, Value>,
    /// What our own books hold instead of those of the environment: `deposits` by their charge, and
    /// `entries` that are booked.
    #[schema(value_type = Object)]
    books: Map<String, Value>,
    /// Settings of the company.
    #[schema(value_type = Object)]
    company: Map<String, Value>,
}

/// What a dry run came to. Persons are hidden in it.
#[derive(Serialize, ToSchema)]
pub struct TraceOut {
    /// `done`, `skipped`, `waiting`, `dead`; `reached` if it was worked up to a step; `cut` if it
    /// was too long.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
    steps: Vec<StepTraceOut>,
    effects: Vec<WouldBeOut>,
}

/// One step of a dry run.
#[derive(Serialize, ToSchema)]
pub struct StepTraceOut {
    id: String,
    /// Where it was worked: `lines[2].book` is the step `book` for the third item of `lines`.
    at: String,
    /// `begun`, `done`, `skipped`, `waiting`, `failed`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Value>,
    /// Where the output is from: `worked`, `given`, `live`, `store`, or `invented`.
    origin: &'static str,
    /// Which of `effects` it makes, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<usize>,
    /// The conversions that were made on the way to the input's fields: `field` and `rule`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    converted: Vec<Made>,
    /// Lookup rows, rules and cross references that its formulas asked for.
    #[schema(value_type = Vec<Object>)]
    met: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<DocumentProblemOut>,
}

/// A change that a run would make.
#[derive(Serialize, ToSchema)]
pub struct WouldBeOut {
    step: String,
    at: String,
    operation: String,
    input: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<String>,
    /// `kind`, `reference`, and `key`, that of the effect ledger in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    identity: Option<Value>,
    /// The first call that changes something: `label`, `kind`, `content`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    request: Option<Value>,
    /// Reads before it that were taken to find nothing, because nobody was asked.
    assumed_absent: Vec<String>,
    /// The journal entry that it would book.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    entry: Option<Value>,
    /// What the effect ledger has of it; `confirmed` means that nothing would be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<String>,
    /// What the peer has of it, if it was asked: `state`, `object`, `differences` as sentences, and
    /// every field that would be written as `compared`: `path`, `there`, `would`, `same`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    at_peer: Option<Value>,
}

/// Samples of a flow.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SamplesIn {
    /// Their documents, YAML, 200 at most.
    samples: Vec<String>,
    /// The flow's document, YAML; what is deployed in the environment if it is left out.
    document: Option<String>,
}

/// Whether samples come to what they expect.
#[derive(Serialize, ToSchema)]
pub struct VerdictsOut {
    passed: bool,
    /// In the order in which they were given.
    samples: Vec<VerdictOut>,
}

/// Whether one sample comes to what it expects.
#[derive(Serialize, ToSchema)]
pub struct VerdictOut {
    sample: String,
    passed: bool,
    /// How it ended; absent if it could not be worked.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
    /// What is otherwise than expected, in sentences.
    differences: Vec<String>,
    /// What is wrong with the sample itself.
    problems: Vec<DocumentProblemOut>,
}

/// Works a flow on one event without changing anything: each step, each request that would be sent,
/// each entry that would be booked. Without `environment` nothing but what is given is met; with it
/// that environment's company, tables, cross references, books and effects are.
#[utoipa::path(post, path = "/api/v1/flows/dry-run", tag = "flows", operation_id = "dry_run",
    params(ScopeIn), request_body = DryRunIn,
    responses((status = OK, body = TraceOut), (status = "4XX", body = ProblemOut)))]
pub async fn dry_run(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Body(asked): Body<DryRunIn>,
) -> Result<Json<TraceOut>, ApiError> {
    let plan = plan(&app, &scope, asked.document, asked.flow.as_deref()).await?;
    let mut dry = match (asked.sample, asked.body) {
        (Some(text), None) => DryRun::of(&sample_of(&app, &plan, &text)?),
        (None, Some(body)) => DryRun {
            body,
            given: asked.given.into(),
            ..DryRun::default()
        },
        _ => return Err(one_of("`sample` and `body`")),
    };
    dry.until = asked.until;
    dry.reads = asked.reads;
    let environment = match &scope.environment {
        Some(name) => Some(app.environment(Some(name))?),
        None => None,
    };
    work_within_time(&app, environment, &plan, &dry).await
}

/// Works within the time that a dry run has; persons are hidden in what it came to.
pub async fn work_within_time(
    app: &App,
    environment: Option<Arc<Environment>>,
    plan: &Plan,
    dry: &DryRun,
) -> Result<Json<TraceOut>, ApiError> {
    let persons = Persons::of(&dry.body);
    let work = work(app, environment, plan, dry);
    let trace = tokio::time::timeout(TIME, work).await;
    let trace = trace.map_err(|_| too_long())??;
    Ok(Json(trace_out(trace, persons)?))
}

/// Works samples of a flow and says what is otherwise than they expect. Nothing but what
/// they give is met.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/samples/run", tag = "flows",
    operation_id = "run_samples",
    params(("flow" = String, Path, description = "The flow's id."), ScopeIn),
    request_body = SamplesIn,
    responses((status = OK, body = VerdictsOut), (status = "4XX", body = ProblemOut)))]
pub async fn run_samples(
    State(app): State<App>,
    Path(flow): Path<String>,
    Params(scope): Params<ScopeIn>,
    Body(given): Body<SamplesIn>,
) -> Result<Json<VerdictsOut>, ApiError> {
    if given.samples.len() > limits::SAMPLES {
        let detail = format!("{} samples", given.samples.len());
        let cure = format!("give {} at most", limits::SAMPLES);
        return Err(ApiError::bad_request("too_many", detail, &cure));
    }
    let plan = match given.document {
        Some(document) => compiled(&app, document).await?,
        None => deployed(&app, &scope, &flow)?,
    };
    let all = async {
        let mut samples = Vec::with_capacity(given.samples.len());
        for text in &given.samples {
            samples.push(verdict(&app, &plan, text).await?);
        }
        Ok::<_, ApiError>(samples)
    };
    let samples = tokio::time::timeout(TIME, all).await;
    let samples = samples.map_err(|_| too_long())??;
    Ok(Json(VerdictsOut {
        passed: samples.iter().all(|sample| sample.passed),
        samples,
    }))
}

pub async fn work(
    app: &App,
    environment: Option<Arc<Environment>>,
    plan: &Plan,
    dry: &DryRun,
) -> Result<Trace, ApiError> {
    let worked = match &environment {
        Some(environment) => app.engine.dry_run(environment, plan, dry).await,
        None => engine::dry::dry_run(plan, dry).await,
    };
    worked.map_err(|error| match error {
        DryError::Problems(problems) => ApiError::problems("the dry run cannot begin", problems),
        DryError::Store(error) => error.into(),
    })
}

async fn verdict(app: &App, plan: &Plan, text: &str) -> Result<VerdictOut, ApiError> {
    let wrong = |id: String, problems: Vec<Problem>| VerdictOut {
        sample: id,
        passed: false,
        state: None,
        because: None,
        differences: Vec::new(),
        problems: problems.into_iter().map(Into::into).collect(),
    };
    let sample = match sample(app, plan, text) {
        Ok(sample) => sample,
        Err((id, problems)) => return Ok(wrong(id, problems)),
    };
    match run_sample(plan, &sample).await {
        Ok(Verdict {
            passed,
            differences,
            trace,
        }) => Ok(VerdictOut {
            sample: sample.id,
            passed,
            state: Some(trace.state.as_str()),
            because: trace.because,
            differences,
            problems: Vec::new(),
        }),
        Err(DryError::Problems(problems)) => Ok(wrong(sample.id, problems)),
        Err(DryError::Store(error)) => Err(error.into()),
    }
}

async fn plan(
    app: &App,
    scope: &ScopeIn,
    document: Option<String>,
    flow: Option<&str>,
) -> Result<Arc<Plan>, ApiError> {
    match (document, flow) {
        (Some(document), None) => compiled(app, document).await,
        (None, Some(flow)) => deployed(app, scope, flow),
        _ => Err(one_of("`document` and `flow`")),
    }
}

/// The plan of a document.
pub async fn compiled(app: &App, document: String) -> Result<Arc<Plan>, ApiError> {
    let registry = app.engine.registry();
    // A document may be long: it must not hold up the requests beside it.
    let compiled = tokio::task::spawn_blocking(move || engine::compile(&document, registry)).await;
    let (plan, problems) = compiled.map_err(|error| ApiError::internal(&error))?;
    let plan = plan.map(Arc::new);
    plan.ok_or_else(|| ApiError::problems("the flow is not in order", problems))
}

fn deployed(app: &App, scope: &ScopeIn, flow: &str) -> Result<Arc<Plan>, ApiError> {
    let environment = app.environment(scope.environment.as_deref())?;
    let catalog = app.engine.catalog();
    let found = catalog
        .deployments()
        .find(|d| d.active && d.environment.id == environment.id && d.plan.flow.id == flow);
    let found = found.ok_or_else(|| ApiError::not_found("flow", flow))?;
    Ok(Arc::clone(&found.plan))
}

/// A sample that fits its flow, or its id, as far as it was read, and what is wrong with it.
fn sample(app: &App, plan: &Plan, text: &str) -> Result<Sample, (String, Vec<Problem>)> {
    let (sample, mut problems) = parse_sample(text);
    let Some(sample) = sample else {
        return Err((String::new(), problems));
    };
    problems.extend(check_sample(&plan.flow, &sample, app.engine.registry()));
    if problems.iter().any(Problem::is_error) {
        return Err((sample.id, problems));
    }
    Ok(sample)
}

/// A sample that fits its flow.
pub fn sample_of(app: &App, plan: &Plan, text: &str) -> Result<Sample, ApiError> {
    sample(app, plan, text).map_err(wrong_sample)
}

fn wrong_sample((_, problems): (String, Vec<Problem>)) -> ApiError {
    ApiError::problems("the sample is not in order", problems)
}

pub fn one_of(names: &str) -> ApiError {
    ApiError::bad_request(
        "wrong_body",
        format!("give one of {names}"),
        "give one, not both",
    )
}

pub fn too_long() -> ApiError {
    let detail = format!("the dry run took longer than {} s", TIME.as_secs());
    let cure = "work it up to a step (`until`), or on less";
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "too_long", detail, cure)
}

impl From<GivenIn> for Given {
    fn from(given: GivenIn) -> Self {
        Self {
            steps: given.steps,
            lookups: given.lookups,
            rules: given.rules,
            cross_references: given.cross_references,
            books: given.books,
            company: given.company,
        }
    }
}

/// Hides persons: by the names of fields, and what those of the body, the inputs and the outputs
/// hold wherever else it stands, such as in a request that names its fields in the peer's way.
fn trace_out(trace: Trace, mut persons: Persons) -> Result<TraceOut, ApiError> {
    for step in &trace.steps {
        for value in step.input.iter().chain(&step.output) {
            persons.add(value);
        }
    }
    for there in trace.effects.iter().filter_map(|e| e.at_peer.as_ref()) {
        there.object.iter().for_each(|object| persons.add(object));
    }
    let persons = persons.hider().map_err(|e| ApiError::internal(&e))?;
    let because = trace.because.map(|why| persons.hide_in(why));
    Ok(TraceOut {
        state: trace.state.as_str(),
        because,
        steps: trace
            .steps
            .into_iter()
            .map(|s| step_out(s, &persons))
            .collect(),
        effects: trace
            .effects
            .into_iter()
            .map(|e| effect_out(e, &persons))
            .collect(),
    })
}

fn step_out(step: StepTrace, persons: &Hider) -> StepTraceOut {
    let problem = step.problem.map(|mut problem| {
        problem.message = persons.hide_in(problem.message);
        problem.into()
    });
    StepTraceOut {
        id: step.id,
        at: step.at,
        state: step.state.as_str(),
        case: step.case,
        input: step.input.map(|input| persons.hide(input)),
        output: step.output.map(|output| persons.hide(output)),
        origin: step.origin.as_str(),
        effect: step.effect,
        converted: step.converted,
        met: persons.hide(json!(step.met)),
        problem,
    }
}

fn effect_out(effect: WouldBe, persons: &Hider) -> WouldBeOut {
    let shown = |value: Value| persons.hide(value);
    WouldBeOut {
        step: effect.step,
        at: effect.at,
        operation: effect.operation,
        input: shown(effect.input),
        peer: effect.peer,
        identity: effect.identity.map(|identity| json!(identity)),
        request: effect.request.map(|request| shown(json!(request))),
        assumed_absent: effect.assumed_absent,
        entry: effect.entry.map(|entry| shown(json!(entry))),
        ledger: effect.ledger,
        at_peer: effect.at_peer.map(|there| shown(json!(there))),
    }
}
