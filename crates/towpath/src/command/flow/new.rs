//! `towpath flow new`: a folder with a flow to begin with.

use crate::connectors::REGISTRY;
use anyhow::{Context, bail};
use model::flow::{Check, Else, EventStart, Flow, OnError, Start, Step, StepKind, write};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
Writes <FOLDER>/<ID>/flow.yaml. A file that is there is left as it is.

Examples:
  towpath flow new refund-to-credit --trigger stripe.refund.created
  towpath flow new nightly --trigger manual --folder flows
  towpath flow new sync --schema ../flow.schema.json    with the line that editors complete by")]
pub struct Args {
    /// The flow's id: lower-case letters, digits and hyphens.
    #[arg(value_name = "ID")]
    id: String,
    /// What starts it: a trigger, `manual`, `api` or `call`.
    #[arg(long, default_value = "stripe.charge.succeeded")]
    trigger: String,
    /// Where the flow's own folder is made.
    #[arg(long, default_value = "flows", value_name = "FOLDER")]
    folder: PathBuf,
    /// Where the schema is, for the first line.
    #[arg(long, value_name = "PATH")]
    schema: Option<String>,
}

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (start, subject) = start(&args.trigger)?;
    let text = write(&flow(&args.id, start, subject));
    let head = args.schema.as_ref();
    let head = head.map(|path| format!("# yaml-language-server: $schema={path}\n"));
    let text = head.unwrap_or_default() + &text;
    let (_, problems) = model::flow::parse(&text);
    if let Some(problem) = problems.first() {
        bail!("{}: {}; {}", problem.path, problem.message, problem.cure);
    }
    let folder = args.folder.join(&args.id);
    let path = folder.join("flow.yaml");
    std::fs::create_dir_all(&folder).with_context(|| format!("make `{}`", folder.display()))?;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .open(&path)
        .with_context(|| format!("make `{}`", path.display()))?;
    std::io::Write::write_all(&mut file, text.as_bytes())
        .with_context(|| format!("write `{}`", path.display()))?;
    say!(
        "{}: written; `towpath flow check` checks it",
        path.display()
    );
    Ok(ExitCode::SUCCESS)
}

/// The start and the name of what it brings.
fn start(word: &str) -> anyhow::Result<(Start, &'static str)> {
    Ok(match word {
        "manual" => (Start::Manual, "input"),
        "api" => (Start::Api, "input"),
        "call" => (Start::Call, "input"),
        _ => {
            let Some((_, trigger)) = REGISTRY.trigger(word) else {
                let known = REGISTRY.connectors().flat_map(|c| c.triggers);
                let known: Vec<&str> = known.map(|t| t.id).collect();
                bail!(
                    "there is no trigger `{word}`; there are: {}",
                    known.join(", ")
                );
            };
            let event = EventStart {
                trigger: word.to_owned(),
                connection: None,
                every: None,
            };
            (Start::Event(event), trigger.subject)
        }
    })
}

fn flow(id: &str, start: Start, subject: &str) -> Flow {
    let is_event = matches!(start, Start::Event(_));
    let condition = if is_event {
        format!("=has({subject}.id)")
    } else {
        "=env.kind == 'test'".to_owned()
    };
    let first = Step {
        id: "wanted".into(),
        title: Some("Go on only with what is wanted".into()),
        note: None,
        when: None,
        kind: StepKind::Check(Check {
            condition: condition.into(),
            otherwise: Else::Skip,
        }),
        retry: None,
        timeout: None,
        on_error: OnError::Stop,
    };
    Flow {
        id: id.into(),
        title: id.into(),
        note: None,
        starts: vec![start],
        inputs: Vec::new(),
        key: None,
        order_by: is_event.then(|| format!("={subject}.id").into()),
        own_events: false,
        steps: vec![first],
        output: None,
    }
}
