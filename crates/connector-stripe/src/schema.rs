//! JSON Schema by hand for the parts of Stripe's objects that formulas need.
//!
//! `required` means: Stripe always sends it, and never as `null`. All else is optional, also where
//! Stripe sends an explicit `null`, because formulas see a `null` as absent. Objects stay open:
//! Stripe adds fields at any time. (Source: type comments of stripe-node 23.1.0.)

use serde_json::{Map, Value, json};

/// A field: its name, whether it is always there, its schema.
pub type Field = (&'static str, bool, Value);

/// An object with these fields.
pub fn object(doc: &str, fields: Vec<Field>) -> Value {
    let required: Vec<&str> = fields.iter().filter(|f| f.1).map(|f| f.0).collect();
    let properties: Map<String, Value> = fields
        .into_iter()
        .map(|(name, _, schema)| (name.to_owned(), schema))
        .collect();
    json!({
        "type": "object",
        "description": doc,
        "properties": properties,
        "required": required,
    })
}

/// Always there, never `null`.
pub fn always(name: &'static str, schema: Value) -> Field {
    (name, true, schema)
}

/// May be absent or `null`.
pub fn maybe(name: &'static str, schema: Value) -> Field {
    (name, false, schema)
}

pub fn text(doc: &str) -> Value {
    json!({"type": "string", "description": doc})
}

/// A currency: three letters.
pub fn currency(doc: &str) -> Value {
    json!({"type": "string", "format": "currency", "maxLength": 3, "description": doc})
}

/// A whole number.
pub fn whole(doc: &str) -> Value {
    json!({"type": "integer", "description": doc})
}

/// An amount in the currency's minor units, by Stripe's exponents.
pub fn minor(doc: &str) -> Value {
    whole(&format!(
        "{doc}, in minor units of the currency (Stripe's exponents)"
    ))
}

/// A point in time.
pub fn seconds(doc: &str) -> Value {
    whole(&format!("{doc}, in unix seconds"))
}

pub fn flag(doc: &str) -> Value {
    json!({"type": "boolean", "description": doc})
}

/// One of some words. Unknown ones are data: Stripe adds values, so they are named, not enforced.
pub fn word(doc: &str, words: &str) -> Value {
    text(&format!("{doc}: {words}"))
}

pub fn list(doc: &str, items: &Value) -> Value {
    json!({"type": "array", "description": doc, "items": items})
}

/// Keys and values that the account's owner wrote: never sure to be there.
pub fn metadata() -> Value {
    json!({
        "type": "object",
        "description": "Keys and values of your own (50 keys, 40 and 500 characters)",
        "additionalProperties": {"type": "string"},
    })
}

pub fn address(doc: &str) -> Value {
    object(
        doc,
        vec![
            maybe("line1", text("Street, house number, company")),
            maybe("line2", text("Flat, suite, building")),
            maybe("postal_code", text("Postal code")),
            maybe("city", text("City")),
            maybe("state", text("State, county, province")),
            maybe("country", text("Two letters, ISO 3166-1")),
        ],
    )
}

/// A person or company with an address: of shipping and of billing details.
pub fn contact(doc: &str) -> Value {
    object(
        doc,
        vec![
            maybe("name", text("Full name")),
            maybe("email", text("Email address")),
            maybe("phone", text("Phone number")),
            maybe("address", address("The postal address")),
        ],
    )
}

/// What every object has: id, kind, time of making, mode, metadata.
pub fn common(id: &str) -> Vec<Field> {
    vec![
        always("id", text(id)),
        always("object", text("The kind of object")),
        always("created", seconds("When it was made")),
        always("metadata", metadata()),
    ]
}
