//! A tree of literals, formulas and list mappings: what a step is given.
//!
//! `=x` is a formula, `==x` the text `=x`, `{each, as, to}` maps a list, anything else is itself.

use crate::fact::{Fact, Failure, Stop};
use crate::formula::Formula;
use crate::functions::FunctionTable;
use crate::limits;
use crate::path::Path;
use crate::scope::{Names, Scope};
use crate::shape::Shape;
use crate::value::Value;
use model::Problem;
use serde_json::{Map as JsonMap, Value as Json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A compiled template.
#[derive(Clone, Debug)]
pub struct Template {
    pub(crate) part: Part,
}

/// One place of a template.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Literal(Value),
    Formula(Formula),
    List(Vec<Part>),
    Map(Vec<(String, Part)>),
    Each {
        source: Formula,
        variable: Arc<str>,
        item: Box<Part>,
    },
}

impl Template {
    /// Compiles `json`; `path` is where it stands in its document, for the problems. A formula
    /// that does not compile is a problem and evaluates to nothing.
    pub fn compile(json: &Json, path: &str) -> (Self, Vec<Problem>) {
        Self::compile_with(json, path, FunctionTable::standard())
    }

    /// As [`Template::compile`], with the functions of `table`.
    pub fn compile_with(json: &Json, path: &str, table: &FunctionTable) -> (Self, Vec<Problem>) {
        let mut reader = Reader {
            table,
            problems: Vec::new(),
        };
        let part = reader.part(json, path);
        (Self { part }, reader.problems)
    }

    /// The value as JSON, decimals as texts. Members and items without a value are left out.
    ///
    /// Facts that are needed anywhere in the template are asked for together.
    pub fn eval(&self, scope: &Scope<'_>) -> Result<Json, Failure> {
        self.eval_value(scope).map(|value| value.to_json())
    }

    /// The value for further formulas, decimals as decimals.
    pub fn eval_value(&self, scope: &Scope<'_>) -> Result<Value, Failure> {
        let mut run = Run {
            needs: BTreeSet::new(),
            bytes: 0,
        };
        let value = run.part(&self.part, scope, &mut Vec::new())?;
        if run.needs.is_empty() {
            return Ok(value);
        }
        Err(Failure {
            path: String::new(),
            stop: Stop::Needs(run.needs),
        })
    }

    /// As [`Template::eval_value`], but what is a plain copy may be of any size: it is shared.
    pub fn eval_shared(&self, scope: &Scope<'_>) -> Result<Value, Failure> {
        match &self.part {
            Part::Formula(formula) if formula.path().is_some() => {
                formula.eval(scope).map_err(|stop| fail(&[], stop))
            }
            _ => self.eval_value(scope),
        }
    }

    /// The paths that its formulas read, each once, in order.
    pub fn references(&self) -> Vec<Path> {
        let mut found = BTreeSet::new();
        self.part
            .formulas("", &mut |_, formula| found.extend(formula.references()));
        found.into_iter().collect()
    }

    /// Its formulas, each with its place in the template.
    pub fn formulas(&self) -> Vec<(String, &Formula)> {
        let mut found = Vec::new();
        self.part.formulas("", &mut |path, formula| {
            found.push((path.to_owned(), formula))
        });
        found
    }
}

impl Part {
    fn formulas<'a>(&'a self, path: &str, found: &mut impl FnMut(&str, &'a Formula)) {
        match self {
            Self::Literal(_) => {}
            Self::Formula(formula) => found(path, formula),
            Self::List(items) => {
                for (n, item) in items.iter().enumerate() {
                    item.formulas(&format!("{path}[{n}]"), found);
                }
            }
            Self::Map(members) => {
                for (name, member) in members {
                    member.formulas(&join(path, name), found);
                }
            }
            Self::Each { source, item, .. } => {
                found(&join(path, "each"), source);
                item.formulas(&join(path, "to"), found);
            }
        }
    }
}

/// The path of a member.
pub(crate) fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

struct Reader<'a> {
    table: &'a FunctionTable,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn part(&mut self, json: &Json, path: &str) -> Part {
        match json {
            Json::String(text) => match text.strip_prefix('=') {
                Some(literal) if literal.starts_with('=') => Part::Literal(Value::text(literal)),
                Some(source) => match self.formula(source, path) {
                    Some(formula) => Part::Formula(formula),
                    None => Part::Literal(Value::Null),
                },
                None => Part::Literal(Value::text(text)),
            },
            Json::Array(items) => {
                let items = items.iter().enumerate();
                Part::List(
                    items
                        .map(|(n, item)| self.part(item, &format!("{path}[{n}]")))
                        .collect(),
                )
            }
            Json::Object(map) if map.contains_key("each") => self.each(map, path),
            Json::Object(map) => Part::Map(
                map.iter()
                    .map(|(name, member)| (name.clone(), self.part(member, &join(path, name))))
                    .collect(),
            ),
            Json::Number(number) if !number.is_i64() => {
                let message = format!("{number} is a fraction or too large, and not kept exactly");
                let cure = format!("write it as a text: '{number}'");
                self.problems
                    .push(Problem::error(path, "inexact_number", message, cure));
                Part::Literal(Value::Null)
            }
            // What is left has nothing that could fail.
            other => Part::Literal(Value::from_json(other, &Shape::plain()).unwrap_or_default()),
        }
    }

    fn each(&mut self, map: &JsonMap<String, Json>, path: &str) -> Part {
        for name in map
            .keys()
            .filter(|name| !matches!(name.as_str(), "each" | "as" | "to"))
        {
            let message = format!("`{name}` is not a key of a list mapping");
            let cure = "one of: each, as, to";
            self.problems.push(Problem::error(
                join(path, name),
                "unknown_key",
                message,
                cure,
            ));
        }
        let text = |name: &str| map.get(name).and_then(Json::as_str);
        let source = text("each").and_then(|source| source.strip_prefix('='));
        let variable = text("as").filter(|name| is_name(name));
        let (Some(source), Some(variable), Some(to)) = (source, variable, map.get("to")) else {
            let message = "a list mapping needs `each`, `as` and `to`";
            let cure = "write `each: =list`, `as: item` and `to:` with what each item becomes";
            self.problems
                .push(Problem::error(path, "list_mapping", message, cure));
            return Part::Literal(Value::Null);
        };
        let item = self.part(to, &join(path, "to"));
        match self.formula(source, &join(path, "each")) {
            Some(source) => Part::Each {
                source,
                variable: Arc::from(variable),
                item: Box::new(item),
            },
            None => Part::Literal(Value::Null),
        }
    }

    fn formula(&mut self, source: &str, path: &str) -> Option<Formula> {
        match Formula::compile_with(source, self.table) {
            Ok(formula) => Some(formula),
            Err(problems) => {
                self.problems
                    .extend(problems.into_iter().map(|problem| Problem {
                        path: path.to_owned(),
                        ..problem
                    }));
                None
            }
        }
    }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let first = bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    first && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

