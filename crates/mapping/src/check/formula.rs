//! Goes through a formula and says of what type each part is, and what is wrong with it.

use super::facts::TextFacts;
use super::guard::{self, bounds, holds};
use super::known::Known;
use super::likeness::nearest;
use super::operator::{accepts, comparable};
use super::result;
use super::schema::{Count, Member, Node as SchemaNode};
use super::schemas::{Declared, Schemas};
use crate::expression::{Each, EachKind, Index, Node, Select};
use crate::functions::Entry;
use crate::functions::signature::Kind;
use crate::path::Path;
use model::Problem;
use std::ops::Bound;
use std::sync::Arc;

/// The variable of a list mapping around the formula, and what it stands for.
pub type Variable<'a> = (Arc<str>, Known<'a>);

/// How the paths begin that stand for items without a path. No name of a formula does.
const UNNAMED: char = '$';

pub struct Checker<'a, 't> {
    schemas: &'a Schemas,
    /// The variables of the list mappings around, the innermost last.
    variables: &'t [Variable<'a>],
    at: &'t str,
    /// Paths that are there where the checker is, besides those of the schemas.
    present: Vec<String>,
    /// How long the texts of paths are at most where the checker is.
    bounds: Vec<guard::Bound>,
    /// The paths and the types of the variables of the enclosing comprehensions.
    locals: Vec<Option<Path>>,
    items: Vec<Known<'a>>,
    pub problems: Vec<Problem>,
}

