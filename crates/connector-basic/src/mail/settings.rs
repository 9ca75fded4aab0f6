//! Settings of a mail connection. Nothing in them is secret.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which server sends the mail, and as whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The server's name, as its certificate has it: `smtp.example.com`.
    pub host: String,
    /// Its port; without it 587 with `starttls`, 465 with `implicit`, 25 with `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    #[serde(default)]
    pub tls: Tls,
    /// Whom messages are from: `Canal Goods <shop@example.com>`.
    pub from: String,
    /// How we name ourselves to the server (EHLO); without it the domain of `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hello: Option<String>,
    /// A certificate (PEM) that is trusted besides the machine's own, such as a company's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_certificate: Option<String>,
    /// Where mail may go: whole addresses, or `@example.com` for a domain. Anything else is refused.
    /// Required in a test environment, so that a test never writes to a customer; without it there
    /// is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_to: Option<Vec<String>>,
}

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// Begins in the clear and must become TLS before anything is said (RFC 3207).
    #[default]
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// None: only to a server on this machine.
    None,
}

impl Settings {
    /// The port, given or usual.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            Tls::Starttls => 587,
            Tls::Implicit => 465,
            Tls::None => 25,
        })
    }

    /// Whether the server is this machine.
    pub fn is_local(&self) -> bool {
        let address = self.host.parse::<std::net::IpAddr>();
        self.host == "localhost" || address.is_ok_and(|a| a.is_loopback())
    }

    /// Whether mail may go to `address`.
    pub fn allows(&self, address: &str) -> bool {
        let Some(only) = &self.only_to else {
            return true;
        };
        let address = address.to_lowercase();
        only.iter().map(|o| o.to_lowercase()).any(|allowed| {
            if allowed.starts_with('@') {
                address.ends_with(&allowed)
            } else {
                address == allowed
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(only: &[&str]) -> Settings {
        Settings {
            host: "127.0.0.1".into(),
            port: None,
            tls: Tls::None,
            from: "a@example.com".into(),
            hello: None,
            trusted_certificate: None,
            only_to: Some(only.iter().map(|o| (*o).to_owned()).collect()),
        }
    }

    #[test]
    fn only_named_addresses_and_domains_are_allowed() {
        let settings = to(&["me@example.org", "@Test.example"]);
        for (address, fine) in [
            ("me@example.org", true),
            ("Me@Example.org", true),
            ("you@example.org", false),
            ("any@test.example", true),
            ("any@sub.test.example", false),
            ("any@nottest.example", false),
        ] {
            assert_eq!(settings.allows(address), fine, "{address}");
        }
    }

    #[test]
    fn this_machine_is_told_from_others() {
        for (host, local) in [
            ("127.0.0.1", true),
            ("127.8.8.8", true),
            ("::1", true),
            ("localhost", true),
            ("localhost.example", false),
            ("10.0.0.1", false),
        ] {
            let settings = Settings {
                host: host.into(),
                ..to(&[])
            };
            assert_eq!(settings.is_local(), local, "{host}");
        }
    }
}
