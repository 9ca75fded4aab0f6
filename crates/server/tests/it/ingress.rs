//! Deliveries: taken, taken once, or refused with a sentence.

use crate::app::{App, HOOK, SECRET, START, charge, sign};
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CAP: usize = 1 << 20;

#[tokio::test]
async fn an_event_is_taken_once_however_often_it_comes() {
    let app = App::start().await;
    for _ in 0..3 {
        let reply = app.deliver(&charge(1, true)).await;
        assert_eq!((reply.status, reply.text.as_str()), (200, "{}"));
        assert_eq!(reply.header("content-type"), "application/json");
    }
    app.engine.settled().await;
    let events = app.get("/api/v1/events").await.json();
    assert_eq!(events["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(events["data"][0]["deliveries"], 3);
    let runs = app.get("/api/v1/runs").await.json();
    assert_eq!(runs["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(runs["data"][0]["state"], "done");
}

#[tokio::test]
async fn what_is_not_signed_by_the_sender_is_refused() {
    let app = App::start().await;
    let body = charge(1, true).to_string();
    let signatures = [
        None,
        Some(String::new()),
        Some(sign(body.as_bytes(), START, "whsec_another")),
        Some(sign(b"another body", START, SECRET)),
        Some(sign(body.as_bytes(), START - 301, SECRET)),
    ];
    for signature in signatures {
        let reply = app
            .deliver_as(HOOK, body.clone(), signature.as_deref())
            .await;
        let problem = reply.problem(400, "bad_signature");
        assert!(
            problem["cure"]
                .as_str()
                .is_some_and(|c| c.contains("secret")),
            "{problem}"
        );
        assert!(!reply.text.contains(SECRET));
    }
    let events = app.get("/api/v1/events").await.json();
    assert_eq!(events["data"], json!([]));
}

#[tokio::test]
async fn an_address_that_is_not_there_is_named_so() {
    let app = App::start().await;
    let body = charge(1, true).to_string();
    let signature = sign(body.as_bytes(), START, SECRET);
    for path in [
        "/hooks/live/stripe/main",
        "/hooks/test/other/main",
        "/hooks/test/stripe",
        "/hooks/test/stripe/",
        "/hooks/test/stripe/main/more",
    ] {
        let reply = app.deliver_as(path, body.clone(), Some(&signature)).await;
        reply.problem(404, "no_endpoint");
    }
    // The last part may be any name.
    let reply = app
        .deliver_as("/hooks/test/stripe/other", body, Some(&signature))
        .await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_body_over_the_cap_is_refused_and_one_at_it_is_read() {
    let app = App::start().await;
    let long = vec![b' '; CAP + 1];
    let signature = sign(&long, START, SECRET);
    app.deliver_as(HOOK, long.clone(), Some(&signature))
        .await
        .problem(413, "body_too_long");
    // In parts, its length is not known before.
    let parts: Vec<Result<Vec<u8>, std::io::Error>> =
        long.chunks(100_000).map(|part| Ok(part.to_vec())).collect();
    let stream = reqwest::Body::wrap_stream(futures::stream::iter(parts));
    app.deliver_as(HOOK, stream, Some(&signature))
        .await
        .problem(413, "body_too_long");
    let mut whole = charge(1, true).to_string().into_bytes();
    whole.resize(CAP, b' ');
    let signature = sign(&whole, START, SECRET);
    let parts: Vec<Result<Vec<u8>, std::io::Error>> = whole
        .chunks(100_000)
        .map(|part| Ok(part.to_vec()))
        .collect();
    let stream = reqwest::Body::wrap_stream(futures::stream::iter(parts));
    let reply = app.deliver_as(HOOK, stream, Some(&signature)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

#[tokio::test]
async fn what_is_signed_and_no_event_is_refused() {
    let app = App::start().await;
    for body in ["not JSON", "", "[]", "{\"object\":\"charge\"}"] {
        let signature = sign(body.as_bytes(), START, SECRET);
        app.deliver_as(HOOK, body, Some(&signature))
            .await
            .problem(400, "not_an_event");
    }
}

#[tokio::test]
async fn a_live_event_never_enters_a_test_environment() {
    let app = App::start().await;
    let mut event = charge(1, true);
    event["livemode"] = json!(true);
    app.deliver(&event).await.problem(400, "wrong_mode");
}

#[tokio::test]
async fn an_event_that_no_flow_wants_is_kept() {
    let app = App::start().await;
    let mut event = charge(1, true);
    event["type"] = json!("something.new");
    assert_eq!(app.deliver(&event).await.status, 200);
    let events = app.get("/api/v1/events?type=something.new").await.json();
    assert_eq!(events["data"][0]["source_id"], "evt_1");
}

#[tokio::test]
async fn while_the_store_is_away_the_sender_is_told_to_wait() {
    let app = App::start().await;
    app.engine.store().close().await;
    let reply = app.deliver(&charge(1, true)).await;
    reply.problem(503, "away");
    assert_eq!(reply.header("retry-after"), "5");
    let ready = app.get("/healthz").await;
    assert_eq!(ready.status, 200);
}

#[tokio::test]
async fn a_sender_that_hangs_up_does_not_end_its_delivery() {
    let app = App::start().await;
    let body = charge(1, true).to_string();
    let signature = sign(body.as_bytes(), START, SECRET);
    let mut stream = TcpStream::connect(app.server.address())
        .await
        .expect("connected");
    let length = body.len();
    let head = format!(
        "POST {HOOK} HTTP/1.1\r\nhost: x\r\nstripe-signature: {signature}\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.shutdown().await.expect("hung up");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .expect("answered all the same");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    app.engine.settled().await;
    let runs = app.get("/api/v1/runs?state=done").await.json();
    assert_eq!(runs["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn deliveries_are_counted_by_outcome() {
    let app = App::start().await;
    app.deliver(&charge(1, true)).await;
    app.deliver(&charge(1, true)).await;
    app.deliver_as(HOOK, "x", None).await;
    app.engine.settled().await;
    let text = app.get("/metrics").await.text;
    for line in [
        "towpath_deliveries_total{outcome=\"new\"} 1",
        "towpath_deliveries_total{outcome=\"duplicate\"} 1",
        "towpath_deliveries_total{outcome=\"bad_signature\"} 1",
        "towpath_acknowledge_seconds_count 2",
        "towpath_runs_done_total 1",
        "towpath_runs{state=\"ready\"} 0",
        "towpath_connection_paused{environment=\"test\",connection=\"stripe\",\
         connector=\"stripe\"} 0",
        "towpath_store_up 1",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn a_stop_lets_a_request_finish() {
    let app = App::start().await;
    let body = charge(1, true).to_string();
    let signature = sign(body.as_bytes(), START, SECRET);
    let mut stream = TcpStream::connect(app.server.address())
        .await
        .expect("connected");
    let head = format!(
        "POST {HOOK} HTTP/1.1\r\nhost: x\r\nstripe-signature: {signature}\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    // The server asks for the body once the request is under way.
    let mut asked = [0_u8; 25];
    stream
        .read_exact(&mut asked)
        .await
        .expect("asked for the body");
    assert!(asked.starts_with(b"HTTP/1.1 100"));
    let engine = app.engine.clone();
    let stopping = tokio::spawn(app.server.shutdown());
    stream.write_all(body.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    tokio::time::timeout(Duration::from_secs(30), read)
        .await
        .expect("in time")
        .expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    stopping.await.expect("stopped");
    engine.shutdown().await;
}
