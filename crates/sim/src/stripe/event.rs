//! Events: what happened, kept as it was, and its two renderings.

use super::version::Version;
use serde_json::{Map, Value, json};

/// The API call that caused an event; absent for what happens by the clock.
#[derive(Clone, Debug, Default)]
pub struct Cause {
    pub request: Option<String>,
    pub idempotency_key: Option<String>,
}

/// Something that happened. The object is kept as JSON text: there are many and few are read again.
pub struct Event {
    pub id: String,
    pub kind: String,
    pub created: i64,
    pub object: String,
    pub previous: Option<Map<String, Value>>,
    pub cause: Cause,
    /// Deliveries not yet answered with 2xx.
    pub pending: u32,
    /// Some endpoint never took it, or has not yet.
    pub undelivered: u32,
}

impl Event {
    /// The full (snapshot) event in `version`.
    pub fn full(&self, version: &Version, livemode: bool) -> Value {
        let mut object: Value =
            serde_json::from_str(&self.object).expect("it was written by this program");
        version.render(&mut object, self.created);
        let mut data = json!({ "object": object });
        if let Some(previous) = &self.previous {
            data["previous_attributes"] = Value::Object(previous.clone());
        }
        json!({
            "id": self.id,
            "object": "event",
            "api_version": version.as_str(),
            "created": self.created,
            "data": data,
            "livemode": livemode,
            "pending_webhooks": self.pending,
            "request": {
                "id": self.cause.request,
                "idempotency_key": self.cause.idempotency_key,
            },
            "type": self.kind,
        })
    }

    /// The thin (v2) event. Its id is that of the full event with another prefix (unverified).
    pub fn thin(&self, livemode: bool) -> Value {
        let object: Value =
            serde_json::from_str(&self.object).expect("it was written by this program");
        let (id, kind) = (&object["id"], object["object"].as_str().unwrap_or_default());
        let created = jiff::Timestamp::from_second(self.created)
            .map(|t| t.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string())
            .unwrap_or_default();
        json!({
            "id": format!("{}_thin", self.id),
            "object": "v2.core.event",
            "type": format!("v1.{}", self.kind),
            "created": created,
            "livemode": livemode,
            "related_object": {
                "id": id,
                "type": kind,
                "url": format!("/v1/{}s/{}", kind.replace('.', "/"), id.as_str().unwrap_or("")),
            },
            "reason": {
                "type": "request",
                "request": {
                    "id": self.cause.request,
                    "idempotency_key": self.cause.idempotency_key,
                },
            },
            "snapshot_event": self.id,
        })
    }
}
