//! What is known of a value before it is there: its type.

use super::facts::{Format, NumberFacts, TextFacts};
use super::schema::{Case, Count, Found, Member, Node};
use super::schemas::Members;
use crate::functions::signature::Kind;
use crate::value::Value;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Map as JsonMap, Value as Json, json};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What is known of a value.
#[derive(Clone, Debug)]
pub enum Known<'a> {
    /// Nothing: whatever is done with it is not objected to.
    Anything,
    /// A text, number or truth value that is written down.
    Literal(Value),
    Bool,
    Number(NumberFacts),
    Text(TextFacts),
    List(Rc<Known<'a>>, Count),
    /// A map with exactly these members.
    Map(Rc<BTreeMap<String, Member<'a>>>),
    /// A map of which nothing is known.
    SomeMap,
    /// One of several.
    Either(Rc<Vec<Known<'a>>>),
    /// What a schema says.
    Schema(Node<'a>),
    /// The outputs of steps.
    Members(&'a Members),
}

/// More alternatives than these are not kept apart.
const ALTERNATIVES: usize = 16;

impl<'a> Known<'a> {
    pub const INT: Self = Self::Number(NumberFacts::INT);

    pub fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::Anything,
            Value::List(items) => {
                let item = Self::either(items.iter().map(Self::of_value).collect());
                Self::list(
                    item,
                    Count {
                        least: items.len(),
                        most: Some(items.len()),
                    },
                )
            }
            Value::Map(members) => Self::map(members.iter().map(|(name, value)| {
                let known = Self::of_value(value);
                (
                    name.to_string(),
                    Member {
                        known,
                        certain: true,
                    },
                )
            })),
            scalar => Self::Literal(scalar.clone()),
        }
    }

    pub fn of_kind(kind: Kind) -> Self {
        match kind {
            Kind::Any => Self::Anything,
            Kind::Bool => Self::Bool,
            Kind::Int => Self::INT,
            Kind::Number => Self::Number(NumberFacts::default()),
            Kind::Text => Self::Text(TextFacts::default()),
            Kind::List => Self::list(Self::Anything, Count::default()),
            Kind::Map => Self::SomeMap,
        }
    }

    pub fn list(item: Self, count: Count) -> Self {
        Self::List(Rc::new(item), count)
    }

    pub fn map(members: impl IntoIterator<Item = (String, Member<'a>)>) -> Self {
        Self::Map(Rc::new(members.into_iter().collect()))
    }

    /// One of several; texts are one text, and likewise numbers, unless they are written down.
    pub fn either(several: Vec<Self>) -> Self {
        let mut flat: Vec<Self> = Vec::new();
        for one in several {
            match one {
                Self::Either(inner) => flat.extend(inner.iter().cloned()),
                other => flat.push(other),
            }
        }
        if flat.len() > ALTERNATIVES {
            let kind = Self::Either(Rc::new(flat)).kind();
            return kind.map_or(Self::Anything, Self::of_kind);
        }
        match flat.len() {
            0 => Self::Anything,
            1 => flat.remove(0),
            _ => Self::Either(Rc::new(flat)),
        }
    }

    /// The kind, if there is only one.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Anything => None,
            Self::Literal(Value::Bool(_)) | Self::Bool => Some(Kind::Bool),
            Self::Literal(Value::Int(_)) => Some(Kind::Int),
            Self::Literal(Value::Decimal(_)) => Some(Kind::Number),
            Self::Literal(_) | Self::Text(_) => Some(Kind::Text),
            Self::Number(facts) if facts.whole => Some(Kind::Int),
            Self::Number(_) => Some(Kind::Number),
            Self::List(..) => Some(Kind::List),
            Self::Map(_) | Self::SomeMap | Self::Members(_) => Some(Kind::Map),
            Self::Either(several) => joined(several.iter().map(Self::kind)),
            Self::Schema(node) => joined(node.cases().iter().map(Case::kind)),
        }
    }

    /// The things that it may be, each of one kind where that is known.
    pub fn alternatives(&self) -> Vec<Self> {
        match self {
            Self::Either(several) => several.iter().flat_map(Self::alternatives).collect(),
            Self::Schema(node) => {
                let cases = node.cases();
                if cases.is_empty() {
                    return vec![Self::Anything];
                }
                let mut several = Vec::with_capacity(cases.len());
                for case in &cases {
                    match case.kinds()[..] {
                        [] => several.push(Self::Anything),
                        // Lists and maps are read where they stand.
                        [Kind::List | Kind::Map] if cases.len() == 1 => several.push(self.clone()),
                        ref kinds => several.extend(kinds.iter().map(|k| Self::of_case(case, *k))),
                    }
                }
                several
            }
            other => vec![other.clone()],
        }
    }

    fn of_case(case: &Case<'a>, kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(case.text().obeying()),
            Kind::Int | Kind::Number => Self::Number(case.number(kind == Kind::Int)),
            Kind::List => Self::list(case.item(), case.count()),
            Kind::Map if case.is_open() => Self::SomeMap,
            Kind::Map => Self::map(case.members().filter_map(|name| match case.member(name) {
                Found::Here(member) => Some((name.to_owned(), member)),
                Found::Nowhere => None,
            })),
            other => Self::of_kind(other),
        }
    }

    /// What is known of it as a text, if it can be nothing else.
    pub fn text(&self) -> Option<TextFacts> {
        let mut all = self.alternatives().into_iter().map(|one| match one {
            Self::Text(facts) => Some(facts),
            Self::Literal(Value::Text(text)) => Some(TextFacts::one_of(vec![text])),
            _ => None,
        });
        let first = all.next()??;
        all.try_fold(first, |facts, next| Some(facts.or(&next?)))
    }

    /// What is known of it as a number, if it can be nothing else.
    pub fn number(&self) -> Option<NumberFacts> {
        let mut all = self.alternatives().into_iter().map(|one| match one {
            Self::Number(facts) => Some(facts),
            Self::Literal(value) => literal_number(&value),
            _ => None,
        });
        let first = all.next()??;
        all.try_fold(first, |facts, next| Some(facts.or(next?)))
    }

    /// The text, if it is written down.
    pub fn literal_text(&self) -> Option<&str> {
        match self {
            Self::Literal(value) => value.as_text(),
            _ => None,
        }
    }

    /// The whole number, if it is written down.
    pub fn literal_int(&self) -> Option<i64> {
        match self {
            Self::Literal(value) => value.as_int(),
            _ => None,
        }
    }

    /// What is known of the items of a list. Of several lists one that is empty says nothing of them.
    pub fn item(&self) -> Self {
        match self {
            Self::List(item, _) => item.as_ref().clone(),
            Self::Schema(node) => {
                let cases = node.cases();
                let lists = cases.iter().filter(|case| {
                    let kinds = case.kinds();
                    (kinds.is_empty() || kinds.contains(&Kind::List))
                        && case.count().most != Some(0)
                });
                Self::either(lists.map(Case::item).collect())
            }
            Self::Either(several) => {
                let filled = several.iter().filter(|one| one.count().most != Some(0));
                Self::either(filled.map(Self::item).collect())
            }
            _ => Self::Anything,
        }
    }

    /// How many items a list may have.
    pub fn count(&self) -> Count {
        match self {
            Self::List(_, count) => *count,
            Self::Schema(node) => match &node.cases()[..] {
                [case] => case.count(),
                _ => Count::default(),
            },
            _ => Count::default(),
        }
    }

    /// The member `name`. Nothing: there can be none.
    pub fn member(&self, name: &str) -> Option<Member<'a>> {
        let unknown = |certain| {
            Some(Member {
                known: Self::Anything,
                certain,
            })
        };
        match self {
            Self::Anything | Self::SomeMap => unknown(true),
            Self::Map(members) => members.get(name).cloned(),
            Self::Members(members) => members.get(name).map(|(schema, certain)| Member {
                known: Self::Schema(Node::root(schema)),
                certain: *certain,
            }),
            Self::Either(several) => merged(several.iter().map(|one| one.member(name))),
            Self::Schema(node) => {
                let cases = node.cases();
                if cases.is_empty() {
                    return unknown(true);
                }
                merged(cases.iter().map(|case| match case.member(name) {
                    Found::Here(member) => Some(member),
                    Found::Nowhere => None,
                }))
            }
            _ => None,
        }
    }

    /// The names of the members that are known, in order.
    pub fn members(&self) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Self::Map(members) => members.keys().cloned().collect(),
            Self::Members(members) => members.keys().cloned().collect(),
            Self::Either(several) => several.iter().flat_map(Self::members).collect(),
            Self::Schema(node) => {
                let cases = node.cases();
                let names = cases.iter().flat_map(Case::members);
                names.map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether it may have members beyond those that are known.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Anything | Self::SomeMap => true,
            Self::Either(several) => several.iter().any(Self::is_open),
            Self::Schema(node) => node.cases().iter().any(Case::is_open),
            _ => false,
        }
    }

    /// The names of the members that are there in any case.
    pub fn required(&self) -> Vec<String> {
        let certain = |name: &String| self.member(name).is_some_and(|member| member.certain);
        let mut names = self.members();
        if let Self::Schema(node) = self {
            // A member may be required without being listed.
            let cases = node.cases();
            names.extend(cases.iter().flat_map(Case::required).map(str::to_owned));
            names.sort_unstable();
            names.dedup();
        }
        names.retain(certain);
        names
    }

    /// As a JSON schema, for the formulas that read the value later.
    pub fn to_schema(&self) -> Json {
        match self {
            Self::Anything => json!({}),
            Self::SomeMap => json!({"type": "object"}),
            Self::Bool => json!({"type": "boolean"}),
            Self::Literal(value) => match value {
                Value::Text(text) => json!({"type": "string", "const": text.as_ref()}),
                Value::Bool(_) => json!({"type": "boolean"}),
                number => literal_number(number)
                    .map_or_else(|| json!({}), |facts| Self::Number(facts).to_schema()),
            },
            Self::Number(facts) => number_schema(*facts),
            Self::Text(facts) => text_schema(facts),
            Self::List(item, count) => {
                let mut schema = json!({"type": "array", "items": item.to_schema()});
                if count.least > 0 {
                    schema["minItems"] = count.least.into();
                }
                if let Some(most) = count.most {
                    schema["maxItems"] = most.into();
                }
                schema
            }
            Self::Map(members) => {
                let mut properties = JsonMap::new();
                let mut required = Vec::new();
                for (name, member) in members.iter() {
                    properties.insert(name.clone(), member.known.to_schema());
                    required.extend(member.certain.then(|| name.clone()));
                }
                json!({"type": "object", "properties": properties, "required": required,
                       "additionalProperties": false})
            }
            Self::Members(members) => {
                let mut properties = JsonMap::new();
                let mut required = Vec::new();
                for (name, (schema, certain)) in members.iter() {
                    properties.insert(name.clone(), Self::Schema(Node::root(schema)).to_schema());
                    required.extend(certain.then(|| name.clone()));
                }
                json!({"type": "object", "properties": properties, "required": required})
            }
            Self::Either(several) => {
                let several: Vec<Json> = several.iter().map(Self::to_schema).collect();
                json!({"anyOf": several})
            }
            Self::Schema(node) => standing_alone(*node),
        }
    }
}

