//! A sample made of a dry run: what came in, what was met, and what came of it.

use crate::api::dry_run::{GivenIn, TIME, compiled, one_of, sample_of, too_long, work};
use crate::api::extract::{Body, Params, ScopeIn};
use crate::app::App;
use crate::mask::Persons;
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::dry::{DryError, DryRun, Reads, run_sample};
use model::flow::{Expected, Given, Sample, write_sample};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What a sample is made of. One of `sample` and `body`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PinIn {
    /// A flow's document, YAML.
    document: String,
    /// The new sample's id: `guest-pays-by-card`.
    id: String,
    title: Option<String>,
    /// The trigger that the body is for; a start with inputs if it is left out.
    trigger: Option<String>,
    /// Another sample's document, whose body and what it gives are taken.
    sample: Option<String>,
    /// Or an event's body, as the peer sends it.
    #[schema(value_type = Option<Object>)]
    body: Option<Value>,
    #[serde(default)]
    given: GivenIn,
    /// Who answers reads that are not given: `invented`, or `live`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "invented")]
    reads: Reads,
}

/// A sample that comes to what it expects.
#[derive(Serialize, ToSchema)]
pub struct PinnedOut {
    /// Its document, YAML.
    sample: String,
    /// How it ends: `done`, `skipped`, `waiting`, `dead`.
    state: String,
    /// How many changes it expects.
    effects: usize,
}

/// Makes a sample: works the flow dry in the environment, keeps what it met there, and expects what
/// comes of just that. Persons that it met are hidden. Nothing is stored.
#[utoipa::path(post, path = "/api/v1/flows/pin", tag = "flows", operation_id = "pin_sample",
    params(ScopeIn), request_body = PinIn,
    responses((status = OK, body = PinnedOut), (status = "4XX", body = ProblemOut)))]
pub async fn pin(
    State(app): State<App>,
    Params(scope): Params<ScopeIn>,
    Body(asked): Body<PinIn>,
) -> Result<Json<PinnedOut>, ApiError> {
    let plan = compiled(&app, asked.document).await?;
    let mut made = match (asked.sample, asked.body) {
        (Some(text), None) => sample_of(&app, &plan, &text)?,
        (None, Some(body)) => blank(asked.trigger, body, asked.given.into()),
        _ => return Err(one_of("`sample` and `body`")),
    };
    (made.id, made.title, made.note) = (asked.id, asked.title, None);
    let mut dry = DryRun::of(&made);
    dry.reads = asked.reads;
    let environment = match &scope.environment {
        Some(name) => Some(app.environment(Some(name))?),
        None => None,
    };
    let all = async {
        let trace = work(&app, environment.clone(), &plan, &dry).await?;
        let mut persons = Persons::of(&dry.body);
        for value in trace.steps.iter().filter_map(|step| step.output.as_ref()) {
            persons.add(value);
        }
        let hider = persons.hider().map_err(|e| ApiError::internal(&e))?;
        let company = environment.map(|environment| environment.company.to_value());
        made.given = trace.met(made.given.clone(), company);
        for steps in made.given.steps.values_mut() {
            *steps = hider.hide(steps.take());
        }
        // What it expects is what comes of what was kept, and of nothing else.
        let verdict = run_sample(&plan, &made).await.map_err(wrong)?;
        made.expected = verdict.expected(&made.expected).ok_or_else(|| {
            let detail = "the dry run does not come to an end that a sample can expect";
            ApiError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "no_end",
                detail,
                "take a smaller event",
            )
        })?;
        Ok::<_, ApiError>(made)
    };
    let made = tokio::time::timeout(TIME, all)
        .await
        .map_err(|_| too_long())??;
    let text = write_sample(&made);
    // An id that is none is told here, and not when the draft is published.
    sample_of(&app, &plan, &text)?;
    Ok(Json(PinnedOut {
        state: made.expected.state,
        effects: made.expected.effects.len(),
        sample: text,
    }))
}

fn blank(trigger: Option<String>, body: Value, given: Given) -> Sample {
    Sample {
        id: String::new(),
        title: None,
        note: None,
        trigger,
        body,
        given,
        expected: Expected {
            state: "done".into(),
            because: None,
            effects: Vec::new(),
        },
    }
}

fn wrong(error: DryError) -> ApiError {
    match error {
        DryError::Problems(problems) => ApiError::problems("the dry run cannot begin", problems),
        DryError::Store(error) => error.into(),
    }
}
