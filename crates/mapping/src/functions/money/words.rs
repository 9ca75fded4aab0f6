//! An amount in words, as a check has it.

use super::currency;
use crate::functions::{Function, fail, text};
use crate::number;
use crate::value::Value;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

pub const AMOUNT_IN_WORDS: Function = Function {
    name: "amount_in_words",
    signature: "amount_in_words(amount: number, currency: text) -> text",
    doc: "The amount in English words, as on a check: whole units in words, the rest as a \
          fraction, the currency's code behind. Decimals as of ISO 4217; more are an error.",
    examples: &[
        (
            "amount_in_words(number('1234.56'), 'usd')",
            "\"One thousand two hundred thirty-four and 56/100 USD\"",
        ),
        ("amount_in_words(1000000, 'jpy')", "\"One million JPY\""),
        (
            "amount_in_words(number('0.05'), 'eur')",
            "\"Zero and 05/100 EUR\"",
        ),
        (
            "amount_in_words(number('21.5'), 'kwd')",
            "\"Twenty-one and 500/1000 KWD\"",
        ),
        ("amount_in_words(number('1.005'), 'usd')", "!more digits"),
        ("amount_in_words(-1, 'usd')", "!below 0"),
    ],
    run: |a, _| {
        let fail = || fail("amount_in_words");
        let currency = currency(text(a, 1)).map_err(fail())?;
        let amount = a[0].as_decimal().unwrap_or_default();
        if amount < Decimal::ZERO {
            return Err(fail()(format!("{amount} is below 0, which no check says")));
        }
        let decimals = currency.iso_exponent();
        let exact = number::round(amount, decimals.into(), "down").map_err(fail())?;
        if exact != amount {
            return Err(fail()(format!(
                "{amount} has more digits than {currency} has decimals ({decimals}); round it first"
            )));
        }
        let whole = exact
            .trunc()
            .to_u64()
            .filter(|whole| *whole < 1_000_000_000_000_000);
        let whole = whole.ok_or_else(|| fail()(format!("{amount} is too large for words")))?;
        let mut words = in_words(whole);
        if let Some(first) = words.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        if decimals == 0 {
            return Ok(format!("{words} {currency}").into());
        }
        let base = 10_u64.pow(decimals);
        let rest = (exact.fract() * Decimal::from(base)).trunc();
        let width = usize::try_from(decimals).unwrap_or_default();
        let rest = format!("{:0>width$}", rest.normalize().to_string());
        Ok(Value::from(format!("{words} and {rest}/{base} {currency}")))
    },
};

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const SCALES: [(u64, &str); 4] = [
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];

fn in_words(mut number: u64) -> String {
    if number == 0 {
        return ONES[0].to_owned();
    }
    let mut words = Vec::new();
    for (scale, name) in SCALES {
        if number >= scale {
            words.push(format!("{} {name}", below_thousand(number / scale)));
            number %= scale;
        }
    }
    if number > 0 {
        words.push(below_thousand(number));
    }
    words.join(" ")
}

fn below_thousand(number: u64) -> String {
    let name = |names: &[&'static str], n: u64| {
        usize::try_from(n)
            .ok()
            .and_then(|n| names.get(n).copied())
            .unwrap_or_default()
    };
    let (hundreds, rest) = (number / 100, number % 100);
    let mut words = Vec::new();
    if hundreds > 0 {
        words.push(format!("{} hundred", name(&ONES, hundreds)));
    }
    if rest >= 20 && rest % 10 > 0 {
        words.push(format!(
            "{}-{}",
            name(&TENS, rest / 10),
            name(&ONES, rest % 10)
        ));
    } else if rest >= 20 {
        words.push(name(&TENS, rest / 10).to_owned());
    } else if rest > 0 {
        words.push(name(&ONES, rest).to_owned());
    }
    words.join(" ")
}
