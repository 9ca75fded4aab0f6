//! Speaks to the API of a server that is running.

use crate::cli::{Sources, wrong_config};
use anyhow::{Context, bail};
use bytes::Bytes;
use connector::http::{Http, Reply, Request};
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

impl ClientArgs {
    /// Whether a server is named on the command line.
    pub const fn names_a_server(&self) -> bool {
        self.url.is_some()
    }
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
        let reply = self.send("GET", &with_query(path, query), None).await?;
        self.json(&reply)
    }

    /// The same, for what is a file.
    pub async fn get_bytes(
        &self,
        path: &str,
        query: &[(&str, Option<String>)],
    ) -> anyhow::Result<Bytes> {
        Ok(self.send("GET", &with_query(path, query), None).await?.body)
    }

    /// Sends `body` to `path`.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let reply = self.send("POST", path, Some(json_body(body))).await?;
        self.json(&reply)
    }

    /// Sends `body` to `path`, to be done once for this key however often it is sent.
    pub async fn post_once(
        &self,
        path: &str,
        query: &[(&str, Option<String>)],
        key: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let headers = vec![("idempotency-key", key.to_owned())];
        let body = Some(json_body(body));
        let path = with_query(path, query);
        let reply = self.send_with("POST", &path, headers, body).await?;
        self.json(&reply)
    }

    /// Asks for what is to be changed: it, and its tag.
    pub async fn get_tagged(
        &self,
        path: &str,
        query: &[(&str, Option<String>)],
    ) -> anyhow::Result<(Value, String)> {
        let reply = self.send("GET", &with_query(path, query), None).await?;
        Ok((self.json(&reply)?, tag(&reply)))
    }

    /// The same, for what is worked out from `body`.
    pub async fn post_tagged(&self, path: &str, body: &Value) -> anyhow::Result<(Value, String)> {
        let reply = self.send("POST", path, Some(json_body(body))).await?;
        Ok((self.json(&reply)?, tag(&reply)))
    }

    /// Changes what is at `path`, if it still has this tag. There may be no answer.
    pub async fn change(
        &self,
        method: &str,
        path: &str,
        tag: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let headers = vec![("if-match", tag.to_owned())];
        let reply = self
            .send_with(method, path, headers, body.map(json_body))
            .await?;
        if reply.body.is_empty() {
            return Ok(Value::Null);
        }
        self.json(&reply)
    }

    /// Puts `body` in the place of what is at `path`.
    pub async fn put(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let reply = self.send("PUT", path, Some(json_body(body))).await?;
        self.json(&reply)
    }

    /// Sends a CSV file to `path`.
    pub async fn post_csv(
        &self,
        path: &str,
        query: &[(&str, Option<String>)],
        file: Vec<u8>,
    ) -> anyhow::Result<Value> {
        let body = ("text/csv", Bytes::from(file));
        let path = with_query(path, query);
        let reply = self.send("POST", &path, Some(body)).await?;
        self.json(&reply)
    }

    fn json(&self, reply: &Reply) -> anyhow::Result<Value> {
        serde_json::from_slice(&reply.body).map_err(|_| self.no_server(reply.status))
    }

    fn no_server(&self, status: u16) -> anyhow::Error {
        anyhow::anyhow!(
            "{} answers {status} and no JSON: it is no Towpath server",
            self.url
        )
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<(&'static str, Bytes)>,
    ) -> anyhow::Result<Reply> {
        self.send_with(method, path, Vec::new(), body).await
    }

    async fn send_with(
        &self,
        method: &str,
        path: &str,
        headers: Vec<(&'static str, String)>,
        body: Option<(&'static str, Bytes)>,
    ) -> anyhow::Result<Reply> {
        let request = Request {
            method,
            url: &format!("{}/api/v1{path}", self.url),
            headers,
            authorization: self
                .token
                .as_ref()
                .map(|token| Secret::new(format!("Bearer {}", token.expose()))),
            body,
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
        if (200..=299).contains(&reply.status) {
            return Ok(reply);
        }
        match serde_json::from_slice(&reply.body) {
            Ok(problem @ Value::Object(_)) if problem.get("detail").is_some() => {
                bail!("{}", told(&problem))
            }
            _ => Err(self.no_server(reply.status)),
        }
    }
}

/// What a change of it shows as `If-Match`.
fn tag(reply: &Reply) -> String {
    reply.header("etag").unwrap_or_default().to_owned()
}

fn json_body(body: &Value) -> (&'static str, Bytes) {
    ("application/json", Bytes::from(body.to_string()))
}

/// A path with what of the query is given.
pub fn with_query(path: &str, query: &[(&str, Option<String>)]) -> String {
    let parts: Vec<String> = query
        .iter()
        .filter_map(|(name, value)| Some((name, value.as_ref()?)))
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    let mark = if parts.is_empty() { "" } else { "?" };
    format!("{path}{mark}{}", parts.join("&"))
}

/// A problem as a person reads it: the sentence, each part of a document, the cure.
fn told(problem: &Value) -> String {
    let text = |value: &Value, key: &str| {
        let text = value.get(key).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let with_cure = |line: String, value: &Value| match text(value, "cure").as_str() {
        "" => line,
        cure => format!("{line}\n  cure: {cure}"),
    };
    let parts = problem.get("problems").and_then(Value::as_array);
    let Some(parts) = parts.filter(|parts| !parts.is_empty()) else {
        return with_cure(text(problem, "detail"), problem);
    };
    let mut told = text(problem, "detail");
    for part in parts {
        let line = format!("\n{}: {}", text(part, "path"), text(part, "message"));
        told.push_str(&with_cure(line, part));
    }
    told
}

/// A text as a part of a path.
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
        .to_string()
        .replace("%5F", "_")
        .replace("%2D", "-")
}
