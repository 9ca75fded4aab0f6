//! One formula, compiled.

use crate::eval;
use crate::expression::Node;
use crate::fact::Stop;
use crate::functions::FunctionTable;
use crate::parse;
use crate::path::Path;
use crate::scope::{Here, Kept, Scope};
use crate::value::Value;
use model::Problem;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// A compiled formula. Cheap to copy, shared between threads.
#[derive(Clone)]
pub struct Formula {
    source: Arc<str>,
    node: Arc<Node>,
    optional: bool,
}

impl Formula {
    /// Compiles a formula that calls the language's own functions.
    ///
    /// Returns all that is wrong with it: syntax, unknown functions, wrong numbers of arguments,
    /// absent values that are not dealt with, and what the language does not have.
    pub fn compile(source: &str) -> Result<Self, Vec<Problem>> {
        Self::compile_with(source, FunctionTable::standard())
    }

    /// Compiles a formula that calls the functions of `table`.
    pub fn compile_with(source: &str, table: &FunctionTable) -> Result<Self, Vec<Problem>> {
        let parsed = parse::parse(source, table)?;
        Ok(Self {
            source: Arc::from(source),
            node: Arc::new(parsed.node),
            optional: parsed.optional,
        })
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether its value may be absent.
    pub fn is_optional(&self) -> bool {
        self.optional
    }

    /// The value in `scope`; absent (`Value::Null`) only for an optional formula.
    pub fn eval(&self, scope: &Scope<'_>) -> Result<Value, Stop> {
        eval::evaluate(&self.node, Here::new(scope, &Kept::new()))
    }

    /// As [`Formula::eval`], inside a template.
    pub(crate) fn eval_here(&self, here: Here<'_>) -> Result<Value, Stop> {
        eval::evaluate(&self.node, here)
    }

    /// The paths that the formula reads, each once, in order. A path is optional only if every
    /// place that reads it copes with its absence.
    pub fn references(&self) -> Vec<Path> {
        let mut found = BTreeMap::new();
        collect(&self.node, &mut Vec::new(), &mut found);
        found.into_values().collect()
    }

    /// The lookup tables that it cannot do without, as far as it names them.
    pub fn tables(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        tables(&self.node, &mut found);
        found
    }

    /// The path that the formula is, if it is nothing else: a plain copy.
    pub fn path(&self) -> Option<Path> {
        self.node.path(&[])
    }

    pub(crate) fn node(&self) -> &Node {
        &self.node
    }
}

impl fmt::Debug for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "={}", self.source)
    }
}

fn tables(node: &Node, found: &mut BTreeSet<String>) {
    if let Node::Call {
        function,
        arguments,
    } = node
        && matches!(function.function.name, "lookup" | "derive")
        && let Some(Node::Literal(table)) = arguments.first()
    {
        found.extend(table.as_text().map(ToOwned::to_owned));
    }
    for child in node.children() {
        tables(child, found);
    }
}

fn collect(node: &Node, locals: &mut Vec<Option<Path>>, found: &mut BTreeMap<String, Path>) {
    if let Node::Each(each) = node {
        collect(&each.range, locals, found);
        locals.push(each.range.path(locals).map(Path::item));
        // What a filter keeps is read by whoever goes on with it.
        let body = (!each.is_filter()).then_some(&each.body);
        for inner in each.filter.iter().chain(body) {
            collect(inner, locals, found);
        }
        locals.pop();
        return;
    }
    if let Some(path) = node.path(locals) {
        found
            .entry(path.to_string())
            .and_modify(|known| known.optional &= path.optional)
            .or_insert(path);
        // An index may be computed from other paths.
        let mut inner = node;
        while let Node::Select(_) | Node::Has(_) | Node::Index(_) = inner {
            if let Node::Index(index) = inner {
                collect(&index.key, locals, found);
            }
            inner = inner.children()[0];
        }
        return;
    }
    for child in node.children() {
        collect(child, locals, found);
    }
}
