//! `towpath flow test`: works the samples beside flows.

use super::document::{Document, Kind, is_ok, print, read_all};
use super::fmt::replace;
use crate::connectors::REGISTRY;
use engine::Plan;
use engine::dry::{DryError, Verdict, run_sample};
use engine::plan::check_sample;
use model::Problem;
use model::flow::{Sample, parse_sample, write_sample};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
A sample says what comes in, what is given, and what is to come of it; it stands in `samples/` beside
its flow. Nothing is sent or stored: reads that are not given are answered by made-up values.
Ends with 0 if every sample passes, with 1 otherwise.

Examples:
  towpath flow test flows
  towpath flow test flows/refund --sample after-the-invoice
  towpath flow test flows --update        writes what comes of the samples into them: read the diff
  towpath flow test flows --json | jq '.[] | select(.passed | not)'")]
pub struct Args {
    /// Folders with flows and their samples, or samples.
    #[arg(default_value = "flows", value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Only samples of this id.
    #[arg(long, value_name = "ID")]
    sample: Option<String>,
    /// Prints JSON: a list of samples with their differences.
    #[arg(long)]
    json: bool,
    /// Writes into each sample that differs what comes of it now.
    #[arg(long)]
    update: bool,
}

/// A sample that was worked, or could not be.
struct Tested {
    document: Document,
    id: String,
    title: String,
    outcome: Result<Verdict, Vec<Problem>>,
    is_updated: bool,
}

pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut plans = BTreeMap::new();
    let mut tested = Vec::new();
    for document in read_all(&args.folders)? {
        if document.kind != Kind::Sample {
            continue;
        }
        let (sample, problems) = parse_sample(&document.text);
        let id = sample.as_ref().map(|s| s.id.clone()).unwrap_or_default();
        if args.sample.as_ref().is_some_and(|wanted| *wanted != id) {
            continue;
        }
        let title = sample.as_ref().and_then(|s| s.title.clone());
        let outcome = match (&sample, is_ok(&problems)) {
            (Some(sample), true) => work(&document, sample, &mut plans).await?,
            _ => Err(problems),
        };
        let mut one = Tested {
            document,
            id,
            title: title.unwrap_or_default(),
            outcome,
            is_updated: false,
        };
        if let Some(sample) = sample.filter(|_| args.update) {
            update(&mut one, sample)?;
        }
        tested.push(one);
    }
    anyhow::ensure!(!tested.is_empty(), "{}", nothing(&args));
    if args.json {
        let list: Vec<_> = tested.iter().map(as_json).collect();
        say!("{}", serde_json::to_string_pretty(&list)?);
    } else {
        report(&tested);
    }
    let good = |one: &Tested| one.is_updated || one.outcome.as_ref().is_ok_and(|v| v.passed);
    Ok(if tested.iter().all(good) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn nothing(args: &Args) -> String {
    match &args.sample {
        Some(id) => format!("there is no sample `{id}`; they stand in `samples/` beside a flow"),
        None => "there are no samples; they stand in `samples/` beside a flow".into(),
    }
}

/// The plan of the flow beside the folder that a sample stands in.
type Plans = BTreeMap<PathBuf, Result<Plan, Vec<Problem>>>;

async fn work(
    document: &Document,
    sample: &Sample,
    plans: &mut Plans,
) -> anyhow::Result<Result<Verdict, Vec<Problem>>> {
    let around = document.path.parent().and_then(|folder| folder.parent());
    let path = around.unwrap_or(std::path::Path::new("")).join("flow.yaml");
    if !plans.contains_key(&path) {
        plans.insert(path.clone(), plan(&path));
    }
    let plan = match &plans[&path] {
        Ok(plan) => plan,
        Err(problems) => return Ok(Err(problems.clone())),
    };
    let problems = check_sample(&plan.flow, sample, REGISTRY);
    if !is_ok(&problems) {
        return Ok(Err(problems));
    }
    match run_sample(plan, sample).await {
        Ok(verdict) => Ok(Ok(verdict)),
        Err(DryError::Problems(problems)) => Ok(Err(problems)),
        Err(error @ DryError::Store(_)) => Err(error.into()),
    }
}

fn plan(path: &std::path::Path) -> Result<Plan, Vec<Problem>> {
    let name = path.display();
    let unreadable = |error: std::io::Error| {
        let message = format!("there is no flow `{name}` for it: {error}");
        let cure = "keep the sample in `samples/` beside `flow.yaml`";
        vec![Problem::error("", "no_flow", message, cure)]
    };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let (plan, mut problems) = engine::compile(&text, REGISTRY);
    plan.ok_or_else(|| {
        problems.retain(Problem::is_error);
        // They stand in the flow, not in the sample.
        for problem in &mut problems {
            problem.message = format!("`{name}`: {}", problem.message);
            problem.place = None;
        }
        problems
    })
}

fn update(one: &mut Tested, sample: Sample) -> anyhow::Result<()> {
    let Ok(verdict) = one.outcome.as_ref() else {
        return Ok(());
    };
    let Some(expected) = verdict
        .expected(&sample.expected)
        .filter(|_| !verdict.passed)
    else {
        return Ok(());
    };
    let sample = Sample { expected, ..sample };
    replace(&one.document.path, &write_sample(&sample))?;
    one.is_updated = true;
    Ok(())
}

fn as_json(one: &Tested) -> serde_json::Value {
    let (passed, differences, problems) = match &one.outcome {
        Ok(verdict) => (verdict.passed, verdict.differences.clone(), Vec::new()),
        Err(problems) => (false, Vec::new(), problems.clone()),
    };
    let trace = one.outcome.as_ref().ok().map(|v| &v.trace);
    json!({
        "file": one.document.name, "sample": one.id, "passed": passed, "updated": one.is_updated,
        "differences": differences, "problems": problems,
        "state": trace.map(|t| t.state), "because": trace.and_then(|t| t.because.as_ref()),
    })
}

fn report(tested: &[Tested]) {
    let mut folder = None;
    for one in tested {
        let around = one.document.path.parent().and_then(|p| p.parent());
        if folder != around {
            say!("{}", around.unwrap_or(std::path::Path::new(".")).display());
            folder = around;
        }
        let word = match &one.outcome {
            _ if one.is_updated => "written",
            Ok(verdict) if verdict.passed => "passed",
            _ => "FAILED",
        };
        say!("  {word:<8}{:<28} {}", one.id, one.title);
        match &one.outcome {
            Ok(verdict) => tell(verdict),
            Err(problems) => problems.iter().for_each(|p| print(&one.document.name, p)),
        }
    }
    let passed = |one: &&Tested| one.outcome.as_ref().is_ok_and(|v| v.passed);
    let (all, passed) = (tested.len(), tested.iter().filter(passed).count());
    say!("{passed} of {all} samples passed");
}

fn tell(verdict: &Verdict) {
    if verdict.passed {
        return;
    }
    for difference in &verdict.differences {
        say!("          {difference}");
    }
    let problems = verdict
        .trace
        .steps
        .iter()
        .filter_map(|s| s.problem.as_ref());
    for problem in problems {
        say!("          at {}: {}", problem.path, problem.cure);
    }
}
