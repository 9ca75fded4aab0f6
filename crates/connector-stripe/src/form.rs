//! Encoding parameters as Stripe's v1 API wants them: `metadata[k]=v&items[0][price]=p`.
//!
//! Blanks become `%20`, arrays are indexed, `null` is left out, `""` unsets a field at Stripe.
//! (Facts: section "Request encoding" of docs.stripe.com/api, and what the SDKs send.)

use model::Fault;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::fmt::Write;

/// Everything but the unreserved characters of RFC 3986.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes one segment of a path or one value.
pub fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Encodes an object of parameters; `null` has none.
///
/// # Errors
/// `Bug` if `params` is no object, holds a fraction (amounts are whole numbers) or a name with
/// brackets, which Stripe would take apart.
pub fn encode(params: &Value) -> Result<String, Fault> {
    let mut form = String::new();
    match params {
        Value::Null => {}
        Value::Object(map) => {
            for (name, value) in map {
                append(&mut form, &escape(plain(name)?), value)?;
            }
        }
        _ => return Err(Fault::bug("parameters are an object")),
    }
    Ok(form)
}

fn append(form: &mut String, name: &str, value: &Value) -> Result<(), Fault> {
    let text = match value {
        Value::Null => return Ok(()),
        Value::Object(map) => {
            for (key, value) in map {
                append(form, &format!("{name}[{}]", escape(plain(key)?)), value)?;
            }
            return Ok(());
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                append(form, &format!("{name}[{index}]"), item)?;
            }
            return Ok(());
        }
        Value::Bool(yes) => yes.to_string(),
        Value::Number(n) if n.is_f64() => {
            return Err(Fault::bug(format!("the parameter `{name}` is a fraction")));
        }
        Value::Number(n) => n.to_string(),
        Value::String(text) => escape(text),
    };
    let separator = if form.is_empty() { "" } else { "&" };
    write!(form, "{separator}{name}={text}").map_err(|_| Fault::bug("a text cannot be extended"))
}

fn plain(name: &str) -> Result<&str, Fault> {
    if name.is_empty() || name.contains(['[', ']']) {
        return Err(Fault::bug("a parameter's name is empty or holds a bracket"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn arrays_are_indexed_and_blanks_are_percent_twenty() {
        let params = json!({
            "metadata": {"infor_order_no": "1000 123", "ü": "a&b=c"},
            "items": [{"price": "price_1", "quantity": 2}],
            "expand": ["data.source"],
            "off": null,
            "unset": "",
            "yes": true,
        });
        assert_eq!(
            encode(&params),
            Ok(
                "metadata[infor_order_no]=1000%20123&metadata[%C3%BC]=a%26b%3Dc\
                &items[0][price]=price_1&items[0][quantity]=2&expand[0]=data.source&unset=&yes=true"
                    .into()
            )
        );
        assert_eq!(encode(&Value::Null), Ok(String::new()));
    }

    #[test]
    fn what_stripe_would_misread_is_refused() {
        for params in [
            json!({"a": 1.5}),
            json!({"m": {"a[b]": "x"}}),
            json!([1]),
            json!({"": 1}),
        ] {
            assert!(encode(&params).is_err(), "{params}");
        }
    }
}