/// A part of a document as a document of its own: references point to the definitions of the
/// whole, so those that are reached are written in their place, down to where they come back.
fn standing_alone(node: Node<'_>) -> Json {
    let mut left = RESOLVED;
    resolved(node.document(), node.schema(), &mut Vec::new(), &mut left)
}

/// How much of a document is written out; definitions that use one another could go on forever.
const RESOLVED: usize = 20_000;

fn resolved<'a>(
    document: &'a Json,
    schema: &'a Json,
    inside: &mut Vec<&'a str>,
    left: &mut usize,
) -> Json {
    if *left == 0 {
        return json!({});
    }
    *left -= 1;
    match schema {
        Json::Object(map) => {
            let target = map.get("$ref").and_then(Json::as_str);
            let mut own = JsonMap::new();
            for (key, value) in map {
                if !matches!(key.as_str(), "$ref" | "$defs" | "definitions" | "$schema") {
                    own.insert(key.clone(), resolved(document, value, inside, left));
                }
            }
            let Some(target) = target else {
                return Json::Object(own);
            };
            let found = target.strip_prefix('#').and_then(|at| document.pointer(at));
            let (Some(found), false) = (found, inside.contains(&target)) else {
                // What comes back to itself is anything from there on.
                return Json::Object(own);
            };
            inside.push(target);
            let found = resolved(document, found, inside, left);
            inside.pop();
            if own.is_empty() {
                return found;
            }
            own.insert("allOf".to_owned(), json!([found]));
            Json::Object(own)
        }
        Json::Array(items) => items
            .iter()
            .map(|item| resolved(document, item, inside, left))
            .collect(),
        other => other.clone(),
    }
}

