//! Filling `{{name}}` in a text with values; in HTML every value is escaped.

use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A value of a placeholder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Value {
    Text(String),
    Whole(i64),
    Flag(bool),
}

impl Value {
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => text.into(),
            Self::Whole(number) => number.to_string().into(),
            Self::Flag(flag) => flag.to_string().into(),
        }
    }
}

/// What a text is, and so how values get into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    Plain,
    Html,
}

/// The text with its placeholders filled. `field` is where it stands in the input.
///
/// # Errors
/// `Rejected` if a placeholder is not closed or has no value.
pub fn fill(
    field: &str,
    text: &str,
    values: &BTreeMap<String, Value>,
    medium: Medium,
) -> Result<String, Fault> {
    let refuse = |why: String| Fault::rejected(format!("{field}: {why}")).with_field(field);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            return Err(refuse("`{{` is not closed by `}}`".into()));
        };
        let name = name.trim();
        let value = values.get(name).ok_or_else(|| {
            refuse(format!(
                "`{{{{{name}}}}}` has no value; add `{name}` to `values`"
            ))
        })?;
        match medium {
            Medium::Plain => out.push_str(&value.text()),
            Medium::Html => escape(&value.text(), &mut out),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// What means something in HTML becomes what only looks like it, in text and in quoted attributes.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> BTreeMap<String, Value> {
        BTreeMap::from([
            ("name".to_owned(), Value::Text("<b>\"Ada\" & 'Co'".into())),
            ("count".to_owned(), Value::Whole(3)),
        ])
    }

    #[test]
    fn values_are_escaped_in_html_only() {
        let fill = |medium| fill("x", "Dear {{name}}, {{ count }}", &values(), medium);
        assert_eq!(fill(Medium::Plain).unwrap(), "Dear <b>\"Ada\" & 'Co', 3");
        assert_eq!(
            fill(Medium::Html).unwrap(),
            "Dear &lt;b&gt;&quot;Ada&quot; &amp; &#39;Co&#39;, 3"
        );
    }

    #[test]
    fn a_value_is_not_read_for_placeholders() {
        let values = BTreeMap::from([("a".to_owned(), Value::Text("{{b}}".into()))]);
        assert_eq!(fill("x", "{{a}}", &values, Medium::Plain).unwrap(), "{{b}}");
    }

    #[test]
    fn what_cannot_be_filled_is_named() {
        for (text, why) in [
            ("{{nobody}}", "`{{nobody}}` has no value"),
            ("{{name", "is not closed"),
        ] {
            let fault = fill("subject", text, &values(), Medium::Plain).unwrap_err();
            assert!(fault.message.contains(why), "{fault}");
            assert_eq!(fault.field.as_deref(), Some("subject"));
        }
    }
}
