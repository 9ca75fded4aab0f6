//! `towpath flow fmt`: one form for every flow, so that a change is a small difference.

use super::document::{Document, Kind, is_ok, print, read_all};
use anyhow::Context;
use model::Problem;
use model::flow::{Formatted, OnComment, format, parse_sample, write_sample};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "\
Formatting a formatted document changes nothing. A first line that tells an editor where the schema
is (`# yaml-language-server: …`) is kept. Other `#` comments are not part of a flow: with one in it
a document is left as it is, unless --notes makes each the `note:` of the step it stands at.

Ends with 0 if every document has its form now; with 1 if one is wrong, holds comments or, with
--check, differs.

Examples:
  towpath flow fmt flows
  towpath flow fmt --check flows          in a build: says which differ, writes nothing
  towpath flow fmt --notes flow.yaml      comments become notes")]
pub struct Args {
    /// The documents, YAML, or folders of them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only says which documents differ from their form.
    #[arg(long)]
    check: bool,
    /// Makes comments the notes of the steps that they stand at.
    #[arg(long)]
    notes: bool,
}

pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let on_comment = if args.notes {
        OnComment::Note
    } else {
        OnComment::Refuse
    };
    let mut is_clean = true;
    for document in read_all(&args.files)? {
        let name = &document.name;
        match formatted(&document, on_comment) {
            Err(problems) => {
                problems.iter().for_each(|p| print(name, p));
                is_clean = false;
            }
            Ok(done) if done.text == document.text => {}
            Ok(_) if args.check => {
                say!("{name}: differs from its form; `towpath flow fmt` writes it");
                is_clean = false;
            }
            Ok(done) => {
                replace(&document.path, &done.text)?;
                say!("{name}: written");
                for comment in &done.moved {
                    let owner = match &comment.step {
                        Some(step) => format!("the step `{step}`"),
                        None => "the flow".to_owned(),
                    };
                    let place = comment.place;
                    say!(
                        "{name}:{place}: `# {}` is a note of {owner} now",
                        comment.text
                    );
                }
            }
        }
    }
    Ok(if is_clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn formatted(document: &Document, on_comment: OnComment) -> Result<Formatted, Vec<Problem>> {
    match document.kind {
        Kind::Flow => format(&document.text, on_comment),
        Kind::Sample => match parse_sample(&document.text) {
            (Some(sample), problems) if is_ok(&problems) => Ok(Formatted {
                text: write_sample(&sample),
                moved: Vec::new(),
            }),
            (_, problems) => Err(problems),
        },
    }
}

/// Replaces a file as a whole: whoever reads it meanwhile sees the old or the new one.
pub fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let name = path.display();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    let written = || format!("write `{name}`");
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(written)?;
    file.write_all(text.as_bytes()).with_context(written)?;
    let kept = std::fs::metadata(path).with_context(written)?.permissions();
    file.as_file().set_permissions(kept).with_context(written)?;
    file.persist(path).with_context(written)?;
    Ok(())
}
