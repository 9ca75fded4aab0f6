//! From source to [`Node`]s. The only module that knows the crate `cel`, whose interface changes
//! often: it takes the crate's grammar and macros, and folds its tree into ours. Of the crate's two
//! parsers it is the hand-written one: the generated one takes 150 KB of stack for each bracket in
//! a debug build, so that a formula of a dozen brackets could end the process.
//!
//! What the language leaves out of CEL is refused here, with a cure: binary fractions, unsigned
//! numbers, bytes, null, messages, and an optional value where a value is needed.

mod cure;
mod macros;

use crate::expression::{Comparison, Each, Index, Member, Node, Select};
use crate::functions::{self, Entry, Function, FunctionTable};
use crate::limits;
use crate::number::Arithmetic;
use crate::scan;
use crate::value::Value;
use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators,
};
use cel::parser::PrattParser;
use model::Problem;
use std::sync::Arc;

/// What a formula was read into.
pub struct Parsed {
    pub node: Node,
    /// Its value may be absent.
    pub optional: bool,
}

/// The parser counts its own recursions, several for each bracket; the scan before it is stricter.
const PARSER_DEPTH: u16 = 250;

/// Reads one formula; returns everything that is wrong with it.
pub fn parse(source: &str, table: &FunctionTable) -> Result<Parsed, Vec<Problem>> {
    if let Some(problem) = too_large(source) {
        return Err(vec![problem]);
    }
    let parser = PrattParser::new()
        .max_recursion_depth(PARSER_DEPTH)
        .enable_optional_syntax(true)
        .enable_ident_escape_syntax(true);
    let tree = parser.parse(source).map_err(|errors| {
        let errors = errors.errors.iter().map(|error| {
            let message = one_line(&error.msg);
            let at = if error.pos.1 > 0 {
                format!(" (line {}, character {})", error.pos.0, error.pos.1)
            } else {
                String::new()
            };
            let cure = cure::syntax(source, &error.msg);
            Problem::error("", "syntax", format!("{message}{at}"), cure)
        });
        errors.take(5).collect::<Vec<_>>()
    })?;
    let mut reader = Reader {
        table,
        source,
        locals: Vec::new(),
        depth: 0,
        too_deep: false,
        problems: Vec::new(),
    };
    let (node, optional) = reader.node(&tree);
    if reader.problems.is_empty() {
        Ok(Parsed { node, optional })
    } else {
        Err(reader.problems)
    }
}

/// Looked at before the grammar, whose own stack a hostile source could exhaust.
fn too_large(source: &str) -> Option<Problem> {
    if source.trim().is_empty() {
        let cure = "write a formula after the `=`, or `==` for a text that begins with `=`";
        return Some(Problem::error("", "empty", "the formula is empty", cure));
    }
    if source.len() > limits::SOURCE_BYTES {
        let message = format!(
            "the formula has {} bytes, at most {} are read",
            source.len(),
            limits::SOURCE_BYTES
        );
        let cure = "compute parts of it in a `set` step";
        return Some(Problem::error("", "formula_too_long", message, cure));
    }
    (scan::depth(source) > limits::DEPTH).then(too_deep)
}

fn too_deep() -> Problem {
    let message = format!("the formula is nested more than {} deep", limits::DEPTH);
    Problem::error(
        "",
        "formula_too_deep",
        message,
        "compute parts of it in a `set` step",
    )
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
}

struct Reader<'a> {
    table: &'a FunctionTable,
    source: &'a str,
    /// The variables of the enclosing comprehensions.
    locals: Vec<String>,
    depth: usize,
    too_deep: bool,
    problems: Vec<Problem>,
}

/// A node, and whether its value may be absent.
type Read = (Node, bool);

const NOTHING: Read = (Node::Literal(Value::Null), false);

