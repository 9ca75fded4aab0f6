//! What can be said of a formula before it runs: names and paths that do not exist, members that
//! may be absent, values of the wrong kind; and of a template whose result goes to a field, whether
//! it fits there.
//!
//! Schemas are JSON schemas. A member is certain if `required` lists it and its schema does not
//! allow null. Where a schema says nothing, nothing is objected to. Beyond JSON Schema's own words,
//! `"format": "decimal"` is an exact number that stands as a text (with `scale` and `precision`, in
//! digits), `date-basic` a date as YYYYMMDD, `currency` a code of ISO 4217.

mod currency;
pub(crate) mod facts;
pub(crate) mod fit;
mod formula;
mod guard;
pub(crate) mod known;
mod likeness;
mod operator;
mod pattern;
mod result;
pub(crate) mod schema;
mod schemas;
mod shares;
mod shown;
mod template;

pub(crate) use formula::{Checker, Variable};
pub(crate) use likeness::nearest;
pub(crate) use operator::accepts;
pub use schemas::Schemas;
pub use shown::Type;

use crate::coercion::Coercions;
use crate::formula::Formula;
use crate::functions::signature::Kind;
use crate::path::{Path, Segment};
use crate::template::Template;
use known::Known;
use model::Problem;
use schema::Node as SchemaNode;
use schemas::Declared;
use serde_json::Value as Json;
use template::Walk;

pub use template::Checked;

/// Checks one formula; `path` is where it stands in its document.
pub fn check(formula: &Formula, path: &str, schemas: &Schemas) -> Vec<Problem> {
    let mut checker = Checker::new(schemas, &[], path);
    checker.node(formula.node());
    checker.problems
}

/// What is known of a formula's value, for editors.
pub fn type_of(formula: &Formula, schemas: &Schemas) -> Type {
    let mut checker = Checker::new(schemas, &[], "");
    let known = checker.node(formula.node());
    Type::of(&known, formula.is_optional())
}

/// Checks every formula of a template; `path` is where the template stands in its document.
pub fn check_template(template: &Template, path: &str, schemas: &Schemas) -> Vec<Problem> {
    let coercions = Coercions::all();
    let mut walk = Walk::new(schemas, &coercions);
    walk.part(&template.part, path, &Known::Anything);
    walk.checked.problems
}

/// Checks every formula of a template, and every result with the field that it goes to: kinds,
/// lengths, decimals, words, dates, fields that are missing or unknown. `target` is the JSON
/// schema of the whole result.
///
/// Errors are what fails whenever it runs; warnings are what fails for some values.
pub fn check_against(template: &Template, path: &str, schemas: &Schemas, target: &Json) -> Checked {
    let coercions = template.allowed();
    let mut walk = Walk::new(schemas, &coercions);
    let place = Known::Schema(SchemaNode::root(target));
    walk.part(&template.part, path, &place);
    walk.checked
}

/// The JSON schema of what a template gives, for the formulas that read it later; anything if it
/// did not compile, so that one mistake is one problem.
pub fn schema_of(template: &Template, schemas: &Schemas) -> Json {
    if !template.sound {
        return Json::Bool(true);
    }
    let coercions = Coercions::all();
    let mut walk = Walk::new(schemas, &coercions);
    walk.part(&template.part, "", &Known::Anything).to_schema()
}

impl Path {
    /// Whether `schemas` knows everything on this path; nothing is said about absence.
    pub fn exists_in(&self, schemas: &Schemas) -> bool {
        let mut at = match schemas.get(&self.root) {
            Some(Declared::Whole(schema)) => Known::Schema(SchemaNode::root(schema)),
            Some(Declared::Members(members)) => Known::Members(members),
            None => return false,
        };
        for segment in &self.segments {
            at = match segment {
                Segment::Field(name) => match at.member(name) {
                    Some(member) => member.known,
                    None => return false,
                },
                Segment::Item
                    if at
                        .kind()
                        .is_none_or(|k| matches!(k, Kind::List | Kind::Map)) =>
                {
                    at.item()
                }
                Segment::Item => return false,
            };
        }
        true
    }
}
