//! The sandbox mail server: takes every message over SMTP, delivers none, and shows them on a page.
//!
//! It speaks the parts of RFC 5321 that a sender needs: EHLO, HELO, MAIL, RCPT, DATA, RSET, NOOP,
//! VRFY, QUIT, and no TLS, no sign-in. It listens on this machine only and keeps the last thousand
//! messages in memory.

mod page;
mod smtp;

use crate::server::{self, Running};
use parking_lot::Mutex;
use serde::Serialize;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// So many messages are kept; the oldest go first.
const KEPT: usize = 1_000;

/// A message as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Counted from 1.
    pub seq: u64,
    /// The envelope's sender, without angle brackets.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers and body, lines ended by CRLF, dots unstuffed. Bytes that are no UTF-8 are replaced.
    pub raw: String,
}

impl Message {
    /// The first header of that name, unfolded; encoded words stay encoded.
    pub fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.raw.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n").peekable();
        while let Some(line) = lines.next() {
            let mut whole = line.to_owned();
            while let Some(more) = lines.next_if(|l| l.starts_with([' ', '\t'])) {
                whole.push_str(more);
            }
            if let Some((found, value)) = whole.split_once(':')
                && found.eq_ignore_ascii_case(name)
            {
                return Some(value.trim().to_owned());
            }
        }
        None
    }

    /// What stands below the headers.
    pub fn body(&self) -> &str {
        self.raw.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }
}

/// What came.
#[derive(Default)]
struct Inbox {
    messages: Mutex<(u64, VecDeque<Message>)>,
}

impl Inbox {
    /// Keeps a message; gives its number.
    fn take(&self, from: String, to: Vec<String>, raw: &[u8]) -> u64 {
        let mut inbox = self.messages.lock();
        let (last, messages) = &mut *inbox;
        *last += 1;
        if messages.len() == KEPT {
            messages.pop_front();
        }
        messages.push_back(Message {
            seq: *last,
            from,
            to,
            raw: String::from_utf8_lossy(raw).into_owned(),
        });
        *last
    }

    fn list(&self) -> Vec<Message> {
        self.messages.lock().1.iter().cloned().collect()
    }
}

/// A sandbox mail server that is being served. Stops when dropped.
pub struct Handle {
    inbox: Arc<Inbox>,
    smtp: SocketAddr,
    page: Running,
    task: JoinHandle<()>,
}

/// Starts it: SMTP on one port, the page on another (0: the system chooses). Loopback only.
///
/// # Errors
/// If a port cannot be listened on.
pub async fn start(smtp: SocketAddr, page: SocketAddr) -> std::io::Result<Handle> {
    if !smtp.ip().is_loopback() {
        return Err(std::io::Error::new(
            std::io::ErrorKind::InvalidInput,
            format!("a sandbox listens on loopback only, not on {}", smtp.ip()),
        ));
    }
    let inbox = Arc::new(Inbox::default());
    let listener = TcpListener::bind(smtp).await?;
    let smtp = listener.local_addr()?;
    let page = server::serve(page, page::router(Arc::clone(&inbox))).await?;
    let task = tokio::spawn(smtp::listen(listener, Arc::clone(&inbox)));
    Ok(Handle {
        inbox,
        smtp,
        page,
        task,
    })
}

impl Handle {
    /// Where SMTP is spoken.
    pub fn smtp(&self) -> SocketAddr {
        self.smtp
    }

    /// The page's address, `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        self.page.url()
    }

    /// The messages that came, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.inbox.list()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.task.abort();
    }
}