impl Reader<'_> {
    /// Notes a problem; what its message quotes first is where it is, if the source has it once.
    fn refuse(&mut self, code: &str, message: impl Into<String>, cure: &str) -> Read {
        let mut message = message.into();
        let quoted = message.split('`').nth(1).map(str::to_owned);
        if let Some(quoted) = quoted
            && let [(at, _)] = self.source.match_indices(&quoted).collect::<Vec<_>>()[..]
        {
            let before = self.source[..at].chars().count();
            message.push_str(&format!(" (character {})", before + 1));
        }
        self.problems.push(Problem::error("", code, message, cure));
        NOTHING
    }

    fn node(&mut self, expr: &IdedExpr) -> Read {
        self.depth += 1;
        let read = if self.depth > limits::DEPTH {
            if !std::mem::replace(&mut self.too_deep, true) {
                self.problems.push(too_deep());
            }
            NOTHING
        } else {
            self.inner(expr)
        };
        self.depth -= 1;
        read
    }

    /// A node whose value has to be there.
    fn value(&mut self, expr: &IdedExpr) -> Node {
        let (node, optional) = self.node(expr);
        if optional {
            let what = node.describe();
            let message = format!("`{what}` may be absent, and a value is needed here");
            let cure = format!("say what to use instead: {what}.orValue(…)");
            self.refuse("optional_unhandled", message, &cure);
        }
        node
    }

    fn pair(&mut self, a: &IdedExpr, b: &IdedExpr) -> Box<[Node; 2]> {
        Box::new([self.value(a), self.value(b)])
    }

    fn inner(&mut self, expr: &IdedExpr) -> Read {
        match &expr.expr {
            Expr::Literal(literal) => self.literal(literal),
            Expr::Ident(name) => (self.name(name), false),
            Expr::Select(select) => {
                let (of, optional) = self.node(&select.operand);
                let select_ = Box::new(Select {
                    of,
                    field: Arc::from(select.field.as_str()),
                    // What is selected from an optional is optional.
                    optional,
                });
                if select.test {
                    (Node::Has(select_), false)
                } else {
                    (Node::Select(select_), optional)
                }
            }
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::List(list) => {
                let items = list.elements.iter().enumerate().map(|(n, item)| {
                    let optional = list.optional_indices.contains(&n);
                    let node = if optional {
                        self.node(item).0
                    } else {
                        self.value(item)
                    };
                    (node, optional)
                });
                (Node::List(items.collect()), false)
            }
            Expr::Map(map) => {
                let mut members = Vec::with_capacity(map.entries.len());
                for entry in &map.entries {
                    let EntryExpr::MapEntry(entry) = &entry.expr else {
                        continue;
                    };
                    let value = if entry.optional {
                        self.node(&entry.value).0
                    } else {
                        self.value(&entry.value)
                    };
                    members.push(Member {
                        key: self.value(&entry.key),
                        value,
                        optional: entry.optional,
                    });
                }
                (Node::Map(members), false)
            }
            Expr::Struct(message) => {
                let text = format!("`{}{{…}}` builds a message", message.type_name);
                self.refuse("unsupported", text, "write a map: {'name': value}")
            }
            Expr::Unspecified => self.refuse("syntax", "the formula is incomplete", "complete it"),
        }
    }

    fn literal(&mut self, literal: &LiteralValue) -> Read {
        let value = match literal {
            LiteralValue::Boolean(value) => Value::Bool(*value.inner()),
            LiteralValue::Int(value) => Value::Int(*value.inner()),
            LiteralValue::String(text) => Value::text(text.inner()),
            LiteralValue::Null => {
                let cure = "ask with has(a.b) or is_null(a.?b); leave a field out to send none";
                return self.refuse("null_literal", "`null` is not a value here", cure);
            }
            LiteralValue::Double(value) => {
                let message = format!(
                    "`{}` is a binary fraction, which is not exact",
                    value.inner()
                );
                let cure = format!("write number('{}')", value.inner());
                return self.refuse("double_literal", message, &cure);
            }
            LiteralValue::UInt(value) => {
                let message = format!("`{}u` is an unsigned number", value.inner());
                let cure = format!("write {}", value.inner());
                return self.refuse("unsupported", message, &cure);
            }
            LiteralValue::Bytes(_) => {
                return self.refuse("unsupported", "bytes are no value here", "write a text");
            }
        };
        (Node::Literal(value), false)
    }

    fn name(&self, name: &str) -> Node {
        match self.locals.iter().rposition(|local| local == name) {
            Some(slot) => Node::Local {
                slot,
                name: Arc::from(name),
            },
            None => Node::Name(Arc::from(name)),
        }
    }

    fn call(&mut self, call: &CallExpr) -> Read {
        match &call.target {
            None => match self.operator(call) {
                Some(read) => read,
                None => self.function(&call.func_name, None, &call.args),
            },
            Some(target) => match (call.func_name.as_str(), &call.args[..]) {
                ("orValue", [other]) => {
                    let sides = Box::new([self.node(target).0, self.value(other)]);
                    (Node::OrElse(sides), false)
                }
                ("or", [other]) => {
                    let (other, optional) = self.node(other);
                    (
                        Node::OrElse(Box::new([self.node(target).0, other])),
                        optional,
                    )
                }
                ("hasValue", []) => (Node::HasValue(Box::new(self.node(target).0)), false),
                ("value", []) => (Node::Unwrap(Box::new(self.node(target).0)), false),
                _ => self.function(&call.func_name, Some(target), &call.args),
            },
        }
    }

    fn operator(&mut self, call: &CallExpr) -> Option<Read> {
        let certain = |node| Some((node, false));
        let compare = |op, sides| certain(Node::Compare { op, sides });
        let arithmetic = |op, sides| certain(Node::Arithmetic { op, sides });
        match (call.func_name.as_str(), &call.args[..]) {
            (operators::CONDITIONAL, [condition, yes, no]) => {
                let condition = self.value(condition);
                let ((yes, a), (no, b)) = (self.node(yes), self.node(no));
                Some((Node::Choose(Box::new([condition, yes, no])), a || b))
            }
            (operators::LOGICAL_AND, [a, b]) => certain(Node::And(self.pair(a, b))),
            (operators::LOGICAL_OR, [a, b]) => certain(Node::Or(self.pair(a, b))),
            (operators::LOGICAL_NOT, [a]) => certain(Node::Not(Box::new(self.value(a)))),
            (operators::NEGATE, [a]) => certain(Node::Negate(Box::new(self.value(a)))),
            (operators::EQUALS, [a, b]) => certain(Node::Equal {
                sides: self.pair(a, b),
                negated: false,
            }),
            (operators::NOT_EQUALS, [a, b]) => certain(Node::Equal {
                sides: self.pair(a, b),
                negated: true,
            }),
            (operators::LESS, [a, b]) => compare(Comparison::Less, self.pair(a, b)),
            (operators::LESS_EQUALS, [a, b]) => compare(Comparison::LessOrEqual, self.pair(a, b)),
            (operators::GREATER, [a, b]) => compare(Comparison::Greater, self.pair(a, b)),
            (operators::GREATER_EQUALS, [a, b]) => {
                compare(Comparison::GreaterOrEqual, self.pair(a, b))
            }
            (operators::ADD, [a, b]) => arithmetic(Arithmetic::Add, self.pair(a, b)),
            (operators::SUBSTRACT, [a, b]) => arithmetic(Arithmetic::Subtract, self.pair(a, b)),
            (operators::MULTIPLY, [a, b]) => arithmetic(Arithmetic::Multiply, self.pair(a, b)),
            (operators::DIVIDE, [a, b]) => arithmetic(Arithmetic::Divide, self.pair(a, b)),
            (operators::MODULO, [a, b]) => arithmetic(Arithmetic::Remainder, self.pair(a, b)),
            (operators::IN, [a, b]) => certain(Node::In(self.pair(a, b))),
            (operators::INDEX, [of, key]) => {
                let (of, optional) = self.node(of);
                Some(self.index(of, key, optional))
            }
            (operators::OPT_INDEX, [of, key]) => {
                let of = self.node(of).0;
                Some(self.index(of, key, true))
            }
            (operators::OPT_SELECT, [of, field]) => {
                let of = self.node(of).0;
                let Expr::Literal(LiteralValue::String(field)) = &field.expr else {
                    return None;
                };
                let select = Select {
                    of,
                    field: Arc::from(field.inner()),
                    optional: true,
                };
                Some((Node::Select(Box::new(select)), true))
            }
            _ => None,
        }
    }

    fn index(&mut self, of: Node, key: &IdedExpr, optional: bool) -> Read {
        let key = self.value(key);
        (Node::Index(Box::new(Index { of, key, optional })), optional)
    }

    fn function(&mut self, name: &str, target: Option<&IdedExpr>, arguments: &[IdedExpr]) -> Read {
        let table = self.table;
        let Some(function) = table.get(name) else {
            let cure = cure::unknown_function(name, target, table);
            return self.refuse("unknown_function", format!("there is no `{name}`"), &cure);
        };
        let count = arguments.len() + usize::from(target.is_some());
        if !function.signature.takes(count) {
            let message = format!("`{name}` does not take {count} arguments");
            let cure = format!("call it as {}", function.function.signature);
            return self.refuse("wrong_arguments", message, &cure);
        }
        let mut nodes = Vec::with_capacity(count);
        for (n, argument) in target.into_iter().chain(arguments).enumerate() {
            let kind = function.signature.parameter(n).map(|p| p.kind);
            nodes.push(if kind.is_some_and(|kind| kind.optional) {
                self.node(argument).0
            } else {
                self.value(argument)
            });
            if let Some(Node::Literal(literal)) = nodes.last() {
                self.constant(function, n, &literal.clone());
            }
        }
        let optional = function.signature.result.optional;
        let node = Node::Call {
            function: Arc::clone(function),
            arguments: nodes,
        };
        (node, optional)
    }

    /// A constant argument shows now what would fail later, every time.
    fn constant(&mut self, function: &Entry, n: usize, literal: &Value) {
        let Some(parameter) = function.signature.parameter(n) else {
            return;
        };
        let Function {
            name, signature, ..
        } = function.function;
        // Nothing stands for an argument that was refused already.
        if !literal.is_null() && !parameter.kind.kind.holds(literal) {
            let (wanted, found) = (parameter.kind.kind, literal.kind());
            let message = format!(
                "`{}` of `{name}` must be {wanted}, it is {found}",
                parameter.name
            );
            self.refuse("wrong_type", message, &format!("call it as {signature}"));
        } else if let Some(text) = literal.as_text()
            && let Some((message, cure)) = functions::refuse_constant(parameter.name, text)
        {
            self.refuse("bad_constant", format!("{name}: {message}"), cure);
        }
    }

    /// The parser has expanded the macros into folds; this recognises which one it was. A source
    /// cannot spell the fold itself: its accumulator `@result` is no name.
    fn comprehension(&mut self, fold: &ComprehensionExpr) -> Read {
        let range = self.value(&fold.iter_range);
        if self.locals.len() == limits::COMPREHENSIONS {
            let message = format!(
                "map, filter, all and exists are nested more than {} deep",
                limits::COMPREHENSIONS
            );
            let cure = "compute the inner list in a `set` step, or use a list mapping";
            return self.refuse("nested_too_deep", message, cure);
        }
        let Some((kind, filter, body)) = macros::recognise(fold) else {
            let cure = "use map, filter, all, exists or exists_one";
            return self.refuse("unsupported", "this macro is not supported", cure);
        };
        let slot = self.locals.len();
        self.locals.push(fold.iter_var.clone());
        let filter = filter.map(|filter| self.value(filter));
        let body = self.value(body);
        self.locals.pop();
        let each = Each {
            kind,
            range,
            slot,
            filter,
            body,
        };
        (Node::Each(Box::new(each)), false)
    }
}
