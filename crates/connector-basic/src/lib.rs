//! Connectors to what everybody has.
//!
//! [`mail::CONNECTOR`] sends messages by SMTP. What is verified, and against whom: the tests run
//! against aiosmtpd, an SMTP server that is not ours, with and without TLS and sign-in.

pub mod mail;
