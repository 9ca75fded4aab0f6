//! `towpath flow functions`: what formulas can call.

use anyhow::bail;
use mapping::FunctionTable;
use mapping::functions::reference::{entry, markdown, search};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
Every example was run by the tests of this release.

Examples:
  towpath flow functions > functions.md
  towpath flow functions address")]
pub struct Args {
    /// Only functions whose name or description has this word.
    #[arg(value_name = "WORD")]
    word: Option<String>,
}

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let table = FunctionTable::standard();
    let Some(word) = &args.word else {
        say_text!("{}", markdown(table));
        return Ok(ExitCode::SUCCESS);
    };
    let found = search(table, word);
    if found.is_empty() {
        bail!("no function is named or described with `{word}`; without a word all are listed");
    }
    for function in found {
        say!("{}", entry(function));
    }
    Ok(ExitCode::SUCCESS)
}
