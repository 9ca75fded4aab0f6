//! An environment as a folder of files that a version control system keeps: canonical YAML and CSV.
//!
//! ```text
//! environment.yaml                    its name and kind, company, connections without secrets, and
//!                                     which connections each deployed flow is bound to
//! flows/<flow>/flow.yaml              the version in force
//! flows/<flow>/samples/<sample>.yaml  its samples
//! lookups/<table>.yaml                what a table's columns are
//! lookups/<table>.csv                 its rows through time
//! ```
//!
//! Every file has one form: an environment that is written, read and put in force is written again
//! byte for byte. Numbers that one server counts (versions, revisions) are in no file, so that the
//! same folder means the same on every server.

mod changed;
mod check;
mod flows;
mod load;
mod place;
mod push;
mod settings;
mod tables;

pub use changed::{FileChange, changed};
pub use place::Place;
pub use push::{FolderError, Preview, Push, Pushed};

use connector::Registry;
use flows::FlowFiles;
use model::Problem;
use model::yaml::Comment;
use settings::Settings;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use tables::Table;

/// Texts by path; `/` stands between the parts of a path.
pub type Files = BTreeMap<String, String>;

/// The most files of a folder.
pub const FILES_MAX: usize = 20_000;
/// The most bytes of all files together.
pub const BYTES_MAX: usize = 16 << 20;

/// What the files of a folder say.
#[derive(Clone, Debug, PartialEq)]
pub struct Folder {
    settings: Settings,
    /// By id.
    flows: BTreeMap<String, FlowFiles>,
    /// By name.
    tables: BTreeMap<String, Table>,
}

/// What is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub file: String,
    pub problem: Problem,
}

impl Found {
    fn new(file: impl Into<String>, problem: Problem) -> Self {
        Self {
            file: file.into(),
            problem,
        }
    }

    /// The problem with its file in its path, for lists that know no files.
    pub fn flat(self) -> Problem {
        let separator = if self.problem.path.is_empty() {
            ""
        } else {
            ": "
        };
        Problem {
            path: format!("{}{separator}{}", self.file, self.problem.path),
            ..self.problem
        }
    }
}

impl Folder {
    /// Reads the files of a folder. Returns it if all of it was understood, and every problem.
    pub fn read(files: &Files) -> (Option<Self>, Vec<Found>) {
        let mut found = too_large(files);
        if !found.is_empty() {
            return (None, found);
        }
        let mut places = BTreeMap::new();
        for (path, text) in files {
            match Place::parse(path) {
                Some(place) => drop(places.insert(place, text.as_str())),
                None => {
                    let message = "no file of an environment has this name";
                    let cure = "see `towpath env --help`; other files stand beside the folder";
                    let problem = Problem::error("", "unknown_file", message, cure);
                    found.push(Found::new(path, problem));
                }
            }
        }
        let settings = match places.get(&Place::Environment) {
            Some(text) => settings::read(text, &mut found),
            None => {
                let message = "the folder has no `environment.yaml`";
                let cure = "`towpath env pull` makes one";
                let problem = Problem::error("", "missing_file", message, cure);
                found.push(Found::new(Place::Environment, problem));
                None
            }
        };
        let flows = flows::read(&places, &mut found);
        let tables = tables::read(&places, &mut found);
        let Some(settings) = settings.filter(|_| found.iter().all(|f| !f.problem.is_error()))
        else {
            return (None, found);
        };
        let folder = Self {
            settings,
            flows,
            tables,
        };
        (Some(folder), found)
    }

    /// The files, each in its one form.
    pub fn write(&self) -> Files {
        let mut files = Files::new();
        files.insert(Place::Environment.to_string(), self.settings.write());
        flows::write(&self.flows, &mut files);
        tables::write(&self.tables, &mut files);
        files
    }

    pub fn environment(&self) -> &str {
        &self.settings.name
    }
}

/// A value has no comments: they would be lost when its file is written.
fn refuse_comments(place: &Place, comments: &[Comment], found: &mut Vec<Found>) {
    found.extend(comments.iter().map(|comment| {
        let message = format!("the comment `# {}` would be lost", comment.text);
        let cure = "take it out, or say it in a `note:` or `description:`";
        let problem = Problem::error("", "comment", message, cure).at(comment.place);
        Found::new(place, problem)
    }));
}

fn too_large(files: &Files) -> Vec<Found> {
    let bytes: usize = files.values().map(String::len).sum();
    let message = if files.len() > FILES_MAX {
        format!("the folder has {} files, {FILES_MAX} at most", files.len())
    } else if bytes > BYTES_MAX {
        format!("the folder has {bytes} bytes, {BYTES_MAX} at most")
    } else {
        return Vec::new();
    };
    let problem = Problem::error(
        "",
        "folder_too_large",
        message,
        "take out what is not needed",
    );
    vec![Found::new("the folder", problem)]
}

/// A text that is another for every other folder.
pub fn digest(files: &Files) -> String {
    let mut hasher = Sha256::new();
    for (path, text) in files {
        for part in [path, text] {
            hasher.update(part.len().to_be_bytes());
            hasher.update(part.as_bytes());
        }
    }
    let mut hex = String::new();
    for byte in hasher.finalize() {
        write!(hex, "{byte:02x}").ok();
    }
    hex
}

/// All that is wrong with the files of a folder, as far as that can be told without its
/// environment. Nothing is sent.
pub async fn check_files(files: &Files, registry: Registry) -> Vec<Found> {
    let (folder, mut found) = Folder::read(files);
    if let Some(folder) = folder {
        found.extend(check::check(&folder, files, registry).await);
    }
    found
}
