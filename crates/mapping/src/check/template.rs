//! Goes through a template: each formula by itself, and each result with the field it goes to.

use super::facts::Format;
use super::fit::{Finding, Fit, Outcome};
use super::formula::{Checker, Variable};
use super::known::Known;
use super::likeness::nearest;
use super::schema::{Count, Member};
use super::schemas::Schemas;
use crate::coercion::{Coercion, Coercions};
use crate::formula::Formula;
use crate::functions::signature::Kind;
use crate::template::{Part, join};
use model::Problem;
use std::sync::Arc;

/// What came of checking a template.
#[derive(Default)]
pub struct Checked {
    pub problems: Vec<Problem>,
    pub coercions: Vec<Coercion>,
}

/// One walk through a template.
pub struct Walk<'a> {
    schemas: &'a Schemas,
    coercions: &'a Coercions,
    variables: Vec<Variable<'a>>,
    pub checked: Checked,
}

impl<'a> Walk<'a> {
    pub fn new(schemas: &'a Schemas, coercions: &'a Coercions) -> Self {
        Self {
            schemas,
            coercions,
            variables: Vec::new(),
            checked: Checked::default(),
        }
    }

    fn error(&mut self, path: &str, code: &str, message: String, cure: &str) {
        let problem = Problem::error(path, code, message, cure);
        self.checked.problems.push(problem);
    }

