//! Numbers at their places: ranges, decimals, and what becomes of a text or a number in between.

use super::{Fit, Outcome, Want};
use crate::check::facts::NumberFacts;
use crate::check::known::{Known, digits};
use crate::coercion::{Rule, convert};
use crate::value::Value;

impl Fit<'_> {
    pub(super) fn number(&self, value: &Known<'_>, want: &Want<'_>, inside: &str) -> Outcome {
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

    pub(super) fn exact_number(&self, literal: &Value, want: &Want<'_>, inside: &str) -> Outcome {
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

    pub(super) fn text_to_number(
        &self,
        value: &Known<'_>,
        want: &Want<'_>,
        inside: &str,
    ) -> Outcome {
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

    pub(super) fn number_to_text(
        &self,
        value: &Known<'_>,
        want: &Want<'_>,
        inside: &str,
    ) -> Outcome {
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
}

fn range(due: NumberFacts) -> String {
    match (due.low, due.high) {
        (Some(low), Some(high)) => format!("from {low} to {high}"),
        (Some(low), None) => format!("{low} or more"),
        (None, Some(high)) => format!("{high} or less"),
        (None, None) => "of that size".to_owned(),
    }
}
