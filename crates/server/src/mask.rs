//! Hides persons in payloads on their way out.
//!
//! What is stored is whole and sealed; what is shown is enough to work with: ids, amounts, codes,
//! countries stay, names, addresses and ways to reach somebody do not. It goes by field names, and
//! hides whatever looks like an e-mail address wherever it stands.

use serde_json::Value;

const HIDDEN: &str = "•••";

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