fn number_schema(facts: NumberFacts) -> Json {
    let mut schema = if facts.whole {
        json!({"type": "integer"})
    } else {
        json!({"type": "string", "format": "decimal"})
    };
    let bounds = [("minimum", facts.low), ("maximum", facts.high)];
    for (key, bound) in bounds.into_iter().filter_map(|(key, n)| Some((key, n?))) {
        schema[key] = bound.into();
    }
    if let (Some(scale), false) = (facts.scale, facts.whole) {
        schema["scale"] = scale.into();
    }
    schema
}

fn text_schema(facts: &TextFacts) -> Json {
    let mut schema = json!({"type": "string"});
    if let Some(most) = facts.most {
        schema["maxLength"] = most.into();
    }
    if facts.least > 0 {
        schema["minLength"] = facts.least.into();
    }
    if let Some(words) = &facts.words {
        schema["enum"] = words.iter().map(|word| Json::from(word.as_ref())).collect();
    }
    if let Some(format) = facts.format.map(Format::name) {
        schema["format"] = format.into();
    }
    if let Some(pattern) = &facts.pattern {
        schema["pattern"] = pattern.as_ref().into();
    }
    schema
}

/// What is known of a number that is written down.
pub fn literal_number(value: &Value) -> Option<NumberFacts> {
    let exact = value.as_decimal()?;
    Some(NumberFacts {
        whole: matches!(value, Value::Int(_)),
        low: exact.floor().to_i64(),
        high: exact.ceil().to_i64(),
        scale: Some(exact.scale()),
        precision: Some(digits(exact)),
    })
}

/// The digits of a number, those after the point included.
pub fn digits(number: Decimal) -> u32 {
    let digits = number.mantissa().unsigned_abs().checked_ilog10();
    digits.map_or(1, |digits| digits + 1)
}

/// One kind for all. A whole number beside a decimal is a number.
fn joined(kinds: impl Iterator<Item = Option<Kind>>) -> Option<Kind> {
    let mut found = None;
    for kind in kinds {
        let kind = kind?;
        found = match (found, kind) {
            (None, kind) => Some(kind),
            (Some(known), kind) if known == kind => Some(kind),
            (Some(Kind::Int | Kind::Number), Kind::Int | Kind::Number) => Some(Kind::Number),
            _ => return None,
        };
    }
    found
}

/// A member of one of several: certain only if all have it.
fn merged<'a>(several: impl Iterator<Item = Option<Member<'a>>>) -> Option<Member<'a>> {
    let mut found = Vec::new();
    let mut certain = true;
    for one in several {
        match one {
            Some(member) => {
                certain &= member.certain;
                found.push(member.known);
            }
            None => certain = false,
        }
    }
    (!found.is_empty()).then(|| Member {
        known: Known::either(found),
        certain,
    })
}
