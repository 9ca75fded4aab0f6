//! The sandbox mail server: by hand, and with Python's own smtplib as judge.

use sim::mail::{Handle, start};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;

async fn sandbox() -> Handle {
    let any = ([127, 0, 0, 1], 0).into();
    start(any, any).await.unwrap()
}

/// Says each line and compares how the answer begins.
async fn talk(sandbox: &Handle, lines: &[(&str, &str)]) {
    let stream = TcpStream::connect(sandbox.smtp()).await.unwrap();
    let mut stream = BufReader::new(stream);
    let mut answer = String::new();
    stream.read_line(&mut answer).await.unwrap();
    assert!(answer.starts_with("220 "), "{answer}");
    for (line, wanted) in lines {
        let said = format!("{line}\r\n");
        stream.get_mut().write_all(said.as_bytes()).await.unwrap();
        if wanted.is_empty() {
            continue;
        }
        loop {
            answer.clear();
            stream.read_line(&mut answer).await.unwrap();
            if answer.get(3..4).is_none_or(|c| c != "-") {
                break;
            }
        }
        assert!(answer.starts_with(wanted), "{line}: {answer}");
    }
}

#[tokio::test]
async fn a_message_is_taken_and_shown() {
    let sandbox = sandbox().await;
    talk(
        &sandbox,
        &[
            ("EHLO shop.example", "250"),
            ("MAIL FROM:<shop@example.com> BODY=8BITMIME", "250"),
            ("RCPT TO:<ada@example.org>", "250"),
            ("rcpt to:<bob@example.org>", "250"),
            ("DATA", "354"),
            ("Subject: a", ""),
            (" folded one", ""),
            ("", ""),
            ("..a dot", ""),
            (".", "250 2.0.0 OK taken as 1"),
            ("QUIT", "221"),
        ],
    )
    .await;
    let [message] = &sandbox.messages()[..] else {
        panic!("one message")
    };
    assert_eq!(message.from, "shop@example.com");
    assert_eq!(message.to, ["ada@example.org", "bob@example.org"]);
    assert_eq!(message.header("subject").as_deref(), Some("a folded one"));
    assert_eq!(message.body(), ".a dot\r\n");
    let page = reqwest::get(sandbox.url()).await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("ada@example.org, bob@example.org"), "{page}");
}

#[tokio::test]
async fn the_order_of_commands_is_kept() {
    let sandbox = sandbox().await;
    talk(
        &sandbox,
        &[
            ("MAIL FROM:<a@example.com>", "503"),
            ("EHLO", "501"),
            ("EHLO x", "250"),
            ("RCPT TO:<a@example.com>", "503"),
            ("MAIL FROM:a@example.com", "501"),
            ("MAIL FROM:<>", "250"),
            ("MAIL FROM:<a@example.com>", "503"),
            ("DATA", "503"),
            ("RCPT TO:<nobody>", "501"),
            ("RSET", "250"),
            ("DATA", "503"),
            ("AUTH PLAIN", "502"),
            ("WHAT", "500"),
        ],
    )
    .await;
    assert!(sandbox.messages().is_empty());
}

#[tokio::test]
async fn what_is_too_long_is_not_taken() {
    let sandbox = sandbox().await;
    let line = "x".repeat(990);
    let mut lines = vec![
        ("EHLO x", "250"),
        ("MAIL FROM:<a@example.com>", "250"),
        ("RCPT TO:<b@example.com>", "250"),
        ("DATA", "354"),
    ];
    lines.extend(std::iter::repeat_n((line.as_str(), ""), 1_100));
    lines.push((".", "552"));
    lines.push(("NOOP", "250"));
    talk(&sandbox, &lines).await;
    assert!(sandbox.messages().is_empty());
}

const SMTPLIB: &str = r#"
import smtplib, sys
from email.message import EmailMessage
message = EmailMessage()
message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.org", "Grüße"
message.set_content("ä\n.\nend\n")
with smtplib.SMTP("127.0.0.1", int(sys.argv[1])) as server:
    assert server.send_message(message) == {}
    assert server.has_extn("smtputf8")
"#;

#[tokio::test]
async fn pythons_own_client_is_content() {
    let Some(python) = std::env::var_os("TOWPATH_SMTP_PYTHON") else {
        let required = std::env::var_os("TOWPATH_REQUIRE_PEERS").is_some_and(|v| v == "1");
        assert!(
            !required,
            "TOWPATH_SMTP_PYTHON is not set but peers are required"
        );
        println!("skipped: TOWPATH_SMTP_PYTHON is not set");
        return;
    };
    let sandbox = sandbox().await;
    let output = Command::new(python)
        .args(["-c", SMTPLIB, &sandbox.smtp().port().to_string()])
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let message = &sandbox.messages()[0];
    assert!(message.body().contains("\r\n.\r\nend"), "{message:?}");
}
