//! Compares what is known of a value with the schema of the place that it goes to.
//!
//! An error is what fails whenever it runs; a warning is what may fail for some values, and each
//! comes with a cure. Where either side says nothing, nothing is objected to.

use super::facts::{Format, NumberFacts, TextFacts};
use super::known::{Known, digits};
use super::likeness::nearest;
use super::pattern;
use super::schema::{Case, Found, Member, Node};
use crate::coercion::{Coercions, Rule, convert};
use crate::functions::FunctionTable;
use crate::functions::signature::Kind;
use crate::number::shorten;
use crate::value::Value;
use serde_json::Value as Json;
use std::collections::HashSet;
use std::sync::Arc;

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
    /// The pairs of schemas that were met: recursive ones come back.
    met: HashSet<(*const Json, *const Json)>,
}

/// A formula longer than this is not repeated in a cure.
const QUOTED: usize = 60;

impl<'c> Fit<'c> {
    /// `source` is the formula that the value comes from, without its `=`; empty for a literal.
    pub fn new(coercions: &'c Coercions, source: &str) -> Self {
        let short = !source.is_empty() && source.len() <= QUOTED && !source.contains('\n');
        Self {
            coercions,
            source: if short { source } else { "…" }.to_owned(),
            met: HashSet::new(),
        }
    }

