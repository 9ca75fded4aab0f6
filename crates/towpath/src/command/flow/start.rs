//! `towpath flow start`: starts a flow on a running server.

use crate::cli::Sources;
use crate::command::client::{Client, ClientArgs, segment};
use anyhow::{Context, bail};
use serde_json::{Map, Value, json};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Read;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
Inputs:
  name=text     a text, a date, an exact decimal
  name:=json    anything else: a whole number, true, a list, a map
  file.json     a map of inputs; `-` reads it from standard input

Examples:
  towpath flow start close-day --input day=2026-11-24
  towpath flow start close-day --input day=2026-11-24 --input count:=3 --input fee=12.30
  towpath flow start close-day --input inputs.json --idempotency-key close-2026-11-24
  towpath flow start close-day --url https://towpath.example --token-file token")]
pub struct Args {
    /// The flow's id. It must list `manual` or `api` among its triggers.
    flow: String,
    /// An input, or a file of inputs; several add up, the last of a name holds.
    #[arg(long = "input", value_name = "FILE|NAME=TEXT|NAME:=JSON")]
    inputs: Vec<String>,
    /// The environment; may be left out if there is only one.
    #[arg(long)]
    environment: Option<String>,
    /// Repeated with the same key and input the flow is not started again; a new one unless given.
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Prints what the API answers.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    client: ClientArgs,
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    let mut input = Map::new();
    for given in &args.inputs {
        input.extend(read(given)?);
    }
    let client = Client::new(args.client, sources)?;
    let key = args.idempotency_key.unwrap_or_else(new_key);
    let query = [("environment", args.environment)];
    let path = format!("/flows/{}/runs", segment(&args.flow));
    let answer = client
        .post_once(&path, &query, &key, &json!({"input": input}))
        .await?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(ExitCode::SUCCESS);
    }
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    say!("{}", text("run"));
    if answer["repeated"] == true {
        eprintln!(
            "it was started before with this key, and is {}",
            text("state")
        );
    } else if text("state") == "covered" {
        eprintln!("the flow has run for this business key already: nothing is done again");
    }
    Ok(ExitCode::SUCCESS)
}

/// One `--input`: a member, or the members of a file.
fn read(given: &str) -> anyhow::Result<Map<String, Value>> {
    if let Some((name, value)) = given.split_once('=').filter(|(name, _)| is_name(name)) {
        let (name, value) = match name.strip_suffix(':') {
            Some(name) => {
                let value = serde_json::from_str(value);
                (
                    name,
                    value.with_context(|| format!("`{name}:=` wants JSON"))?,
                )
            }
            None => (name, Value::from(value)),
        };
        return Ok(Map::from_iter([(name.to_owned(), value)]));
    }
    let text = if given == "-" {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("read standard input")?;
        text
    } else {
        std::fs::read_to_string(given)
            .with_context(|| format!("read `{given}`; an input is written `name=text`"))?
    };
    match serde_json::from_str(&text).with_context(|| format!("`{given}` is no JSON"))? {
        Value::Object(members) => Ok(members),
        _ => bail!("`{given}` holds no map of inputs"),
    }
}

/// Whether it may be an input's name, perhaps with the colon of `:=`: a path has a dot or a slash.
fn is_name(text: &str) -> bool {
    let name = text.strip_suffix(':').unwrap_or(text);
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A key that no other start has. It is no secret.
fn new_key() -> String {
    let half = || RandomState::new().build_hasher().finish();
    format!("cli-{:016x}{:016x}", half(), half())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_texts_unless_they_say_that_they_are_json() {
        let read = |given: &str| Value::Object(read(given).expect("an input"));
        assert_eq!(read("day=2026-11-24"), json!({"day": "2026-11-24"}));
        assert_eq!(read("count=3"), json!({"count": "3"}));
        assert_eq!(read("count:=3"), json!({"count": 3}));
        assert_eq!(read("note=a=b"), json!({"note": "a=b"}));
        assert_eq!(read("list:=[1, 2]"), json!({"list": [1, 2]}));
    }

    #[test]
    fn a_wrong_input_says_what_it_should_be() {
        let refused = |given: &str| format!("{:#}", read(given).expect_err("it is refused"));
        assert!(refused("count:=x").contains("`count:=` wants JSON"));
        assert!(refused("./no/such.json").contains("an input is written `name=text`"));
    }
}
