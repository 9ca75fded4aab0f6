//! The names that the formulas of the benchmark read, and what is known of them.

use mapping::Schemas;
use serde_json::{Value as Json, json};

pub fn company() -> model::Company {
    model::Company {
        name: "Nordic Books".into(),
        currency: "SEK".into(),
        books_zone: "Europe/Stockholm".into(),
        collective_customer: "GUEST".into(),
        settings: serde_json::Map::new(),
    }
}

/// Always there: its members, and those that may be missing.
fn map(always: &[(&str, Json)], maybe: &[(&str, Json)]) -> Json {
    let required: Vec<&str> = always.iter().map(|(name, _)| *name).collect();
    let members = always.iter().chain(maybe);
    let properties: serde_json::Map<String, Json> = members
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    json!({"type": "object", "properties": properties, "required": required})
}

pub fn schemas() -> Schemas {
    let text = || json!({"type": "string"});
    let int = || json!({"type": "integer"});
    let flag = || json!({"type": "boolean"});
    let nullable = || json!({"type": ["string", "null"]});
    let address = map(
        &[
            ("city", text()),
            ("country", text()),
            ("line1", text()),
            ("postal_code", text()),
        ],
        &[("line2", nullable()), ("state", nullable())],
    );
    let card = map(
        &[("brand", text()), ("funding", text()), ("last4", text())],
        &[("wallet", json!({}))],
    );
    let details = map(
        &[("name", text()), ("address", address)],
        &[("email", nullable()), ("phone", nullable())],
    );
    let method = map(&[("type", text()), ("card", card)], &[]);
    let outcome = map(
        &[
            ("risk_level", text()),
            ("network_status", text()),
            ("risk_score", int()),
        ],
        &[("reason", nullable())],
    );
    let charge = map(
        &[
            ("id", text()),
            ("amount", int()),
            ("amount_captured", int()),
            ("amount_refunded", int()),
            ("currency", text()),
            ("created", int()),
            ("status", text()),
            ("paid", flag()),
            ("captured", flag()),
            ("refunded", flag()),
            ("disputed", flag()),
            ("livemode", flag()),
            ("billing_details", details.clone()),
            ("payment_method_details", method),
            ("outcome", outcome),
            (
                "metadata",
                json!({"type": "object", "additionalProperties": {"type": "string"}}),
            ),
        ],
        &[
            ("customer", nullable()),
            ("payment_intent", nullable()),
            ("description", nullable()),
            ("receipt_email", nullable()),
            ("failure_code", nullable()),
            ("shipping", details),
        ],
    );
    let line = map(
        &[
            ("product", text()),
            ("price", text()),
            ("description", text()),
            ("quantity", int()),
            ("amount_total", int()),
            ("amount_tax", int()),
        ],
        &[],
    );
    let session = map(
        &[
            ("mode", text()),
            ("found", flag()),
            ("shipping_amount", int()),
            ("lines", json!({"type": "array", "items": line})),
        ],
        &[],
    );
    let numbered = map(&[("number", text())], &[]);
    let money = map(
        &[("fee", int()), ("net", int()), ("available_on", int())],
        &[],
    );
    let steps = map(
        &[
            ("customer", numbered.clone()),
            ("order", numbered),
            ("money", money),
        ],
        &[],
    );
    let mut schemas = Schemas::new();
    schemas.set("charge", charge);
    schemas.set("session", session);
    schemas.set("steps", steps);
    schemas.set(
        "event",
        map(&[("id", text()), ("type", text()), ("created", int())], &[]),
    );
    schemas.set("run", map(&[("id", text())], &[]));
    schemas.set(
        "company",
        map(&[("books_zone", text()), ("currency", text())], &[]),
    );
    schemas
}
