//! What can be said of a formula before it runs: names and paths that do not exist, members that
//! may be absent, values of the wrong kind.
//!
//! Schemas of names are JSON schemas. A member is certain if `required` lists it and its schema
//! does not allow null. Where a schema says nothing, nothing is objected to.

mod guard;
mod likeness;
mod schema;

use crate::expression::{Each, Node};
use crate::formula::Formula;
use crate::functions::signature::Kind;
use crate::path::{Path, Segment};
use crate::template::{Part, Template, join};
use guard::holds;
pub(crate) use likeness::nearest;
use model::Problem;
use schema::{Known, Node as SchemaNode};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// The names that a formula may use, and what is known of their values.
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    names: BTreeMap<String, Json>,
    /// Paths that are known to have a value here, such as those that a `when` asks for.
    present: BTreeSet<String>,
}

impl Schemas {
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a name. `true` or `{}` as its schema: anything goes.
    pub fn set(&mut self, name: impl Into<String>, schema: Json) {
        self.names.insert(name.into(), schema);
    }

    /// Takes a condition to hold: what it asks for with `has()` is there.
    pub fn assume(&mut self, condition: &Formula) {
        let mut present = Vec::new();
        holds(condition.node(), true, &[], &mut present);
        self.present.extend(present);
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }
}

/// Checks one formula; `path` is where it stands in its document.
pub fn check(formula: &Formula, path: &str, known: &Schemas) -> Vec<Problem> {
    let mut checker = Checker::new(known, path);
    checker.node(formula.node());
    checker.problems
}

/// Checks every formula of a template; `path` is where the template stands in its document.
pub fn check_template(template: &Template, path: &str, known: &Schemas) -> Vec<Problem> {
    let mut problems = Vec::new();
    check_part(&template.part, path, known, &mut problems);
    problems
}

fn check_part(part: &Part, path: &str, known: &Schemas, problems: &mut Vec<Problem>) {
    match part {
        Part::Literal(_) => {}
        Part::Formula(formula) => problems.extend(check(formula, path, known)),
        Part::List(items) => {
            for (n, item) in items.iter().enumerate() {
                check_part(item, &format!("{path}[{n}]"), known, problems);
            }
        }
        Part::Map(members) => {
            for (name, member) in members {
                check_part(member, &join(path, name), known, problems);
            }
        }
        Part::Each {
            source,
            variable,
            item,
        } => {
            let at = join(path, "each");
            problems.extend(check(source, &at, known));
            let mut checker = Checker::new(known, &at);
            let list = checker.node(source.node());
            if list.kind().is_some_and(|kind| kind != Kind::List) {
                let message = format!("`{}` is no list", source.source());
                let cure = "name a list";
                problems.push(Problem::error(&at, "wrong_type", message, cure));
            }
            let mut inner = known.clone();
            inner.set(variable.as_ref(), list.item().to_schema());
            check_part(item, &join(path, "to"), &inner, problems);
        }
    }
}

