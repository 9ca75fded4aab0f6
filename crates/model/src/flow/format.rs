//! Brings a text into the one form of its flow.

use super::document::Flow;
use super::read::{Read, read};
use super::write::write;
use crate::problem::{Place, Problem};
use crate::yaml::{Comment, Kind, Node};

/// A formatted flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Formatted {
    pub text: String,
    /// Comments that became notes.
    pub moved: Vec<MovedComment>,
}

/// A comment that became a note, or part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedComment {
    /// Where it stood.
    pub place: Place,
    /// Whose note it is now: a step's id, or nothing for the flow's own.
    pub step: Option<String>,
    pub text: String,
}

/// What is done with comments, which a value does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnComment {
    /// Nothing is formatted, and each comment is a problem.
    Refuse,
    /// Each comment goes to the note of the step that it stands at.
    Note,
}

/// What an editor is told about the document by its first line.
const MODELINE: &str = "yaml-language-server:";

/// The flow's one form. The first line is kept if it tells an editor where the schema is.
///
/// # Errors
/// The problems for which the text is no flow, or the comments that would be lost.
pub fn format(text: &str, on_comment: OnComment) -> Result<Formatted, Vec<Problem>> {
    let Read {
        flow,
        problems,
        comments,
        ..
    } = read(text);
    if problems.iter().any(Problem::is_error) {
        return Err(problems);
    }
    let Some(mut flow) = flow else {
        return Err(problems);
    };
    let is_modeline = |c: &&Comment| c.place.line == 1 && c.text.starts_with(MODELINE);
    let modeline = comments.iter().find(is_modeline).cloned();
    let rest: Vec<&Comment> = comments.iter().filter(|c| !is_modeline(c)).collect();
    if on_comment == OnComment::Refuse && !rest.is_empty() {
        return Err(rest.into_iter().map(refusal).collect());
    }
    let moved = move_comments(text, &mut flow, &rest);
    let head = modeline.map(|line| format!("# {}\n", line.text));
    Ok(Formatted {
        text: head.unwrap_or_default() + &write(&flow),
        moved,
    })
}

fn refusal(comment: &Comment) -> Problem {
    let message = format!("the comment `# {}` would be lost", comment.text);
    let cure = "make it the `note:` of a step, as --notes does";
    Problem::error("", "comment", message, cure).at(comment.place)
}

/// Adds each comment to the note of what it stands at.
fn move_comments(text: &str, flow: &mut Flow, comments: &[&Comment]) -> Vec<MovedComment> {
    let root = crate::yaml::load(text).root;
    let owners = root.as_ref().map(owners_of_comments).unwrap_or_default();
    let mut moved = Vec::new();
    for comment in comments {
        let step = owner_of_comment(text, comment, &owners);
        let note = match &step {
            Some(id) => step_note(&mut flow.steps, id),
            None => Some(&mut flow.note),
        };
        let Some(note) = note else { continue };
        *note = Some(match note.take() {
            Some(known) => format!("{}\n{}", known.trim_end_matches('\n'), comment.text),
            None => comment.text.clone(),
        });
        moved.push(MovedComment {
            place: comment.place,
            step,
            text: comment.text.clone(),
        });
    }
    moved
}

/// The line on which each step of a document begins, and its id.
pub(super) fn owners_of_comments(root: &Node) -> Vec<(u32, String)> {
    let mut owners = Vec::new();
    note_owners(root, &mut owners);
    owners.sort();
    owners
}

/// Whether what stands under a key of a step is its own data, in which an `id` names no step.
pub(super) fn holds_no_steps(key: &str) -> bool {
    matches!(key, "with" | "set" | "show" | "output")
}

fn note_owners(node: &Node, owners: &mut Vec<(u32, String)>) {
    match &node.kind {
        Kind::Map(members) => {
            if let Some(id) = node.get("id").and_then(Node::text) {
                owners.push((node.place.line, id.to_owned()));
            }
            members
                .iter()
                .filter(|m| !holds_no_steps(&m.key))
                .for_each(|m| note_owners(&m.value, owners));
        }
        Kind::List(items) => items.iter().for_each(|item| note_owners(item, owners)),
        _ => {}
    }
}

/// The step at which a comment stands: the one that begins next if nothing stands between them,
/// else the one that began last.
pub(super) fn owner_of_comment(
    text: &str,
    comment: &Comment,
    owners: &[(u32, String)],
) -> Option<String> {
    let next = owners.iter().find(|(line, _)| *line > comment.place.line);
    let is_above = !comment.is_trailing
        && next.is_some_and(|(line, _)| {
            let between = (*line - comment.place.line - 1) as usize;
            let lines = text.lines().skip(comment.place.line as usize).take(between);
            lines
                .map(str::trim)
                .all(|line| line.is_empty() || line.starts_with('#'))
        });
    let last = owners
        .iter()
        .rev()
        .find(|(line, _)| *line <= comment.place.line);
    let found = if is_above { next } else { last };
    found.map(|(_, id)| id.clone())
}

fn step_note<'a>(steps: &'a mut [super::Step], id: &str) -> Option<&'a mut Option<String>> {
    for step in steps {
        if step.id == id {
            return Some(&mut step.note);
        }
        for list in step.nested_mut() {
            if let Some(note) = step_note(list, id) {
                return Some(note);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# yaml-language-server: $schema=x.json\n# Whole\nschema: 1\nflow: a\n\
                        trigger: manual\nsteps:\n  # Why b\n  - id: b\n    set: {x: 1} # one\n";

    #[test]
    fn comments_are_refused_or_become_notes() {
        let refused = format(TEXT, OnComment::Refuse).expect_err("comments");
        assert_eq!(refused.len(), 3);
        let done = format(TEXT, OnComment::Note).expect("a flow");
        assert_eq!(
            done.text,
            "# yaml-language-server: $schema=x.json\nschema: 1\nflow: a\nnote: Whole\n\
             trigger: manual\nsteps:\n  - id: b\n    note: |-\n      Why b\n      one\n    \
             set:\n      x: 1\n"
        );
        let steps: Vec<_> = done.moved.iter().map(|m| m.step.as_deref()).collect();
        assert_eq!(steps, [None, Some("b"), Some("b")]);
        let again = format(&done.text, OnComment::Refuse).expect("a flow");
        assert_eq!(again.text, done.text);
    }
}
