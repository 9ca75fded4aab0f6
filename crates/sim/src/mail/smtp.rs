//! The conversation with one sender.

use super::Inbox;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// RFC 5321, section 4.5.3.1: a line of text has at most 1,000 bytes, and people get 100 at least.
const LINE: u64 = 1_000;
const RECIPIENTS: usize = 100;
const MESSAGE: usize = 1 << 20;
/// So many senders are spoken with at once.
const SENDERS: usize = 100;

/// Speaks with everybody who comes.
pub async fn listen(listener: TcpListener, inbox: Arc<Inbox>) {
    let seats = Arc::new(Semaphore::new(SENDERS));
    let mut senders = tokio::task::JoinSet::new();
    loop {
        let Ok(seat) = Arc::clone(&seats).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        while senders.try_join_next().is_some() {}
        let inbox = Arc::clone(&inbox);
        senders.spawn(async move {
            // A sender that goes away is its own affair.
            drop(Conversation::new(stream, inbox).run().await);
            drop(seat);
        });
    }
}

struct Conversation {
    stream: BufReader<TcpStream>,
    inbox: Arc<Inbox>,
    greeted: bool,
    from: Option<String>,
    to: Vec<String>,
}

impl Conversation {
    fn new(stream: TcpStream, inbox: Arc<Inbox>) -> Self {
        Self {
            stream: BufReader::new(stream),
            inbox,
            greeted: false,
            from: None,
            to: Vec::new(),
        }
    }

    async fn run(mut self) -> std::io::Result<()> {
        self.say("220 sandbox.test ESMTP: takes everything, delivers nothing")
            .await?;
        while let Some(line) = self.line().await? {
            let line = String::from_utf8_lossy(&line).into_owned();
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "QUIT" => return self.say("221 2.0.0 Bye").await,
                "DATA" => self.data().await?,
                verb => {
                    let answer = self.answer(verb, rest.trim());
                    self.say(&answer).await?;
                }
            }
        }
        Ok(())
    }

    fn answer(&mut self, verb: &str, rest: &str) -> String {
        match verb {
            "EHLO" | "HELO" if rest.is_empty() => "501 5.5.4 Say who you are".into(),
            "EHLO" => {
                self.forget(true);
                format!("250-sandbox.test\r\n250-SIZE {MESSAGE}\r\n250-8BITMIME\r\n250 SMTPUTF8")
            }
            "HELO" => {
                self.forget(true);
                "250 sandbox.test".into()
            }
            "MAIL" if !self.greeted => "503 5.5.1 Say EHLO first".into(),
            "MAIL" if self.from.is_some() => "503 5.5.1 One sender is enough".into(),
            "MAIL" => match address(rest, "FROM:") {
                Some(from) => {
                    self.from = Some(from);
                    "250 2.1.0 OK".into()
                }
                None => "501 5.5.4 Syntax: MAIL FROM:<address>".into(),
            },
            "RCPT" if self.from.is_none() => "503 5.5.1 Say MAIL first".into(),
            "RCPT" if self.to.len() == RECIPIENTS => "452 4.5.3 Too many recipients".into(),
            "RCPT" => match address(rest, "TO:").filter(|a| a.contains('@')) {
                Some(to) => {
                    self.to.push(to);
                    "250 2.1.5 OK".into()
                }
                None => "501 5.1.3 Syntax: RCPT TO:<user@domain>".into(),
            },
            "RSET" => {
                self.forget(self.greeted);
                "250 2.0.0 OK".into()
            }
            "NOOP" => "250 2.0.0 OK".into(),
            "VRFY" => "252 2.1.5 It would be taken".into(),
            "AUTH" | "STARTTLS" => "502 5.5.1 Not here".into(),
            _ => "500 5.5.2 Not understood".into(),
        }
    }

    fn forget(&mut self, greeted: bool) {
        self.greeted = greeted;
        self.from = None;
        self.to.clear();
    }

    async fn data(&mut self) -> std::io::Result<()> {
        if self.to.is_empty() {
            return self.say("503 5.5.1 Say RCPT first").await;
        }
        self.say("354 End with a line that is a dot").await?;
        let mut raw = Vec::new();
        let mut too_long = false;
        loop {
            let Some(line) = self.line().await? else {
                // It broke off: nothing came.
                return Ok(());
            };
            if line == b"." {
                break;
            }
            // A dot in front was doubled by the sender (section 4.5.2).
            let line = line.strip_prefix(b".").unwrap_or(&line);
            too_long |= raw.len() + line.len() + 2 > MESSAGE;
            if !too_long {
                raw.extend_from_slice(line);
                raw.extend_from_slice(b"\r\n");
            }
        }
        let (from, to) = (self.from.take(), std::mem::take(&mut self.to));
        if too_long {
            return self.say("552 5.3.4 The message is too long").await;
        }
        let seq = self.inbox.take(from.unwrap_or_default(), to, &raw);
        self.say(&format!("250 2.0.0 OK taken as {seq}")).await
    }

    /// The next line without its end; none if the sender is gone.
    async fn line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut limited = (&mut self.stream).take(LINE);
        limited.read_until(b'\n', &mut line).await?;
        if !line.ends_with(b"\n") {
            if line.len() as u64 == LINE {
                self.say("500 5.5.2 The line is too long").await?;
            }
            return Ok(None);
        }
        line.pop();
        if line.ends_with(b"\r") {
            line.pop();
        }
        Ok(Some(line))
    }

    async fn say(&mut self, answer: &str) -> std::io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        stream.flush().await
    }
}

/// The address of `FROM:<a@b> SIZE=1`.
fn address(text: &str, before: &str) -> Option<String> {
    let head = text.get(..before.len())?;
    if !head.eq_ignore_ascii_case(before) {
        return None;
    }
    let rest = text[before.len()..].trim_start().strip_prefix('<')?;
    rest.split_once('>').map(|(address, _)| address.to_owned())
}
