//! Evaluates a formula. Every step counts against a budget; nothing recurses deeper than the
//! formula is nested.

mod each;
mod member;

use crate::expression::{Member, Node};
use crate::fact::Stop;
use crate::limits;
use crate::number::{self, Arithmetic};
use crate::scope::Here;
use crate::value::{Map, Value};
use member::{index_into, no_member, select_from};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The value of `node` in `here`.
pub fn evaluate(node: &Node, here: Here<'_>) -> Result<Value, Stop> {
    if let Some(found) = follow(node, here) {
        return Ok(found.clone());
    }
    let most = here.left().get().min(limits::OPERATIONS);
    let mut run = Run {
        here,
        locals: Vec::new(),
        left: most,
    };
    let value = run.node(node);
    let spent = most.saturating_sub(run.left);
    here.left().set(here.left().get().saturating_sub(spent));
    value
}

/// A plain path is followed by reference and copied once; nothing if it is not one, or leads
/// nowhere, which the slow way reports.
fn follow<'a>(node: &Node, here: Here<'a>) -> Option<&'a Value> {
    match node {
        Node::Name(name) => here.get(name),
        Node::Select(select) => follow(&select.of, here)?.get(&select.field),
        _ => None,
    }
}

struct Run<'a> {
    here: Here<'a>,
    locals: Vec<Value>,
    left: u32,
}

/// The facts that several parts of a formula lack, so that all are asked for at once.
#[derive(Default)]
struct Lacking(BTreeSet<crate::fact::Fact>);

impl Lacking {
    /// The value, or nothing if it lacks facts.
    fn keep(&mut self, result: Result<Value, Stop>) -> Result<Option<Value>, Stop> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Stop::Needs(facts)) => {
                self.0.extend(facts);
                Ok(None)
            }
            Err(stop) => Err(stop),
        }
    }

    fn settle(self) -> Result<(), Stop> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Stop::Needs(self.0))
        }
    }
}

