//! A tree of literals, formulas and list mappings: what a step is given.
//!
//! `=x` is a formula, `==x` the text `=x`, `{each, as, to}` maps a list, anything else is itself.

use crate::coercion::convert::Refusal;
use crate::coercion::target::{Place, Target};
use crate::coercion::{Coercions, Made, between};
use crate::fact::{Fact, Failure, Stop};
use crate::formula::Formula;
use crate::functions::FunctionTable;
use crate::limits;
use crate::path::Path;
use crate::scope::{Bound, Here, Kept, Scope};
use crate::shape::Shape;
use crate::value::{Map, Value};
use model::Problem;
use serde_json::{Map as JsonMap, Value as Json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A compiled template.
#[derive(Clone, Debug)]
pub struct Template {
    pub(crate) part: Part,
    /// Where its result goes, if it goes somewhere in particular.
    target: Option<Arc<Target>>,
    /// Everything in it was understood.
    pub(crate) sound: bool,
}

/// One place of a template.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Literal(Value),
    Formula(Formula),
    List(Vec<Part>),
    Map(Vec<(Arc<str>, Part)>),
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
        let template = Self {
            part,
            target: None,
            sound: !reader.problems.iter().any(Problem::is_error),
        };
        (template, reader.problems)
    }

    /// As [`Template::compile_with`], for a result that goes to the place that the JSON schema
    /// `target` describes. What can be converted on the way is, as far as `coercions` allow;
    /// evaluating stops with [`Stop::Mismatch`] on a value of another kind.
    /// [`check_against`](crate::check_against) says before what would not fit.
    pub fn compile_for(
        json: &Json,
        path: &str,
        table: &FunctionTable,
        target: &Json,
        coercions: Coercions,
    ) -> (Self, Vec<Problem>) {
        let (mut template, problems) = Self::compile_with(json, path, table);
        template.target = Some(Arc::new(Target::new(target, coercions)));
        (template, problems)
    }

    /// Where its result goes, if it goes somewhere in particular.
    pub(crate) fn target(&self) -> Option<&Target> {
        self.target.as_deref()
    }

    /// The conversions that are switched on.
    pub(crate) fn allowed(&self) -> Coercions {
        let target = self.target.as_ref();
        target.map_or_else(Coercions::all, |target| target.coercions().clone())
    }

    /// The value as JSON, decimals as texts. Members and items without a value are left out.
    ///
    /// Facts that are needed anywhere in the template are asked for together.
    pub fn eval(&self, scope: &Scope<'_>) -> Result<Json, Failure> {
        self.eval_value(scope).map(|value| value.to_json())
    }

    /// The value for further formulas, decimals as decimals.
    pub fn eval_value(&self, scope: &Scope<'_>) -> Result<Value, Failure> {
        self.eval_with(scope, None).map(|(value, _)| value)
    }

    /// The same, with the conversions that were made on the way to the place.
    pub fn eval_noting(&self, scope: &Scope<'_>) -> Result<(Value, Vec<Made>), Failure> {
        self.eval_with(scope, Some(Vec::new()))
    }

    fn eval_with(
        &self,
        scope: &Scope<'_>,
        made: Option<Vec<Made>>,
    ) -> Result<(Value, Vec<Made>), Failure> {
        let mut run = Run {
            needs: BTreeSet::new(),
            bytes: 0,
            made,
        };
        let kept = Kept::new();
        let here = Here::new(scope, &kept);
        let place = self.target.as_ref().map(|target| target.root());
        let value = run.part(&self.part, here, place, &At::ROOT)?;
        if run.needs.is_empty() {
            return Ok((value, run.made.unwrap_or_default()));
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
                formula.eval(scope).map_err(|stop| At::ROOT.fail(stop))
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
    /// Whether it may give no value, so that it is left out of what it stands in.
    pub(crate) fn may_be_absent(&self) -> bool {
        match self {
            Self::Literal(value) => value.is_null(),
            Self::Formula(formula) => formula.is_optional(),
            Self::List(_) | Self::Map(_) | Self::Each { .. } => false,
        }
    }

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
                    .map(|(name, member)| {
                        (
                            Arc::from(name.as_str()),
                            self.part(member, &join(path, name)),
                        )
                    })
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
    /// The conversions so far, if they are asked for.
    made: Option<Vec<Made>>,
}

/// Where in the template one stands; written out only for an error.
#[derive(Clone, Copy)]
struct At<'a> {
    outer: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Member(&'a str),
    Item(usize),
}

impl<'a> At<'a> {
    const ROOT: Self = Self {
        outer: None,
        step: Step::Root,
    };

    fn within(&'a self, step: Step<'a>) -> Self {
        Self {
            outer: Some(self),
            step,
        }
    }

    fn path(&self) -> String {
        let outer = self.outer.map(Self::path).unwrap_or_default();
        match self.step {
            Step::Root => outer,
            Step::Member(name) => join(&outer, name),
            Step::Item(n) => format!("{outer}[{n}]"),
        }
    }

    fn fail(&self, stop: Stop) -> Failure {
        Failure {
            path: self.path(),
            stop,
        }
    }
}

impl Run {
    /// Goes through everything even when facts are needed, so that all are found at once.
    fn part(
        &mut self,
        part: &Part,
        here: Here<'_>,
        place: Option<Place<'_>>,
        at: &At<'_>,
    ) -> Result<Value, Failure> {
        match part {
            Part::Literal(value) => {
                self.grow(value, at)?;
                self.conform(value.clone(), place, at)
            }
            Part::Formula(formula) => {
                let value = self.formula(formula, here, at)?;
                self.conform(value, place, at)
            }
            Part::List(parts) => {
                self.grow(&Value::Null, at)?;
                let place = place.and_then(Place::item);
                let mut items = Vec::with_capacity(parts.len());
                for (n, part) in parts.iter().enumerate() {
                    let item = self.part(part, here, place, &at.within(Step::Item(n)))?;
                    items.extend((!item.is_null()).then_some(item));
                }
                Ok(Value::list(items))
            }
            Part::Map(parts) => {
                self.grow(&Value::Null, at)?;
                let mut members = Map::new();
                for (name, part) in parts {
                    let place = place.and_then(|place| place.member(name));
                    let value = self.part(part, here, place, &at.within(Step::Member(name)))?;
                    if !value.is_null() {
                        members.insert(Arc::clone(name), value);
                    }
                }
                Ok(Value::Map(Arc::new(members)))
            }
            Part::Each {
                source,
                variable,
                item,
            } => {
                let each = at.within(Step::Member("each"));
                let list = self.formula(source, here, &each)?;
                let items = match &list {
                    // The list itself may lack facts, which were noted.
                    Value::Null => &[],
                    Value::List(items) => items.as_slice(),
                    other => {
                        let message = format!("`each` needs a list, it is {}", other.kind());
                        return Err(each.fail(Stop::failed(message)));
                    }
                };
                self.each(items, variable, item, here, place, at)
            }
        }
    }

    fn each(
        &mut self,
        items: &[Value],
        variable: &Arc<str>,
        part: &Part,
        here: Here<'_>,
        place: Option<Place<'_>>,
        at: &At<'_>,
    ) -> Result<Value, Failure> {
        if items.len() > limits::LIST_ITEMS {
            let most = limits::LIST_ITEMS;
            let message = format!("a list of {} items; a mapping takes {most}", items.len());
            return Err(at.fail(Stop::failed(message)));
        }
        let place = place.and_then(Place::item);
        let mut mapped = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            let bound = Bound {
                name: variable,
                value: item,
                outer: here.bound,
            };
            let inner = here.with(&bound);
            mapped.push(self.part(part, inner, place, &at.within(Step::Item(n)))?);
        }
        Ok(Value::list(mapped))
    }

    fn conform(
        &mut self,
        value: Value,
        place: Option<Place<'_>>,
        at: &At<'_>,
    ) -> Result<Value, Failure> {
        let Some(made) = &mut self.made else {
            return conform(value, place, at);
        };
        let after = conform(value.clone(), place, at)?;
        between(&value, &after, &at.path(), made);
        Ok(after)
    }

    /// Counts a part of the result; everything counts, so that nothing grows without end.
    fn grow(&mut self, value: &Value, at: &At<'_>) -> Result<(), Failure> {
        let most = limits::OUTPUT_BYTES;
        self.bytes = self.bytes.saturating_add(size_of(value, most));
        if self.bytes > most {
            let message = format!("the result would be larger than {most} bytes");
            return Err(at.fail(Stop::failed(message)));
        }
        Ok(())
    }

    fn formula(
        &mut self,
        formula: &Formula,
        here: Here<'_>,
        at: &At<'_>,
    ) -> Result<Value, Failure> {
        match formula.eval_here(here) {
            Ok(value) => {
                self.grow(&value, at)?;
                Ok(value)
            }
            Err(Stop::Needs(facts)) => {
                self.needs.extend(facts);
                Ok(Value::Null)
            }
            Err(stop) => Err(at.fail(stop)),
        }
    }
}

/// The value as it goes to its place.
fn conform(value: Value, place: Option<Place<'_>>, at: &At<'_>) -> Result<Value, Failure> {
    let Some(place) = place else {
        return Ok(value);
    };
    place.conform(value).map_err(|misplaced| {
        let mut path = at.path();
        for name in misplaced.at.iter().rev() {
            path = if name.starts_with('[') {
                path + name
            } else {
                join(&path, name)
            };
        }
        let Refusal { message, cure } = misplaced.refusal;
        Failure {
            path,
            stop: Stop::Mismatch { message, cure },
        }
    })
}

/// The same for a formula by itself.
pub(crate) fn conform_here(value: Value, place: Option<Place<'_>>) -> Result<Value, Stop> {
    conform(value, place, &At::ROOT).map_err(|failure| failure.stop)
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
