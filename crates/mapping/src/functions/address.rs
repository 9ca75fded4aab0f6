//! Addresses, as Stripe gives them, in one form. Nothing is cut: fitting them is the ERP's side.

use super::Function;
use crate::value::{Map, Value};

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
    ],
    run: |a, _| {
        let whole = &a[0];
        let address = whole
            .get("address")
            .filter(|inner| inner.as_map().is_some());
        let address = address.unwrap_or(whole).as_map();
        let part = |name: &str| address.and_then(|map| clean(map, name));
        let lines = ["line1", "line2"].into_iter().filter_map(part);
        let lines = lines.map(Value::from).collect();
        let optional = |text: Option<String>| text.map(Value::from).unwrap_or_default();
        let country = part("country").map(|code| code.to_uppercase());
        Ok(Value::map([
            (
                "name",
                optional(whole.as_map().and_then(|map| clean(map, "name"))),
            ),
            ("lines", Value::list(lines)),
            ("city", optional(part("city"))),
            ("postal_code", optional(part("postal_code"))),
            ("state", optional(part("state"))),
            ("country", optional(country)),
        ]))
    },
};

/// A text member with single blanks, unless nothing is left of it.
fn clean(map: &Map, name: &str) -> Option<String> {
    let text = map.get(name)?.as_text()?;
    let words: Vec<&str> = text.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}