impl<'a, 't> Checker<'a, 't> {
    pub fn new(schemas: &'a Schemas, variables: &'t [Variable<'a>], at: &'t str) -> Self {
        Self {
            schemas,
            variables,
            at,
            present: Vec::new(),
            bounds: Vec::new(),
            locals: Vec::new(),
            items: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn problem(&mut self, code: &str, message: String, cure: &str) {
        let problem = Problem::error(self.at, code, message, cure);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Checks `node` and says what is known of its value.
    pub fn node(&mut self, node: &Node) -> Known<'a> {
        match node {
            Node::Literal(value) => Known::of_value(value),
            Node::Name(name) => self.name(name),
            Node::Local { slot, .. } => {
                let known = self.items.get(*slot).cloned().unwrap_or(Known::Anything);
                self.bounded(known, node.path(&self.locals).as_ref())
            }
            Node::Select(select) => self.select(select, select.optional, node),
            Node::Has(select) => {
                self.select(select, true, node);
                Known::Bool
            }
            Node::Index(index) => self.index(index, node),
            Node::Not(of) => {
                self.truth(of, "!");
                Known::Bool
            }
            Node::And(sides) => self.guarded(sides, true, "&&"),
            Node::Or(sides) => self.guarded(sides, false, "||"),
            Node::Choose(parts) => {
                let [condition, yes, no] = &**parts;
                self.truth(condition, "? :");
                let a = self.assuming(condition, true, yes);
                let b = self.assuming(condition, false, no);
                Known::either(vec![a, b])
            }
            Node::Arithmetic { op, sides } => {
                let (a, b) = (self.node(&sides[0]), self.node(&sides[1]));
                if let Some(problem) = super::currency::of_two(op.sign(), sides, self.at)
                    && !self.problems.contains(&problem)
                {
                    self.problems.push(problem);
                }
                self.arithmetic(op.sign(), &a, &b)
            }
            Node::Negate(of) => {
                let known = self.node(of);
                self.negated(&known)
            }
            Node::Compare { sides, .. } => {
                let (a, b) = (self.node(&sides[0]).kind(), self.node(&sides[1]).kind());
                if let (Some(a), Some(b)) = (a, b)
                    && !comparable(a, b)
                {
                    let cure = "make both numbers with number(x), or both texts with text(x)";
                    self.problem("wrong_type", format!("{a} does not compare with {b}"), cure);
                }
                Known::Bool
            }
            Node::Equal { sides, .. } => {
                self.equal(sides);
                Known::Bool
            }
            Node::In(sides) => {
                self.node(&sides[0]);
                let of = self.node(&sides[1]).kind();
                if let Some(kind) = of
                    && !matches!(kind, Kind::List | Kind::Map)
                {
                    let message = format!("`in` needs a list or a map, it is {kind}");
                    self.problem("wrong_type", message, "ask a text with text.contains(part)");
                }
                Known::Bool
            }
            Node::List(items) => {
                let least = items.iter().filter(|(_, optional)| !optional).count();
                let known: Vec<_> = items.iter().map(|(item, _)| self.node(item)).collect();
                let most = Some(items.len());
                Known::list(Known::either(known), Count { least, most })
            }
            Node::Map(members) => self.map(members),
            Node::Call {
                function,
                arguments,
            } => self.call(function, arguments),
            Node::Each(each) => self.each(each),
            Node::OrElse(sides) => {
                let (a, b) = (self.node(&sides[0]), self.node(&sides[1]));
                Known::either(vec![a, b])
            }
            Node::HasValue(of) => {
                self.node(of);
                Known::Bool
            }
            Node::Unwrap(of) => self.node(of),
        }
    }

    fn name(&mut self, name: &str) -> Known<'a> {
        let (schemas, variables) = (self.schemas, self.variables);
        if let Some((_, known)) = variables.iter().rev().find(|(v, _)| v.as_ref() == name) {
            return known.clone();
        }
        match schemas.get(name) {
            Some(Declared::Whole(schema)) => return Known::Schema(SchemaNode::root(schema)),
            Some(Declared::Members(members)) => return Known::Members(members),
            None => {}
        }
        let variables = variables.iter().map(|(name, _)| name.as_ref());
        let known: Vec<&str> = schemas.names().chain(variables).collect();
        let cure = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        self.problem("unknown_name", format!("there is no `{name}` here"), &cure);
        Known::Anything
    }

    fn select(&mut self, select: &Select, optional: bool, node: &Node) -> Known<'a> {
        let of = self.node(&select.of);
        let path = node.path(&self.locals);
        self.member(&of, &select.field, optional, path.as_ref(), node)
    }

    fn index(&mut self, index: &Index, node: &Node) -> Known<'a> {
        let of = self.node(&index.of);
        let key = self.node(&index.key);
        if let Some(name) = key.literal_text()
            && of.kind() != Some(Kind::List)
        {
            let path = node.path(&self.locals);
            return self.member(&of, name, index.optional, path.as_ref(), node);
        }
        let what = index.of.describe();
        match (of.kind(), key.kind()) {
            (Some(Kind::List), Some(kind)) if kind != Kind::Int => {
                let message = format!("`{what}` is a list, it has no item by {kind}");
                self.problem("wrong_type", message, "count the items from 0: list[0]");
            }
            (Some(Kind::Map), Some(kind)) if kind != Kind::Text => {
                let message = format!("`{what}` is a map, it has no member by {kind}");
                self.problem("wrong_type", message, "name the member: map['name']");
            }
            (Some(kind), _) if !matches!(kind, Kind::List | Kind::Map) => {
                let message = format!("`{what}` is {kind}, which has no items");
                self.problem(
                    "wrong_type",
                    message,
                    "take a part with substring(x, from, to)",
                );
            }
            _ => {}
        }
        of.item()
    }

