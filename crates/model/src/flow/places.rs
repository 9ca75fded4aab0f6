//! Where a path of a flow document stands in its text.

use crate::problem::{Place, Problem};
use crate::yaml::Node;
use std::collections::HashMap;

/// Finds the places of paths: `steps.order.with.currency`. A step is named by its id, whatever list
/// it stands in.
#[derive(Clone, Debug, Default)]
pub struct Places {
    root: Option<Node>,
    /// Where each step is, as the turns to take from the root.
    steps: HashMap<String, Vec<usize>>,
}

impl Places {
    pub fn new(root: Node) -> Self {
        let mut steps = HashMap::new();
        if let Some(n) = root
            .map()
            .and_then(|m| m.iter().position(|m| m.key == "steps"))
        {
            note_steps(&root, &mut vec![n], &mut steps);
        }
        Self {
            root: Some(root),
            steps,
        }
    }

    /// The place of `path`, or of the nearest thing around it that is there.
    pub fn find(&self, path: &str) -> Option<Place> {
        let root = self.root.as_ref()?;
        let mut names = split(path).into_iter().peekable();
        let mut at = root;
        let mut place = root.place;
        if path.starts_with("steps.") {
            names.next();
            let step = names.peek().and_then(|id| self.steps.get(*id));
            if let Some(turns) = step {
                names.next();
                (at, place) = follow(root, turns);
            }
        }
        for name in names {
            match (at.member(name), name.parse::<usize>(), at.list()) {
                (Some(member), ..) => (at, place) = (&member.value, member.place),
                (None, Ok(n), Some(items)) if n < items.len() => {
                    (at, place) = (&items[n], items[n].place);
                }
                _ => break,
            }
        }
        Some(place)
    }

    /// Adds places to those problems that have none.
    pub fn add_to(&self, problems: &mut [Problem]) {
        for problem in problems.iter_mut().filter(|p| p.place.is_none()) {
            problem.place = self.find(&problem.path);
        }
    }
}

/// `steps.a.choose[1].with` in parts.
fn split(path: &str) -> Vec<&str> {
    let parts = path.split(['.', '[']);
    parts
        .map(|part| part.strip_suffix(']').unwrap_or(part))
        .filter(|part| !part.is_empty())
        .collect()
}

fn child(node: &Node, n: usize) -> Option<(&Node, Place)> {
    match (node.map(), node.list()) {
        (Some(members), _) => members.get(n).map(|m| (&m.value, m.place)),
        (_, Some(items)) => items.get(n).map(|item| (item, item.place)),
        _ => None,
    }
}

fn follow<'a>(root: &'a Node, turns: &[usize]) -> (&'a Node, Place) {
    turns.iter().fold((root, root.place), |(at, place), n| {
        child(at, *n).unwrap_or((at, place))
    })
}

/// Notes the steps of every list below `turns`: maps with an `id` that are items of a list.
fn note_steps(root: &Node, turns: &mut Vec<usize>, steps: &mut HashMap<String, Vec<usize>>) {
    let (node, _) = follow(root, turns);
    let is_item = node.map().is_some();
    if is_item && let Some(id) = node.get("id").and_then(Node::text) {
        steps.entry(id.to_owned()).or_insert_with(|| turns.clone());
    }
    let inner: Vec<usize> = match (node.map(), node.list()) {
        // Steps are held by lists, cases and branches, never by what a step is given.
        (Some(members), _) => members
            .iter()
            .enumerate()
            .filter(|(_, m)| !matches!(m.key.as_str(), "with" | "set" | "show" | "output"))
            .map(|(n, _)| n)
            .collect(),
        (_, Some(items)) => (0..items.len()).collect(),
        _ => Vec::new(),
    };
    for n in inner {
        turns.push(n);
        note_steps(root, turns, steps);
        turns.pop();
    }
}
