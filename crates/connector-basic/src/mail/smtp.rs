//! One conversation with a server, and what its failures mean.
//!
//! Until the message's last line is sent nothing has happened, so a broken connection is
//! `Transient`; after it, it is `Unknown`. The server's refusals are `Rejected` (5xx) or `Transient`
//! (4xx), with its exact words (RFC 5321, section 4.2.1); what it says to a sign-in is
//! `Unauthorized`.

use crate::mail::settings::Tls;
use crate::mail::target::Target;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use lettre::{Address, Message};
use model::{Fault, FaultClass};
use std::error::Error as _;
use std::future::Future;
use std::time::Duration;

/// How long one command may take.
const COMMAND: Duration = Duration::from_secs(60);
/// How long the server may think about a message. RFC 5321 (4.5.3.2.6) asks for ten minutes, because
/// giving up early makes duplicates; a run cannot hold its place that long.
const MESSAGE: Duration = Duration::from_secs(180);

/// How far the conversation is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Connect,
    StartTls,
    SignIn,
    Sender,
    /// The address's place in the input: `to[0]`.
    Recipient(String),
    Begin,
    Message,
}

/// Connects, encrypts and signs in.
///
/// # Errors
/// `Transient`, `Rejected`, or `Unauthorized` if the server takes no credential of ours.
pub async fn connect(target: &Target) -> Result<AsyncSmtpConnection, Fault> {
    let mut refused = None;
    for credential in &target.credentials {
        let mut connection = hello(target).await?;
        match sign_in(&mut connection, credential).await {
            Ok(()) => return Ok(connection),
            Err(fault) if fault.class == FaultClass::Unauthorized => refused = Some(fault),
            Err(fault) => return Err(fault),
        }
    }
    match refused {
        Some(fault) => Err(fault),
        None => hello(target).await,
    }
}

async fn hello(target: &Target) -> Result<AsyncSmtpConnection, Fault> {
    let settings = &target.settings;
    let name = settings
        .hello
        .clone()
        .unwrap_or_else(|| target.from.email.domain().to_owned());
    let name = ClientId::Domain(name);
    let implicit = target.tls.clone().filter(|_| settings.tls == Tls::Implicit);
    let server = (settings.host.as_str(), settings.port());
    let connected =
        AsyncSmtpConnection::connect_tokio1(server, Some(COMMAND), &name, implicit, None);
    let mut connection = within(&Stage::Connect, COMMAND, connected).await?;
    if let Some(tls) = target.tls.clone().filter(|_| settings.tls == Tls::Starttls) {
        let upgraded = connection.starttls(tls, &name);
        within(&Stage::StartTls, COMMAND, upgraded).await?;
    }
    Ok(connection)
}

async fn sign_in(
    connection: &mut AsyncSmtpConnection,
    credential: &Credentials,
) -> Result<(), Fault> {
    let mechanisms = [Mechanism::Plain, Mechanism::Login];
    let signed = connection.auth(&mechanisms, credential);
    within(&Stage::SignIn, COMMAND, signed).await.map(drop)
}

