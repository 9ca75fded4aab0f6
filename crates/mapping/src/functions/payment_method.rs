//! How a payment was made, as a key for tables.
//!
//! Source of the members: docs.stripe.com/api/charges/object, `payment_method_details`; Stripe adds
//! types and brands, so unknown ones are taken as they are.

use super::{Function, fail, int};
use crate::value::Value;

pub const PAYMENT_METHOD: Function = Function {
    name: "payment_method",
    signature: "payment_method(details: map, parts?: int) -> text",
    doc: "The key of a charge's `payment_method_details`: the type alone, as sepa_debit; for cards \
          type:brand:funding, and the wallet behind them if there was one; for Klarna its category \
          behind it. A brand or funding that Stripe does not say is `unknown`. `parts` keeps the \
          first so many parts, for a table that is less exact.",
    examples: &[
        (
            "payment_method({'type': 'card', 'card': {'brand': 'visa', 'funding': 'credit'}})",
            "\"card:visa:credit\"",
        ),
        (
            "payment_method({'type': 'card', 'card': {'brand': 'mastercard', 'funding': 'debit', \
             'wallet': {'type': 'apple_pay'}}})",
            "\"card:mastercard:debit:apple_pay\"",
        ),
        (
            "payment_method({'type': 'card', 'card': {'brand': 'mastercard', 'funding': 'debit', \
             'wallet': {'type': 'apple_pay'}}}, 1)",
            "\"card\"",
        ),
        (
            "payment_method({'type': 'card', 'card': {'brand': 'visa'}})",
            "\"card:visa:unknown\"",
        ),
        (
            "payment_method({'type': 'sepa_debit', 'sepa_debit': {'country': 'DE'}})",
            "\"sepa_debit\"",
        ),
        (
            "payment_method({'type': 'klarna', 'klarna': \
             {'payment_method_category': 'pay_later'}})",
            "\"klarna:pay_later\"",
        ),
        ("payment_method({'card': {}})", "!has no `type`"),
        (
            "payment_method({'type': 'Kort!'})",
            "!is no word of Stripe's",
        ),
        ("payment_method({'type': 'card'}, 0)", "!1 or more"),
    ],
    run: |a, _| {
        let fail = || fail("payment_method");
        let parts = parts(&a[0]).map_err(fail())?;
        let most = match a.get(1) {
            None => parts.len(),
            Some(_) => {
                let most = usize::try_from(int(a, 1).unwrap_or_default()).unwrap_or_default();
                if most == 0 {
                    return Err(fail()("a key has 1 or more parts".to_owned()));
                }
                most
            }
        };
        let kept: Vec<&str> = parts.into_iter().take(most).collect();
        Ok(kept.join(":").into())
    },
};

const UNKNOWN: &str = "unknown";

fn parts(details: &Value) -> Result<Vec<&str>, String> {
    let kind = details.get("type").and_then(Value::as_text);
    let cure = || "the map has no `type`; pass payment_method_details".to_owned();
    let kind = kind.ok_or_else(cure)?;
    let own = details.get(kind);
    let member = |name: &str| own.and_then(|own| own.get(name)).and_then(Value::as_text);
    let mut parts = vec![kind];
    match kind {
        "card" | "card_present" | "interac_present" => {
            parts.push(member("brand").unwrap_or(UNKNOWN));
            parts.push(member("funding").unwrap_or(UNKNOWN));
            let wallet = own.and_then(|own| own.get("wallet"));
            parts.extend(wallet.and_then(|w| w.get("type")).and_then(Value::as_text));
        }
        "klarna" => parts.extend(member("payment_method_category")),
        _ => {}
    }
    let word = |part: &&str| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        !part.is_empty() && part.bytes().all(plain)
    };
    match parts.iter().find(|part| !word(part)) {
        None => Ok(parts),
        Some(odd) => {
            let shown = crate::number::shorten(odd);
            Err(format!(
                "`{shown}` is no word of Stripe's: small letters, digits and _"
            ))
        }
    }
}
