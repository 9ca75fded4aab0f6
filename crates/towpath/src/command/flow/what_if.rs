//! `towpath flow what-if`: what a version would have done with the events of a past period.

use crate::cli::Sources;
use crate::command::client::{Client, ClientArgs, segment};
use anyhow::{Context, bail};
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use model::clock::Clock;
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// How often the server is asked how far it is.
const ASK_EVERY: Duration = Duration::from_millis(250);

#[derive(clap::Args)]
#[command(after_help = "\
The server that is running works the flow over its past events, with the answers that were recorded
then, and compares what it would send and book with what was sent and booked. Nothing is sent.
Ends with 1 if anything would be otherwise, or cannot be told.

Examples:
  towpath flow what-if flows/order-to-cash --environment live --from 2026-10-01 --to 2026-10-31
  towpath flow what-if order-to-cash@7 --environment live
  towpath flow what-if flow.yaml --environment live --lookups now --json")]
pub struct Args {
    /// The flow's document, its folder, or a version that is published: `flow@7`.
    #[arg(value_name = "FILE|FLOW@VERSION")]
    flow: String,
    /// The environment; may be left out if there is only one.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Events that were received from this day or moment on; 30 days before the end unless given.
    #[arg(long, value_name = "DAY|MOMENT")]
    from: Option<String>,
    /// Up to this day, or before this moment; now unless given.
    #[arg(long, value_name = "DAY|MOMENT")]
    to: Option<String>,
    /// How lookup tables are met.
    #[arg(long, value_enum, default_value = "then")]
    lookups: Lookups,
    /// How many runs that would go otherwise are shown, up to 200.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    /// Prints what the API answers, the differences included.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    client: ClientArgs,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Lookups {
    /// As the runs met them.
    Then,
    /// As they are now.
    Now,
}

pub async fn run(args: Args, sources: Sources) -> anyhow::Result<ExitCode> {
    let asked = asked(&args)?;
    let client = Client::new(args.client, sources)?;
    let begun = client.post("/what_ifs", &asked).await?;
    let id = text(&begun, "id")?.to_owned();
    let job = wait(&client, &id).await?;
    let path = format!("/what_ifs/{}/differences", segment(&id));
    let limit = Some(args.limit.to_string());
    let found = client.get(&path, &[("limit", limit)]).await?;
    let is_same = count(&job, "differ") == 0 && count(&job, "cannot_tell") == 0;
    if args.json {
        let answer = json!({"what_if": job, "differences": found["data"]});
        say!("{}", serde_json::to_string_pretty(&answer)?);
    } else {
        say_text!("{}", told(&job, &found));
    }
    match job["state"].as_str() {
        Some("done") => Ok(if is_same {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }),
        state => {
            let why = job["reason"].as_str().unwrap_or_default();
            bail!("it is {}: {why}", state.unwrap_or("lost"))
        }
    }
}

fn asked(args: &Args) -> anyhow::Result<Value> {
    let mut asked = json!({
        "lookups": match args.lookups {
            Lookups::Then => "then",
            Lookups::Now => "now",
        },
    });
    for (name, value) in [
        ("environment", &args.environment),
        ("from", &args.from),
        ("to", &args.to),
    ] {
        if let Some(value) = value {
            asked[name] = value.as_str().into();
        }
    }
    let path = Path::new(&args.flow);
    match args.flow.rsplit_once('@') {
        Some((flow, number)) if !path.exists() => {
            let number: i64 = number
                .parse()
                .with_context(|| format!("`{number}` is no number of a version"))?;
            asked["flow"] = flow.into();
            asked["version"] = number.into();
        }
        _ => {
            let path = match path.is_dir() {
                true => path.join("flow.yaml"),
                false => path.to_owned(),
            };
            let read = std::fs::read_to_string(&path);
            let document = read.with_context(|| format!("read `{}`", path.display()))?;
            asked["document"] = document.into();
        }
    }
    Ok(asked)
}

/// Asks until it is over, and shows how far it is where somebody looks.
async fn wait(client: &Client, id: &str) -> anyhow::Result<Value> {
    let path = format!("/what_ifs/{}", segment(id));
    let bar = ProgressBar::no_length();
    bar.set_style(ProgressStyle::with_template(
        "{bar:30} {human_pos} of {human_len} runs, {per_sec}; {msg}",
    )?);
    let clock = Clock::real();
    loop {
        let job = client.get(&path, &[]).await?;
        if let Some(total) = job["runs"]["total"].as_u64() {
            bar.set_length(total);
        }
        bar.set_position(job["runs"]["gone"].as_u64().unwrap_or_default());
        bar.set_message(text(&job, "headline")?.to_owned());
        if job["state"] != "running" {
            bar.finish_and_clear();
            return Ok(job);
        }
        clock.sleep(ASK_EVERY).await;
    }
}

fn told(job: &Value, found: &Value) -> String {
    let line = |name: &str| job[name].as_str().unwrap_or_default();
    let mut told = format!("{}\n{}\n", line("headline"), line("coverage"));
    let list = |name: &str| job[name].as_array().cloned().unwrap_or_default();
    for reason in list("reasons") {
        let (count, why) = (&reason["count"], reason["reason"].as_str());
        told += &format!("cannot tell {count}: {}\n", why.unwrap_or_default());
    }
    let operations = list("operations");
    if !operations.is_empty() {
        let rows = operations
            .iter()
            .map(|row| ["operation", "changed", "made", "dropped"].map(|name| shown(&row[name])));
        told += &table(["operation", "changed", "made", "dropped"], rows);
    }
    let money = list("money");
    if !money.is_empty() {
        let names = [
            "account",
            "currency",
            "was_minor",
            "would_be_minor",
            "difference_minor",
        ];
        let rows = money.iter().map(|row| names.map(|name| shown(&row[name])));
        told += &table(
            [
                "account",
                "currency",
                "was (minor)",
                "would be",
                "difference",
            ],
            rows,
        );
    }
    let shown = found["data"].as_array().cloned().unwrap_or_default();
    for difference in &shown {
        let run = difference["run"].as_str().unwrap_or_default();
        told += &format!(
            "\n{run} {}\n",
            difference["key"].as_str().unwrap_or_default()
        );
        for sentence in difference["sentences"].as_array().into_iter().flatten() {
            told += &format!("  {}\n", sentence.as_str().unwrap_or_default());
        }
    }
    let more = count(job, "differ") - i64::try_from(shown.len()).unwrap_or(0);
    if more > 0 {
        told += &format!("\nand {more} more\n");
    }
    told
}

fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(head);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("\n{table}\n")
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn count(job: &Value, name: &str) -> i64 {
    job["runs"][name].as_i64().unwrap_or_default()
}

fn text<'a>(answer: &'a Value, name: &str) -> anyhow::Result<&'a str> {
    let text = answer[name].as_str();
    text.with_context(|| format!("the server is of another release: no `{name}`"))
}
