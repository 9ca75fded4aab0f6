//! Telephone numbers.
//!
//! Numbering plans are those of the crate `phonenumber`, which carries the data of Google's
//! libphonenumber.

use super::address::country;
use super::{Function, fail, optional_text, text};
use crate::number::shorten;
use phonenumber::Mode;

pub const PHONE: Function = Function {
    name: "phone",
    signature: "phone(text: text, country?: text) -> text",
    doc: "The telephone number in the form of E.164: + and at most 15 digits. A number without + \
          is of the country, which must then be given. A number that the country's plan does not \
          have, letters and extensions are errors.",
    examples: &[
        ("phone('070-174 06 05', 'SE')", "\"+46701740605\""),
        (
            "phone('(415) 555-2671', 'United States')",
            "\"+14155552671\"",
        ),
        ("phone('+49 30 901820')", "\"+4930901820\""),
        ("phone('0049 30 901820', 'DE')", "\"+4930901820\""),
        ("phone('+49 (0)30 901820')", "\"+4930901820\""),
        ("phone('+39 (0)6 6982')", "\"+39066982\""),
        ("phone('+44 20 7946 0958', 'AQ')", "\"+442079460958\""),
        ("phone('030 901820')", "!give the country"),
        ("phone('123', 'SE')", "!is no telephone number"),
        ("phone('+46 70 174 06 05 ext. 3', 'SE')", "!without letters"),
        ("phone('030 901820', 'Atlantis')", "!no country"),
    ],
    run: |a, _| {
        phone(text(a, 0), optional_text(a, 1))
            .map(Into::into)
            .map_err(fail("phone"))
    },
};

/// The longest text that is read: the plans' longest numbers with signs between all digits.
const MOST: usize = 40;

fn phone(whole: &str, country: Option<&str>) -> Result<String, String> {
    let shown = shorten(whole);
    let trimmed = whole.trim();
    let written = |c: char| c.is_ascii_digit() || " +-./()\u{a0}".contains(c);
    if !trimmed.chars().all(written) || trimmed.len() > MOST {
        return Err(format!(
            "`{shown}`: a telephone number is written without letters and extensions, in at most \
             {MOST} characters; take them off with before(x, 'ext')"
        ));
    }
    let country = country.map(country::find).transpose()?;
    let plan: Option<phonenumber::country::Id> = country.and_then(|c| c.code.parse().ok());
    let international = trimmed.starts_with('+');
    if let (None, Some(country), false) = (plan, country, international) {
        let name = country.name();
        return Err(format!(
            "no numbering plan of {name} is known; write the number with +"
        ));
    }
    if plan.is_none() && !international {
        return Err(format!(
            "`{shown}` has no +; give the country whose number it is"
        ));
    }
    let number = phonenumber::parse(plan, trimmed.replace('\u{a0}', " "));
    let number = number.ok().filter(phonenumber::is_valid);
    let written = number.map(|number| number.format().mode(Mode::E164).to_string());
    // What is read with a country's way to dial must also be a number to the rest of the world.
    let reads_back = |written: &String| {
        let again = phonenumber::parse(None, written);
        again.is_ok_and(|again| phonenumber::is_valid(&again))
    };
    written.filter(reads_back).ok_or_else(|| match country {
        Some(country) => format!("`{shown}` is no telephone number of {}", country.name()),
        None => format!("`{shown}` is no telephone number of any country"),
    })
}
