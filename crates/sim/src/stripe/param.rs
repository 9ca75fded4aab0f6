//! Parameters: what an operation takes, and the check of what came in against it.

use super::currency;
use super::error::ApiError;
use super::form::Node;
use super::version::Version;
use serde_json::{Map, Value, json};

/// What values a parameter takes.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Text of at most 5000 characters; the empty text unsets.
    Text,
    /// A whole number.
    Int,
    Bool,
    /// A currency code, in any case.
    Currency,
    /// One of these words.
    One(&'static [&'static str]),
    /// Up to 50 texts of 500 characters under names of 40.
    Metadata,
    /// Named parts.
    Fields(&'static [Param]),
    /// Any number of these.
    List(&'static Kind),
    /// Unix seconds, or `gt`, `gte`, `lt`, `lte` bounds of them.
    Range,
    /// Accepted and stored as texts, not looked into.
    Any,
}

/// One parameter.
#[derive(Clone, Copy)]
pub struct Param {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    /// Refused from this version's date on.
    pub until: Option<&'static str>,
}

/// A parameter that may be absent.
pub const fn opt(name: &'static str, kind: Kind) -> Param {
    Param {
        name,
        kind,
        required: false,
        until: None,
    }
}

/// A parameter that must be there.
pub const fn req(name: &'static str, kind: Kind) -> Param {
    Param {
        name,
        kind,
        required: true,
        until: None,
    }
}

/// A parameter that versions from the date `until` on no longer know.
pub const fn old(name: &'static str, kind: Kind, until: &'static str) -> Param {
    Param {
        name,
        kind,
        required: false,
        until: Some(until),
    }
}

const ADDRESS_PARTS: &[Param] = &[
    opt("city", Kind::Text),
    opt("country", Kind::Text),
    opt("line1", Kind::Text),
    opt("line2", Kind::Text),
    opt("postal_code", Kind::Text),
    opt("state", Kind::Text),
];
/// A postal address.
pub const ADDRESS: Kind = Kind::Fields(ADDRESS_PARTS);
/// A name, a phone number and an address to deliver to.
pub const SHIPPING: Kind = Kind::Fields(&[
    opt("address", ADDRESS),
    opt("name", Kind::Text),
    opt("phone", Kind::Text),
    opt("carrier", Kind::Text),
    opt("tracking_number", Kind::Text),
]);
/// Who pays.
pub const BILLING: Kind = Kind::Fields(&[
    opt("address", ADDRESS),
    opt("email", Kind::Text),
    opt("name", Kind::Text),
    opt("phone", Kind::Text),
    opt("tax_id", Kind::Text),
]);
/// Texts.
pub const TEXTS: Kind = Kind::List(&Kind::Text);

/// What every list operation takes besides its filters.
const PAGING: &[Param] = &[
    opt("limit", Kind::Int),
    opt("starting_after", Kind::Text),
    opt("ending_before", Kind::Text),
];

/// Parameters that passed the check: numbers are numbers, unset values are null.
#[derive(Clone, Debug, Default)]
pub struct Params(pub Map<String, Value>);

impl Params {
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|v| !v.is_null())
    }

    /// The value or null.
    pub fn value(&self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or(Value::Null)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(Value::as_i64)
    }

    pub fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The metadata given, with the empty ones left out.
    pub fn metadata(&self) -> Value {
        let mut kept = Map::new();
        if let Some(Value::Object(given)) = self.get("metadata") {
            kept.extend(
                given
                    .iter()
                    .filter(|(_, v)| **v != "")
                    .map(|(k, v)| (k.clone(), v.clone())),
            );
        }
        Value::Object(kept)
    }
}

/// Checks `root` against `specs` (and paging for lists) as of `version`.
pub fn check(
    root: &Node,
    specs: &[Param],
    paged: bool,
    version: &Version,
) -> Result<Params, ApiError> {
    let mut specs: Vec<Param> = specs.to_vec();
    specs.push(opt("expand", TEXTS));
    if paged {
        specs.extend_from_slice(PAGING);
    }
    fields(root, &specs, "", version).map(Params)
}

fn fields(
    node: &Node,
    specs: &[Param],
    prefix: &str,
    version: &Version,
) -> Result<Map<String, Value>, ApiError> {
    let Node::Branch(children) = node else {
        return Err(ApiError::parameter(
            prefix,
            "",
            format!("Invalid object: {prefix}"),
        ));
    };
    let known = |name: &str| {
        specs
            .iter()
            .find(|p| p.name == name && p.until.is_none_or(|date| version.before(date)))
    };
    let unknown: Vec<String> = children
        .iter()
        .filter(|(name, _)| known(name).is_none())
        .map(|(name, _)| path(prefix, name))
        .collect();
    if !unknown.is_empty() {
        return Err(ApiError::unknown(&unknown));
    }
    let mut values = Map::new();
    for (name, child) in children {
        let Some(spec) = known(name) else { continue };
        let full = path(prefix, name);
        let value = convert(child, spec.kind, &full, version)?;
        if spec.required && value.is_null() {
            return Err(ApiError::parameter(
                &full,
                "parameter_invalid_empty",
                format!("You passed an empty string for '{full}'."),
            ));
        }
        values.insert(name.clone(), value);
    }
    for spec in specs.iter().filter(|p| p.required) {
        if !values.contains_key(spec.name) {
            return Err(ApiError::missing(&path(prefix, spec.name)));
        }
    }
    Ok(values)
}

