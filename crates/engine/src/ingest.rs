//! From a delivery to the inbox: verified, stored with its runs, then answered.
//!
//! The request does nothing else. What is worked out here is only what the store needs to know:
//! which flows listen, their business key and their lane. If a flow's `key` or `order_by` cannot be
//! worked out, the event is stored all the same and that run is born dead, with the reason.

use crate::catalog::{Connection, Deployment, Environment};
use crate::seal::Purpose;
use crate::shared::Shared;
use connector::PolledEvent;
use connector::trigger::{Envelope, Verified};
use mapping::{Facts, Names, Scope, Template, Value as Computed};
use model::fault::FaultClass;
use model::lane::{lane, shard};
use model::{EnvironmentKind, Timestamp};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::{Ingested, NewEvent, NewRun};

/// The longest body that is taken.
pub const BODY_MAX_BYTES: usize = 1 << 20;

/// A delivery, as it came.
pub struct Delivery<'a> {
    pub environment: &'a str,
    pub connection: &'a str,
    pub header: &'a (dyn Fn(&str) -> Option<String> + Sync),
    pub body: &'a [u8],
}

/// What was done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    New { runs: usize },
    Duplicate,
}

/// Why it was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such endpoint")]
    NoEndpoint,
    #[error("the signature is not accepted: {0}")]
    Signature(String),
    #[error("the body is no event: {0}")]
    NotAnEvent(String),
    #[error("{0}")]
    WrongMode(String),
    #[error("the body is longer than {BODY_MAX_BYTES} bytes")]
    TooLong,
    /// The sender should repeat it.
    #[error("the event cannot be stored now")]
    Away(#[source] store::Error),
}

impl Shared {
    /// Takes a delivery. Returns when the event is on disk.
    pub(crate) async fn deliver(&self, delivery: Delivery<'_>) -> Result<Accepted, Refusal> {
        if delivery.body.len() > BODY_MAX_BYTES {
            return Err(Refusal::TooLong);
        }
        let catalog = self.catalog();
        let environment = catalog
            .environment(delivery.environment)
            .ok_or(Refusal::NoEndpoint)?;
        let connection = catalog
            .connection(environment.id, delivery.connection)
            .ok_or(Refusal::NoEndpoint)?;
        let (Some(verify), Some(envelope)) =
            (connection.connector.verify, connection.connector.envelope)
        else {
            return Err(Refusal::NoEndpoint);
        };
        let now = self.clock.now();
        let verified = verify(
            delivery.header,
            delivery.body,
            &connection.webhook_secrets,
            now,
        )
        .map_err(Refusal::Signature)?;
        let envelope = envelope(delivery.body).map_err(Refusal::NotAnEvent)?;
        same_mode(environment, &envelope)?;
        let event = self.new_event(
            environment,
            connection,
            &envelope,
            delivery.body,
            Some(verified),
            now,
        )?;
        self.options.points.pass("ingest.before");
        let stored = self.store.ingest_one(event).await;
        let (ingested, event) = stored.map_err(Refusal::Away)?;
        self.options.points.pass("ingest.committed");
        match ingested {
            Ingested::New { runs, .. } => {
                let count = runs.len();
                self.start_fresh(runs, &event.into(), delivery.body);
                Ok(Accepted::New { runs: count })
            }
            Ingested::Duplicate { .. } => Ok(Accepted::Duplicate),
        }
    }

    /// An event with its runs, ready to be stored.
    fn new_event(
        &self,
        environment: &Arc<Environment>,
        connection: &Arc<Connection>,
        envelope: &Envelope,
        body: &[u8],
        verified: Option<Verified>,
        now: Timestamp,
    ) -> Result<NewEvent, Refusal> {
        let trigger = format!("{}.{}", connection.connector.id, envelope.kind);
        let catalog = self.catalog();
        let peer = peer_of(connection, envelope);
        let mut runs = Vec::new();
        if let Some(listeners) = catalog.listeners(connection.id, &trigger) {
            let needed = (listeners.needs.read(body))
                .map_err(|e| Refusal::NotAnEvent(format!("it is not JSON: {e}")))?;
            let asks = |d: &&Arc<Deployment>| !envelope.own || d.plan.flow.own_events;
            let deployments = listeners.deployments.iter().filter(asks);
            runs.extend(deployments.map(|d| {
                let listened = d.plan.triggers.iter().find(|t| t.id == trigger);
                let subject = listened.map_or(("", ""), |t| (t.subject, t.subject_at));
                new_run(d, subject, envelope, &needed)
            }));
        }
        Ok(NewEvent {
            environment: environment.id,
            connection: connection.id,
            peer,
            dedupe_key: envelope.id.clone(),
            kind: envelope.kind.clone(),
            occurred_at: envelope.occurred_at,
            received_at: now,
            own: envelope.own,
            secret: verified.and_then(|v| i64::try_from(v.secret).ok()),
            body_len: i64::try_from(body.len()).unwrap_or(i64::MAX),
            body_sha256: Sha256::digest(body).into(),
            body: environment.key.seal(body, Purpose::Body.label()),
            runs,
        })
    }

