//! Finds one's way in a JSON schema: members, items, kinds; references and unions are followed.
//!
//! A schema says one or several things (`anyOf`, `oneOf`), of which each is made of parts that hold
//! together (the schema itself, `$ref`, `allOf`). Null is left out everywhere: it counts as
//! missing, which is a matter of the member and not of its value.

use super::facts::{NumberFacts, TextFacts};
use super::known::Known;
use crate::functions::signature::Kind;
use serde_json::Value as Json;

/// A place in a schema.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// The whole document, which references point into.
    document: &'a Json,
    schema: &'a Json,
}

/// One thing that a value may be: parts of the schema that hold together.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    document: &'a Json,
    parts: Vec<&'a Json>,
}

/// A member of a map.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    pub known: Known<'a>,
    /// It is required and not null.
    pub certain: bool,
}

/// What a list may count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub least: usize,
    pub most: Option<usize>,
}

/// Schemas may refer to themselves; nothing sensible refers on more often than this.
const REFERENCES: usize = 16;
/// How many things one place may be before it counts as anything.
const CASES: usize = 32;

impl<'a> Node<'a> {
    pub fn root(schema: &'a Json) -> Self {
        Self {
            document: schema,
            schema,
        }
    }

    pub fn schema(self) -> &'a Json {
        self.schema
    }

    pub fn document(self) -> &'a Json {
        self.document
    }

    /// The things that the value may be, null apart. None: anything.
    pub fn cases(self) -> Vec<Case<'a>> {
        let mut cases = expand(self.document, self.schema, REFERENCES);
        if cases.len() > CASES {
            cases.clear();
        }
        let case = |parts| Case {
            document: self.document,
            parts,
        };
        cases.into_iter().map(case).collect()
    }

    pub fn may_be_null(self) -> bool {
        may_be_null(self.document, self.schema, REFERENCES)
    }
}

fn may_be_null(document: &Json, schema: &Json, left: usize) -> bool {
    if left == 0 {
        return false;
    }
    let null = |json: &Json| json == "null";
    let named = match schema.get("type") {
        Some(Json::Array(types)) => types.iter().any(null),
        other => other.is_some_and(null),
    };
    let listed = schema.get("enum").and_then(Json::as_array);
    named
        || schema.get("nullable") == Some(&Json::Bool(true))
        || listed.is_some_and(|words| words.iter().any(Json::is_null))
        || target_of(document, schema).is_some_and(|to| may_be_null(document, to, left - 1))
        || ["anyOf", "oneOf"]
            .into_iter()
            .filter_map(|key| schema.get(key)?.as_array())
            .flatten()
            .any(|part| may_be_null(document, part, left - 1))
}

fn target_of<'a>(document: &'a Json, schema: &Json) -> Option<&'a Json> {
    let target = schema.get("$ref")?.as_str()?;
    document.pointer(target.strip_prefix('#')?)
}

fn is_null(schema: &Json) -> bool {
    schema.get("type").is_some_and(|t| t == "null")
}

fn expand<'a>(document: &'a Json, schema: &'a Json, left: usize) -> Vec<Vec<&'a Json>> {
    let mut cases = vec![vec![schema]];
    if left == 0 || !schema.is_object() {
        return cases;
    }
    if let Some(target) = target_of(document, schema) {
        cases = product(&cases, &expand(document, target, left - 1));
    }
    for part in schema
        .get("allOf")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
    {
        cases = product(&cases, &expand(document, part, left - 1));
    }
    for key in ["anyOf", "oneOf"] {
        let Some(parts) = schema.get(key).and_then(Json::as_array) else {
            continue;
        };
        let parts = parts.iter().filter(|part| !is_null(part));
        let either: Vec<_> = parts
            .flat_map(|part| expand(document, part, left - 1))
            .take(CASES + 1)
            .collect();
        if !either.is_empty() {
            cases = product(&cases, &either);
        }
    }
    cases
}

