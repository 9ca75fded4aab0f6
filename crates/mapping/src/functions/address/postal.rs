//! Postal codes.

use super::country::{self, Country};
use crate::functions::{Function, fail, text};
use crate::number::shorten;

pub const POSTAL_CODE: Function = Function {
    name: "postal_code",
    signature: "postal_code(text: text, country: text) -> text",
    doc: "The postal code as Google's address data writes the country's examples: upper case, with \
          its blank or hyphen in place, without the country before it. A code that the country \
          cannot have is an error. Whether the code exists is not checked.",
    examples: &[
        ("postal_code('114 55', 'SE')", "\"11455\""),
        ("postal_code('SE-114 55', 'SE')", "\"11455\""),
        ("postal_code('sw1a1aa', 'GB')", "\"SW1A 1AA\""),
        ("postal_code('K1A0B1', 'CA')", "\"K1A 0B1\""),
        ("postal_code('221621010', 'US')", "\"22162-1010\""),
        ("postal_code('01067', 'DE')", "\"01067\""),
        ("postal_code('1540023', 'JP')", "\"154-0023\""),
        ("postal_code('1073', 'LV')", "\"LV-1073\""),
        ("postal_code('D-01067', 'DE')", "\"01067\""),
        ("postal_code('1234', 'DE')", "!no postal code of Germany"),
        ("postal_code('any', 'AE')", "\"ANY\""),
    ],
    run: |a, _| {
        let country = country::find(text(a, 1)).map_err(fail("postal_code"))?;
        canonical(text(a, 0), country)
            .map(Into::into)
            .map_err(fail("postal_code"))
    },
};

/// The code in the form of the country's examples; where no pattern is known, in upper case.
pub fn canonical(whole: &str, country: &Country) -> Result<String, String> {
    let upper = whole.to_uppercase().replace(['‐', '–', '—'], "-");
    let words: Vec<&str> = upper.split_whitespace().collect();
    let written = words.join(" ");
    let Some(pattern) = country.postal_pattern() else {
        return Ok(written);
    };
    let compact = compact(&written);
    let bare = |prefix: &str| {
        let prefix = self::compact(prefix);
        compact
            .strip_prefix(prefix.as_str())
            .filter(|_| !prefix.is_empty())
            .map(str::to_owned)
    };
    let prefixed = format!("{}-{compact}", country.code);
    let readings = [
        Some(compact.clone()),
        bare(country.postal_prefix),
        bare(country.code),
        after_mark(&written, country).map(self::compact),
    ];
    let shaped = readings
        .iter()
        .flatten()
        .map(|reading| shape(reading, country.postal_examples));
    let plain = readings.iter().flatten().cloned();
    let mut candidates = shaped.chain(plain).chain([written, prefixed]);
    candidates
        .find(|candidate| pattern.is_match(candidate))
        .ok_or_else(|| {
            let (shown, name) = (shorten(whole), country.name());
            let examples: Vec<&str> = country.postal_examples.split(',').take(2).collect();
            let examples = examples.join(" or ");
            format!("`{shown}` is no postal code of {name}, which writes them as {examples}")
        })
}

/// What follows the country's mark in `D-10115`, where codes have no letters of their own.
fn after_mark<'a>(code: &'a str, country: &Country) -> Option<&'a str> {
    let (mark, rest) = code.split_once('-')?;
    let is_mark = (1..=3).contains(&mark.len()) && mark.bytes().all(|b| b.is_ascii_alphabetic());
    let only_digits = !country.postal_examples.contains(char::is_alphabetic);
    (is_mark && only_digits).then_some(rest)
}

fn compact(code: &str) -> String {
    code.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The code with blanks and hyphens where an example has them that is like it, letter for letter
/// and digit for digit, or at least as long.
fn shape(code: &str, examples: &str) -> String {
    let class = |text: &str| -> Vec<bool> { text.chars().map(char::is_numeric).collect() };
    let is_like = |example: &&str| class(&compact(example)) == class(code);
    let is_as_long = |example: &&str| compact(example).chars().count() == code.chars().count();
    let mut all = examples.split(',');
    let Some(example) = all.clone().find(is_like).or_else(|| all.find(is_as_long)) else {
        return code.to_owned();
    };
    let mut letters = code.chars();
    let place = |sign: char| {
        if sign.is_alphanumeric() {
            letters.next()
        } else {
            Some(sign)
        }
    };
    example.chars().filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_every_country_are_as_they_should_be() {
        let mut odd = Vec::new();
        for country in country::all().filter(|country| country.postal_pattern().is_some()) {
            for example in country
                .postal_examples
                .split(',')
                .filter(|e| !e.contains(':'))
            {
                let small = example.to_lowercase().replace([' ', '-'], "");
                for written in [example, small.as_str()] {
                    let found = canonical(written, country);
                    if found.as_deref() != Ok(example) {
                        odd.push(format!("{} {written}: {found:?}", country.code));
                    }
                }
            }
        }
        assert_eq!(odd, Vec::<String>::new());
    }
}
