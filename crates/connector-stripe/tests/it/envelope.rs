//! Envelopes: full and thin events, real bodies of older versions, and fuzzing.

use crate::corpus;
use connector::Envelope;
use connector_stripe::envelope::read;
use model::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn a_full_event() {
    let body = br#"{"id":"evt_1Q","object":"event","api_version":"2026-08-26.dahlia",
        "created":1790000000,"livemode":false,"pending_webhooks":1,"type":"charge.refunded",
        "account":"acct_2","data":{"object":{"id":"ch_1","type":"not this one"}}}"#;
    assert_eq!(
        read(body),
        Ok(Envelope {
            id: "evt_1Q".into(),
            kind: "charge.refunded".into(),
            occurred_at: Timestamp::from_seconds(1_790_000_000),
            account: Some("acct_2".into()),
            live: Some(false),
            own: false,
        })
    );
}

#[test]
fn an_event_that_our_own_write_caused_is_known_as_ours() {
    let event = |key: Value, previous: Value| {
        let body = json!({
            "id": "evt_1", "object": "event", "type": "charge.updated", "created": 1,
            "data": {"object": {"id": "ch_1"}, "previous_attributes": previous},
            "request": {"id": "req_1", "idempotency_key": key},
        });
        read(body.to_string().as_bytes()).unwrap().own
    };
    let ours = json!("towpath:metadata:ABC");
    let metadata = json!({"metadata": {"infor_order_no": null}});
    assert!(event(ours.clone(), metadata.clone()));
    let refund = json!("towpath:refund:ABC");
    assert!(event(refund.clone(), json!({"amount_refunded": 0})));
    assert!(event(refund, json!(null)));
    // Somebody else's write, and one of metadata with a change of something besides.
    for (key, previous) in [
        (json!("shop-1"), metadata.clone()),
        (json!(null), metadata.clone()),
        (json!("x towpath:metadata:ABC"), metadata),
        (
            ours.clone(),
            json!({"metadata": {}, "description": "before"}),
        ),
        (ours.clone(), json!({})),
        (ours, json!(null)),
    ] {
        assert!(!event(key.clone(), previous.clone()), "{key} {previous}");
    }
    // Older events name the call by its id alone.
    let body = json!({
        "id": "evt_1", "object": "event", "type": "charge.updated", "created": 1,
        "request": "req_1",
    });
    assert!(!read(body.to_string().as_bytes()).unwrap().own);
}

#[test]
fn a_thin_event_keeps_its_own_id_and_type() {
    let body = br#"{"id":"evt_2Z","object":"v2.core.event","type":"v1.charge.refunded",
        "created":"2026-11-20T10:00:00.250Z","livemode":true,
        "related_object":{"id":"ch_1","type":"charge","url":"/v1/charges/ch_1"},
        "snapshot_event":"evt_1Q"}"#;
    let envelope = read(body).unwrap();
    assert_eq!(
        (envelope.id.as_str(), envelope.kind.as_str()),
        ("evt_2Z", "v1.charge.refunded")
    );
    assert_eq!(envelope.occurred_at, Timestamp(1_795_168_800_250_000));
    assert_eq!((envelope.account, envelope.live), (None, Some(true)));
}

#[test]
fn what_is_no_event() {
    let event = json!({"id": "evt_1", "object": "event", "type": "x", "created": 1});
    assert!(read(event.to_string().as_bytes()).is_ok());
    for (field, value) in [
        ("object", json!("charge")),
        ("id", json!("")),
        ("id", json!(5)),
        ("type", json!("a\nb")),
        ("type", json!("x".repeat(256))),
        ("created", json!("2026-11-20T10:00:00Z")),
        ("created", json!(1.5)),
        ("livemode", json!("yes")),
    ] {
        let mut broken = event.clone();
        broken[field] = value;
        assert!(read(broken.to_string().as_bytes()).is_err(), "{broken}");
    }
    let bodies: [&[u8]; 7] = [
        b"",
        b"[]",
        b"null",
        b"\xef\xbb\xbf{}",
        b"{\"id\":\"\xff\"}",
        b"{\"id\":\"evt_1\"",
        br#"{"id":"a","id":"b","object":"event","type":"x","created":1}"#,
    ];
    for body in bodies {
        assert!(read(body).is_err(), "{body:?}");
    }
}

#[test]
fn errors_hold_nothing_of_the_body() {
    let error = read(br#"{"id":5,"email":"ada@example.com"}"#).unwrap_err();
    assert!(!error.contains("ada"), "{error}");
}

#[test]
fn real_bodies_of_older_versions() {
    for (name, body) in corpus::files("stripe-events/stripe-ruby-mock") {
        let tree: Value = serde_json::from_slice(&body).unwrap();
        let envelope = read(&body).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(envelope.id, tree["id"].as_str().unwrap(), "{name}");
        assert_eq!(envelope.kind, tree["type"].as_str().unwrap(), "{name}");
        assert_eq!(
            envelope.occurred_at.seconds(),
            tree["created"].as_i64().unwrap(),
            "{name}"
        );
        assert_eq!(envelope.live, tree["livemode"].as_bool(), "{name}");
    }
}

proptest! {
    #[test]
    fn no_body_makes_it_panic(body in any::<Vec<u8>>()) {
        prop_assert!(read(&body).is_err());
    }

    #[test]
    fn a_cut_body_is_refused(cut in 0..95usize) {
        let body = concat!(
            r#"{"id":"evt_1","object":"event","type":"charge.succeeded","#,
            r#""created":1790000000,"data":{"a":1}}"#,
        );
        prop_assert!(read(body.as_bytes()).is_ok());
        prop_assert!(read(&body.as_bytes()[..cut.min(body.len() - 1)]).is_err());
    }
}
