//! Compares what is known of a value with the schema of the place that it goes to.
//!
//! An error is what fails whenever it runs; a warning is what may fail for some values, and each
//! comes with a cure. Where either side says nothing, nothing is objected to.

mod number;
mod text;
mod want;

pub use want::{Want, wants};

use super::facts::Format;
use super::known::Known;
use super::likeness::nearest;
use super::schema::Found;
use crate::coercion::{Coercions, Rule, convert};
use crate::functions::signature::Kind;
use serde_json::Value as Json;
use std::collections::HashSet;

/// One finding: what is wrong, where within the value, and what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub code: &'static str,
    pub certain: bool,
    /// Where in the value: `lines[].item`; empty for the value itself.
    pub inside: String,
    pub message: String,
    pub cure: String,
}

/// A conversion that will be made, or may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversion {
    pub rule: Rule,
    pub inside: String,
    /// Whether the kinds are known; else it is made if the value turns out to need it.
    pub certain: bool,
}

/// What came of a comparison.
#[derive(Default, Debug)]
pub struct Outcome {
    pub findings: Vec<Finding>,
    pub conversions: Vec<Conversion>,
}

impl Outcome {
    fn fails(&self) -> bool {
        self.findings.iter().any(|finding| finding.certain)
    }

    fn merge(&mut self, other: Self) {
        for finding in other.findings {
            if !self.findings.contains(&finding) {
                self.findings.push(finding);
            }
        }
        for conversion in other.conversions {
            if !self.conversions.contains(&conversion) {
                self.conversions.push(conversion);
            }
        }
    }
}

/// Compares values with places, inside one template.
pub struct Fit<'c> {
    coercions: &'c Coercions,
    /// The formula as it stands in the cures, if it is short.
    source: String,
    /// The pairs of schemas that the comparison is inside of: recursive ones come back.
    inside: HashSet<(*const Json, *const Json)>,
    /// The comparisons that are left: schemas that use one another could go on forever.
    left: usize,
}

/// Nothing sensible takes more comparisons of one value with its place.
const COMPARISONS: usize = 5_000;

/// A formula longer than this is not repeated in a cure.
const QUOTED: usize = 60;

impl<'c> Fit<'c> {
    /// `source` is the formula that the value comes from, without its `=`; empty for a literal.
    pub fn new(coercions: &'c Coercions, source: &str) -> Self {
        let short = !source.is_empty() && source.len() <= QUOTED && !source.contains('\n');
        Self {
            coercions,
            source: if short { source } else { "…" }.to_owned(),
            inside: HashSet::new(),
            left: COMPARISONS,
        }
    }

    /// Whether `value` may stand at `place`.
    pub fn value(&mut self, value: &Known<'_>, place: &Known<'_>, inside: &str) -> Outcome {
        let mut outcome = Outcome::default();
        let wants = wants(place);
        if wants.is_empty() || self.left == 0 {
            return outcome;
        }
        self.left -= 1;
        let pair = match (value, place) {
            (Known::Schema(a), Known::Schema(b)) => Some((
                std::ptr::from_ref(a.schema()),
                std::ptr::from_ref(b.schema()),
            )),
            _ => None,
        };
        if pair.is_some_and(|pair| !self.inside.insert(pair)) {
            return outcome;
        }
        for one in value.alternatives() {
            outcome.merge(self.alternative(&one, &wants, inside));
        }
        if let Some(pair) = pair {
            self.inside.remove(&pair);
        }
        outcome
    }