struct Run {
    needs: BTreeSet<Fact>,
    /// An estimate of the result's size, to stop before it is too large.
    bytes: usize,
}

impl Run {
    /// Goes through everything even when facts are needed, so that all are found at once.
    fn part(
        &mut self,
        part: &Part,
        scope: &Scope<'_>,
        at: &mut Vec<String>,
    ) -> Result<Value, Failure> {
        match part {
            Part::Literal(value) => Ok(value.clone()),
            Part::Formula(formula) => self.formula(formula, scope, at),
            Part::List(parts) => {
                let mut items = Vec::with_capacity(parts.len());
                for (n, part) in parts.iter().enumerate() {
                    let item = self.within(format!("[{n}]"), part, scope, at)?;
                    items.extend((!item.is_null()).then_some(item));
                }
                Ok(Value::list(items))
            }
            Part::Map(parts) => {
                let mut members = Vec::with_capacity(parts.len());
                for (name, part) in parts {
                    members.push((name, self.within(name.clone(), part, scope, at)?));
                }
                Ok(Value::map(members))
            }
            Part::Each {
                source,
                variable,
                item,
            } => {
                at.push("each".to_owned());
                let list = self.formula(source, scope, at)?;
                let items = match &list {
                    // The list itself may lack facts, which were noted.
                    Value::Null => &[],
                    Value::List(items) => items.as_slice(),
                    other => {
                        let message = format!("`each` needs a list, it is {}", other.kind());
                        return Err(fail(at, Stop::failed(message)));
                    }
                };
                at.pop();
                self.each(items, variable, item, scope, at)
            }
        }
    }

    fn each(
        &mut self,
        items: &[Value],
        variable: &Arc<str>,
        part: &Part,
        scope: &Scope<'_>,
        at: &mut Vec<String>,
    ) -> Result<Value, Failure> {
        if items.len() > limits::LIST_ITEMS {
            let most = limits::LIST_ITEMS;
            let message = format!("a list of {} items; a mapping takes {most}", items.len());
            return Err(fail(at, Stop::failed(message)));
        }
        let mut names = Names::within(Arc::new(scope.names.clone()));
        let mut mapped = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            names.set(Arc::clone(variable), item.clone());
            let inner = Scope {
                names: &names,
                ..*scope
            };
            mapped.push(self.within(format!("[{n}]"), part, &inner, at)?);
        }
        Ok(Value::list(mapped))
    }

    fn within(
        &mut self,
        name: String,
        part: &Part,
        scope: &Scope<'_>,
        at: &mut Vec<String>,
    ) -> Result<Value, Failure> {
        at.push(name);
        let value = self.part(part, scope, at)?;
        at.pop();
        Ok(value)
    }

    fn formula(
        &mut self,
        formula: &Formula,
        scope: &Scope<'_>,
        at: &[String],
    ) -> Result<Value, Failure> {
        match formula.eval(scope) {
            Ok(value) => {
                self.bytes = self
                    .bytes
                    .saturating_add(size_of(&value, limits::OUTPUT_BYTES));
                if self.bytes > limits::OUTPUT_BYTES {
                    let most = limits::OUTPUT_BYTES;
                    let message = format!("the result would be larger than {most} bytes");
                    return Err(fail(at, Stop::failed(message)));
                }
                Ok(value)
            }
            Err(Stop::Needs(facts)) => {
                self.needs.extend(facts);
                Ok(Value::Null)
            }
            Err(stop) => Err(fail(at, stop)),
        }
    }
}

fn fail(at: &[String], stop: Stop) -> Failure {
    let path = at.iter().fold(String::new(), |path, name| {
        if name.starts_with('[') {
            path + name
        } else {
            join(&path, name)
        }
    });
    Failure { path, stop }
}

/// About how many bytes `value` takes as JSON; counting stops beyond `most`.
fn size_of(value: &Value, most: usize) -> usize {
    let mut bytes = 8;
    match value {
        Value::Text(text) => bytes += text.len(),
        Value::List(items) => {
            for item in items.iter() {
                if bytes > most {
                    break;
                }
                bytes += size_of(item, most - bytes.min(most));
            }
        }
        Value::Map(members) => {
            for (name, member) in members.iter() {
                if bytes > most {
                    break;
                }
                bytes += name.len() + size_of(member, most - bytes.min(most));
            }
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Decimal(_) => bytes += 8,
    }
    bytes
}
