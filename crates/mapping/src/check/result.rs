//! What a function's result is, beyond the kind that its signature states: how long a text, how
//! many decimals, which item of a list. A function that is not here has the kind alone.

use super::facts::{Format, NumberFacts, TextFacts};
use super::known::Known;
use super::schema::Count;
use crate::functions::signature::Kind;
use finance::Currency;

type Rule = for<'k, 'a> fn(&'k [Known<'a>]) -> Option<Known<'a>>;

/// The functions of which more is known, by name.
const RULES: &[(&str, Rule)] = &[
    ("truncate", first_characters),
    ("upper", |a| cased(a, 3)),
    ("lower", |a| cased(a, 2)),
    ("upperAscii", |a| cased(a, 1)),
    ("lowerAscii", |a| cased(a, 1)),
    ("trim", |a| shorter(a, None)),
    ("substring", |a| {
        let place = |n: usize| usize::try_from(a.get(n)?.literal_int()?).ok();
        let long = place(2)
            .zip(place(1))
            .map(|(to, from)| to.saturating_sub(from));
        shorter(a, long)
    }),
    ("replace", |a| {
        let (old, new) = (a.get(1)?.text()?, a.get(2)?.text()?);
        let longer = new.most.is_none_or(|most| most > old.least);
        if longer { None } else { shorter(a, None) }
    }),
    ("pad_left", padded),
    ("split", |a| {
        Some(Known::list(shorter(a, None)?, Count::default()))
    }),
    ("split_lines", |a| {
        let width = usize::try_from(a.get(1)?.literal_int()?).ok()?;
        let most = a.get(2).and_then(Known::literal_int);
        let count = Count {
            least: 0,
            most: most.and_then(|most| usize::try_from(most).ok()),
        };
        Some(Known::list(shorter(a, Some(width))?, count))
    }),
    ("text", |a| as_text(a.first()?)),
    ("string", |a| as_text(a.first()?)),
    ("date", |_| Some(a_date())),
    ("time", |_| {
        Some(Known::Text(TextFacts {
            least: 8,
            ascii: true,
            ..TextFacts::at_most(8)
        }))
    }),
    ("number", |a| match a.first()?.kind()? {
        Kind::Int | Kind::Number => a.first().cloned(),
        _ => None,
    }),
    ("money", |a| {
        let currency: Currency = a.get(1)?.literal_text()?.parse().ok()?;
        Some(decimals(currency.exponent()))
    }),
    ("round", |a| decimals_of(a, 1)),
    ("div", |a| decimals_of(a, 2)),
    ("abs", |a| {
        let facts = a.first()?.number()?;
        let (low, high) = (Some(0), None);
        Some(Known::Number(NumberFacts { low, high, ..facts }))
    }),
    ("min", least_or_greatest),
    ("max", least_or_greatest),
    ("sum", |a| {
        let facts = a.first()?.item().number()?;
        let (low, high, precision) = (None, None, None);
        Some(Known::Number(NumberFacts {
            low,
            high,
            precision,
            ..facts
        }))
    }),
    ("size", |_| Some(at_least(0))),
    ("indexOf", |_| Some(at_least(-1))),
    ("distinct", |a| same_items(a.first()?)),
    ("sort", |a| same_items(a.first()?)),
    ("flatten", |a| {
        Some(Known::list(a.first()?.item().item(), Count::default()))
    }),
    ("range", |_| {
        Some(Known::list(at_least(0), Count::default()))
    }),
    ("first", |a| Some(a.first()?.item())),
    ("last", |a| Some(a.first()?.item())),
    ("coalesce", |a| Some(Known::either(a.to_vec()))),
    ("first_filled", |a| Some(Known::either(a.to_vec()))),
    ("one_of", |a| a.first().cloned()),
    ("left", first_characters),
    ("right", first_characters),
    ("before", |a| shorter(a, None)),
    ("before_last", |a| shorter(a, None)),
    ("after", |a| shorter(a, None)),
    ("after_last", |a| shorter(a, None)),
    ("collapse", |a| shorter(a, None)),
    ("digits", |a| shorter(a, None)),
    ("extract", |a| shorter(a, None)),
    ("title", |a| cased(a, 3)),
    ("pad_right", padded),
    ("sha256", |_| Some(exactly(64))),
    ("country", |_| Some(exactly(2))),
    ("country_alpha3", |_| Some(exactly(3))),
    // E.164: a plus and at most fifteen digits.
    ("phone", |_| {
        Some(Known::Text(TextFacts {
            ascii: true,
            ..TextFacts::at_most(16)
        }))
    }),
    ("add_days", |_| Some(a_date())),
    ("add_months", |_| Some(a_date())),
    ("add_business_days", |_| Some(a_date())),
    ("next_business_day", |_| Some(a_date())),
    ("start_of_month", |_| Some(a_date())),
    ("end_of_month", |_| Some(a_date())),
    ("parse_date", |_| Some(a_date())),
    ("iso_money", |a| {
        let currency: Currency = a.get(1)?.literal_text()?.parse().ok()?;
        Some(decimals(currency.iso_exponent()))
    }),
    ("reverse", |a| {
        same_items(a.first()?).or_else(|| shorter(a, None))
    }),
    ("take", |a| same_items(a.first()?)),
    ("sort_by", |a| same_items(a.first()?)),
    ("unique_by", |a| same_items(a.first()?)),
    ("find", |a| Some(a.first()?.item())),
    ("chunk", |a| {
        let part = same_items(a.first()?)?;
        Some(Known::list(part, Count::default()))
    }),
];

/// What is known of the result of a function; nothing beyond its signature if nothing is returned.
pub fn of_call<'a>(name: &str, arguments: &[Known<'a>]) -> Option<Known<'a>> {
    let (_, rule) = RULES.iter().find(|(known, _)| *known == name)?;
    rule(arguments)
}

