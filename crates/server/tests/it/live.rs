//! What changes is told as it happens.

use crate::app::{App, charge};
use std::time::Duration;

/// Reads an answer that goes on, message by message.
struct Told {
    reply: reqwest::Response,
    text: String,
}

impl Told {
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((message, rest)) = self.text.split_once("\n\n") {
                let message = message.to_owned();
                self.text = rest.to_owned();
                return Some(message);
            }
            let more = self.reply.chunk().await.expect("it goes on")?;
            self.text
                .push_str(std::str::from_utf8(&more).expect("a text"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_told_together_and_silence_has_a_beat() {
    let app = App::start().await;
    app.engine.settled().await;
    let reply = app.open("/api/v1/live?environment=test").await;
    assert_eq!(reply.headers()["content-type"], "text/event-stream");
    let mut told = Told {
        reply,
        text: String::new(),
    };
    assert_eq!(told.next().await.as_deref(), Some(": towpath"));
    app.deliver(&charge(1, true)).await;
    let first = told.next().await.expect("a change");
    assert!(
        first.starts_with("event: change\ndata: {\"topics\":[\"events\""),
        "{first}"
    );
    // What comes within a quarter of a second of it comes in one.
    app.engine.settled().await;
    app.deliver(&charge(2, false)).await;
    app.engine.settled().await;
    app.engine.clock().advance(Duration::from_millis(250));
    let second = told.next().await.expect("a change");
    for topic in ["events", "runs", "dead_letters"] {
        assert!(second.contains(topic), "{second}");
    }
    app.engine.clock().advance(Duration::from_secs(15));
    let beat = told.next().await.expect("a beat");
    assert_eq!(beat, "event: beat\ndata: {}");
    app.get("/api/v1/live?environment=nowhere")
        .await
        .problem(404, "not_found");
    // It does not hold the server up when that ends.
    let App { server, engine, .. } = app;
    tokio::time::timeout(Duration::from_secs(5), server.shutdown())
        .await
        .expect("it ends at once");
    assert_eq!(told.next().await, None);
    drop(engine);
}
