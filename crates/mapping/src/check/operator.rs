//! Operators: which types go together, and what comes of it.

use super::facts::NumberFacts;
use super::formula::Checker;
use super::known::Known;
use super::likeness::nearest;
use super::result;
use crate::expression::Node;
use crate::functions::signature::Kind;

impl<'a> Checker<'a, '_> {
    pub(super) fn equal(&mut self, sides: &[Node; 2]) {
        let (a, b) = (self.node(&sides[0]), self.node(&sides[1]));
        if let (Some(a), Some(b)) = (a.kind(), b.kind())
            && !comparable(a, b)
            && a != b
        {
            let cure = "make both numbers with number(x), or both texts with text(x)";
            self.problem("wrong_type", format!("{a} never equals {b}"), cure);
            return;
        }
        // A word that the other side never is: a typing mistake that no run would show.
        for (one, other) in [(&a, &b), (&b, &a)] {
            let words = other.text().and_then(|facts| facts.words);
            if let (Some(text), Some(words)) = (one.literal_text(), words)
                && other.literal_text().is_none()
                && !words.iter().any(|word| word.as_ref() == text)
            {
                let list = words.join(", ");
                let cure = match nearest(text, words.iter().map(AsRef::as_ref)) {
                    Some(near) => format!("did you mean '{near}'? It is one of: {list}"),
                    None => format!("it is one of: {list}"),
                };
                self.problem("never_equal", format!("it is never '{text}'"), &cure);
            }
        }
    }

    pub(super) fn negated(&mut self, known: &Known<'a>) -> Known<'a> {
        match known.kind() {
            None => Known::Anything,
            Some(Kind::Int | Kind::Number) => {
                let facts = known.number().unwrap_or_default();
                let turned = |n: Option<i64>| n.and_then(i64::checked_neg);
                Known::Number(NumberFacts {
                    low: turned(facts.high),
                    high: turned(facts.low),
                    ..facts
                })
            }
            Some(kind) => {
                let message = format!("`-` does not go before {kind}");
                self.problem("wrong_type", message, "make a number of it with number(x)");
                Known::Anything
            }
        }
    }

    pub(super) fn arithmetic(&mut self, sign: &str, a: &Known<'a>, b: &Known<'a>) -> Known<'a> {
        let (Some(x), Some(y)) = (a.kind(), b.kind()) else {
            return Known::Anything;
        };
        let numbers = accepts(Kind::Number, x) && accepts(Kind::Number, y);
        let joined = sign == "+" && x == y && matches!(x, Kind::Text | Kind::List);
        if !numbers && !joined {
            let cure = "make texts of numbers with text(x), numbers of texts with number(x)";
            let message = format!("`{sign}` does not go between {x} and {y}");
            self.problem("wrong_type", message, cure);
            return Known::Anything;
        }
        if sign == "/" && (x == Kind::Number || y == Kind::Number) {
            let message = "`/` does not say how a decimal is rounded".to_owned();
            self.problem("inexact_division", message, "use div(a, b, scale, mode)");
        }
        if sign == "%" && (x == Kind::Number || y == Kind::Number) {
            let message = "`%` goes between whole numbers only".to_owned();
            self.problem(
                "wrong_type",
                message,
                "make a whole number of it with int(x)",
            );
        }
        if matches!(sign, "/" | "%") && b.literal_int() == Some(0) {
            let message = "division by zero".to_owned();
            self.problem("division_by_zero", message, "divide by something else");
        }
        result::combined(sign, a, b)
    }
}

/// Whether a value of the kind `found` may stand where one of the kind `wanted` has to.
pub fn accepts(wanted: Kind, found: Kind) -> bool {
    wanted == found || wanted == Kind::Any || (wanted == Kind::Number && found == Kind::Int)
}

pub fn comparable(a: Kind, b: Kind) -> bool {
    let number = |kind| matches!(kind, Kind::Int | Kind::Number);
    (number(a) && number(b)) || (a == b && matches!(a, Kind::Text | Kind::Bool))
}
