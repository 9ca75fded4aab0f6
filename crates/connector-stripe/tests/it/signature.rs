//! Signatures: known answers, the table of what is refused, the SDKs' verdicts, and fuzzing.

use crate::corpus;
use connector::Verified;
use connector_stripe::signature::verify;
use hmac::{Hmac, KeyInit, Mac};
use model::{Secret, Timestamp};
use proptest::prelude::*;
use sha2::Sha256;

const NOW: i64 = 1_790_000_000;
const BODY: &[u8] = br#"{"id":"evt_1","object":"event"}"#;

fn v1(secret: &str, time: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.finalize()
        .into_bytes()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

fn check(header: &str, body: &[u8], secrets: &[&str], now: i64) -> Result<Verified, String> {
    let secrets: Vec<Secret> = secrets.iter().map(|s| Secret::new(*s)).collect();
    let lookup = |name: &str| (name == "stripe-signature").then(|| header.to_owned());
    verify(&lookup, body, &secrets, Timestamp::from_seconds(now))
}

#[test]
fn the_known_answer() {
    let expected = concat!(
        "f9b50f2bc73ee7c6",
        "f0ddbaa0d8e8add2",
        "10450c4f6a9bf733",
        "e1a4e200ca527ff8"
    );
    assert_eq!(v1("example-key-one", "1790000000", BODY), expected);
    let header = format!("t=1790000000,v1={expected}");
    assert_eq!(
        check(&header, BODY, &["example-key-one"], NOW),
        Ok(Verified {
            secret: 0,
            clock_ahead: false
        })
    );
}

#[test]
fn what_passes_and_under_which_secret() {
    let (old, new) = (
        v1("whsec_old", "1790000000", BODY),
        v1("whsec_new", "1790000000", BODY),
    );
    let both = ["whsec_new", "whsec_old"];
    for (header, secrets, matched) in [
        (
            format!("t=1790000000,v1={new},v1={old}"),
            vec!["whsec_old"],
            0,
        ),
        (
            format!("t=1790000000,v1={old},v1={new}"),
            vec!["whsec_old"],
            0,
        ),
        (format!("t=1790000000,v1={old}"), both.to_vec(), 1),
        (format!("t=1790000000,v1={new},v1={old}"), both.to_vec(), 0),
        (format!("v1={new},t=1790000000"), both.to_vec(), 0),
        (format!("t=1790000000,v1={new},v0={old}"), both.to_vec(), 0),
        (format!("t=1790000000,v1=short,v1={new}"), both.to_vec(), 0),
        // An old secret that was removed by blanking it is passed over.
        (
            format!("t=1790000000,v1={new}"),
            vec![" ", "whsec_new\n"],
            1,
        ),
    ] {
        let verified = check(&header, BODY, &secrets, NOW).map(|v| v.secret);
        assert_eq!(verified, Ok(matched), "{header}");
    }
}

#[test]
fn what_is_refused() {
    let good = v1("whsec_a", "1790000000", BODY);
    let spaced = v1("whsec_a", " 1790000000", BODY);
    let trailing = v1("whsec_a", "1790000000abc", BODY);
    for header in [
        String::new(),
        "t=1790000000".into(),
        format!("t=1790000000,v0={good}"),
        format!("v1={good}"),
        format!("t=abc,v1={}", v1("whsec_a", "abc", BODY)),
        format!("t=,v1={}", v1("whsec_a", "", BODY)),
        format!("t=1790000000,t=1790000000,v1={good}"),
        format!("t=1790000000abc,v1={trailing}"),
        format!("t= 1790000000,v1={spaced}"),
        format!("t=1790000000, v1={good}"),
        format!("t=1790000000,v1={}", good.to_uppercase()),
        format!("t=1790000000,v1={}", &good[..63]),
        "t=1790000000,v1=".into(),
        format!("t=1790000001,v1={good}"),
        format!("t=-1790000000,v1={}", v1("whsec_a", "-1790000000", BODY)),
        format!(
            "t=1790000000000,v1={}",
            v1("whsec_a", "1790000000000", BODY)
        ),
    ] {
        assert!(check(&header, BODY, &["whsec_a"], NOW).is_err(), "{header}");
    }
    let header = format!("t=1790000000,v1={good}");
    assert!(check(&header, b"other", &["whsec_a"], NOW).is_err());
    assert!(check(&header, BODY, &["whsec_b"], NOW).is_err());
    assert!(check(&header, BODY, &[], NOW).is_err());
    assert!(check(&header, BODY, &["", " \n"], NOW).is_err());
    // An empty key must not verify what was signed with it.
    let empty = format!("t=1790000000,v1={}", v1("", "1790000000", BODY));
    assert!(check(&empty, BODY, &[""], NOW).is_err());
}

#[test]
fn the_past_is_limited_and_the_future_flagged() {
    let header = format!("t=1790000000,v1={}", v1("whsec_a", "1790000000", BODY));
    let at = |now| check(&header, BODY, &["whsec_a"], now).map(|v| v.clock_ahead);
    assert_eq!(at(NOW + 300), Ok(false));
    assert!(at(NOW + 301).is_err());
    assert_eq!(at(NOW - 300), Ok(false));
    assert_eq!(at(NOW - 301), Ok(true));
    assert_eq!(at(NOW - 3000), Ok(true));
}

#[test]
fn bytes_are_bytes() {
    for body in [&b"\xef\xbb\xbf{}"[..], b"\xff\xfe", b""] {
        let header = format!("t=1790000000,v1={}", v1("whsec_a", "1790000000", body));
        assert!(check(&header, body, &["whsec_a"], NOW).is_ok(), "{body:?}");
    }
}

#[test]
fn errors_hold_no_secret_and_no_signature() {
    let good = v1("whsec_secret", "1789990000", BODY);
    for header in [
        format!("t=1789990000,v1={good}"),
        format!("t=1,t=2,v1={good}"),
        good.clone(),
    ] {
        let error = check(&header, BODY, &["whsec_secret"], NOW).unwrap_err();
        assert!(
            !error.contains("whsec_secret") && !error.contains(&good),
            "{error}"
        );
    }
}

#[test]
fn at_least_as_strict_as_the_official_sdks() {
    let Some(folder) = corpus::folder() else {
        return;
    };
    let text = std::fs::read_to_string(folder.join("signature_vectors.json")).unwrap();
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(cases.len(), 14);
    for case in cases {
        let part = |name: &str| case[name].as_str().unwrap();
        assert_eq!(case["tolerance"], 300);
        let now = case["now"].as_i64().unwrap();
        let ours = check(
            part("header"),
            part("payload").as_bytes(),
            &[part("secret")],
            now,
        );
        let theirs = part("stripe_python") == "ok" && part("stripe_node") == "ok";
        assert_eq!(ours.is_ok(), theirs, "{}: {ours:?}", part("name"));
    }
}

proptest! {
    #[test]
    fn no_header_makes_it_panic(header in ".*", body in any::<Vec<u8>>()) {
        prop_assert!(check(&header, &body, &["whsec_a"], NOW).is_err());
    }

    #[test]
    fn near_headers_neither_panic_nor_pass(
        items in proptest::collection::vec("(t|v1|v0| v1|x)=?[0-9a-f]{0,66}", 0..6),
        now in any::<i64>(),
    ) {
        prop_assert!(check(&items.join(","), BODY, &["whsec_a"], now).is_err());
    }

    #[test]
    fn what_was_signed_passes_and_one_flipped_bit_does_not(
        body in proptest::collection::vec(any::<u8>(), 1..200),
        at in any::<prop::sample::Index>(),
        bit in 0..8u8,
    ) {
        let header = format!("t=1790000000,v1={}", v1("whsec_a", "1790000000", &body));
        prop_assert!(check(&header, &body, &["whsec_a"], NOW).is_ok());
        let mut other = body.clone();
        other[at.index(body.len())] ^= 1 << bit;
        prop_assert!(check(&header, &other, &["whsec_a"], NOW).is_err());
    }
}
