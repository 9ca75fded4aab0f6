//! Addresses: as Stripe gives them, in one form, and as the ERPs take them.
//!
//! The one form is {name?, lines, city?, postal_code?, state?, country?}. `address` only tidies;
//! `normal_address` also checks country, state and postal code; `fit_address` and `address_for`
//! break the lines for a product. Nothing is ever cut: what does not fit is an error that names the
//! field.

pub mod country;
mod envelope;
mod place;
mod postal;
mod product;

pub use envelope::ADDRESS_LINES;
pub use place::{COUNTRY, COUNTRY_ALPHA3, COUNTRY_NAME, STATE_CODE, STATE_NAME};
pub use postal::POSTAL_CODE;
pub use product::{ADDRESS_FOR, FIT_ADDRESS};

pub(super) use product::find as find_product;

use super::{Function, fail};
use crate::value::Value;
use country::Country;

pub const ADDRESS: Function = Function {
    name: "address",
    signature: "address(of: map) -> map",
    doc: "A Stripe address (line1, line2, city, postal_code, state, country), or an object that \
          has one under `address` beside its `name`, as {name?, lines, city?, postal_code?, \
          state?, country?}: blanks normalised, the country in upper case, empty parts left out.",
    examples: &[
        (
            "address({'line1': ' Storgatan  1 ', 'line2': '', 'city': 'Lund', 'country': 'se'})",
            r#"{"city":"Lund","country":"SE","lines":["Storgatan 1"]}"#,
        ),
        (
            "address({'name': 'Ada', 'address': {'line1': 'A 1', 'postal_code': '01067'}})",
            r#"{"lines":["A 1"],"name":"Ada","postal_code":"01067"}"#,
        ),
        ("address({})", r#"{"lines":[]}"#),
        (
            "address({'postal_code': 1067})",
            "!postal_code: it is a text",
        ),
    ],
    run: |a, _| {
        let parts = Parts::of(&a[0]).map_err(fail("address"))?;
        Ok(parts.to_value())
    },
};

pub const NORMAL_ADDRESS: Function = Function {
    name: "normal_address",
    signature: "normal_address(of: map) -> map",
    doc: "An address (as of `address`, or already in its form) with the country as two letters, \
          the state as its code where the country's addresses name one, and the postal code in the \
          country's form. A country, state or postal code that cannot be is an error. Parts that \
          are missing stay missing: see `missing_parts`.",
    examples: &[
        (
            "normal_address({'line1': '1 Main St', 'city': 'Fresno', 'state': 'california', \
             'postal_code': '937011234', 'country': 'USA'})",
            r#"{"city":"Fresno","country":"US","lines":["1 Main St"],"postal_code":"93701-1234","state":"CA"}"#,
        ),
        (
            "normal_address({'lines': ['Storgatan 1'], 'postal_code': 'se-223 50', 'country': \
             'Sverige'})",
            r#"{"country":"SE","lines":["Storgatan 1"],"postal_code":"22350"}"#,
        ),
        (
            "normal_address({'postal_code': '1', 'country': 'SE'})",
            "!postal_code: `1` is no postal",
        ),
        (
            "normal_address({'state': 'Kalifornia', 'country': 'US'})",
            "!state: `Kalifornia`",
        ),
        (
            "normal_address({'country': 'Narnia'})",
            "!country: `NARNIA` is no country",
        ),
    ],
    run: |a, _| {
        let parts = Parts::normal(&a[0]).map_err(fail("normal_address"))?;
        Ok(parts.to_value())
    },
};

pub const MISSING_PARTS: Function = Function {
    name: "missing_parts",
    signature: "missing_parts(of: map) -> list",
    doc: "The parts that an address (as of `address`) lacks and that its country's addresses \
          cannot do without: some of lines, city, state, postal_code; `country` alone if that is missing.",
    examples: &[
        (
            "missing_parts({'line1': 'A 1', 'country': 'SE'})",
            r#"["city","postal_code"]"#,
        ),
        (
            "missing_parts({'line1': 'A 1', 'city': 'Lund'})",
            r#"["country"]"#,
        ),
        (
            "missing_parts({'line1': 'A 1', 'city': 'Lund', 'postal_code': '22350', 'country': \
             'SE'})",
            "[]",
        ),
    ],
    run: |a, _| {
        let parts = Parts::of(&a[0]).map_err(fail("missing_parts"))?;
        let Some(country) = &parts.country else {
            return Ok(Value::list(vec!["country".into()]));
        };
        let country = country::find(country).map_err(fail("missing_parts"))?;
        let there = [
            ('A', "lines", !parts.lines.is_empty()),
            ('C', "city", parts.city.is_some()),
            ('S', "state", parts.state.is_some()),
            ('Z', "postal_code", parts.postal_code.is_some()),
        ];
        let missing = there
            .iter()
            .filter(|(letter, _, is_there)| !is_there && country.required.contains(*letter));
        Ok(Value::list(
            missing.map(|(_, name, _)| (*name).into()).collect(),
        ))
    },
};

/// An address in its one form.
#[derive(Clone, Debug, Default)]
struct Parts {
    name: Option<String>,
    lines: Vec<String>,
    city: Option<String>,
    postal_code: Option<String>,
    state: Option<String>,
    country: Option<String>,
}

impl Parts {
    /// Tidies a Stripe address, what holds one under `address`, or one in this form.
    fn of(whole: &Value) -> Result<Self, String> {
        let inner = whole
            .get("address")
            .filter(|inner| inner.as_map().is_some());
        let address = inner.unwrap_or(whole);
        let part = |name: &str| {
            address
                .get(name)
                .map_or(Ok(None), |value| clean(name, value))
        };
        let own = address.get("lines").and_then(Value::as_list);
        let lines: Result<Vec<_>, String> = match own {
            Some(lines) => lines.iter().map(|line| clean("lines", line)).collect(),
            None => ["line1", "line2"].into_iter().map(part).collect(),
        };
        let name = whole.get("name");
        Ok(Self {
            name: name.map_or(Ok(None), |name| clean("name", name))?,
            lines: lines?.into_iter().flatten().collect(),
            city: part("city")?,
            postal_code: part("postal_code")?,
            state: part("state")?,
            country: part("country")?.map(|code| code.to_uppercase()),
        })
    }

    /// The same, checked against what is known of its country.
    fn normal(whole: &Value) -> Result<Self, String> {
        let mut parts = Self::of(whole)?;
        let Some(country) = &parts.country else {
            return Ok(parts);
        };
        let within = |part: &'static str| move |message: String| format!("{part}: {message}");
        let country = country::find(country).map_err(within("country"))?;
        parts.country = Some(country.code.to_owned());
        if let Some(code) = &parts.postal_code {
            let code = postal::canonical(code, country).map_err(within("postal_code"))?;
            parts.postal_code = Some(code);
        }
        if let Some(state) = parts.state.as_ref().filter(|_| !country.regions.is_empty()) {
            let region = place::region(state, country.code).map_err(within("state"))?;
            parts.state = Some(region.code.to_owned());
        }
        Ok(parts)
    }

    fn known_country(&self) -> Result<&'static Country, String> {
        let country = self.country.as_deref();
        country::find(country.ok_or_else(|| "the address has no country".to_owned())?)
    }

    fn to_value(&self) -> Value {
        let optional = |text: &Option<String>| text.as_deref().map(Value::from).unwrap_or_default();
        let lines = self.lines.iter().map(|line| Value::from(line.as_str()));
        Value::map([
            ("name", optional(&self.name)),
            ("lines", Value::list(lines.collect())),
            ("city", optional(&self.city)),
            ("postal_code", optional(&self.postal_code)),
            ("state", optional(&self.state)),
            ("country", optional(&self.country)),
        ])
    }
}

/// A text with single blanks, unless nothing is left of it.
fn clean(part: &str, value: &Value) -> Result<Option<String>, String> {
    let Some(text) = value.as_text() else {
        let kind = value.kind();
        return Err(format!("{part}: it is a text, not {kind}"));
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    Ok((!words.is_empty()).then(|| words.join(" ")))
}
