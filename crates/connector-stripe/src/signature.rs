//! Checking the signature of a webhook delivery, at least as strictly as Stripe's own SDKs.
//!
//! Header `Stripe-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>…][,v0=<hex>]`. What is signed is
//! the decimal `t`, a full stop and the raw body, with HMAC-SHA256 under the whole endpoint secret,
//! its `whsec_` included (source: `_webhook.py` of stripe-python). While a secret is rolled there
//! are several live secrets and several `v1`; any pair may match.
//!
//! Stricter than the SDKs: two `t` are ambiguous and refused, `t` must be digits alone, `v1` must
//! be 64 lower-case hexadecimal digits.

use connector::Verified;
use hmac::{Hmac, KeyInit, Mac};
use model::{Secret, Timestamp};
use sha2::Sha256;
use std::time::Duration;
use subtle::{Choice, ConstantTimeEq};

/// A delivery older than this is refused; one further in the future is flagged.
const TOLERANCE: Duration = Duration::from_secs(300);

type Mac256 = Hmac<Sha256>;

/// Checks the signature of `body` against every live secret.
///
/// # Errors
/// A sentence for the log that says why it was refused; it holds no part of header or secret.
pub fn verify(
    header: &dyn Fn(&str) -> Option<String>,
    body: &[u8],
    secrets: &[Secret],
    now: Timestamp,
) -> Result<Verified, String> {
    let header = header("stripe-signature").filter(|h| !h.is_empty());
    let header = header.ok_or("the delivery has no Stripe-Signature")?;
    if secrets.iter().all(|s| s.expose().trim().is_empty()) {
        return Err("the endpoint has no signing secret".into());
    }
    let signed = Signed::parse(&header)?;
    let secret = signed
        .matching(body, secrets)
        .ok_or("no signature fits the body")?;
    let at = Timestamp::from_seconds(signed.seconds);
    // Whole seconds: a delivery of exactly 300 s ago passes, one of 301 s does not.
    if now.seconds() - signed.seconds > i64::try_from(TOLERANCE.as_secs()).unwrap_or(i64::MAX) {
        return Err("the signature is older than 300 s".into());
    }
    Ok(Verified {
        secret,
        clock_ahead: at.since(now) > TOLERANCE,
    })
}

/// What a signature header says.
struct Signed<'a> {
    /// `t` as it stands, because it is signed as it stands.
    time: &'a str,
    seconds: i64,
    signatures: Vec<[u8; 32]>,
}

impl<'a> Signed<'a> {
    fn parse(header: &'a str) -> Result<Self, String> {
        let mut time = None;
        let mut signatures = Vec::new();
        // Names are not trimmed: a blank after the comma makes another name, as in the SDKs.
        for (name, value) in header.split(',').filter_map(|item| item.split_once('=')) {
            match name {
                "t" if time.is_some() => return Err("the signature has two times".into()),
                "t" => time = Some(value),
                "v1" => signatures.extend(digest(value)),
                _ => {}
            }
        }
        let time = time.ok_or("the signature has no time")?;
        let digits = (1..=12).contains(&time.len()) && time.bytes().all(|b| b.is_ascii_digit());
        let seconds = time.parse().ok().filter(|_| digits);
        let seconds = seconds.ok_or("the time of the signature is no number of seconds")?;
        if signatures.is_empty() {
            return Err("the header has no v1 signature".into());
        }
        Ok(Self {
            time,
            seconds,
            signatures,
        })
    }

    /// The first secret under which any of the signatures fits. Every pair is compared, each in
    /// constant time, so that the answer's delay says nothing.
    fn matching(&self, body: &[u8], secrets: &[Secret]) -> Option<usize> {
        let mut found = None;
        for (index, secret) in secrets.iter().enumerate() {
            // Pasted secrets often end in a newline.
            let secret = secret.expose().trim();
            if secret.is_empty() {
                continue;
            }
            let mut mac = Mac256::new_from_slice(secret.as_bytes()).ok()?;
            mac.update(self.time.as_bytes());
            mac.update(b".");
            mac.update(body);
            let expected = mac.finalize().into_bytes();
            let fits = self
                .signatures
                .iter()
                .fold(Choice::from(0), |fits, signature| {
                    fits | signature.as_slice().ct_eq(expected.as_slice())
                });
            if bool::from(fits) && found.is_none() {
                found = Some(index);
            }
        }
        found
    }
}

/// 64 lower-case hexadecimal digits as bytes.
fn digest(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