    /// Checks one formula and says what it gives.
    fn formula(&mut self, formula: &Formula, path: &str) -> Known<'a> {
        let schemas = self.schemas;
        let mut checker = Checker::new(schemas, &self.variables, path);
        let known = checker.node(formula.node());
        let problems = checker.problems;
        // After a mistake nothing is known, so that one mistake is one problem.
        let sound = problems.iter().all(|p| p.code == "maybe_missing");
        self.checked.problems.extend(problems);
        if sound { known } else { Known::Anything }
    }

    /// Checks a part and says what it gives; `place` is the field that it goes to.
    pub fn part(&mut self, part: &Part, path: &str, place: &Known<'a>) -> Known<'a> {
        match part {
            Part::Literal(value) => {
                let known = Known::of_value(value);
                self.fit(&known, place, path, "");
                known
            }
            Part::Formula(formula) => {
                let known = self.formula(formula, path);
                // Around a value that may be absent a cure cannot be written in one call.
                let whole = !formula.is_optional();
                let source = if whole { formula.source() } else { "" };
                self.fit(&known, place, path, source);
                known
            }
            Part::List(items) => {
                if !self.is_due(place, Kind::List, path) {
                    return self.inner_list(items, path, &Known::Anything);
                }
                let known = self.inner_list(items, path, &place.item());
                self.count(items, place, path);
                known
            }
            Part::Map(members) => self.map(members, path, place),
            Part::Each {
                source,
                variable,
                item,
            } => {
                let at = join(path, "each");
                let list = self.formula(source, &at);
                if list.kind().is_some_and(|kind| kind != Kind::List) {
                    let message = format!("`{}` is no list", source.source());
                    self.error(&at, "wrong_type", message, "name a list");
                }
                let due = self.is_due(place, Kind::List, path);
                let inner = if due { place.item() } else { Known::Anything };
                self.variables.push((variable.clone(), list.item()));
                let item = self.part(item, &join(path, "to"), &inner);
                self.variables.pop();
                Known::list(item, list.count())
            }
        }
    }

    fn inner_list(&mut self, items: &[Part], path: &str, place: &Known<'a>) -> Known<'a> {
        let known = items
            .iter()
            .enumerate()
            .map(|(n, item)| self.part(item, &format!("{path}[{n}]"), place));
        let known = known.collect();
        let least = items.iter().filter(|item| !item.may_be_absent()).count();
        let most = Some(items.len());
        Known::list(Known::either(known), Count { least, most })
    }

    /// Whether a list or map that is written down may stand at a place.
    fn is_due(&mut self, place: &Known<'a>, kind: Kind, path: &str) -> bool {
        let wants = super::fit::wants(place);
        if wants.is_empty() || wants.iter().any(|want| want.kind == kind) {
            return true;
        }
        let due: Vec<String> = wants.iter().map(|want| want.kind.to_string()).collect();
        let message = format!("{kind} stands where {} is due", due.join(" or "));
        let cure = crate::coercion::convert::cure(kind, wants[0].kind, None::<Format>, "…");
        self.error(path, "type_mismatch", message, &cure);
        false
    }

    fn count(&mut self, items: &[Part], place: &Known<'a>, path: &str) {
        let due = place.count();
        let given = items.len();
        let sure = items.iter().filter(|item| !item.may_be_absent()).count();
        if due.most.is_some_and(|most| sure > most) {
            let most = due.most.unwrap_or_default();
            let message = format!("the list has {sure} items, at most {most} fit");
            self.error(path, "too_many_items", message, "give a shorter list");
        }
        if given < due.least {
            let least = due.least;
            let message = format!("the list has {given} items, at least {least} are due");
            let cure = "give a longer list, or leave the field out";
            self.error(path, "too_few_items", message, cure);
        }
    }

    fn map(&mut self, members: &[(Arc<str>, Part)], path: &str, place: &Known<'a>) -> Known<'a> {
        let due = self.is_due(place, Kind::Map, path);
        let anything = Known::Anything;
        let place = if due { place } else { &anything };
        self.required(members, path, place);
        let mut known = Vec::with_capacity(members.len());
        for (name, member) in members {
            let at = join(path, name);
            let inner = match place.member(name) {
                Some(inner) => inner.known,
                None => {
                    self.unknown_field(name, &at, place);
                    Known::Anything
                }
            };
            let value = self.part(member, &at, &inner);
            known.push((
                name.to_string(),
                Member {
                    known: value,
                    certain: !member.may_be_absent(),
                },
            ));
        }
        Known::map(known)
    }

    /// Names the fields that have to be given and are not, or may be absent.
    fn required(&mut self, members: &[(Arc<str>, Part)], path: &str, place: &Known<'a>) {
        for name in place.required() {
            let at = join(path, &name);
            match members.iter().find(|(given, _)| **given == *name) {
                None => {
                    let message = format!("the field `{name}` is required and not given");
                    self.error(&at, "missing_field", message, &format!("add `{name}:`"));
                }
                Some((_, Part::Literal(value))) if value.is_null() => {
                    let message = format!("the field `{name}` is required and null is no value");
                    self.error(&at, "missing_field", message, "give it a value");
                }
                Some((_, Part::Formula(formula))) if formula.is_optional() => {
                    let message = format!("the field `{name}` is required and may be missing");
                    let source = formula.source().trim();
                    let cure = format!("say what to use instead: {source}.orValue(…)");
                    self.error(&at, "maybe_missing", message, &cure);
                }
                Some(_) => {}
            }
        }
    }

    fn unknown_field(&mut self, name: &str, path: &str, place: &Known<'a>) {
        let members = place.members();
        let cure = match nearest(name, members.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are: {}", members.join(", ")),
        };
        self.error(
            path,
            "unknown_field",
            format!("there is no field `{name}`"),
            &cure,
        );
    }

    fn fit(&mut self, value: &Known<'a>, place: &Known<'a>, path: &str, source: &str) {
        let Outcome {
            findings,
            conversions,
        } = Fit::new(self.coercions, source.trim()).value(value, place, "");
        for finding in findings {
            self.checked.problems.push(problem(path, finding));
        }
        for conversion in conversions {
            self.checked.coercions.push(Coercion {
                path: inside(path, &conversion.inside),
                rule: conversion.rule,
                from: conversion.rule.from(),
                to: conversion.rule.to(),
                certain: conversion.certain,
            });
        }
    }
}

fn inside(path: &str, within: &str) -> String {
    if within.is_empty() || within.starts_with('[') {
        format!("{path}{within}")
    } else {
        join(path, within)
    }
}

/// A finding stands on the formula, which is what can be changed; its message says where within.
fn problem(path: &str, finding: Finding) -> Problem {
    let message = if finding.inside.is_empty() {
        finding.message
    } else {
        format!("in `{}`: {}", finding.inside, finding.message)
    };
    if finding.certain {
        Problem::error(path, finding.code, message, finding.cure)
    } else {
        Problem::warning(path, finding.code, message, finding.cure)
    }
}
