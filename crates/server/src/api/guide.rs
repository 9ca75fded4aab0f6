//! The first steps: flows that come with the program, and its sandboxes.

use crate::access::Caller;
use crate::app::App;
use crate::guide::{Guide, Sandboxes};
use crate::problem::{ApiError, ProblemOut};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::flow::{self, Start};
use serde::Serialize;
use utoipa::ToSchema;

/// What there is to begin with.
#[derive(Serialize, ToSchema)]
pub struct GuideOut {
    flows: Vec<ReadyFlowOut>,
    /// Whether sandboxes can be started from here.
    offers_sandboxes: bool,
    /// Absent while none run.
    #[serde(skip_serializing_if = "Option::is_none")]
    sandboxes: Option<SandboxesOut>,
}

/// A flow that comes with the program.
#[derive(Serialize, ToSchema)]
pub struct ReadyFlowOut {
    /// The flow's own id: `order-to-cash`.
    flow: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// The events that start it.
    triggers: Vec<String>,
    samples: usize,
}

/// Its text and samples, as a draft is made of them.
#[derive(Serialize, ToSchema)]
pub struct ReadyFlowTextOut {
    document: String,
    samples: Vec<String>,
}

/// Sandboxes that run, and where they are connected.
#[derive(Serialize, ToSchema)]
pub struct SandboxesOut {
    environment: String,
    pages: Vec<SandboxPageOut>,
}

/// A page of a sandbox, for people on this machine.
#[derive(Serialize, ToSchema)]
pub struct SandboxPageOut {
    title: String,
    about: String,
    url: String,
}

/// Says what there is to begin with.
#[utoipa::path(get, path = "/api/v1/guide", tag = "guide", operation_id = "get_guide",
    responses((status = OK, body = GuideOut), (status = "4XX", body = ProblemOut)))]
pub async fn show(State(app): State<App>) -> Json<GuideOut> {
    let guide = app.guide.as_deref();
    let flows = guide.map(Guide::flows).unwrap_or_default();
    Json(GuideOut {
        flows: flows
            .iter()
            .filter_map(|f| ready(f.text, f.samples.len()))
            .collect(),
        offers_sandboxes: guide.is_some(),
        sandboxes: guide.and_then(Guide::sandboxes).map(out),
    })
}

/// Shows a flow that comes with the program.
#[utoipa::path(get, path = "/api/v1/guide/flows/{flow}", tag = "guide",
    operation_id = "get_ready_flow",
    params(("flow" = String, Path, description = "The flow's id.")),
    responses((status = OK, body = ReadyFlowTextOut), (status = "4XX", body = ProblemOut)))]
pub async fn flow(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<ReadyFlowTextOut>, ApiError> {
    let flows = app.guide.as_deref().map(Guide::flows).unwrap_or_default();
    let found = flows.iter().find(|flow| flow.id == id);
    let found = found.ok_or_else(|| ApiError::not_found("ready-made flow", &id))?;
    Ok(Json(ReadyFlowTextOut {
        document: found.text.to_owned(),
        samples: found.samples.iter().map(|s| (*s).to_owned()).collect(),
    }))
}

/// Starts sandboxes within this process and makes an environment that is connected to them. They
/// listen on this machine only and forget everything when the server ends.
#[utoipa::path(post, path = "/api/v1/guide/sandboxes", tag = "guide",
    operation_id = "start_sandboxes",
    responses((status = CREATED, body = SandboxesOut), (status = "4XX", body = ProblemOut)))]
pub async fn start(
    State(app): State<App>,
    caller: Caller,
) -> Result<(StatusCode, Json<SandboxesOut>), ApiError> {
    let Some(guide) = &app.guide else {
        return Err(ApiError::conflict("this server has no sandboxes to start"));
    };
    let started = guide
        .start(&app.engine, &app.own_url(), &caller.name)
        .await?;
    Ok((StatusCode::CREATED, Json(out(started))))
}

fn ready(text: &str, samples: usize) -> Option<ReadyFlowOut> {
    let flow = flow::parse(text).0?;
    let triggers = flow.starts.iter().filter_map(|start| match start {
        Start::Event(event) => Some(event.trigger.clone()),
        _ => None,
    });
    Some(ReadyFlowOut {
        flow: flow.id,
        title: flow.title,
        note: flow.note,
        triggers: triggers.collect(),
        samples,
    })
}

fn out(sandboxes: Sandboxes) -> SandboxesOut {
    let pages = sandboxes.pages.into_iter().map(|page| SandboxPageOut {
        title: page.title,
        about: page.about,
        url: page.url,
    });
    SandboxesOut {
        environment: sandboxes.environment,
        pages: pages.collect(),
    }
}
