//! The `Stripe-Signature` header of a delivery.
//! Source: github.com/stripe/stripe-python `_webhook.py`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;

/// The header for `body` at `t`: one `v1` per live secret.
pub fn header(secrets: &[&str], t: i64, body: &str) -> String {
    let mut header = format!("t={t}");
    for secret in secrets {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(t.to_string().as_bytes());
        mac.update(b".");
        mac.update(body.as_bytes());
        header.push_str(",v1=");
        for byte in mac.finalize().into_bytes() {
            write!(header, "{byte:02x}").expect("writing to a String cannot fail");
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_answer_of_the_official_sdks() {
        let body = r#"{"id":"evt_1","object":"event"}"#;
        assert_eq!(
            header(&["example-key-one"], 1_790_000_000, body),
            "t=1790000000,v1=f9b50f2bc73ee7c6f0ddbaa0d8e8add210450c4f6a9bf733e1a4e200ca527ff8"
        );
    }
}