    /// An event that was fetched rather than delivered.
    pub(crate) fn polled_event(
        &self,
        environment: &Arc<Environment>,
        connection: &Arc<Connection>,
        polled: &PolledEvent,
    ) -> Result<(NewEvent, Vec<u8>), Refusal> {
        let body =
            serde_json::to_vec(&polled.body).map_err(|e| Refusal::NotAnEvent(e.to_string()))?;
        // What the sweep fetches is what a delivery would have brought.
        let read = connection.connector.envelope.map(|read| read(&body));
        let envelope = Envelope {
            id: polled.dedupe_key.clone(),
            kind: polled.kind.clone(),
            occurred_at: polled.occurred_at,
            account: None,
            live: None,
            own: matches!(read, Some(Ok(Envelope { own: true, .. }))),
        };
        let now = self.clock.now();
        let event = self.new_event(environment, connection, &envelope, &body, None, now)?;
        Ok((event, body))
    }
}

/// The account and mode at the sender.
fn peer_of(connection: &Connection, envelope: &Envelope) -> String {
    let peer = connection.session.peer().0;
    match &envelope.account {
        Some(account) => format!("{peer}/{account}"),
        None => peer,
    }
}

/// A live event never enters a test environment, nor the reverse.
fn same_mode(environment: &Environment, envelope: &Envelope) -> Result<(), Refusal> {
    let Some(live) = envelope.live else {
        return Ok(());
    };
    if live == (environment.kind == EnvironmentKind::Live) {
        return Ok(());
    }
    let sent = if live { "live" } else { "test" };
    Err(Refusal::WrongMode(format!(
        "a {sent} event came to the {} environment `{}`",
        environment.kind.as_str(),
        environment.name
    )))
}

/// The run of a flow that an event starts. `subject` is its name, and where it stands in the body.
pub(crate) fn new_run(
    deployment: &Deployment,
    subject: (&str, &str),
    envelope: &Envelope,
    body: &Computed,
) -> NewRun {
    let (plan, environment) = (&deployment.plan, &deployment.environment);
    let own_lane = || {
        lane(
            environment.id,
            &format!("{}\0{}", plan.flow.id, envelope.id),
        )
    };
    let worked_out = names(deployment, subject, envelope, body).and_then(|names| {
        let key = match &plan.key {
            Some(key) => Some(text(environment, key, &names, "key")?),
            None => None,
        };
        Ok((key, names))
    });
    let (key, names, stillborn) = match worked_out {
        Ok((Some(key), names)) => (key, Some(names), None),
        Ok((None, names)) => (envelope.id.clone(), Some(names), None),
        // The event's own id keeps the dead run apart from those whose key is known.
        Err(reason) => (
            envelope.id.clone(),
            None,
            Some((FaultClass::Rejected, reason)),
        ),
    };
    // A null or failing `order_by` gives the run a lane of its own.
    let ordering = plan
        .order_by
        .as_ref()
        .zip(names)
        .and_then(|(order_by, names)| text(environment, order_by, &names, "order_by").ok());
    let lane = match ordering {
        Some(ordering) => lane(environment.id, &ordering),
        None => own_lane(),
    };
    NewRun {
        deployment: deployment.id,
        flow: deployment.flow,
        key,
        lane,
        shard: shard(lane),
        stillborn,
    }
}

fn names(
    deployment: &Deployment,
    (name, at): (&str, &str),
    envelope: &Envelope,
    body: &Computed,
) -> Result<Names, String> {
    let subject = body
        .at(at)
        .ok_or_else(|| format!("the event has no subject at `{at}`"))?;
    let event = Computed::map([
        ("id", Computed::text(&envelope.id)),
        ("type", Computed::text(&envelope.kind)),
        ("created", Computed::Int(envelope.occurred_at.seconds())),
    ]);
    let mut names = Names::within(Arc::clone(&deployment.names));
    for other in &deployment.plan.subjects {
        names.set(*other, Computed::Map(Arc::default()));
    }
    names.set(name, subject.clone());
    names.set("event", event);
    Ok(names)
}

fn text(
    environment: &Environment,
    template: &Template,
    names: &Names,
    what: &str,
) -> Result<String, String> {
    let facts = Facts::default();
    let scope = Scope {
        names,
        facts: &facts,
        company: &environment.company,
    };
    match template.eval_value(&scope) {
        Ok(Computed::Text(text)) if !text.is_empty() => Ok(text.to_string()),
        Ok(Computed::Int(number)) => Ok(number.to_string()),
        Ok(other) => Err(format!("`{what}` is {} instead of a text", other.kind())),
        Err(failure) => Err(format!("`{what}`: {}", failure.stop)),
    }
}
