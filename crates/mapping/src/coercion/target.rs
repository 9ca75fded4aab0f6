//! The place that a template's result goes to, as it is met when a run evaluates: which kinds are
//! due where. Compiled once from the place's JSON schema.

use super::convert::{self, Refusal};
use super::{Coercions, Rule};
use crate::check::facts::Format;
use crate::check::fit::wants;
use crate::check::known::Known;
use crate::check::schema::Node as SchemaNode;
use crate::functions::signature::Kind;
use crate::value::{Map, Value};
use serde_json::Value as Json;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The kinds that are due in a document.
#[derive(Clone, Debug)]
pub struct Target {
    /// The first is the root. A recursive schema is a node that points back.
    nodes: Vec<Node>,
    coercions: Coercions,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Empty: any.
    kinds: Vec<Kind>,
    /// A number stands as a text here, so a whole one has to become a decimal.
    decimal: bool,
    format: Option<Format>,
    members: HashMap<String, usize>,
    /// Members without a name of their own.
    others: Option<usize>,
    item: Option<usize>,
}

/// One place of a target, while it is walked.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    target: &'a Target,
    node: usize,
}

/// What does not go where it should, and where within the value.
#[derive(Debug)]
pub struct Misplaced {
    /// The way to it, the innermost first: `rate`, `[1]`.
    pub at: Vec<String>,
    pub refusal: Refusal,
}

impl Target {
    pub fn new(schema: &Json, coercions: Coercions) -> Self {
        let mut builder = Builder::default();
        builder.node(&Known::Schema(SchemaNode::root(schema)));
        Self {
            nodes: builder.nodes,
            coercions,
        }
    }

    pub fn root(&self) -> Place<'_> {
        Place {
            target: self,
            node: 0,
        }
    }

    pub fn coercions(&self) -> &Coercions {
        &self.coercions
    }
}

#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    /// The node of each place that was met, by the schemas that describe it.
    met: HashMap<Vec<*const Json>, usize>,
}

impl Builder {
    fn node(&mut self, place: &Known<'_>) -> usize {
        let mut key = Vec::new();
        schemas_of(place, &mut key);
        key.sort_unstable();
        key.dedup();
        if let Some(node) = self.met.get(&key).filter(|_| !key.is_empty()) {
            return *node;
        }
        let at = self.nodes.len();
        self.nodes.push(Node::default());
        self.met.insert(key, at);
        let wants = wants(place);
        let mut node = Node::default();
        let mut names = BTreeSet::new();
        for want in &wants {
            node.kinds.push(want.kind);
            node.decimal |= want.decimal && want.kind == Kind::Number;
            if want.kind == Kind::Text {
                node.format = want.text.format;
            }
            if want.kind == Kind::Map {
                names.extend(want.case.members().map(str::to_owned));
            }
        }
        // A text that may be a plain one is not a date for sure.
        let texts = wants.iter().filter(|want| want.kind == Kind::Text);
        if texts.count() > 1 {
            node.format = None;
        }
        for name in names {
            if let Some(member) = place.member(&name) {
                let member = self.node(&member.known);
                node.members.insert(name, member);
            }
        }
        let others: Vec<Known<'_>> = wants.iter().filter_map(|want| want.case.other()).collect();
        if !others.is_empty() {
            node.others = Some(self.node(&Known::either(others)));
        }
        if node.kinds.contains(&Kind::List) {
            node.item = Some(self.node(&place.item()));
        }
        self.nodes[at] = node;
        at
    }
}

fn schemas_of(place: &Known<'_>, found: &mut Vec<*const Json>) {
    match place {
        Known::Schema(node) => found.push(node.schema()),
        Known::Either(several) => several.iter().for_each(|one| schemas_of(one, found)),
        _ => {}
    }
}

