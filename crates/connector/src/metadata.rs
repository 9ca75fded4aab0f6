//! What a peer says of its own fields, for checks at deployment.

use std::collections::BTreeMap;

/// What a connection knows of its peer's fields, beyond what every peer of its kind has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Fields by operation, then by their place in its input: `name`, `lines.item`.
    pub fields: BTreeMap<String, BTreeMap<String, Field>>,
    /// Operations that the peer cannot do, with the reason.
    pub unsupported: BTreeMap<String, String>,
}

/// What is known of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// The peer's own name: `CUNM`.
    pub name: Option<String>,
    /// The longest text, in characters.
    pub max_length: Option<usize>,
    /// The codes that it may have; empty: any.
    pub codes: Vec<String>,
}
