//! The documents that a command is given: files, or all of a folder.

use anyhow::{Context, bail};
use model::Problem;
use std::path::{Path, PathBuf};

/// The most documents of one command.
const DOCUMENTS_MAX: usize = 10_000;
/// The deepest folder that is looked into.
const DEPTH_MAX: usize = 16;

/// A text, and what it is.
pub struct Document {
    /// As it is named in messages.
    pub name: String,
    pub path: PathBuf,
    pub text: String,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Flow,
    Sample,
}

/// Reads the files, and the `.yaml` files of folders, in the order of their names.
pub fn read_all(paths: &[PathBuf]) -> anyhow::Result<Vec<Document>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            gather(path, 0, &mut files)?;
            if files.len() == before {
                bail!("the folder `{}` holds no `.yaml` file", path.display());
            }
        } else {
            files.push(path.clone());
        }
    }
    files.dedup();
    if files.len() > DOCUMENTS_MAX {
        bail!(
            "{} documents, at most {DOCUMENTS_MAX} are read at once",
            files.len()
        );
    }
    files.into_iter().map(read).collect()
}

fn gather(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if depth > DEPTH_MAX {
        bail!(
            "`{}` is more than {DEPTH_MAX} folders deep",
            folder.display()
        );
    }
    let listed = || format!("list `{}`", folder.display());
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(listed)? {
        entries.push(entry.with_context(listed)?);
    }
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // A link to a folder is not followed: it may lead back.
        let kind = entry.file_type().with_context(listed)?;
        let is_yaml = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
        if kind.is_dir() {
            gather(&path, depth + 1, files)?;
        } else if is_yaml {
            files.push(path);
        }
    }
    Ok(())
}

fn read(path: PathBuf) -> anyhow::Result<Document> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(&path).with_context(|| format!("read `{name}`"))?;
    let is_sample = text.lines().any(|line| line.starts_with("sample:"));
    Ok(Document {
        name,
        path,
        kind: if is_sample { Kind::Sample } else { Kind::Flow },
        text,
    })
}

/// `file:line:column: error: …`, as editors and terminals follow it.
pub fn print(file: &str, problem: &Problem) {
    match problem.place {
        Some(_) => say!("{file}:{problem}"),
        None => say!("{file}: {problem}"),
    }
}

pub fn is_ok(problems: &[Problem]) -> bool {
    !problems.iter().any(Problem::is_error)
}
