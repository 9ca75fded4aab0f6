//! What arrives is what was sent.

use crate::server::{Server, message, send};
use connector::Credential;
use serde_json::json;

#[tokio::test]
async fn a_message_arrives_byte_by_byte() {
    let Some(server) = Server::start(&[]).await else {
        return;
    };
    let session = server.open(json!({}), Credential::default());
    let input = json!({
        "reference": "pi_1:failed",
        "to": ["Ada Byron <ada@example.org>"],
        "cc": ["Büro <office@example.org>"],
        "bcc": ["books@example.org"],
        "reply_to": "help@example.com",
        "subject": "Zahlung über {{amount}} fehlgeschlagen",
        "text": "Liebe {{name}},\n.\nein Punkt allein beendet nichts.\n",
        "values": {"amount": "15,00 €", "name": "Ada"},
    });
    let output = send(&*session, &input).await.unwrap();
    assert_eq!(output["answer"], "250 OK queued as 1");
    let (text, envelope) = server.message(1);
    assert_eq!(envelope["from"], "shop@example.com");
    assert_eq!(
        envelope["to"],
        json!(["ada@example.org", "office@example.org", "books@example.org"])
    );
    assert_eq!(envelope["hello"], "example.com");
    let id = output["message_id"].as_str().unwrap();
    let expected = [
        "From: =?utf-8?b?S2FuYWwgR8O8dGVy?= <shop@example.com>",
        "Date: Tue, 24 Nov 2026 10:00:00 +0000",
        &format!("Message-ID: {id}"),
        "Subject: Zahlung =?utf-8?b?w7xiZXI=?= 15,00 =?utf-8?b?4oKs?= fehlgeschlagen",
        "To: \"Ada Byron\" <ada@example.org>",
        "Cc: =?utf-8?b?QsO8cm8=?= <office@example.org>",
        "Reply-To: help@example.com",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 7bit",
        "",
        "Liebe Ada,",
        ".",
        "ein Punkt allein beendet nichts.",
        "",
    ];
    assert_eq!(text, expected.join("\r\n"));
}

#[tokio::test]
async fn html_comes_beside_the_text_with_its_values_escaped() {
    let Some(server) = Server::start(&[]).await else {
        return;
    };
    let session = server.open(json!({}), Credential::default());
    let mut input = message(&["ada@example.org"]);
    input["text"] = json!("Dear {{name}}");
    input["html"] = json!("<p title=\"{{name}}\">Dear {{name}}</p>");
    input["values"] = json!({"name": "<script>alert('x')</script> & \"Co\""});
    send(&*session, &input).await.unwrap();
    let (text, _) = server.message(1);
    assert!(
        text.contains("Content-Type: multipart/alternative;"),
        "{text}"
    );
    assert!(
        text.contains("Dear <script>alert('x')</script> & \"Co\""),
        "{text}"
    );
    let html = text.replace("=\r\n", "").replace("=3D", "=");
    let escaped = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Co&quot;";
    assert!(
        html.contains(&format!("<p title=\"{escaped}\">Dear {escaped}</p>")),
        "{html}"
    );
}

#[tokio::test]
async fn a_repeat_is_the_same_message_to_the_byte() {
    let Some(server) = Server::start(&[]).await else {
        return;
    };
    let session = server.open(json!({}), Credential::default());
    let mut input = message(&["ada@example.org"]);
    input["html"] = json!("<p>Good day.</p>");
    send(&*session, &input).await.unwrap();
    send(&*session, &input).await.unwrap();
    assert_eq!(server.message(1).0, server.message(2).0);
    input["reference"] = json!("pi_2:failed");
    send(&*session, &input).await.unwrap();
    assert_ne!(server.message(1).0, server.message(3).0);
}
