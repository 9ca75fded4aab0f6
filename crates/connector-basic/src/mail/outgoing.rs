//! A message as it is handed to the session, and as it goes over the wire.

use crate::mail::address::mailbox;
use lettre::Message;
use lettre::message::{Mailbox, MultiPart, SinglePart};
use model::Fault;
use serde::{Deserialize, Serialize};
use std::time::{Duration, UNIX_EPOCH};

/// A message, filled and checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// With its angle brackets.
    pub message_id: String,
    /// Unix seconds.
    pub date: i64,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub reply_to: Option<String>,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
}

impl Outgoing {
    /// The message from `from`, ready to be sent. The same input gives the same bytes.
    ///
    /// # Errors
    /// `Rejected` if an address is none; `Bug` if it cannot be built.
    pub fn message(&self, from: &Mailbox) -> Result<Message, Fault> {
        let date = UNIX_EPOCH + Duration::from_secs(u64::try_from(self.date).unwrap_or(0));
        let mut builder = Message::builder()
            .from(from.clone())
            .date(date)
            .message_id(Some(self.message_id.clone()))
            .subject(&self.subject);
        for (n, to) in self.to.iter().enumerate() {
            builder = builder.to(mailbox(&format!("to[{n}]"), to)?);
        }
        for (n, cc) in self.cc.iter().enumerate() {
            builder = builder.cc(mailbox(&format!("cc[{n}]"), cc)?);
        }
        for (n, bcc) in self.bcc.iter().enumerate() {
            builder = builder.bcc(mailbox(&format!("bcc[{n}]"), bcc)?);
        }
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(mailbox("reply_to", reply_to)?);
        }
        let plain = SinglePart::plain(self.text.clone());
        let built = match &self.html {
            None => builder.singlepart(plain),
            Some(html) => {
                // The library would draw the boundary by lot.
                let letters = self.message_id.chars().filter(char::is_ascii_alphanumeric);
                let boundary: String = "part".chars().chain(letters).take(60).collect();
                let both = MultiPart::alternative().boundary(boundary).build();
                let html = SinglePart::html(html.clone());
                builder.multipart(both.singlepart(plain).singlepart(html))
            }
        };
        built.map_err(|e| Fault::bug(format!("the message cannot be built: {e}")))
    }
}
