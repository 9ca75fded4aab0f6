//! Signed deliveries of about 3 KB, each with ids of its own that ascend in time.

use crate::role::PATH;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Digits of a number in an id.
const DIGITS: usize = 20;
/// Where a number is to be put.
const HOLE: &str = "00000000000000000000";

/// Makes deliveries by number.
pub struct Deliveries {
    head: String,
    body: Vec<u8>,
    holes: Vec<usize>,
    mac: Hmac<Sha256>,
    first: u64,
    signatures: Vec<[u8; 64]>,
}

impl Deliveries {
    /// Signs `count` of them in advance, from the number `first` on.
    pub fn new(secret: &str, seconds: i64, first: u64, count: u64) -> Self {
        let holes = TEMPLATE.match_indices(HOLE).map(|(at, _)| at).collect();
        let head = format!(
            "POST {PATH} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nstripe-signature: t={seconds},v1=",
            TEMPLATE.len()
        );
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key may have any length");
        mac.update(format!("{seconds}.").as_bytes());
        let body = TEMPLATE.as_bytes().to_vec();
        let mut this = Self {
            head,
            body,
            holes,
            mac,
            first,
            signatures: Vec::new(),
        };
        let mut request = Vec::new();
        for n in first..first + count {
            request.clear();
            this.fill(n, &mut request);
            let signature = this.sign(&request);
            this.signatures.push(signature);
        }
        this
    }

    /// The whole request of number `n`, into an empty buffer.
    pub fn request(&self, n: u64, body: &mut Vec<u8>, out: &mut Vec<u8>) {
        body.clear();
        self.fill(n, body);
        let signed = usize::try_from(n - self.first)
            .ok()
            .and_then(|at| self.signatures.get(at));
        let signature = signed.copied().unwrap_or_else(|| self.sign(body));
        out.clear();
        out.extend_from_slice(self.head.as_bytes());
        out.extend_from_slice(&signature);
        out.extend_from_slice(b"\r\n\r\n");
        out.extend_from_slice(body);
    }

    fn fill(&self, n: u64, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&self.body);
        let number = format!("{n:0DIGITS$}");
        for at in &self.holes {
            out[start + at..start + at + DIGITS].copy_from_slice(number.as_bytes());
        }
    }

    fn sign(&self, body: &[u8]) -> [u8; 64] {
        let mut mac = self.mac.clone();
        mac.update(body);
        let mut hex = [0; 64];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(mac.finalize().into_bytes()) {
            let digit = |n: u8| if n < 10 { b'0' + n } else { b'a' + n - 10 };
            (pair[0], pair[1]) = (digit(byte >> 4), digit(byte & 15));
        }
        hex
    }
}

/// A charge that succeeded, with the indentation that Stripe sends; a row of noughts where numbers go.
const TEMPLATE: &str = include_str!("charge.json");

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Secret, Timestamp};

    #[test]
    fn a_delivery_is_accepted_by_the_check_and_has_its_own_ids() {
        let made = Deliveries::new("whsec_1", 1_800_000_000, 7, 1);
        let (mut body, mut request) = (Vec::new(), Vec::new());
        for n in [7, 8] {
            made.request(n, &mut body, &mut request);
            let text = String::from_utf8(request.clone()).expect("it is text");
            let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
            let signature = head
                .lines()
                .find_map(|l| l.strip_prefix("stripe-signature: "));
            let header = |_: &str| signature.map(str::to_owned);
            let now = Timestamp::from_seconds(1_800_000_000);
            let secrets = [Secret::new("whsec_1")];
            let verified =
                connector_stripe::signature::verify(&header, body.as_bytes(), &secrets, now);
            assert!(verified.is_ok(), "{verified:?}");
            let envelope = connector_stripe::envelope::read(body.as_bytes()).expect("an event");
            assert_eq!(envelope.id, format!("evt_{n:020}"));
            assert!((2_500..4_200).contains(&body.len()), "{}", body.len());
        }
    }
}