fn path(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}[{name}]")
    }
}

fn convert(node: &Node, kind: Kind, full: &str, version: &Version) -> Result<Value, ApiError> {
    if let Node::Leaf(text) = node
        && text.is_empty()
        && !matches!(kind, Kind::Metadata)
    {
        return Ok(Value::Null);
    }
    match kind {
        Kind::Any => Ok(node.to_json()),
        Kind::Fields(specs) => fields(node, specs, full, version).map(Value::Object),
        Kind::Metadata => metadata(node, full),
        Kind::List(of) => {
            let items = node
                .elements()
                .ok_or_else(|| ApiError::parameter(full, "", "Invalid array"))?;
            let items: Result<Vec<Value>, ApiError> = items
                .into_iter()
                .enumerate()
                .map(|(i, item)| convert(item, *of, &format!("{full}[{i}]"), version))
                .collect();
            items.map(Value::Array)
        }
        Kind::Range => match node {
            Node::Leaf(text) => number(text, full).map(|n| json!({"gte": n, "lte": n})),
            Node::Branch(_) => {
                const BOUNDS: &[Param] = &[
                    opt("gt", Kind::Int),
                    opt("gte", Kind::Int),
                    opt("lt", Kind::Int),
                    opt("lte", Kind::Int),
                ];
                fields(node, BOUNDS, full, version).map(Value::Object)
            }
        },
        Kind::Text | Kind::Int | Kind::Bool | Kind::Currency | Kind::One(_) => {
            let Node::Leaf(text) = node else {
                return Err(ApiError::parameter(
                    full,
                    "",
                    format!("Invalid string: {full}"),
                ));
            };
            scalar(text, kind, full)
        }
    }
}

fn scalar(text: &str, kind: Kind, full: &str) -> Result<Value, ApiError> {
    match kind {
        Kind::Int => number(text, full).map(Value::from),
        Kind::Bool => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(ApiError::parameter(
                full,
                "",
                format!("Invalid boolean: {text}"),
            )),
        },
        Kind::Currency => {
            let code = text.to_ascii_lowercase();
            if currency::decimals(&code).is_none() {
                return Err(ApiError::parameter(
                    full,
                    "",
                    format!("Invalid currency: {code}. Stripe does not support it."),
                ));
            }
            Ok(Value::String(code))
        }
        Kind::One(words) if !words.contains(&text) => Err(ApiError::parameter(
            full,
            "",
            format!("Invalid {full}: must be one of {}", words.join(", ")),
        )),
        _ if text.chars().count() > 5000 => Err(ApiError::parameter(
            full,
            "parameter_invalid_string_too_long",
            format!("Invalid string: {full} must be at most 5000 characters"),
        )),
        _ => Ok(Value::String(text.to_owned())),
    }
}

fn number(text: &str, full: &str) -> Result<i64, ApiError> {
    text.parse().map_err(|_| {
        ApiError::parameter(
            full,
            "parameter_invalid_integer",
            format!("Invalid integer: {text}"),
        )
    })
}

/// Limits: docs.stripe.com/metadata. An empty text as the whole value unsets everything.
fn metadata(node: &Node, full: &str) -> Result<Value, ApiError> {
    let Node::Branch(children) = node else {
        return match node {
            Node::Leaf(text) if text.is_empty() => Ok(Value::String(String::new())),
            _ => Err(ApiError::parameter(full, "", "Invalid hash")),
        };
    };
    let mut values = Map::new();
    for (name, child) in children {
        let Node::Leaf(text) = child else {
            return Err(ApiError::parameter(
                full,
                "",
                "Metadata values must be strings, but for key '".to_owned() + name + "' were not.",
            ));
        };
        if name.chars().count() > 40 || text.chars().count() > 500 {
            return Err(ApiError::parameter(
                full,
                "",
                format!(
                    "Metadata keys have at most 40 and values at most 500 characters: '{name}'"
                ),
            ));
        }
        values.insert(name.clone(), Value::String(text.clone()));
    }
    if values.len() > 50 {
        return Err(ApiError::parameter(
            full,
            "",
            "Metadata has at most 50 keys.",
        ));
    }
    Ok(Value::Object(values))
}

/// Merges `given` metadata into `current`: an empty text removes a key, a bare empty text all.
pub fn merge_metadata(current: &mut Value, given: &Value) {
    match given {
        Value::String(_) => *current = json!({}),
        Value::Object(given) => {
            let Some(current) = current.as_object_mut() else {
                return;
            };
            for (key, value) in given {
                if value == "" {
                    current.shift_remove(key);
                } else {
                    current.insert(key.clone(), value.clone());
                }
            }
        }
        _ => {}
    }
}
