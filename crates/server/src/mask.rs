//! Hides persons in payloads on their way out.
//!
//! What is stored is whole and sealed; what is shown is enough to work with: ids, amounts, codes,
//! countries stay, names, addresses and ways to reach somebody do not. It goes by field names, and
//! hides whatever looks like an e-mail address wherever it stands.

use aho_corasick::{AhoCorasick, BuildError, Match, MatchKind};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::Bound;

/// Stands for what is hidden.
pub const HIDDEN: &str = "•••";

/// Fields whose texts, however deep, are a person's.
const PERSONAL: &[&str] = &[
    "account_number",
    "address",
    "billing_address",
    "city",
    "client_ip",
    "customer_details",
    "customer_email",
    "customer_name",
    "customer_phone",
    "deliver_to",
    "email",
    "fingerprint",
    "first_name",
    "iban",
    "individual_name",
    "ip",
    "ip_address",
    "last4",
    "last_name",
    "line1",
    "line2",
    "name",
    "phone",
    "postal_code",
    "receipt_email",
    "receipt_url",
    "shipping",
    "shipping_details",
    "tax_id",
    "tax_ids",
    "verified_address",
    "verified_name",
    "zip",
];

/// Fields that stay although they stand in a personal one.
const HARMLESS: &[&str] = &[
    "carrier",
    "country",
    "currency",
    "id",
    "object",
    "tax_exempt",
    "tracking_number",
    "type",
];

/// Texts that are known to be a person's, to be hidden also where no field's name says so.
#[derive(Debug, Default)]
pub struct Persons(BTreeSet<String>);

/// Shorter texts are no person's alone: a state, a country.
const TELLING_CHARS: usize = 4;

impl Persons {
    /// Those that a payload holds.
    pub fn of(payload: &Value) -> Self {
        let mut persons = Self::default();
        persons.add(payload);
        persons
    }

    /// Adds those of another payload.
    pub fn add(&mut self, payload: &Value) {
        self.compare(payload, &mask(payload.clone()));
    }

    fn compare(&mut self, whole: &Value, masked: &Value) {
        match (whole, masked) {
            (Value::Object(whole), Value::Object(masked)) => {
                let members = whole.iter().filter_map(|(n, v)| Some((v, masked.get(n)?)));
                members.for_each(|(whole, masked)| self.compare(whole, masked));
            }
            (Value::Array(whole), Value::Array(masked)) => {
                let items = whole.iter().zip(masked);
                items.for_each(|(whole, masked)| self.compare(whole, masked));
            }
            (Value::String(text), Value::String(shown))
                if text != shown && text.chars().count() >= TELLING_CHARS =>
            {
                self.0.insert(text.clone());
            }
            _ => {}
        }
    }

    /// What hides them. One pass over a text finds them all, however many there are.
    ///
    /// # Errors
    /// If they are too many to be looked for.
    pub fn hider(self) -> Result<Hider, BuildError> {
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&self.0)?;
        Ok(Hider {
            persons: self,
            finder,
        })
    }
}

/// Hides persons by the names of fields and by what is known of them.
pub struct Hider {
    persons: Persons,
    finder: AhoCorasick,
}

impl Hider {
    /// A payload without persons.
    pub fn hide(&self, payload: Value) -> Value {
        self.replace(mask(payload))
    }

    fn replace(&self, value: Value) -> Value {
        match value {
            Value::Object(fields) => {
                let fields = fields.into_iter();
                Value::Object(fields.map(|(n, v)| (n, self.replace(v))).collect())
            }
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.replace(item)).collect())
            }
            Value::String(text) => Value::String(self.hide_in(text)),
            other => other,
        }
    }

    /// A text without them. Also a part of such a text, cut to a peer's field, is hidden.
    pub fn hide_in(&self, text: String) -> String {
        if text.chars().count() >= TELLING_CHARS {
            let from = (Bound::Included(text.as_str()), Bound::Unbounded);
            let mut known = self.persons.0.range::<str, _>(from);
            if known.next().is_some_and(|known| known.starts_with(&text)) {
                return HIDDEN.into();
            }
        }
        if !self.finder.is_match(&text) {
            return text;
        }
        let hidden = |_: &Match, _: &str, shown: &mut String| {
            shown.push_str(HIDDEN);
            true
        };
        let mut shown = String::with_capacity(text.len());
        self.finder.replace_all_with(&text, &mut shown, hidden);
        shown
    }
}

/// The same payload without persons.
pub fn mask(value: Value) -> Value {
    hide(value, false)
}

fn hide(value: Value, personal: bool) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| {
                    let key = name.to_ascii_lowercase();
                    let key = key.as_str();
                    let personal = PERSONAL.contains(&key) || personal && !HARMLESS.contains(&key);
                    let value = hide(value, personal);
                    (name, value)
                })
                .collect(),
        ),
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| hide(item, personal)).collect())
        }
        Value::String(text) if !text.is_empty() && (personal || is_mail(&text)) => {
            Value::String(HIDDEN.into())
        }
        Value::Number(_) if personal => Value::String(HIDDEN.into()),
        other => other,
    }
}

fn is_mail(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn persons_are_hidden_where_no_name_says_so() {
        let persons = Persons::of(&json!({
            "name": "Ada Lovelace", "address": {"line1": "1 Very Long Road", "state": "IL"},
            "plan": "premium",
        }));
        let request = json!({"CUNM": "Ada Lovelace", "CUA1": "1 Very Long", "ECAR": "IL",
            "text": "for Ada Lovelace (premium)", "ORNO": "1000001"});
        let shown = json!({"CUNM": "•••", "CUA1": "•••", "ECAR": "IL",
            "text": "for ••• (premium)", "ORNO": "1000001"});
        let hider = persons.hider().expect("few");
        assert_eq!(hider.hide(request), shown);
    }

    #[test]
    fn persons_are_hidden_and_the_rest_stays() {
        let payload = json!({
            "id": "ch_1", "amount": 4200, "currency": "usd", "receipt_email": null,
            "billing_details": {
                "name": "Jo", "email": "jo@example.com", "phone": 5551,
                "address": {"line1": "1 Road", "country": "US"},
            },
            "metadata": {"contact": "write to jo@example.com", "plan": "premium"},
            "shipping": {"carrier": "UPS", "tracking_number": "1Z", "to": ["Jo"]},
        });
        let masked = json!({
            "id": "ch_1", "amount": 4200, "currency": "usd", "receipt_email": null,
            "billing_details": {
                "name": "•••", "email": "•••", "phone": "•••",
                "address": {"line1": "•••", "country": "US"},
            },
            "metadata": {"contact": "•••", "plan": "premium"},
            "shipping": {"carrier": "UPS", "tracking_number": "1Z", "to": ["•••"]},
        });
        assert_eq!(mask(payload), masked);
    }
}