impl<'a> Place<'a> {
    fn at(self) -> &'a Node {
        &self.target.nodes[self.node]
    }

    /// The place of a member; nothing: anything may stand there.
    pub fn member(self, name: &str) -> Option<Self> {
        let node = self.at().members.get(name).copied().or(self.at().others)?;
        Some(Self { node, ..self })
    }

    /// The place of an item.
    pub fn item(self) -> Option<Self> {
        let node = self.at().item?;
        Some(Self { node, ..self })
    }

    /// The value as it goes there: converted where that is allowed, refused where it is due to be
    /// something else.
    pub fn conform(self, value: Value) -> Result<Value, Misplaced> {
        if self.takes(&value) {
            return Ok(value);
        }
        match &value {
            Value::List(items) => {
                let Some(place) = self.item() else {
                    return self.convert(&value);
                };
                let mut converted = Vec::with_capacity(items.len());
                for (n, item) in items.iter().enumerate() {
                    let item = place.conform(item.clone());
                    converted.push(item.map_err(|m| m.within(format!("[{n}]")))?);
                }
                Ok(Value::list(converted))
            }
            Value::Map(members) if self.allows(Kind::Map) => {
                let mut converted = Map::new();
                for (name, member) in members.iter() {
                    let value = match self.member(name) {
                        Some(place) => place
                            .conform(member.clone())
                            .map_err(|m| m.within(name.to_string()))?,
                        None => member.clone(),
                    };
                    converted.insert(Arc::clone(name), value);
                }
                Ok(Value::Map(Arc::new(converted)))
            }
            _ => self.convert(&value),
        }
    }

    fn allows(self, kind: Kind) -> bool {
        let kinds = &self.at().kinds;
        kinds.is_empty() || kinds.contains(&kind)
    }

    /// Whether the value goes there as it is.
    fn takes(self, value: &Value) -> bool {
        let node = self.at();
        if node.kinds.is_empty() {
            return true;
        }
        match value {
            Value::Null => true,
            Value::Bool(_) => self.allows(Kind::Bool),
            Value::Int(_) => self.allows(Kind::Int) || (self.allows(Kind::Number) && !node.decimal),
            Value::Decimal(_) => self.allows(Kind::Number),
            Value::Text(text) => {
                self.allows(Kind::Text)
                    && match node.format {
                        Some(Format::Date) => convert::is_date(text),
                        Some(Format::DateBasic) => convert::is_basic_date(text),
                        Some(Format::Currency) | None => true,
                    }
            }
            Value::List(items) => {
                self.allows(Kind::List)
                    && self
                        .item()
                        .is_none_or(|place| items.iter().all(|item| place.takes(item)))
            }
            Value::Map(members) => {
                self.allows(Kind::Map)
                    && members.iter().all(|(name, member)| {
                        self.member(name).is_none_or(|place| place.takes(member))
                    })
            }
        }
    }

    fn convert(self, value: &Value) -> Result<Value, Misplaced> {
        let node = self.at();
        let allowed = |rule| self.target.coercions.allow(rule);
        match value {
            Value::Int(whole) if self.allows(Kind::Number) && allowed(Rule::IntegerToDecimal) => {
                return Ok(Value::Decimal((*whole).into()));
            }
            Value::Int(_) | Value::Decimal(_)
                if self.allows(Kind::Text) && node.format.is_none() =>
            {
                if allowed(Rule::NumberToText)
                    && let Some(text) = convert::to_text(value)
                {
                    return Ok(text);
                }
            }
            Value::Text(text) if self.allows(Kind::Text) => {
                if node.format == Some(Format::DateBasic)
                    && allowed(Rule::DateToBasic)
                    && let Some(date) = convert::to_basic(text)
                {
                    return Ok(Value::from(date));
                }
            }
            Value::Text(text) if allowed(Rule::TextToNumber) => {
                let whole = !self.allows(Kind::Number);
                if !whole || self.allows(Kind::Int) {
                    return convert::to_number(text, whole).map_err(Misplaced::here);
                }
            }
            _ => {}
        }
        Err(Misplaced::here(self.refusal(value)))
    }

    fn refusal(self, value: &Value) -> Refusal {
        let node = self.at();
        let found = match value {
            Value::Null => Kind::Any,
            Value::Bool(_) => Kind::Bool,
            Value::Int(_) => Kind::Int,
            Value::Decimal(_) => Kind::Number,
            Value::Text(_) => Kind::Text,
            Value::List(_) => Kind::List,
            Value::Map(_) => Kind::Map,
        };
        let wanted = node.kinds.first().copied().unwrap_or(Kind::Any);
        if let (Value::Text(text), Some(format)) = (value, node.format) {
            let form = match format {
                Format::DateBasic => "YYYY-MM-DD or YYYYMMDD",
                Format::Date | Format::Currency => "YYYY-MM-DD",
            };
            return Refusal {
                message: format!("`{}` is no date", crate::number::shorten(text)),
                cure: format!("give a date as {form}, such as date(x, company.books_zone)"),
            };
        }
        let due: Vec<String> = node.kinds.iter().map(ToString::to_string).collect();
        Refusal {
            message: format!("{} stands where {} is due", value.kind(), due.join(" or ")),
            cure: convert::cure(found, wanted, node.format, "…"),
        }
    }
}

impl Misplaced {
    fn here(refusal: Refusal) -> Self {
        Self {
            at: Vec::new(),
            refusal,
        }
    }

    fn within(mut self, name: String) -> Self {
        self.at.push(name);
        self
    }
}