    /// One kind of value, which has to fit one of the things wanted.
    fn alternative(&mut self, value: &Known<'_>, wants: &[Want<'_>], inside: &str) -> Outcome {
        let mut first: Option<Outcome> = None;
        // What needs no conversion comes first, so that `text or number` takes a text as it is.
        let kind = value.kind();
        let (same, other): (Vec<_>, Vec<_>) =
            wants.iter().partition(|want| Some(want.kind) == kind);
        let sameness = !same.is_empty();
        for want in same.into_iter().chain(other) {
            if sameness && Some(want.kind) != kind {
                break;
            }
            let outcome = self.one(value, want, inside);
            if !outcome.fails() {
                return outcome;
            }
            first.get_or_insert(outcome);
        }
        first.unwrap_or_default()
    }

    fn one(&mut self, value: &Known<'_>, want: &Want<'_>, inside: &str) -> Outcome {
        let Some(kind) = value.kind() else {
            // The kind shows when it runs; what can be converted then is said now.
            return Outcome {
                conversions: self.possible(want, inside),
                ..Outcome::default()
            };
        };
        match (kind, want.kind) {
            (Kind::Text, Kind::Text) => self.text(value, want, inside),
            (Kind::Int, Kind::Int) | (Kind::Number, Kind::Number) => {
                self.number(value, want, inside)
            }
            (Kind::Int, Kind::Number) => {
                let mut outcome = self.number(value, want, inside);
                if want.decimal {
                    outcome.merge(self.conversion(Rule::IntegerToDecimal, value, want, inside));
                }
                outcome
            }
            (Kind::Text, Kind::Int | Kind::Number) => self.text_to_number(value, want, inside),
            (Kind::Int | Kind::Number, Kind::Text) => self.number_to_text(value, want, inside),
            (Kind::List, Kind::List) => self.list(value, want, inside),
            (Kind::Map, Kind::Map) => self.map(value, want, inside),
            (Kind::Bool, Kind::Bool) => Outcome::default(),
            _ => self.mismatch(value, want, inside),
        }
    }

    fn found(&self, inside: &str, code: &'static str, message: String, cure: String) -> Outcome {
        Outcome {
            findings: vec![Finding {
                code,
                certain: true,
                inside: inside.to_owned(),
                message,
                cure,
            }],
            ..Outcome::default()
        }
    }

    fn warned(&self, inside: &str, code: &'static str, message: String, cure: String) -> Outcome {
        let mut outcome = self.found(inside, code, message, cure);
        outcome.findings[0].certain = false;
        outcome
    }

    fn mismatch(&self, value: &Known<'_>, want: &Want<'_>, inside: &str) -> Outcome {
        let found = value.kind().unwrap_or(Kind::Any);
        let wanted = want.phrase();
        let message = format!("{found} stands where {wanted} is due");
        let cure = convert::cure(found, want.kind, want.text.format, &self.source);
        self.found(inside, "type_mismatch", message, cure)
    }

    /// A conversion, if it is switched on.
    fn conversion(&self, rule: Rule, value: &Known<'_>, want: &Want<'_>, inside: &str) -> Outcome {
        if !self.coercions.allow(rule) {
            let mut outcome = self.mismatch(value, want, inside);
            for finding in &mut outcome.findings {
                let name = rule.name();
                finding.message += &format!(" (the conversion `{name}` is switched off)");
            }
            return outcome;
        }
        Outcome {
            conversions: vec![Conversion {
                rule,
                inside: inside.to_owned(),
                certain: true,
            }],
            ..Outcome::default()
        }
    }

    /// The conversions that a value of unknown kind may need at a place.
    fn possible(&self, want: &Want<'_>, inside: &str) -> Vec<Conversion> {
        let rules: &[Rule] = match want.kind {
            Kind::Number if want.decimal => &[Rule::TextToNumber, Rule::IntegerToDecimal],
            Kind::Int | Kind::Number => &[Rule::TextToNumber],
            Kind::Text if want.text.format == Some(Format::DateBasic) => &[Rule::DateToBasic],
            Kind::Text => &[Rule::NumberToText],
            _ => &[],
        };
        let allowed = rules.iter().filter(|rule| self.coercions.allow(**rule));
        allowed
            .map(|rule| Conversion {
                rule: *rule,
                inside: inside.to_owned(),
                certain: false,
            })
            .collect()
    }
    fn list(&mut self, value: &Known<'_>, want: &Want<'_>, inside: &str) -> Outcome {
        let (count, due) = (value.count(), want.case.count());
        let mut outcome = Outcome::default();
        if let Some(most) = due.most
            && count.least > most
        {
            let least = count.least;
            let message = format!("the list has {least} items, at most {most} fit");
            let cure = "give a shorter list".to_owned();
            outcome.merge(self.found(inside, "too_many_items", message, cure));
        }
        if count.most.is_some_and(|most| most < due.least) {
            let (most, least) = (count.most.unwrap_or_default(), due.least);
            let message = format!("the list has {most} items, at least {least} are due");
            let cure = "give a longer list, or leave the field out".to_owned();
            outcome.merge(self.found(inside, "too_few_items", message, cure));
        }
        // An empty list has no items that could be wrong.
        if count.most != Some(0) {
            let item = self.value(&value.item(), &want.case.item(), &format!("{inside}[]"));
            outcome.merge(item);
        }
        outcome
    }

    fn map(&mut self, value: &Known<'_>, want: &Want<'_>, inside: &str) -> Outcome {
        let mut outcome = Outcome::default();
        if matches!(value, Known::SomeMap) {
            return outcome;
        }
        let at = |name: &str| match inside {
            "" => name.to_owned(),
            inside => format!("{inside}.{name}"),
        };
        let given = value.members();
        for name in want.case.required() {
            if want.optional(name) {
                continue;
            }
            let found = match value.member(name) {
                Some(member) if member.certain => continue,
                Some(_) if value.is_open() && !given.iter().any(|known| known == name) => continue,
                Some(_) => {
                    let message = format!("the field `{name}` is required and may be missing");
                    let cure = "build the map and say what to use instead: x.?y.orValue(…)";
                    self.found(&at(name), "maybe_missing", message, cure.to_owned())
                }
                None => {
                    let message = format!("the field `{name}` is required and not given");
                    let cure = format!("build the map with `{name}`");
                    self.found(&at(name), "missing_field", message, cure)
                }
            };
            outcome.merge(found);
        }
        for name in &given {
            let Some(member) = value.member(name) else {
                continue;
            };
            match want.case.member(name) {
                Found::Here(place) => {
                    let found = self.value(&member.known, &place.known, &at(name));
                    outcome.merge(found);
                }
                Found::Nowhere if want.case.is_closed() || matches!(value, Known::Map(_)) => {
                    outcome.merge(self.unknown(name, want, &at(name)));
                }
                Found::Nowhere => {}
            }
        }
        outcome
    }

    fn unknown(&self, name: &str, want: &Want<'_>, at: &str) -> Outcome {
        let message = format!("there is no field `{name}`");
        let cure = match nearest(name, want.case.members()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let known: Vec<&str> = want.case.members().collect();
                format!("there are: {}", known.join(", "))
            }
        };
        self.found(at, "unknown_field", message, cure)
    }
}
