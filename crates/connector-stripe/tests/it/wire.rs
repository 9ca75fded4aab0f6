//! What really goes over the wire, byte for byte.

use crate::sandbox::{START, connection, runtime};
use connector::http::Http;
use connector_stripe::{CONNECTOR, request};
use model::Timestamp;
use model::clock::Clock;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers one request with `{}` and gives what it was.
pub async fn listen(listener: &TcpListener) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut seen = Vec::new();
    let whole = |seen: &[u8]| {
        let text = String::from_utf8_lossy(seen).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length = head
            .lines()
            .find_map(|l| l.strip_prefix("content-length: "));
        let length = length.map_or(0, |l| l.parse().unwrap());
        (body.len() >= length).then_some(text)
    };
    loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.unwrap();
        assert!(read > 0, "the request breaks off");
        seen.extend_from_slice(&part[..read]);
        if let Some(text) = whole(&seen) {
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
            stream.write_all(answer).await.unwrap();
            return text;
        }
    }
}

async fn sent(call: &connector::Call) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heard = tokio::spawn(async move { listen(&listener).await });
    let clock = Clock::manual(Timestamp::from_seconds(START));
    let config = connection(&url, "acct_1", "rk_test_q7w9", None, json!({}));
    let session = (CONNECTOR.open)(config, runtime(&clock, &Http::new().unwrap())).unwrap();
    session.send(call).await.unwrap();
    heard.await.unwrap()
}

#[tokio::test]
async fn a_read_has_a_query_and_the_pinned_version() {
    let params = json!({"limit": 100, "expand": ["data.source"], "created": {"gte": 5}});
    let call = request::get(
        "/v1/balance_transactions",
        "/v1/balance_transactions".into(),
        params,
    );
    let text = sent(&call).await;
    let line =
        "GET /v1/balance_transactions?limit=100&expand[0]=data.source&created[gte]=5 HTTP/1.1";
    assert_eq!(text.lines().next(), Some(line));
    for header in [
        "stripe-version: 2026-08-26.dahlia",
        "authorization: Bearer rk_test_q7w9",
    ] {
        assert!(text.lines().any(|l| l == header), "{header}: {text}");
    }
    assert!(!text.contains("idempotency-key"), "{text}");
}

#[tokio::test]
async fn a_change_has_a_form_and_its_key() {
    let params = json!({"name": "Ada & Bob", "metadata": {"infor_order_no": "1000 123"}});
    let text = sent(&request::create(
        "/v1/customers",
        params,
        "towpath:customer:1".into(),
    ))
    .await;
    assert!(
        text.starts_with("POST /v1/customers HTTP/1.1\r\n"),
        "{text}"
    );
    for header in [
        "stripe-version: 2026-08-26.dahlia",
        "idempotency-key: towpath:customer:1",
        "content-type: application/x-www-form-urlencoded",
    ] {
        assert!(text.lines().any(|l| l == header), "{header}: {text}");
    }
    assert!(text.ends_with("\r\n\r\nname=Ada%20%26%20Bob&metadata[infor_order_no]=1000%20123"));
}
