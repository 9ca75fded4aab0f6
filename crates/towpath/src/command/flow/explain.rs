//! `towpath flow explain`: flows in plain sentences.

use super::document::{Kind, is_ok, print, read_all};
use crate::connectors::REGISTRY;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
Ends with 1 if a document could not be read as a flow; its problems are printed.

Examples:
  towpath flow explain flows/order-to-cash/flow.yaml
  towpath flow explain flows | less")]
pub struct Args {
    /// The documents, YAML, or folders of them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    let documents = read_all(&args.files)?;
    let flows = documents.iter().filter(|d| d.kind == Kind::Flow);
    for (n, document) in flows.enumerate() {
        let (flow, problems) = model::flow::parse(&document.text);
        // A flow that could not be deployed can be told all the same, less its conversions.
        let plan = engine::compile(&document.text, REGISTRY).0;
        let conversions = plan.map(|plan| plan.conversions).unwrap_or_default();
        if n > 0 {
            say!();
        }
        match flow.filter(|_| is_ok(&problems)) {
            Some(flow) => say_text!("{}", engine::explain(&flow, &conversions, REGISTRY)),
            None => {
                problems.iter().for_each(|p| print(&document.name, p));
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}