    /// Whether `value` may stand at `place`.
    pub fn value(&mut self, value: &Known<'_>, place: &Known<'_>, inside: &str) -> Outcome {
        let mut outcome = Outcome::default();
        if let (Known::Schema(a), Known::Schema(b)) = (value, place)
            && !self.met.insert((a.schema(), b.schema()))
        {
            return outcome;
        }
        let wants = wants(place);
        if wants.is_empty() {
            return outcome;
        }
        for one in value.alternatives() {
            outcome.merge(self.alternative(&one, &wants, inside));
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

    /// How a text is made to fit.
    fn shortening(&self, of: &str, most: usize) -> String {
        let cut = format!("cut it on purpose: truncate({of}, {most})");
        if FunctionTable::standard().get("fits").is_some() {
            format!("{cut}, or refuse a longer one: fits({of}, {most})")
        } else {
            cut
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

    fn text(&self, value: &Known<'_>, want: &Want<'_>, inside: &str) -> Outcome {
        let facts = value.text().unwrap_or_default();
        if want.text.format == Some(Format::DateBasic) && facts.words.is_none() {
            return match facts.format {
                Some(Format::DateBasic) => Outcome::default(),
                Some(Format::Date) => self.conversion(Rule::DateToBasic, value, want, inside),
                _ => Outcome {
                    conversions: self.possible(want, inside),
                    ..Outcome::default()
                },
            };
        }
        if let Some(words) = &facts.words {
            return self.words(words, value, want, inside);
        }
        let mut outcome = Outcome::default();
        if let Some(most) = want.text.most
            && want.text.words.is_none()
            && facts.most.is_none_or(|long| long > most)
        {
            let long = match facts.most {
                Some(long) => format!("up to {long}"),
                None => "any number of".to_owned(),
            };
            let message = format!("the text may have {long} characters, at most {most} fit");
            let cure = self.shortening(&self.source, most);
            outcome.merge(self.warned(inside, "may_be_too_long", message, cure));
        }
        if let Some(most) = facts.most
            && most < want.text.least
        {
            let least = want.text.least;
            let message =
                format!("the text has at most {most} characters, at least {least} are due");
            let cure = "give a longer text, such as pad_left(x, width, '0')".to_owned();
            outcome.merge(self.found(inside, "too_short", message, cure));
        }
        if let Some(words) = &want.text.words {
            let message = format!("the text may be another than {}", quoted(words));
            let cure = "map it: lookup('table', x), or x == 'a' ? 'b' : 'c'".to_owned();
            outcome.merge(self.warned(inside, "may_not_be_listed", message, cure));
        }
        if want.text.format == Some(Format::Date)
            && facts.most.is_some_and(|most| most < Format::Date.length())
        {
            let message = "the text is too short for a date, YYYY-MM-DD".to_owned();
            let cure = "make a date of unix seconds: date(x, company.books_zone)".to_owned();
            outcome.merge(self.found(inside, "bad_date", message, cure));
        }
        outcome
    }

    /// A text that is one of some words: each is looked at, as it is.
    fn words(
        &self,
        words: &[Arc<str>],
        value: &Known<'_>,
        want: &Want<'_>,
        inside: &str,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let mut good = 0;
        for word in words {
            let found = self.word(word, value, want, inside);
            good += usize::from(!found.fails());
            outcome.merge(found);
        }
        if good > 0 {
            for finding in &mut outcome.findings {
                finding.certain = false;
            }
        }
        outcome
    }

    fn word(&self, word: &str, value: &Known<'_>, want: &Want<'_>, inside: &str) -> Outcome {
        let (facts, shown) = (&want.text, shorten(word));
        if let Some(words) = &facts.words
            && !words.iter().any(|known| known.as_ref() == word)
        {
            let message = format!("`{shown}` is none of {}", quoted(words));
            let cure = match nearest(word, words.iter().map(AsRef::as_ref)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write one of them".to_owned(),
            };
            return self.found(inside, "not_listed", message, cure);
        }
        let long = word.chars().count();
        if let Some(most) = facts.most
            && long > most
        {
            let message = format!("`{shown}` has {long} characters, at most {most} fit");
            return self.found(inside, "too_long", message, "shorten it".to_owned());
        }
        if long < facts.least {
            let least = facts.least;
            let message = format!("`{shown}` has {long} characters, at least {least} are due");
            let cure = match long {
                0 => "write a text, or leave the field out".to_owned(),
                _ => "write a longer text".to_owned(),
            };
            return self.found(inside, "too_short", message, cure);
        }
        match facts.format {
            Some(Format::Date) if !convert::is_date(word) => {
                let message = format!("`{shown}` is no date");
                let cure = "write it as YYYY-MM-DD".to_owned();
                return self.found(inside, "bad_date", message, cure);
            }
            Some(Format::DateBasic) if convert::is_date(word) => {
                return self.conversion(Rule::DateToBasic, value, want, inside);
            }
            Some(Format::DateBasic) if !convert::is_basic_date(word) => {
                let message = format!("`{shown}` is no date");
                let cure = "write it as YYYY-MM-DD or YYYYMMDD".to_owned();
                return self.found(inside, "bad_date", message, cure);
            }
            Some(Format::Currency) if word.parse::<finance::Currency>().is_err() => {
                let message = format!("`{shown}` is no currency code");
                let cure = "use the code of ISO 4217, such as EUR".to_owned();
                return self.found(inside, "bad_currency", message, cure);
            }
            _ => {}
        }
        if let Some(pattern) = &facts.pattern
            && pattern::matches(pattern, word) == Some(false)
        {
            let message = format!("`{shown}` does not match {pattern}");
            let cure = format!("write a text that matches {pattern}");
            return self.found(inside, "pattern_mismatch", message, cure);
        }
        Outcome::default()
    }

    fn number(&self, value: &Known<'_>, want: &Want<'_>, inside: &str) -> Outcome {
        if let Known::Literal(literal) = value {
            return self.exact_number(literal, want, inside);
        }
        let (facts, due) = (value.number().unwrap_or_default(), want.number);
        let beyond = |low: Option<i64>, high: Option<i64>| {
            low.zip(high).is_some_and(|(least, most)| least > most)
        };
        if beyond(facts.low, due.high) || beyond(due.low, facts.high) {
            let message = format!("the number is never {}", range(due));
            let cure = "compute another number".to_owned();
            return self.found(inside, "out_of_range", message, cure);
        }
        if let Some(scale) = due.scale
            && facts.scale.is_none_or(|digits| digits > scale)
            && !want.whole()
        {
            let message = match facts.scale {
                Some(digits) => format!("the number may have {digits} decimals, {scale} fit"),
                None => format!("the number may have any number of decimals, {scale} fit"),
            };
            let cure = format!(
                "say how it is rounded: round({}, {scale}, 'half_up')",
                self.source
            );
            return self.warned(inside, "may_have_more_decimals", message, cure);
        }
        Outcome::default()
    }

    fn exact_number(&self, literal: &Value, want: &Want<'_>, inside: &str) -> Outcome {
        let Some(exact) = literal.as_decimal() else {
            return Outcome::default();
        };
        let due = want.number;
        let least = due.low.is_some_and(|low| exact < low.into());
        let most = due.high.is_some_and(|high| exact > high.into());
        if least || most {
            let message = format!("{exact} is not {}", range(due));
            let cure = format!("write a number {}", range(due));
            return self.found(inside, "out_of_range", message, cure);
        }
        if let Some(scale) = due.scale
            && exact.normalize().scale() > scale
        {
            let message = format!("{exact} has more than {scale} decimals");
            let cure = format!("round it: round(number('{exact}'), {scale}, 'half_up')");
            return self.found(inside, "too_many_decimals", message, cure);
        }
        if let Some(precision) = due.precision
            && digits(exact) > precision
        {
            let message = format!("{exact} has more than {precision} digits");
            return self.found(
                inside,
                "out_of_range",
                message,
                "write fewer digits".to_owned(),
            );
        }
        Outcome::default()
    }

    fn text_to_number(&self, value: &Known<'_>, want: &Want<'_>, inside: &str) -> Outcome {
        let facts = value.text().unwrap_or_default();
        if facts.format.is_some() {
            return self.mismatch(value, want, inside);
        }
        let converted = self.conversion(Rule::TextToNumber, value, want, inside);
        let Some(words) = facts.words.filter(|_| !converted.fails()) else {
            return converted;
        };
        let (mut outcome, mut good) = (converted, 0);
        for word in words.iter() {
            match convert::to_number(word, want.whole()) {
                Ok(number) => {
                    let found = self.exact_number(&number, want, inside);
                    good += usize::from(!found.fails());
                    outcome.merge(found);
                }
                Err(refusal) => {
                    let (message, cure) = (refusal.message, refusal.cure);
                    outcome.merge(self.found(inside, "type_mismatch", message, cure));
                }
            }
        }
        if good > 0 {
            for finding in &mut outcome.findings {
                finding.certain = false;
            }
        }
        outcome
    }

    fn number_to_text(&self, value: &Known<'_>, want: &Want<'_>, inside: &str) -> Outcome {
        if want.text.format.is_some() {
            return self.mismatch(value, want, inside);
        }
        let mut outcome = self.conversion(Rule::NumberToText, value, want, inside);
        if outcome.fails() {
            return outcome;
        }
        if let Known::Literal(literal) = value {
            if let Some(exact) = literal.as_decimal() {
                outcome.merge(self.word(&exact.to_string(), value, want, inside));
            }
            return outcome;
        }
        let long = value.number().unwrap_or_default().characters();
        // Whoever sends a whole number to a short code means a short number, or has the wrong
        // field: both show here.
        if let Some(most) = want.text.most
            && long > most
        {
            let message = format!("the number may take {long} characters, at most {most} fit");
            let cure = self.shortening(&format!("text({})", self.source), most);
            outcome.merge(self.warned(inside, "may_be_too_long", message, cure));
        }
        outcome
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

/// One thing that a place takes.
pub struct Want<'t> {
    pub case: Case<'t>,
    pub kind: Kind,
    /// A number that stands as a text.
    pub decimal: bool,
    pub text: TextFacts,
    number: NumberFacts,
}

impl Want<'_> {
    fn whole(&self) -> bool {
        self.kind == Kind::Int
    }

    fn optional(&self, name: &str) -> bool {
        match self.case.member(name) {
            Found::Here(Member {
                known: Known::Schema(node),
                ..
            }) => Node::may_be_null(node),
            _ => false,
        }
    }

    fn phrase(&self) -> String {
        match self.text.format.filter(|_| self.kind == Kind::Text) {
            Some(Format::Date) => "a date (YYYY-MM-DD)".to_owned(),
            Some(Format::DateBasic) => "a date (YYYYMMDD)".to_owned(),
            Some(Format::Currency) => "a currency code".to_owned(),
            None if self.decimal => "a decimal".to_owned(),
            None => self.kind.to_string(),
        }
    }
}

/// The things that a place takes; none: anything. Words of several cases are one list.
pub fn wants<'t>(place: &Known<'t>) -> Vec<Want<'t>> {
    let cases = match place {
        Known::Schema(node) => node.cases(),
        // A place is said by a schema; of anything else nothing is asked.
        Known::Either(several) => {
            let mut wants = Vec::new();
            for one in several.iter() {
                let more = self::wants(one);
                if more.is_empty() {
                    return Vec::new();
                }
                wants.extend(more);
            }
            return together(wants);
        }
        _ => return Vec::new(),
    };
    let mut wants = Vec::with_capacity(cases.len());
    for case in cases {
        let kinds = case.kinds();
        if kinds.is_empty() {
            return Vec::new();
        }
        for kind in kinds {
            let decimal = case.is_decimal();
            wants.push(Want {
                text: case.text(),
                number: case.number(kind == Kind::Int),
                case: case.clone(),
                kind,
                decimal,
            });
        }
    }
    together(wants)
}

/// `oneOf` with a word each is one list of words.
fn together(wants: Vec<Want<'_>>) -> Vec<Want<'_>> {
    let mut joined: Vec<Want<'_>> = Vec::with_capacity(wants.len());
    for want in wants {
        let listed = |want: &Want<'_>| want.kind == Kind::Text && want.text.words.is_some();
        match joined.iter_mut().find(|known| listed(known)) {
            Some(known) if listed(&want) => known.text = known.text.or(&want.text),
            _ => joined.push(want),
        }
    }
    joined
}

fn quoted(words: &[Arc<str>]) -> String {
    const SHOWN: usize = 12;
    let mut shown: Vec<String> = words.iter().take(SHOWN).map(|w| format!("`{w}`")).collect();
    if words.len() > SHOWN {
        shown.push(format!("{} more", words.len() - SHOWN));
    }
    shown.join(", ")
}

fn range(due: NumberFacts) -> String {
    match (due.low, due.high) {
        (Some(low), Some(high)) => format!("from {low} to {high}"),
        (Some(low), None) => format!("{low} or more"),
        (None, Some(high)) => format!("{high} or less"),
        (None, None) => "of that size".to_owned(),
    }
}
