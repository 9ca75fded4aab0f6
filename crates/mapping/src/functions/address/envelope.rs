//! An address as a letter has it.
//!
//! A format is Google's: `%N` the name, `%A` the street lines, `%C` the city, `%S` the state, `%Z`
//! the postal code, `%n` a new line; `%O`, `%D` and `%X` (organisation, part of the city, sorting
//! code) have no source in a Stripe address and stay empty.

use super::Parts;
use super::country::Country;
use crate::functions::{Function, fail};
use crate::value::Value;

/// The format of countries for which none is known.
const PLAIN: &str = "%N%n%O%n%A%n%C";

pub const ADDRESS_LINES: Function = Function {
    name: "address_lines",
    signature: "address_lines(of: map) -> list",
    doc: "The lines of an envelope for an address (as of `address`), in the order and with the \
          upper case of its country, without the country's name. The address must have a country.",
    examples: &[
        (
            "address_lines({'name': 'Ada', 'lines': ['Storgatan 1'], 'city': 'Lund', \
             'postal_code': '223 50', 'country': 'SE'})",
            r#"["Ada","Storgatan 1","SE-22350 Lund"]"#,
        ),
        (
            "address_lines({'lines': ['510 Townsend St'], 'city': 'San Francisco', 'state': \
             'California', 'postal_code': '94103', 'country': 'US'})",
            r#"["510 Townsend St","SAN FRANCISCO, CA 94103"]"#,
        ),
        (
            "address_lines({'line1': '10 Downing St', 'city': 'London', 'postal_code': 'sw1a2aa', \
             'country': 'UK'})",
            r#"["10 Downing St","LONDON","SW1A 2AA"]"#,
        ),
        (
            "address_lines({'lines': ['1-1 Chiyoda'], 'state': '13', 'postal_code': '1000001', \
             'country': 'JP'})",
            r#"["〒100-0001","TOKYO","1-1 Chiyoda"]"#,
        ),
        ("address_lines({'city': 'Lund'})", "!has no country"),
    ],
    run: |a, _| {
        let fail = || fail("address_lines");
        let parts = Parts::normal(&a[0]).map_err(fail())?;
        let country = parts.known_country().map_err(fail())?;
        let lines = lines(&parts, country).into_iter().map(Value::from);
        Ok(Value::list(lines.collect()))
    },
};

fn lines(parts: &Parts, country: &Country) -> Vec<String> {
    let format = match country.format {
        "" => PLAIN,
        format => format,
    };
    let mut lines = Vec::new();
    for template in format.split("%n") {
        if template == "%A" {
            lines.extend(parts.lines.iter().cloned());
            continue;
        }
        lines.extend(line(template, parts, country));
    }
    lines
}

/// One line; nothing if all its parts are absent. Signs stand only before a part that is there, and
/// between two that are.
fn line(template: &str, parts: &Parts, country: &Country) -> Option<String> {
    let mut line = String::new();
    let mut signs = String::new();
    let mut begun = false;
    let mut absent_first = false;
    let mut muted = false;
    let mut letters = template.chars();
    while let Some(sign) = letters.next() {
        if sign != '%' {
            if !muted {
                signs.push(sign);
            }
            continue;
        }
        let field = letters.next().unwrap_or_default();
        let value = value(field, parts, country);
        muted = value.is_empty();
        if muted {
            absent_first |= !begun;
            continue;
        }
        // What stands between an absent part and the first one would be left over.
        if begun || !absent_first {
            line.push_str(&signs);
        }
        signs.clear();
        begun = true;
        if country.upper.contains(field) {
            line.push_str(&value.to_uppercase());
        } else {
            line.push_str(&value);
        }
    }
    begun.then_some(line)
}

fn value(field: char, parts: &Parts, country: &Country) -> String {
    let part = match field {
        'N' => &parts.name,
        'C' => &parts.city,
        'S' => {
            let state = parts.state.as_deref().unwrap_or_default();
            let region = country.region(state).map(|region| region.on_envelope());
            return region.unwrap_or(state).to_owned();
        }
        'Z' => &parts.postal_code,
        'A' => return parts.lines.join(", "),
        _ => &None,
    };
    part.clone().unwrap_or_default()
}