/// What is known of `a + b` and its like, whose kinds go together.
pub fn combined<'a>(sign: &str, a: &Known<'a>, b: &Known<'a>) -> Known<'a> {
    match (a.kind(), b.kind()) {
        (Some(Kind::Text), Some(Kind::Text)) => {
            let (a, b) = (a.text().unwrap_or_default(), b.text().unwrap_or_default());
            Known::Text(TextFacts {
                most: a.most.zip(b.most).map(|(a, b)| a.saturating_add(b)),
                least: a.least.saturating_add(b.least),
                ascii: a.ascii && b.ascii,
                ..TextFacts::default()
            })
        }
        (Some(Kind::List), Some(Kind::List)) => {
            let (x, y) = (a.count(), b.count());
            let count = Count {
                least: x.least.saturating_add(y.least),
                most: x.most.zip(y.most).map(|(x, y)| x.saturating_add(y)),
            };
            Known::list(Known::either(vec![a.item(), b.item()]), count)
        }
        (Some(x), Some(y)) => {
            let whole = x == Kind::Int && y == Kind::Int;
            let (a, b) = (
                a.number().unwrap_or_default(),
                b.number().unwrap_or_default(),
            );
            let scales = a.scale.zip(b.scale);
            let scale = match sign {
                "*" => scales.map(|(a, b)| a.saturating_add(b)),
                _ => scales.map(|(a, b)| a.max(b)),
            };
            Known::Number(NumberFacts {
                whole,
                scale: if whole { Some(0) } else { scale },
                ..NumberFacts::default()
            })
        }
        _ => Known::Anything,
    }
}

/// The first argument as a text that did not grow, and is at most so long.
fn shorter<'a>(arguments: &[Known<'a>], most: Option<usize>) -> Option<Known<'a>> {
    let whole = arguments.first()?.text()?;
    let most = match (whole.most, most) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    Some(Known::Text(TextFacts {
        most,
        ascii: whole.ascii,
        ..TextFacts::default()
    }))
}

/// At most as many characters of the first argument as the second says.
fn first_characters<'a>(arguments: &[Known<'a>]) -> Option<Known<'a>> {
    let most = usize::try_from(arguments.get(1)?.literal_int()?).ok()?;
    shorter(arguments, Some(most))
}

/// The first argument, made as long as the second says.
fn padded<'a>(arguments: &[Known<'a>]) -> Option<Known<'a>> {
    let width = usize::try_from(arguments.get(1)?.literal_int()?).ok()?;
    let whole = arguments.first()?.text()?;
    Some(Known::Text(TextFacts {
        most: whole.most.map(|most| most.max(width)),
        least: whole.least.max(width),
        ..TextFacts::default()
    }))
}

fn a_date<'a>() -> Known<'a> {
    Known::Text(TextFacts::formatted(Format::Date))
}

/// An ASCII text of exactly so many characters.
fn exactly<'a>(long: usize) -> Known<'a> {
    Known::Text(TextFacts {
        least: long,
        ascii: true,
        ..TextFacts::at_most(long)
    })
}

/// A text whose letters change their case; beyond ASCII each becomes up to `growth` characters
/// (Unicode's SpecialCasing.txt: `ΐ` has three in upper case, `İ` two in lower case).
fn cased<'a>(arguments: &[Known<'a>], growth: usize) -> Option<Known<'a>> {
    let whole = arguments.first()?.text()?;
    let growth = if whole.ascii { 1 } else { growth };
    Some(Known::Text(TextFacts {
        most: whole.most.map(|most| most.saturating_mul(growth)),
        least: whole.least,
        ascii: whole.ascii,
        format: whole.format.filter(|format| *format == Format::Currency),
        ..TextFacts::default()
    }))
}

fn as_text<'a>(value: &Known<'a>) -> Option<Known<'a>> {
    match value.kind()? {
        Kind::Text => Some(value.clone()),
        Kind::Int | Kind::Number => {
            let most = value.number()?.characters();
            Some(Known::Text(TextFacts {
                ascii: true,
                ..TextFacts::at_most(most)
            }))
        }
        Kind::Bool => Some(Known::Text(TextFacts::one_of(vec![
            "true".into(),
            "false".into(),
        ]))),
        _ => None,
    }
}

fn decimals<'a>(scale: u32) -> Known<'a> {
    Known::Number(NumberFacts {
        scale: Some(scale),
        ..NumberFacts::default()
    })
}

/// A decimal with as many digits after the point as argument `n` says.
fn decimals_of<'a>(arguments: &[Known<'a>], n: usize) -> Option<Known<'a>> {
    let scale = arguments.get(n)?.literal_int()?;
    Some(decimals(u32::try_from(scale).ok()?))
}

fn at_least<'a>(low: i64) -> Known<'a> {
    Known::Number(NumberFacts {
        low: Some(low),
        ..NumberFacts::INT
    })
}

fn least_or_greatest<'a>(arguments: &[Known<'a>]) -> Option<Known<'a>> {
    let facts = Known::either(arguments.to_vec()).number()?;
    Some(Known::Number(facts))
}

fn same_items<'a>(list: &Known<'a>) -> Option<Known<'a>> {
    let count = Count {
        least: 0,
        most: list.count().most,
    };
    (list.kind()? == Kind::List).then(|| Known::list(list.item(), count))
}

#[cfg(test)]
mod tests {
    use super::RULES;
    use crate::functions::FunctionTable;

    #[test]
    fn rules_are_for_functions_that_there_are() {
        for (name, _) in RULES {
            assert!(FunctionTable::standard().get(name).is_some(), "{name}");
        }
    }
}
