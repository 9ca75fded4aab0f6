//! A formula as it is evaluated: names resolved to functions, macros recognised, paths folded.

use crate::functions::Entry;
use crate::number::Arithmetic;
use crate::path::Path;
use crate::value::Value;
use std::cmp::Ordering;
use std::sync::Arc;

/// One operation of a formula.
#[derive(Clone, Debug)]
pub enum Node {
    Literal(Value),
    /// A name of the scope.
    Name(Arc<str>),
    /// The variable of an enclosing `map`, `filter`, `all` or `exists`, counted from the outside.
    Local {
        slot: usize,
        name: Arc<str>,
    },
    Select(Box<Select>),
    /// `has(of.field)`.
    Has(Box<Select>),
    Index(Box<Index>),
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Box<[Node; 2]>),
    Or(Box<[Node; 2]>),
    /// Condition, then, otherwise.
    Choose(Box<[Node; 3]>),
    Equal {
        sides: Box<[Node; 2]>,
        negated: bool,
    },
    Compare {
        op: Comparison,
        sides: Box<[Node; 2]>,
    },
    Arithmetic {
        op: Arithmetic,
        sides: Box<[Node; 2]>,
    },
    /// The first is an item of the second, or the name of one of its members.
    In(Box<[Node; 2]>),
    /// Items; those that are marked are left out when absent.
    List(Vec<(Node, bool)>),
    Map(Vec<Member>),
    Call {
        function: Arc<Entry>,
        arguments: Vec<Node>,
    },
    Each(Box<Each>),
    /// `a.orValue(b)`, `a.or(b)`: the second where the first is absent.
    OrElse(Box<[Node; 2]>),
    /// `a.hasValue()`.
    HasValue(Box<Node>),
    /// `a.value()`: an error where it is absent.
    Unwrap(Box<Node>),
}

/// `of.field` and `of.?field`.
#[derive(Clone, Debug)]
pub struct Select {
    pub of: Node,
    pub field: Arc<str>,
    /// Absence gives nothing instead of an error.
    pub optional: bool,
}

/// `of[key]` and `of[?key]`.
#[derive(Clone, Debug)]
pub struct Index {
    pub of: Node,
    pub key: Node,
    pub optional: bool,
}

/// One member of a map literal.
#[derive(Clone, Debug)]
pub struct Member {
    pub key: Node,
    pub value: Node,
    /// Left out when absent.
    pub optional: bool,
}

/// A macro that goes through a list or the names of a map.
#[derive(Clone, Debug)]
pub struct Each {
    pub kind: EachKind,
    pub range: Node,
    /// The place of the variable among the enclosing ones.
    pub slot: usize,
    /// Only the items for which it holds; for `map` with three arguments and `filter`.
    pub filter: Option<Node>,
    /// What is computed for each item.
    pub body: Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EachKind {
    Map,
    All,
    Exists,
    ExistsOne,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Node {
    /// The nodes that this one is made of.
    pub fn children(&self) -> Vec<&Node> {
        match self {
            Self::Literal(_) | Self::Name(_) | Self::Local { .. } => Vec::new(),
            Self::Select(select) | Self::Has(select) => vec![&select.of],
            Self::Index(index) => vec![&index.of, &index.key],
            Self::Not(of) | Self::Negate(of) | Self::HasValue(of) | Self::Unwrap(of) => vec![of],
            Self::And(sides)
            | Self::Or(sides)
            | Self::In(sides)
            | Self::OrElse(sides)
            | Self::Equal { sides, .. }
            | Self::Compare { sides, .. }
            | Self::Arithmetic { sides, .. } => sides.iter().collect(),
            Self::Choose(parts) => parts.iter().collect(),
            Self::List(items) => items.iter().map(|(item, _)| item).collect(),
            Self::Map(members) => members.iter().flat_map(|m| [&m.key, &m.value]).collect(),
            Self::Call { arguments, .. } => arguments.iter().collect(),
            Self::Each(each) => {
                let filter = each.filter.iter();
                std::iter::once(&each.range)
                    .chain(filter)
                    .chain([&each.body])
                    .collect()
            }
        }
    }

    /// The path that the node spells, if it is one; `locals` are the paths of the variables.
    pub fn path(&self, locals: &[Option<Path>]) -> Option<Path> {
        match self {
            Self::Name(name) => Some(Path::new(name)),
            Self::Local { slot, .. } => locals.get(*slot)?.clone(),
            Self::Select(select) => {
                let of = select.of.path(locals)?;
                Some(of.field(&select.field, select.optional))
            }
            Self::Has(select) => Some(select.of.path(locals)?.field(&select.field, true)),
            Self::Index(index) => {
                let of = index.of.path(locals)?;
                match &index.key {
                    Self::Literal(Value::Text(name)) => Some(of.field(name, index.optional)),
                    _ => {
                        let mut path = of.item();
                        path.optional |= index.optional;
                        Some(path)
                    }
                }
            }
            // A filtered list has the items of its range.
            Self::Each(each) if each.is_filter() => each.range.path(locals),
            _ => None,
        }
    }

    /// As it was written, roughly, for messages.
    pub fn describe(&self) -> String {
        match self {
            Self::Name(name) | Self::Local { name, .. } => name.as_ref().to_owned(),
            Self::Select(select) | Self::Has(select) => {
                let dot = if select.optional { ".?" } else { "." };
                format!("{}{dot}{}", select.of.describe(), select.field)
            }
            Self::Index(index) => {
                let key = match &index.key {
                    Self::Literal(Value::Text(text)) => format!("'{text}'"),
                    Self::Literal(Value::Int(n)) => n.to_string(),
                    other => other.describe(),
                };
                format!("{}[{key}]", index.of.describe())
            }
            Self::Call { function, .. } => format!("{}(…)", function.function.name),
            Self::Each(each) => format!("{}.{}(…)", each.range.describe(), each.name()),
            _ => "the value".to_owned(),
        }
    }
}

impl Each {
    /// Whether the items themselves are the result: `filter`.
    pub fn is_filter(&self) -> bool {
        let same = matches!(&self.body, Node::Local { slot, .. } if *slot == self.slot);
        self.kind == EachKind::Map && self.filter.is_some() && same
    }

    pub fn name(&self) -> &'static str {
        match self.kind {
            EachKind::Map if self.is_filter() => "filter",
            EachKind::Map => "map",
            EachKind::All => "all",
            EachKind::Exists => "exists",
            EachKind::ExistsOne => "exists_one",
        }
    }
}
