//! `mail.message.send`: one message to one or several people.

use crate::mail::address;
use crate::mail::outgoing::Outgoing;
use crate::mail::settings::Settings;
use crate::mail::template::{Medium, Value as Filling, fill};
use connector::{Call, Effect, Last, Next, Operation, RecipeCx, Repeat};
use model::{EffectId, Fault};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Sends a message.
pub struct MessageSend;

/// The message.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What it is about, such as `re_…`: the Message-ID follows from it, so that a repeat is
    /// recognised by mail programs, and by servers that look.
    #[schemars(length(min = 1, max = 200))]
    pub reference: String,
    /// `user@example.com` or `Name <user@example.com>`.
    #[schemars(length(min = 1, max = 50))]
    pub to: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 50))]
    pub cc: Vec<String>,
    /// Gets the message without being named in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 50))]
    pub bcc: Vec<String>,
    /// Where answers go, if not to the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// One line. `{{name}}` is filled from `values`, as in `text` and `html`.
    #[schemars(length(min = 1, max = 200))]
    pub subject: String,
    /// The message as plain text.
    #[schemars(length(min = 1))]
    pub text: String,
    /// The same as HTML. Values get into it by `{{name}}` only, where they are escaped; never join
    /// them into it by a formula.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// What `{{name}}` stands for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Filling>,
}

/// What the server said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    pub message_id: String,
    /// The server's own words; many name their queue's id.
    pub answer: String,
}

/// So many people at most get one message.
const RECIPIENTS: usize = 50;
const SUBJECT_CHARS: usize = 200;
/// Of text and of HTML, each.
const BODY_BYTES: usize = 256 << 10;

/// Fills the templates and refuses what no server should get.
fn outgoing(cx: &RecipeCx<'_>, input: &Input) -> Result<Outgoing, Fault> {
    let settings = cx.settings::<Settings>()?;
    let refuse = |field: &str, why: String| {
        Err(Fault::rejected(format!("{field}: {why}")).with_field(field))
    };
    if input.reference.trim().is_empty() {
        return refuse("reference", "it is empty".into());
    }
    if input.to.is_empty() {
        return refuse("to", "nobody would get the message".into());
    }
    let count = input.to.len() + input.cc.len() + input.bcc.len();
    if count > RECIPIENTS {
        let why = format!("{count} people would get the message, at most {RECIPIENTS} may");
        return refuse("to", why);
    }
    for (field, list) in [("to", &input.to), ("cc", &input.cc), ("bcc", &input.bcc)] {
        for (n, text) in list.iter().enumerate() {
            let field = format!("{field}[{n}]");
            let mailbox = address::mailbox(&field, text)?;
            if !settings.allows(mailbox.email.as_ref()) {
                let why = "the connection's `only_to` does not name this address";
                return refuse(&field, why.into());
            }
        }
    }
    if let Some(text) = &input.reply_to {
        address::mailbox("reply_to", text)?;
    }
    let subject = fill("subject", &input.subject, &input.values, Medium::Plain)?;
    if subject.chars().any(char::is_control) {
        let why = "it holds a control character such as a line break, which would begin a header";
        return refuse("subject", why.into());
    }
    let length = subject.chars().count();
    if length == 0 || length > SUBJECT_CHARS {
        return refuse(
            "subject",
            format!("it has {length} characters, it must have 1 to {SUBJECT_CHARS}"),
        );
    }
    let text = fill("text", &input.text, &input.values, Medium::Plain)?;
    let html = input.html.as_ref();
    let html = html
        .map(|html| fill("html", html, &input.values, Medium::Html))
        .transpose()?;
    for (field, body) in [("text", Some(&text)), ("html", html.as_ref())] {
        if let Some(bytes) = body.map(String::len).filter(|bytes| *bytes > BODY_BYTES) {
            return refuse(
                field,
                format!("it has {bytes} bytes, at most {BODY_BYTES} may be"),
            );
        }
    }
    Ok(Outgoing {
        message_id: message_id(cx, settings, &input.reference)?,
        date: cx.now.seconds(),
        to: input.to.clone(),
        cc: input.cc.clone(),
        bcc: input.bcc.clone(),
        reply_to: input.reply_to.clone(),
        subject,
        text,
        html,
    })
}

/// The same for every repeat: H(server and sender, reference) at the sender's domain.
fn message_id(cx: &RecipeCx<'_>, settings: &Settings, reference: &str) -> Result<String, Fault> {
    let from = address::mailbox("settings.from", &settings.from)?;
    let id = EffectId {
        peer: cx.session.peer(),
        kind: "message".into(),
        reference: reference.to_owned(),
        generation: 0,
    };
    Ok(format!(
        "<{}@{}>",
        id.sent_reference(0, 40),
        from.email.domain()
    ))
}

impl Operation for MessageSend {
    const ID: &'static str = "mail.message.send";
    const TITLE: &'static str = "Send a mail";
    const DOC: &'static str = "Sends one message by SMTP (RFC 5321, RFC 5322). All who are named get \
        it or nobody does. It may repeat: where the server's last answer is lost, nobody can tell \
        whether it took the message, and it is sent again under the same Message-ID.";
    const EFFECT: Effect = Effect::None;

    type Input = Input;
    type Progress = ();
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({
            "reference": "pi_3Q1example:failed",
            "to": ["Ada Byron <ada@example.com>"],
            "subject": "Your payment of {{amount}} did not go through",
            "text": "Dear {{name}},\n\nplease try again with another card.",
            "html": "<p>Dear {{name}},</p><p>please try again with another card.</p>",
            "values": {"name": "Ada Byron", "amount": "15.00 EUR"},
        })]
    }

    fn validate(cx: &RecipeCx<'_>, input: &Input) -> Result<(), Fault> {
        outgoing(cx, input).map(drop)
    }

    fn next(
        cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        match last {
            Last::Nothing => {
                let request = serde_json::to_value(outgoing(cx, input)?)
                    .map_err(|e| Fault::bug(format!("a message cannot be written: {e}")))?;
                Ok(Next::Call(Call::commit("SMTP/DATA", Repeat::Safe, request)))
            }
            Last::Reply(answer) => Output::deserialize(answer)
                .map(Next::Done)
                .map_err(|e| Fault::bug(format!("an answer cannot be read: {e}"))),
            Last::Refused(fault) => Err(fault.clone()),
        }
    }
}
