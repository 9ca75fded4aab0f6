//! Runs that no peer's event starts: the event, which is our own, and the flow's inputs.
//!
//! What is not a peer's event has a body of this form, sealed and stored like any other:
//! `{"towpath": "schedule", "id": …, "type": "schedule.fired", "created": …, "schedule": {…}}`,
//! or, started by a person, the API or another flow, with `"input": {…}`.

use crate::Engine;
use crate::catalog::{Catalog, Deployment, Environment};
use crate::ingest::{BODY_MAX_BYTES, new_run};
use crate::input::{check_input, typed};
use crate::plan::{PlanStart, START};
use crate::seal::{Purpose, open};
use crate::shared::{Origin, Shared};
use connector::trigger::Envelope;
use mapping::{Shape, Value as Computed};
use model::ids::{EnvironmentId, RunId};
use model::{Problem, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::{Ingested, NO_CONNECTION, NewEvent, StartRun};

/// What starts a run where no peer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Schedule,
    Manual,
    Api,
    Call,
}

impl Cause {
    /// What the body's member [`START`] says. Fixed: stored bodies have it.
    const fn word(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Manual => "manual",
            Self::Api => "api",
            Self::Call => "call",
        }
    }

    /// The event's type.
    const fn kind(self) -> &'static str {
        match self {
            Self::Schedule => "schedule.fired",
            Self::Manual | Self::Api => "flow.started",
            Self::Call => "flow.called",
        }
    }

    /// The member of the body that holds the subject, and its name in formulas.
    const fn subject(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Manual | Self::Api | Self::Call => "input",
        }
    }
}

/// An event of our own.
pub(crate) struct OwnEvent {
    pub(crate) cause: Cause,
    /// Unique under [`own_peer`]: the same event is never stored twice.
    pub(crate) dedupe_key: String,
    pub(crate) occurred_at: Timestamp,
    /// The schedule's time, or the checked inputs.
    pub(crate) subject: Value,
    /// Further members of the body, which no formula sees.
    pub(crate) more: Vec<(&'static str, Value)>,
}

/// The peer of an environment's own events.
pub(crate) fn own_peer(environment: &Environment) -> String {
    format!("towpath:{}", environment.name)
}

/// The active deployment of a flow in an environment.
pub(crate) fn active(
    catalog: &Catalog,
    environment: EnvironmentId,
    flow: &str,
) -> Option<Arc<Deployment>> {
    catalog.active(environment, flow).cloned()
}

impl Shared {
    /// An event of our own with the one run that it starts, and its body.
    pub(crate) fn own_event(
        &self,
        deployment: &Deployment,
        own: OwnEvent,
    ) -> Result<(NewEvent, Vec<u8>), String> {
        let (environment, name) = (&deployment.environment, own.cause.subject());
        let subject = match own.cause {
            Cause::Schedule => Computed::from_json(&own.subject, &Shape::plain())?,
            Cause::Manual | Cause::Api | Cause::Call => typed(&deployment.plan.flow, &own.subject)?,
        };
        let mut body = json!({
            START: own.cause.word(),
            "id": own.dedupe_key,
            "type": own.cause.kind(),
            "created": own.occurred_at.seconds(),
            name: own.subject,
        });
        for (name, value) in own.more {
            body[name] = value;
        }
        let body = body.to_string().into_bytes();
        if body.len() > BODY_MAX_BYTES {
            return Err(format!("it is longer than {BODY_MAX_BYTES} bytes"));
        }
        let envelope = Envelope {
            id: own.dedupe_key,
            kind: own.cause.kind().into(),
            occurred_at: own.occurred_at,
            account: None,
            live: None,
            own: false,
        };
        let seen = Computed::map([(name, subject)]);
        let run = new_run(deployment, (name, &format!("/{name}")), &envelope, &seen);
        let event = NewEvent {
            environment: environment.id,
            connection: NO_CONNECTION,
            peer: own_peer(environment),
            dedupe_key: envelope.id,
            kind: envelope.kind,
            occurred_at: envelope.occurred_at,
            received_at: self.clock.now(),
            own: envelope.own,
            secret: None,
            body_len: i64::try_from(body.len()).unwrap_or(i64::MAX),
            body_sha256: Sha256::digest(&body).into(),
            body: environment.key.seal(&body, Purpose::Body.label()),
            runs: vec![run],
        };
        Ok((event, body))
    }
}

/// A run that was started by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    pub run: RunId,
    /// Whether an earlier call with the same idempotency key had started it.
    pub is_repeated: bool,
}