/// Sends `message`; gives the server's last words. `recipients` are the places of the envelope's
/// addresses in the input.
///
/// # Errors
/// As the module says.
pub async fn send(
    connection: &mut AsyncSmtpConnection,
    message: &Message,
    recipients: &[String],
) -> Result<String, Fault> {
    let envelope = message.envelope();
    let bytes = message.formatted();
    // The end of the message brings a line end of its own.
    let mut bytes = bytes.as_slice();
    while let Some(shorter) = bytes.strip_suffix(b"\r\n") {
        bytes = shorter;
    }
    let mut options = Vec::new();
    let server = connection.server_info();
    let foreign = |address: &Address| !address.to_string().is_ascii();
    if envelope
        .from()
        .into_iter()
        .chain(envelope.to())
        .any(foreign)
    {
        if !server.supports_feature(Extension::SmtpUtfEight) {
            let message = "an address has letters that the server does not take (SMTPUTF8)";
            return Err(Fault::rejected(message).with_field("to"));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    if !bytes.is_ascii() {
        if !server.supports_feature(Extension::EightBitMime) {
            return Err(Fault::rejected("the server does not take 8BITMIME"));
        }
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let sender = connection.command(Mail::new(envelope.from().cloned(), options));
    within(&Stage::Sender, COMMAND, sender).await?;
    for (n, address) in envelope.to().iter().enumerate() {
        let place = recipients.get(n).cloned().unwrap_or_default();
        let recipient = connection.command(Rcpt::new(address.clone(), Vec::new()));
        // One that is refused stops the message for all: nobody gets half of a notice.
        within(&Stage::Recipient(place), COMMAND, recipient).await?;
    }
    within(&Stage::Begin, COMMAND, connection.command(Data)).await?;
    let response = within(&Stage::Message, MESSAGE, connection.message(bytes)).await?;
    Ok(words(&response))
}

/// Says goodbye. What the server says to that does not matter any more.
pub async fn quit(mut connection: AsyncSmtpConnection) {
    let bye = tokio::time::timeout(Duration::from_secs(5), connection.quit());
    drop(bye.await);
}

fn words(response: &Response) -> String {
    let lines: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), lines.join(" "))
}

async fn within<T>(
    stage: &Stage,
    limit: Duration,
    doing: impl Future<Output = Result<T, Error>> + Send,
) -> Result<T, Fault> {
    match tokio::time::timeout(limit, doing).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(fault(stage, &error)),
        Err(_) => {
            let message = format!("no answer within {} s {}", limit.as_secs(), at(stage));
            Err(Fault::new(lost(stage), message))
        }
    }
}

/// What it means that the connection broke.
fn lost(stage: &Stage) -> FaultClass {
    match stage {
        Stage::Message => FaultClass::Unknown,
        _ => FaultClass::Transient,
    }
}

fn at(stage: &Stage) -> String {
    match stage {
        Stage::Connect => "to the connection".into(),
        Stage::StartTls => "to STARTTLS".into(),
        Stage::SignIn => "to the sign-in".into(),
        Stage::Sender => "to the sender".into(),
        Stage::Recipient(place) => format!("to the recipient {place}"),
        Stage::Begin => "to DATA".into(),
        Stage::Message => "to the message".into(),
    }
}

fn fault(stage: &Stage, error: &Error) -> Fault {
    let cause = chain(error);
    let Some(code) = error.status() else {
        if error.is_client() {
            // What the server cannot do: trying again will not teach it.
            return Fault::rejected(format!("the mail server cannot be used: {cause}"));
        }
        let what = if error.is_tls() {
            "TLS failed"
        } else {
            "the connection broke"
        };
        return Fault::new(lost(stage), format!("{what} {}: {cause}", at(stage)));
    };
    let permanent = code.severity == Severity::PermanentNegativeCompletion;
    let code = code.to_string();
    let sign_in = *stage == Stage::SignIn || matches!(code.as_str(), "530" | "535");
    let class = match (permanent, sign_in) {
        (true, true) => FaultClass::Unauthorized,
        (true, false) => FaultClass::Rejected,
        (false, _) => FaultClass::Transient,
    };
    let message = format!("the mail server said {}: {code} {cause}", at(stage));
    let status = code.parse::<u16>().ok();
    let mut fault = Fault::new(class, message).with_code(code);
    fault.status = status;
    if let Stage::Recipient(place) = stage {
        fault.field = Some(place.clone());
    }
    fault
}

/// The causes below an error, which for a refusal are the server's words.
fn chain(error: &Error) -> String {
    let mut parts = Vec::new();
    let mut source = error.source();
    while let Some(inner) = source {
        parts.push(inner.to_string());
        source = inner.source();
    }
    if parts.is_empty() {
        error.to_string()
    } else {
        parts.join(": ")
    }
}