struct Checker<'a> {
    known: &'a Schemas,
    at: &'a str,
    present: Vec<String>,
    /// The paths and the schemas of the variables of the enclosing comprehensions.
    locals: Vec<Option<Path>>,
    items: Vec<Known<'a>>,
    problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    fn new(known: &'a Schemas, at: &'a str) -> Self {
        Self {
            known,
            at,
            present: known.present.iter().cloned().collect(),
            locals: Vec::new(),
            items: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn problem(&mut self, code: &str, message: String, cure: &str) {
        let problem = Problem::error(self.at, code, message, cure);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Checks `node` and says what is known of its value.
    fn node(&mut self, node: &Node) -> Known<'a> {
        match node {
            Node::Literal(value) => Known::of_value(value),
            Node::Name(name) => {
                let known = self.known;
                if let Some(schema) = known.names.get(name.as_ref()) {
                    return Known::Schema(SchemaNode::root(schema));
                }
                let cure = match nearest(name, known.names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!(
                        "known here: {}",
                        known.names().collect::<Vec<_>>().join(", ")
                    ),
                };
                self.problem("unknown_name", format!("there is no `{name}` here"), &cure);
                Known::Anything
            }
            Node::Local { slot, .. } => self.items.get(*slot).copied().unwrap_or(Known::Anything),
            Node::Select(select) => {
                let of = self.node(&select.of);
                let path = node.path(&self.locals);
                self.member(of, &select.field, select.optional, path.as_ref(), node)
            }
            Node::Has(select) => {
                let of = self.node(&select.of);
                let path = node.path(&self.locals);
                self.member(of, &select.field, true, path.as_ref(), node);
                Known::Kind(Kind::Bool)
            }
            Node::Index(index) => {
                let of = self.node(&index.of);
                self.node(&index.key);
                match (&index.key, of) {
                    (Node::Literal(key), of) if key.as_text().is_some() => {
                        let name = key.as_text().unwrap_or_default().to_owned();
                        let path = node.path(&self.locals);
                        self.member(of, &name, index.optional, path.as_ref(), node)
                    }
                    (_, of) => of.item(),
                }
            }
            Node::And(sides) => self.guarded(sides, true),
            Node::Or(sides) => self.guarded(sides, false),
            Node::Choose(parts) => {
                let [condition, yes, no] = &**parts;
                self.node(condition);
                let a = self.assuming(condition, true, yes);
                let b = self.assuming(condition, false, no);
                if a.kind() == b.kind() {
                    a
                } else {
                    Known::Anything
                }
            }
            Node::Arithmetic { op, sides } => {
                let (a, b) = (self.node(&sides[0]).kind(), self.node(&sides[1]).kind());
                self.arithmetic(op.sign(), a, b)
            }
            Node::Compare { sides, .. } => {
                let (a, b) = (self.node(&sides[0]).kind(), self.node(&sides[1]).kind());
                if let (Some(a), Some(b)) = (a, b)
                    && !comparable(a, b)
                {
                    let cure = "make both numbers with number(x), or both texts with text(x)";
                    self.problem("wrong_type", format!("{a} does not compare with {b}"), cure);
                }
                Known::Kind(Kind::Bool)
            }
            Node::Equal { sides, .. } => {
                let (a, b) = (self.node(&sides[0]).kind(), self.node(&sides[1]).kind());
                if let (Some(a), Some(b)) = (a, b)
                    && !comparable(a, b)
                    && a != b
                {
                    let cure = "make both numbers with number(x), or both texts with text(x)";
                    self.problem("wrong_type", format!("{a} never equals {b}"), cure);
                }
                Known::Kind(Kind::Bool)
            }
            Node::Call {
                function,
                arguments,
            } => {
                for (n, argument) in arguments.iter().enumerate() {
                    let found = self.node(argument).kind();
                    let Some(parameter) = function.signature.parameter(n) else {
                        continue;
                    };
                    if let Some(found) = found
                        && !accepts(parameter.kind.kind, found)
                    {
                        let message = format!(
                            "`{}` of `{}` must be {}, it is {found}",
                            parameter.name, function.function.name, parameter.kind.kind
                        );
                        let cure = format!("call it as {}", function.function.signature);
                        self.problem("wrong_type", message, &cure);
                    }
                }
                match function.signature.result.kind {
                    Kind::Any => Known::Anything,
                    kind => Known::Kind(kind),
                }
            }
            Node::Each(each) => self.each(each),
            Node::OrElse(sides) => {
                let (a, b) = (self.node(&sides[0]), self.node(&sides[1]));
                if a.kind() == b.kind() {
                    a
                } else {
                    Known::Anything
                }
            }
            Node::Unwrap(of) => self.node(of),
            _ => {
                for child in node.children() {
                    self.node(child);
                }
                match node {
                    Node::List(_) => Known::Kind(Kind::List),
                    Node::Map(_) => Known::Kind(Kind::Map),
                    Node::Negate(_) => Known::Kind(Kind::Number),
                    _ => Known::Kind(Kind::Bool),
                }
            }
        }
    }

    fn member(
        &mut self,
        of: Known<'a>,
        name: &str,
        optional: bool,
        path: Option<&Path>,
        node: &Node,
    ) -> Known<'a> {
        let what = path
            .as_ref()
            .map_or_else(|| node.describe(), |path| path.to_string());
        let Known::Schema(schema) = of else {
            if let Known::Kind(kind) = of
                && kind != Kind::Map
            {
                let message = format!("`{what}`: {kind} has no member `{name}`");
                self.problem("unknown_path", message, "name a member of a map");
            }
            return Known::Anything;
        };
        let Some(member) = schema.member(name) else {
            let near = nearest(name, schema.members().into_iter());
            let cure = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are: {}", schema.members().join(", ")),
            };
            self.problem("unknown_path", format!("there is no `{what}`"), &cure);
            return Known::Anything;
        };
        if !optional && !member.certain && !self.is_present(&what) {
            let of = what.strip_suffix(&format!(".{name}")).unwrap_or(&what);
            let message = format!("`{what}` may be missing");
            let cure = format!("ask has({what}) first, or write {of}.?{name}.orValue(…)");
            self.problem("maybe_missing", message, &cure);
        }
        Known::Schema(member.node)
    }

    /// A path is there if it, or anything within it, was asked for.
    fn is_present(&self, path: &str) -> bool {
        self.present.iter().any(|known| {
            known
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    fn assuming(&mut self, condition: &Node, value: bool, then: &Node) -> Known<'a> {
        let before = self.present.len();
        holds(condition, value, &self.locals, &mut self.present);
        let known = self.node(then);
        self.present.truncate(before);
        known
    }

    fn guarded(&mut self, sides: &[Node; 2], value: bool) -> Known<'a> {
        self.node(&sides[0]);
        self.assuming(&sides[0], value, &sides[1]);
        Known::Kind(Kind::Bool)
    }

    fn arithmetic(&mut self, sign: &str, a: Option<Kind>, b: Option<Kind>) -> Known<'a> {
        let (Some(a), Some(b)) = (a, b) else {
            return Known::Anything;
        };
        let numbers = accepts(Kind::Number, a) && accepts(Kind::Number, b);
        let joined = sign == "+" && a == b && matches!(a, Kind::Text | Kind::List);
        if !numbers && !joined {
            let cure = "make texts of numbers with text(x), numbers of texts with number(x)";
            self.problem(
                "wrong_type",
                format!("`{sign}` does not go between {a} and {b}"),
                cure,
            );
            return Known::Anything;
        }
        if sign == "/" && (a == Kind::Number || b == Kind::Number) {
            let message = "`/` does not say how a decimal is rounded".to_owned();
            self.problem("inexact_division", message, "use div(a, b, scale, mode)");
        }
        match (a, b) {
            (Kind::Int, Kind::Int) => Known::Kind(Kind::Int),
            _ if numbers => Known::Kind(Kind::Number),
            _ => Known::Kind(a),
        }
    }

    fn each(&mut self, each: &Each) -> Known<'a> {
        let range = self.node(&each.range);
        if let Some(kind) = range.kind()
            && !matches!(kind, Kind::List | Kind::Map)
        {
            let message = format!("`{}` is {kind}, not a list", each.range.describe());
            self.problem("wrong_type", message, "name a list");
        }
        let over_map = range.kind() == Some(Kind::Map);
        let path = each.range.path(&self.locals).map(Path::item);
        self.locals.push(path.filter(|_| !over_map));
        self.items.push(if over_map {
            Known::Kind(Kind::Text)
        } else {
            range.item()
        });
        let before = self.present.len();
        if let Some(filter) = &each.filter {
            self.node(filter);
            holds(filter, true, &self.locals, &mut self.present);
        }
        self.node(&each.body);
        self.present.truncate(before);
        self.items.pop();
        self.locals.pop();
        match each.kind {
            _ if each.is_filter() => range,
            crate::expression::EachKind::Map => Known::Kind(Kind::List),
            _ => Known::Kind(Kind::Bool),
        }
    }
}

fn accepts(wanted: Kind, found: Kind) -> bool {
    wanted == found || wanted == Kind::Any || (wanted == Kind::Number && found == Kind::Int)
}

fn comparable(a: Kind, b: Kind) -> bool {
    let number = |kind| matches!(kind, Kind::Int | Kind::Number);
    (number(a) && number(b)) || (a == b && matches!(a, Kind::Text | Kind::Bool))
}

impl Path {
    /// Whether `schemas` knows everything on this path; nothing is said about absence.
    pub fn exists_in(&self, schemas: &Schemas) -> bool {
        let Some(schema) = schemas.names.get(&self.root) else {
            return false;
        };
        let mut at = Known::Schema(SchemaNode::root(schema));
        for segment in &self.segments {
            at = match (segment, at) {
                (_, Known::Anything) => return true,
                (Segment::Field(name), Known::Schema(schema)) => match schema.member(name) {
                    Some(member) => Known::Schema(member.node),
                    None => return false,
                },
                (Segment::Item, known) => known.item(),
                (Segment::Field(_), Known::Kind(_)) => return false,
            };
        }
        true
    }
}