impl Run<'_> {
    fn node(&mut self, node: &Node) -> Result<Value, Stop> {
        self.spend(1)?;
        match node {
            Node::Literal(value) => Ok(value.clone()),
            Node::Name(name) => self
                .here
                .get(name)
                .cloned()
                .ok_or_else(|| Stop::failed(format!("there is no `{name}` here"))),
            Node::Local { slot, name } => self
                .locals
                .get(*slot)
                .cloned()
                .ok_or_else(|| Stop::failed(format!("there is no `{name}` here"))),
            Node::Select(_) | Node::Index(_) if self.is_plain(node) => self.plain(node),
            Node::Select(select) => {
                let of = self.node(&select.of)?;
                select_from(&of, select)
            }
            Node::Has(select) => {
                let of = self.node(&select.of)?;
                match &of {
                    Value::Null if select.optional => Ok(Value::Bool(false)),
                    Value::Map(members) => Ok(Value::Bool(members.contains_key(&select.field))),
                    other => Err(no_member(select, other)),
                }
            }
            Node::Index(index) => {
                let (of, key) = self.both(&index.of, &index.key)?;
                index_into(&of, &key, index)
            }
            Node::Not(of) => {
                let value = self.truth(of, "!")?;
                Ok(Value::Bool(!value))
            }
            Node::Negate(of) => {
                let value = self.node(of)?;
                number::negate(&value).map_err(Stop::failed)
            }
            Node::And(sides) => self.logic(sides, false, "&&"),
            Node::Or(sides) => self.logic(sides, true, "||"),
            Node::Choose(parts) => {
                let [condition, yes, no] = &**parts;
                if self.truth(condition, "? :")? {
                    self.node(yes)
                } else {
                    self.node(no)
                }
            }
            Node::Equal { sides, negated } => {
                let (a, b) = self.both(&sides[0], &sides[1])?;
                self.spend(work(&a))?;
                Ok(Value::Bool((a == b) != *negated))
            }
            Node::Compare { op, sides } => {
                let (a, b) = self.both(&sides[0], &sides[1])?;
                self.spend(work(&a))?;
                let order = number::compare(&a, &b).map_err(Stop::failed)?;
                Ok(Value::Bool(op.holds(order)))
            }
            Node::Arithmetic { op, sides } => {
                let (a, b) = self.both(&sides[0], &sides[1])?;
                let result = self.arithmetic(*op, &a, &b)?;
                self.spend(length(&result))?;
                Ok(result)
            }
            Node::In(sides) => {
                let (item, of) = self.both(&sides[0], &sides[1])?;
                self.contains(&of, &item)
            }
            Node::List(items) => self.list(items),
            Node::Map(members) => self.map(members),
            Node::Call {
                function,
                arguments,
            } => {
                let arguments = self.all(arguments.iter())?;
                self.spend(limits::CALL + arguments.iter().map(length).sum::<usize>())?;
                let result = function.call(&arguments, self.here.scope)?;
                self.spend(length(&result))?;
                Ok(result)
            }
            Node::Each(each) => self.each(each),
            Node::OrElse(sides) => match self.node(&sides[0])? {
                Value::Null => self.node(&sides[1]),
                value => Ok(value),
            },
            Node::HasValue(of) => Ok(Value::Bool(!self.node(of)?.is_null())),
            Node::Unwrap(of) => match self.node(of)? {
                Value::Null => Err(Stop::failed(format!("{} is absent", of.describe()))),
                value => Ok(value),
            },
        }
    }

    /// Whether `node` is members of members of a name or a variable, to be read by reference.
    fn is_plain(&self, mut node: &Node) -> bool {
        loop {
            match node {
                Node::Name(_) | Node::Local { .. } => return true,
                Node::Select(select) if !select.optional => node = &select.of,
                _ => return false,
            }
        }
    }

    fn plain(&self, node: &Node) -> Result<Value, Stop> {
        fn walk<'v>(run: &'v Run<'_>, node: &Node) -> Option<&'v Value> {
            match node {
                Node::Name(name) => run.here.get(name),
                Node::Local { slot, .. } => run.locals.get(*slot),
                Node::Select(select) => walk(run, &select.of)?.get(&select.field),
                _ => None,
            }
        }
        if let Some(value) = walk(self, node) {
            return Ok(value.clone());
        }
        // Missing somewhere: step by step, to say where.
        match node {
            Node::Select(select) => select_from(&self.plain(&select.of)?, select),
            Node::Name(name) | Node::Local { name, .. } => self
                .here
                .get(name)
                .cloned()
                .ok_or_else(|| Stop::failed(format!("there is no `{name}` here"))),
            _ => Err(Stop::failed("not a path")),
        }
    }

    /// Both values; if either lacks facts, those of both are asked for.
    fn both(&mut self, a: &Node, b: &Node) -> Result<(Value, Value), Stop> {
        let mut lacking = Lacking::default();
        let a = lacking.keep(self.node(a))?;
        let b = lacking.keep(self.node(b))?;
        lacking.settle()?;
        Ok((a.unwrap_or_default(), b.unwrap_or_default()))
    }

    fn all<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) -> Result<Vec<Value>, Stop> {
        let mut lacking = Lacking::default();
        let mut values = Vec::new();
        for node in nodes {
            values.extend(lacking.keep(self.node(node))?);
        }
        lacking.settle()?;
        Ok(values)
    }

    fn truth(&mut self, node: &Node, sign: &str) -> Result<bool, Stop> {
        let value = self.node(node)?;
        value.as_bool().ok_or_else(|| {
            let what = node.describe();
            let kind = value.kind();
            Stop::failed(format!("`{sign}` needs true or false, {what} is {kind}"))
        })
    }

    /// `&&` and `||`, in either order: the side that decides does so even if the other fails, as
    /// CEL says. `decides` is the value that decides.
    fn logic(&mut self, sides: &[Node; 2], decides: bool, sign: &str) -> Result<Value, Stop> {
        let left = self.truth(&sides[0], sign);
        if left == Ok(decides) {
            return Ok(Value::Bool(decides));
        }
        let right = self.truth(&sides[1], sign);
        if right == Ok(decides) {
            return Ok(Value::Bool(decides));
        }
        match (left, right) {
            (Ok(_), Ok(_)) => Ok(Value::Bool(!decides)),
            (Err(Stop::Needs(mut a)), Err(Stop::Needs(b))) => {
                a.extend(b);
                Err(Stop::Needs(a))
            }
            // A side that lacks facts may still decide: ask before failing.
            (_, Err(needs @ Stop::Needs(_))) | (Err(needs @ Stop::Needs(_)), _) => Err(needs),
            (Err(stop), _) | (_, Err(stop)) => Err(stop),
        }
    }

    fn arithmetic(&self, op: Arithmetic, a: &Value, b: &Value) -> Result<Value, Stop> {
        match (op, a, b) {
            (Arithmetic::Add, Value::Text(a), Value::Text(b)) => {
                bounded_text(a.len() + b.len())?;
                let mut text = String::with_capacity(a.len() + b.len());
                text.push_str(a);
                text.push_str(b);
                Ok(text.into())
            }
            (Arithmetic::Add, Value::List(a), Value::List(b)) => {
                bounded_list(a.len() + b.len())?;
                Ok(Value::list(a.iter().chain(b.iter()).cloned().collect()))
            }
            (Arithmetic::Add, Value::Text(_), other) | (Arithmetic::Add, other, Value::Text(_)) => {
                Err(Stop::failed(format!(
                    "`+` does not go between a text and {}; use text(x)",
                    other.kind()
                )))
            }
            _ => number::combine(op, a, b).map_err(Stop::failed),
        }
    }

    fn contains(&mut self, of: &Value, item: &Value) -> Result<Value, Stop> {
        match of {
            Value::List(items) => {
                self.spend(items.len().saturating_mul(1 + work(item)))?;
                Ok(Value::Bool(items.contains(item)))
            }
            Value::Map(members) => {
                let name = item.as_text();
                Ok(Value::Bool(
                    name.is_some_and(|name| members.contains_key(name)),
                ))
            }
            other => {
                let kind = other.kind();
                Err(Stop::failed(format!(
                    "`in` needs a list or a map, not {kind}"
                )))
            }
        }
    }

    fn spend(&mut self, steps: usize) -> Result<(), Stop> {
        let left = u32::try_from(steps)
            .ok()
            .and_then(|n| self.left.checked_sub(n));
        match left {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(self.exhausted()),
        }
    }

    #[cold]
    fn exhausted(&mut self) -> Stop {
        self.left = 0;
        let (one, all) = (limits::OPERATIONS, limits::TEMPLATE_OPERATIONS);
        Stop::failed(format!(
            "the formula takes more than {one} steps, or with those beside it more than {all}"
        ))
    }

    fn list(&mut self, nodes: &[(Node, bool)]) -> Result<Value, Stop> {
        let mut lacking = Lacking::default();
        let mut items = Vec::with_capacity(nodes.len());
        for (node, optional) in nodes {
            let item = lacking.keep(self.node(node))?;
            items.extend(item.filter(|item| !(*optional && item.is_null())));
        }
        lacking.settle()?;
        Ok(Value::list(items))
    }

    fn map(&mut self, entries: &[Member]) -> Result<Value, Stop> {
        let mut lacking = Lacking::default();
        let mut members = Map::new();
        for entry in entries {
            let key = lacking.keep(self.node(&entry.key))?;
            let value = lacking.keep(self.node(&entry.value))?;
            let (Some(key), Some(value)) = (key, value) else {
                continue;
            };
            if entry.optional && value.is_null() {
                continue;
            }
            let Value::Text(name) = key else {
                let kind = key.kind();
                return Err(Stop::failed(format!(
                    "the name of a member is a text, not {kind}"
                )));
            };
            if members.insert(Arc::clone(&name), value).is_some() {
                return Err(Stop::failed(format!(
                    "the map has the member `{name}` twice"
                )));
            }
        }
        lacking.settle()?;
        Ok(Value::Map(Arc::new(members)))
    }
}

/// So many bytes of text count as one step: texts that are built in a loop take memory.
const BYTES_A_STEP: usize = 64;

/// The steps that making or reading a value takes, apart from what is in it.
fn length(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len() / BYTES_A_STEP,
        Value::List(items) => items.len(),
        Value::Map(members) => members.len(),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Decimal(_) => 0,
    }
}

/// The steps that comparing a value takes, with all that is in it.
fn work(value: &Value) -> usize {
    let inner: usize = match value {
        Value::List(items) => items.iter().map(work).sum(),
        Value::Map(members) => members.values().map(work).sum(),
        _ => 0,
    };
    length(value) + inner
}

fn bounded_text(bytes: usize) -> Result<(), Stop> {
    let most = limits::OUTPUT_BYTES;
    if bytes > most {
        return Err(Stop::failed(format!(
            "the text would be longer than {most} bytes"
        )));
    }
    Ok(())
}

fn bounded_list(items: usize) -> Result<(), Stop> {
    let most = limits::LIST_ITEMS;
    if items > most {
        return Err(Stop::failed(format!(
            "a list of {items} items; a formula takes {most}"
        )));
    }
    Ok(())
}
