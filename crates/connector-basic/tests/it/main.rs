//! The mail connector against aiosmtpd, an SMTP server that is not ours.

mod lists;
mod message;
mod refusal;
mod server;
mod session;