    fn member(
        &mut self,
        of: &Known<'a>,
        name: &str,
        optional: bool,
        path: Option<&Path>,
        node: &Node,
    ) -> Known<'a> {
        let named = path.filter(|path| !path.root.starts_with(UNNAMED));
        let what = || named.map_or_else(|| node.describe(), ToString::to_string);
        if let Some(kind) = of.kind()
            && kind != Kind::Map
        {
            let message = format!("`{}`: {kind} has no member `{name}`", what());
            self.problem("unknown_path", message, "name a member of a map");
            return Known::Anything;
        }
        let Some(Member { known, certain }) = of.member(name) else {
            let members = of.members();
            let near = nearest(name, members.iter().map(String::as_str));
            let cure = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if members.is_empty() => "it has no members".to_owned(),
                None => format!("there are: {}", members.join(", ")),
            };
            self.problem("unknown_path", format!("there is no `{}`", what()), &cure);
            return Known::Anything;
        };
        let known = self.bounded(known, path);
        if !optional && !certain {
            let asked = path.map_or_else(|| node.describe(), ToString::to_string);
            if !self.is_present(&asked) {
                let what = what();
                let of = what.strip_suffix(&format!(".{name}")).unwrap_or(&what);
                let message = format!("`{what}` may be missing");
                let cure = format!("ask has({what}) first, or write {of}.?{name}.orValue(…)");
                self.problem("maybe_missing", message, &cure);
            }
        }
        known
    }

    /// The text of a path, as short as a condition made sure that it is.
    fn bounded(&self, known: Known<'a>, path: Option<&Path>) -> Known<'a> {
        let none = self.bounds.is_empty() && self.schemas.bounds().is_empty();
        let Some(path) = path.filter(|_| !none).map(ToString::to_string) else {
            return known;
        };
        let here = self.bounds.iter().filter(|(of, _)| *of == path);
        let here = here.map(|(_, most)| *most).min();
        let Some(most) = here.or_else(|| self.schemas.bounds().get(&path).copied()) else {
            return known;
        };
        match known.text() {
            Some(facts) if facts.words.is_none() => Known::Text(TextFacts {
                most: Some(facts.most.map_or(most, |known| known.min(most))),
                ..facts
            }),
            _ => known,
        }
    }

    /// A path is there if it, or anything within it, was asked for.
    fn is_present(&self, path: &str) -> bool {
        let from = (Bound::Included(path), Bound::Unbounded);
        let schemas = self.schemas.present().range::<str, _>(from);
        let near = schemas.take_while(|known| known.starts_with(path));
        let here = self.present.iter();
        near.chain(here).any(|known| {
            known
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    fn truth(&mut self, node: &Node, sign: &str) {
        let kind = self.node(node).kind();
        if let Some(kind) = kind
            && kind != Kind::Bool
        {
            let what = node.describe();
            let message = format!("`{sign}` needs true or false, `{what}` is {kind}");
            let cure = format!("compare it: {what} == …, or ask has({what})");
            self.problem("wrong_type", message, &cure);
        }
    }

    /// Takes a condition to be so; what was known before is returned, to go back to.
    fn suppose(&mut self, condition: &Node, value: bool) -> (usize, usize) {
        let before = (self.present.len(), self.bounds.len());
        holds(condition, value, &self.locals, &mut self.present);
        bounds(condition, value, &self.locals, &mut self.bounds);
        before
    }

    fn forget(&mut self, (present, bounds): (usize, usize)) {
        self.present.truncate(present);
        self.bounds.truncate(bounds);
    }

    fn assuming(&mut self, condition: &Node, value: bool, then: &Node) -> Known<'a> {
        let before = self.suppose(condition, value);
        let known = self.node(then);
        self.forget(before);
        known
    }

    fn guarded(&mut self, sides: &[Node; 2], value: bool, sign: &str) -> Known<'a> {
        self.truth(&sides[0], sign);
        let before = self.suppose(&sides[0], value);
        self.truth(&sides[1], sign);
        self.forget(before);
        Known::Bool
    }

    fn map(&mut self, members: &[crate::expression::Member]) -> Known<'a> {
        let mut known = Vec::with_capacity(members.len());
        let mut all_named = true;
        for member in members {
            let key = self.node(&member.key);
            let value = self.node(&member.value);
            if let Some(kind) = key.kind()
                && kind != Kind::Text
            {
                let message = format!("the name of a member is a text, not {kind}");
                self.problem(
                    "wrong_type",
                    message,
                    "write the name in quotes: {'name': …}",
                );
            }
            match key.literal_text() {
                Some(name) => known.push((
                    name.to_owned(),
                    Member {
                        known: value,
                        certain: !member.optional,
                    },
                )),
                None => all_named = false,
            }
        }
        if all_named {
            Known::map(known)
        } else {
            Known::SomeMap
        }
    }

    fn call(&mut self, function: &Entry, arguments: &[Node]) -> Known<'a> {
        let name = function.function.name;
        let mut known = Vec::with_capacity(arguments.len());
        for (n, argument) in arguments.iter().enumerate() {
            let found = self.node(argument);
            if let Some(parameter) = function.signature.parameter(n)
                && let Some(kind) = found.kind()
                && !accepts(parameter.kind.kind, kind)
            {
                let (of, wanted) = (&parameter.name, parameter.kind.kind);
                let message = format!("`{of}` of `{name}` must be {wanted}, it is {kind}");
                let cure = format!("call it as {}", function.function.signature);
                self.problem("wrong_type", message, &cure);
            }
            known.push(found);
        }
        if let Some(row) = self.lookup(name, &known) {
            return row;
        }
        if name == "post"
            && let Some(problem) = super::shares::other_accounts(&known, self.at)
        {
            self.problems.push(problem);
        }
        match result::of_call(name, &known) {
            Some(known) => known,
            None => Known::of_kind(function.signature.result.kind),
        }
    }

    /// The row of a lookup table that is declared.
    fn lookup(&mut self, function: &str, arguments: &[Known<'a>]) -> Option<Known<'a>> {
        let lookups = self.schemas.lookups()?;
        if !matches!(function, "lookup" | "lookup_or" | "derive") {
            return None;
        }
        let table = arguments.first()?.literal_text()?;
        let Some(row) = lookups.get(table) else {
            let cure = match nearest(table, lookups.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    let known: Vec<&str> = lookups.keys().map(String::as_str).collect();
                    format!("there are: {}", known.join(", "))
                }
            };
            let message = format!("there is no lookup table `{table}`");
            self.problem("unknown_table", message, &cure);
            return None;
        };
        let row = Known::Schema(SchemaNode::root(row));
        let otherwise = arguments.get(2).filter(|_| function == "lookup_or");
        Some(match otherwise {
            Some(otherwise) => Known::either(vec![row, otherwise.clone()]),
            None => row,
        })
    }

    fn each(&mut self, each: &Each) -> Known<'a> {
        let range = self.node(&each.range);
        let kind = range.kind();
        if let Some(kind) = kind
            && !matches!(kind, Kind::List | Kind::Map)
        {
            let message = format!("`{}` is {kind}, not a list", each.range.describe());
            self.problem("wrong_type", message, "name a list");
        }
        let over_map = kind == Some(Kind::Map);
        let path = each.range.path(&self.locals).map(Path::item);
        // The items of a computed list have no path of their own; one is made up for them.
        let path = path.filter(|_| !over_map);
        let path = path.unwrap_or_else(|| Path::new(&format!("{UNNAMED}{}", each.slot)));
        self.locals.push(Some(path));
        let item = if over_map {
            Known::of_kind(Kind::Text)
        } else {
            range.item()
        };
        self.items.push(item);
        let mut before = (self.present.len(), self.bounds.len());
        if let Some(filter) = &each.filter {
            self.truth(filter, each.name());
            before = self.suppose(filter, true);
        }
        let body = if each.kind == EachKind::Map {
            self.node(&each.body)
        } else {
            self.truth(&each.body, each.name());
            Known::Bool
        };
        self.forget(before);
        self.items.pop();
        self.locals.pop();
        if each.kind != EachKind::Map {
            return Known::Bool;
        }
        let count = Count {
            least: if each.filter.is_some() {
                0
            } else {
                range.count().least
            },
            most: range.count().most,
        };
        Known::list(body, count)
    }
}