fn product<'a>(a: &[Vec<&'a Json>], b: &[Vec<&'a Json>]) -> Vec<Vec<&'a Json>> {
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
    pairs
        .take(CASES + 1)
        .map(|(a, b)| a.iter().chain(b).copied().collect())
        .collect()
}

/// What there is of a member in one case.
pub enum Found<'a> {
    Here(Member<'a>),
    /// There can be none.
    Nowhere,
}

impl<'a> Case<'a> {
    /// The kinds that it allows; empty: any.
    pub fn kinds(&self) -> Vec<Kind> {
        let mut kinds = self.parts.iter().map(|part| kinds_of(part));
        let kinds = kinds.find(|kinds| !kinds.is_empty()).unwrap_or_default();
        // That a string is a decimal may be said by another part.
        if kinds == [Kind::Text] && self.is_decimal() {
            return vec![Kind::Number];
        }
        kinds
    }

    /// The kind, if there is only one.
    pub fn kind(&self) -> Option<Kind> {
        match self.kinds()[..] {
            [kind] => Some(kind),
            _ => None,
        }
    }

    /// Whether a number stands as a text, with `"format": "decimal"`.
    pub fn is_decimal(&self) -> bool {
        self.parts.iter().any(|part| is_decimal(part))
    }

    pub fn text(&self) -> TextFacts {
        TextFacts::of_schema(&self.parts)
    }

    pub fn number(&self, whole: bool) -> NumberFacts {
        NumberFacts::of_schema(&self.parts, whole)
    }

    /// The member `name`.
    pub fn member(&self, name: &str) -> Found<'a> {
        if self.kind().is_some_and(|kind| kind != Kind::Map) {
            return Found::Nowhere;
        }
        let properties = self.parts.iter().filter_map(|part| part.get("properties"));
        if let Some(schema) = properties.into_iter().find_map(|p| p.get(name)) {
            let node = self.at(schema);
            return Found::Here(Member {
                known: Known::Schema(node),
                certain: self.requires(name) && !node.may_be_null(),
            });
        }
        match self.others() {
            Some(schema @ Json::Object(_)) => Found::Here(Member {
                known: Known::Schema(self.at(schema)),
                certain: false,
            }),
            Some(Json::Bool(true)) => Found::Here(Member {
                known: Known::Anything,
                certain: false,
            }),
            // An object that lists its members has no others, as far as a formula may rely on it.
            _ if self.members().next().is_some() || self.is_closed() => Found::Nowhere,
            _ => Found::Here(Member {
                known: Known::Anything,
                certain: true,
            }),
        }
    }

    fn requires(&self, name: &str) -> bool {
        self.required().any(|required| required == name)
    }

    /// The names of the members that have to be there.
    pub fn required(&self) -> impl Iterator<Item = &'a str> {
        let lists = self.parts.iter().filter_map(|part| part.get("required"));
        lists
            .filter_map(Json::as_array)
            .flatten()
            .filter_map(Json::as_str)
    }

    /// The names of the members that it lists.
    pub fn members(&self) -> impl Iterator<Item = &'a str> {
        let properties = self.parts.iter().filter_map(|part| part.get("properties"));
        properties
            .filter_map(Json::as_object)
            .flat_map(|properties| properties.keys().map(String::as_str))
    }

    fn others(&self) -> Option<&'a Json> {
        let mut others = self
            .parts
            .iter()
            .filter_map(|part| part.get("additionalProperties"));
        others.find(|others| **others != Json::Bool(false))
    }

    /// What members without a name of their own are; nothing: anything, or there are none.
    pub fn other(&self) -> Option<Known<'a>> {
        match self.others() {
            Some(schema @ Json::Object(_)) => Some(Known::Schema(self.at(schema))),
            _ => None,
        }
    }

    /// Whether it says that there are no other members than those it lists.
    pub fn is_closed(&self) -> bool {
        let closed = |part: &&Json| part.get("additionalProperties") == Some(&Json::Bool(false));
        self.parts.iter().any(closed)
    }

    /// Whether it says nothing of its members.
    pub fn is_open(&self) -> bool {
        self.others().is_some() || (self.members().next().is_none() && !self.is_closed())
    }

    pub fn item(&self) -> Known<'a> {
        let items = self.parts.iter().find_map(|part| part.get("items"));
        match items {
            Some(schema @ Json::Object(_)) => Known::Schema(self.at(schema)),
            _ => Known::Anything,
        }
    }

    pub fn count(&self) -> Count {
        let number = |part: &&Json, key: &str| {
            let number = part.get(key)?.as_u64()?;
            usize::try_from(number).ok()
        };
        Count {
            least: self
                .parts
                .iter()
                .find_map(|p| number(p, "minItems"))
                .unwrap_or(0),
            most: self.parts.iter().find_map(|p| number(p, "maxItems")),
        }
    }

    fn at(&self, schema: &'a Json) -> Node<'a> {
        Node {
            document: self.document,
            schema,
        }
    }
}

fn is_decimal(schema: &Json) -> bool {
    schema
        .get("format")
        .is_some_and(|format| format == "decimal")
}

fn kinds_of(schema: &Json) -> Vec<Kind> {
    let kind = |name: &Json| match name.as_str()? {
        "boolean" => Some(Kind::Bool),
        "integer" => Some(Kind::Int),
        "number" => Some(Kind::Number),
        "string" if is_decimal(schema) => Some(Kind::Number),
        "string" => Some(Kind::Text),
        "array" => Some(Kind::List),
        "object" => Some(Kind::Map),
        _ => None,
    };
    match schema.get("type") {
        Some(Json::Array(names)) => names.iter().filter_map(kind).collect(),
        Some(name) => kind(name).into_iter().collect(),
        None if schema.get("properties").is_some() => vec![Kind::Map],
        None if TextFacts::of_schema(&[schema]).words.is_some() => vec![Kind::Text],
        None => Vec::new(),
    }
}
