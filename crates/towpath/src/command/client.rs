//! Speaks to the API of a server that is running.

use crate::cli::{Sources, wrong_config};
use anyhow::{Context, bail};
use bytes::Bytes;
use connector::http::{Http, Request};
use model::{FaultClass, Secret};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(30);

/// Which server, and by what right.
#[derive(clap::Args)]
pub struct ClientArgs {
    /// The server; that of the configuration unless given.
    #[arg(long, global = true, value_name = "URL")]
    url: Option<String>,
    /// The API token; that of the configuration unless given.
    #[arg(
        long,
        global = true,
        value_name = "TOKEN",
        env = "TOWPATH_TOKEN",
        hide_env_values = true
    )]
    token: Option<String>,
    /// A file that holds the API token.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "token")]
    token_file: Option<PathBuf>,
}

/// A server's API.
pub struct Client {
    http: Http,
    url: String,
    token: Option<Secret>,
}

impl Client {
    pub fn new(args: ClientArgs, sources: Sources) -> anyhow::Result<Self> {
        let given = match (args.token, &args.token_file) {
            (Some(token), _) => Some(Secret::new(token)),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file)
                    .with_context(|| format!("read the token file `{}`", file.display()))?;
                Some(Secret::new(text.trim()))
            }
            (None, None) => None,
        };
        let (url, token) = match (args.url, given) {
            (Some(url), token) => (url, token),
            (None, given) => {
                let config = sources.config()?;
                let mut address = config.server.listen;
                if address.ip().is_unspecified() {
                    address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
                }
                let own = config
                    .api_token()
                    .map_err(|problem| wrong_config(&[problem]))?;
                (format!("http://{address}"), given.or(own))
            }
        };
        Ok(Self {
            http: Http::new()?,
            url: url.trim_end_matches('/').to_owned(),
            token,
        })
    }

    /// Asks for `path`, with the parts of the query that are there.
    pub async fn get(&self, path: &str, query: &[(&str, Option<String>)]) -> anyhow::Result<Value> {
        self.send("GET", &asked(path, query), None, None).await
    }

    /// Sends `body` to `path`.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send("POST", path, None, Some(body)).await
    }

    /// Sends `body` to `path`, to be done once for this key however often it is sent.
    pub async fn post_once(
        &self,
        path: &str,
        query: &[(&str, Option<String>)],
        key: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        self.send("POST", &asked(path, query), Some(key), Some(body))
            .await
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let request = Request {
            method,
            url: &format!("{}/api/v1{path}", self.url),
            headers: key
                .map(|key| ("idempotency-key", key.to_owned()))
                .into_iter()
                .collect(),
            authorization: self
                .token
                .as_ref()
                .map(|token| Secret::new(format!("Bearer {}", token.expose()))),
            body: body.map(|b| ("application/json", Bytes::from(b.to_string()))),
            timeout: TIMEOUT,
        };
        let reply = match self.http.send(request).await {
            Ok(reply) => reply,
            Err(fault) if fault.class == FaultClass::Transient => bail!(
                "no server answers at {}: start one with `towpath serve`, or name it with `--url` \
                 ({})",
                self.url,
                fault.message
            ),
            Err(fault) => bail!("{}: {}", self.url, fault.message),
        };
        let answer: Option<Value> = serde_json::from_slice(&reply.body).ok();
        match (reply.status, answer) {
            (200..=299, Some(answer)) => Ok(answer),
            (_, Some(Value::Object(problem))) if problem.contains_key("detail") => {
                let text = |key: &str| problem.get(key).and_then(Value::as_str).unwrap_or_default();
                let cure = match text("cure") {
                    "" => String::new(),
                    cure => format!("\n  cure: {cure}"),
                };
                let problems = problem.get("problems").and_then(Value::as_array);
                let problems: String = problems.into_iter().flatten().map(line).collect();
                bail!("{}{problems}{cure}", text("detail"))
            }
            (status, _) => {
                bail!(
                    "{} answers {status} and no JSON: it is no Towpath server",
                    self.url
                )
            }
        }
    }
}

/// One problem of a document that was sent.
fn line(problem: &Value) -> String {
    let text = |key: &str| problem[key].as_str().unwrap_or_default();
    format!(
        "\n  {}: {}; {}",
        text("path"),
        text("message"),
        text("cure")
    )
}

/// A path with the parts of its query that are there.
fn asked(path: &str, query: &[(&str, Option<String>)]) -> String {
    let parts: Vec<String> = query
        .iter()
        .filter_map(|(name, value)| Some((name, value.as_ref()?)))
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    let mark = if parts.is_empty() { "" } else { "?" };
    format!("{path}{mark}{}", parts.join("&"))
}

/// A text as a part of a path.
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
        .to_string()
        .replace("%5F", "_")
        .replace("%2D", "-")
}
