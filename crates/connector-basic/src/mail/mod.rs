//! Mail by SMTP (RFC 5321), sent with the library lettre.

mod address;
mod message_send;
mod outgoing;
mod session;
pub mod settings;
mod smtp;
mod target;
mod template;

pub use message_send::MessageSend;

use connector::{AnyOperation, Connector, Erased};

/// Everything a flow can do by mail.
pub static OPERATIONS: &[&dyn AnyOperation] = &[&Erased::<MessageSend>::NEW];

/// The mail connector.
pub static CONNECTOR: Connector = Connector {
    id: "mail",
    title: "Mail",
    doc: "Messages by SMTP, with STARTTLS, TLS from the start, or, on this machine only, neither.",
    settings: || schemars::schema_for!(settings::Settings).to_value(),
    credential: target::credential_schema,
    file: None,
    operations: OPERATIONS,
    triggers: &[],
    verify: None,
    envelope: None,
    example: target::example,
    open: session::open,
};