/// Why a flow was not started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("there is no flow `{0}` in force")]
    NoFlow(String),
    #[error("{message}: {cure}")]
    Refused { message: String, cure: &'static str },
    #[error("the input is not what the flow takes")]
    Input(Vec<Problem>),
    /// The same key with another input.
    #[error("the idempotency key `{0}` started this flow with another input")]
    OtherInput(String),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The longest idempotency key.
const KEY_MAX_BYTES: usize = 200;

impl Engine {
    /// Starts a flow that is deployed and lists `manual` or `api` among its triggers.
    ///
    /// Repeated with the same idempotency key and input, it answers with the same run.
    ///
    /// # Errors
    /// If the flow is not there or is not started so, everything that is wrong with the input, or
    /// the store's trouble.
    pub async fn start_flow(
        &self,
        environment: EnvironmentId,
        flow: &str,
        input: &Value,
        idempotency_key: &str,
        who: &str,
    ) -> Result<Started, StartError> {
        let key_is_sound = (1..=KEY_MAX_BYTES).contains(&idempotency_key.len())
            && idempotency_key.bytes().all(|b| b.is_ascii_graphic());
        if !key_is_sound {
            return Err(StartError::Refused {
                message: "the idempotency key is none".into(),
                cure: "send 1 to 200 visible ASCII characters, new for each start that is meant",
            });
        }
        let shared = &self.shared;
        let deployment = active(&shared.catalog(), environment, flow)
            .ok_or_else(|| StartError::NoFlow(flow.to_owned()))?;
        let cause = started_by_hand(&deployment)?;
        let input = check_input(&deployment.plan.flow, input).map_err(StartError::Input)?;
        let own = OwnEvent {
            cause,
            dedupe_key: format!("start:{flow}:{idempotency_key}"),
            occurred_at: shared.clock.now(),
            subject: Value::Object(input.clone()),
            more: vec![("by", who.into())],
        };
        let (event, body) = shared.own_event(&deployment, own).map_err(|message| {
            StartError::Input(vec![Problem::error(
                "input",
                "unusable",
                message,
                "shorten it",
            )])
        })?;
        let origin = Origin::of(&event);
        let who = who.to_owned();
        match shared.store.start_run(StartRun { event, who }).await? {
            Ingested::New { runs, .. } => {
                let run = runs.first().map(|run| run.id).ok_or_else(no_run)?;
                shared.start_fresh(runs, &origin, &body);
                Ok(Started {
                    run,
                    is_repeated: false,
                })
            }
            Ingested::Duplicate { event } => {
                let stored = shared.store.event(event).await?;
                let key = &deployment.environment.key;
                let before: Value = open(key, Purpose::Body, &stored.body)
                    .map_err(|_| store::Error::Conflict("the earlier start is sealed".into()))?;
                if before["input"].as_object() != Some(&input) {
                    return Err(StartError::OtherInput(idempotency_key.to_owned()));
                }
                let runs = shared.store.runs_of_event(event).await?;
                let run = runs.first().copied().ok_or_else(no_run)?;
                Ok(Started {
                    run,
                    is_repeated: true,
                })
            }
        }
    }
}

fn no_run() -> store::Error {
    store::Error::Conflict("the start has no run".into())
}

/// What a start by hand is for this flow.
fn started_by_hand(deployment: &Deployment) -> Result<Cause, StartError> {
    let plan = &deployment.plan;
    let is_api = plan.starts.iter().any(|s| matches!(s, PlanStart::Api));
    let is_manual = plan.starts.iter().any(|s| matches!(s, PlanStart::Manual));
    match (is_api, is_manual) {
        (true, _) => Ok(Cause::Api),
        (false, true) => Ok(Cause::Manual),
        (false, false) => Err(StartError::Refused {
            message: format!("`{}` is not started by hand", plan.flow.id),
            cure: "add `manual` or `api` to its `trigger:` and deploy it",
        }),
    }
}
