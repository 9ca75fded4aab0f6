//! Lists of steps: which are the same, and what was moved, added and removed in them.

use super::changes::{ChangeKind, Changes, Spot};
use super::matching::Pairs;
use super::order::rising;
use super::say;
use super::tree::Tree;
use crate::flow::document::{Case, Nesting, StepKind};
use crate::flow::write::write_steps;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

pub struct Lists<'a> {
    old: &'a Tree<'a>,
    new: &'a Tree<'a>,
    pairs: &'a Pairs,
    /// The old list of each new one.
    same: HashMap<usize, usize>,
    /// Steps of the new version that kept their list and their order in it.
    stayed: HashSet<usize>,
    /// The next of them in its list, for each step.
    next: HashMap<usize, usize>,
}

impl<'a> Lists<'a> {
    pub fn pair(old: &'a Tree<'a>, new: &'a Tree<'a>, pairs: &'a Pairs) -> Self {
        let mut lists = Self {
            old,
            new,
            pairs,
            same: HashMap::from([(0, 0)]),
            stayed: HashSet::new(),
            next: HashMap::new(),
        };
        lists.pair_nested();
        for (n, list) in new.lists.iter().enumerate() {
            let Some(o) = lists.same.get(&n) else {
                continue;
            };
            let kept = list.nodes.iter().filter_map(|node| {
                let before = &old.nodes[pairs.old_of(*node)?];
                (before.list == *o).then_some((*node, before.index))
            });
            let (kept, places): (Vec<usize>, Vec<usize>) = kept.unzip();
            let stays = kept.into_iter().zip(rising(&places));
            let stayed: Vec<_> = stays.filter(|(_, stays)| *stays).collect();
            lists
                .stayed
                .extend(stayed.into_iter().map(|(node, _)| node));
        }
        for list in &new.lists {
            let mut next = None;
            for node in list.nodes.iter().rev() {
                lists.next.extend(next.map(|next| (*node, next)));
                if lists.stayed.contains(node) {
                    next = Some(*node);
                }
            }
        }
        lists
    }

    fn pair_nested(&mut self) {
        let mut of_step: HashMap<usize, Vec<usize>> = HashMap::new();
        for (o, list) in self.old.lists.iter().enumerate() {
            if let Some((holder, _)) = list.owner {
                of_step.entry(holder).or_default().push(o);
            }
        }
        let mut cases: HashMap<usize, Vec<Option<usize>>> = HashMap::new();
        for (n, list) in self.new.lists.iter().enumerate() {
            let Some((holder, place)) = list.owner else {
                continue;
            };
            let Some(before) = self.pairs.old_of(holder) else {
                continue;
            };
            let met = cases.entry(holder).or_insert_with(|| {
                let kind = |tree: &'a Tree<'a>, node: usize| &tree.nodes[node].step.kind;
                match (kind(self.old, before), kind(self.new, holder)) {
                    (StepKind::Choose { cases: old }, StepKind::Choose { cases: new }) => {
                        pair_cases(old, new)
                    }
                    _ => Vec::new(),
                }
            });
            let wanted = match place {
                Nesting::Case(case) => match met.get(case).copied().flatten() {
                    Some(case) => Nesting::Case(case),
                    None => continue,
                },
                other => other,
            };
            let known = of_step.get(&before).into_iter().flatten();
            let same = known.copied().find(|o| {
                let owner = self.old.lists[*o].owner;
                owner.is_some_and(|(_, place)| place == wanted)
            });
            self.same.extend(same.map(|o| (n, o)));
        }
    }

    /// Says if a step that both versions have stands elsewhere.
    pub fn moved(&self, changes: &mut Changes, o: usize, n: usize) {
        if self.stayed.contains(&n) {
            return;
        }
        let (before, after) = (&self.old.nodes[o], &self.new.nodes[n]);
        let id = &after.step.id;
        let beside = self.beside(n);
        let (from, to) = (place(self.old, before.list), place(self.new, after.list));
        let how = match (&from, &to) {
            _ if self.same.get(&after.list) == Some(&before.list) => beside.clone(),
            (None, Some(to)) => comma(&format!("into {to}"), &beside),
            (Some(from), None) => comma(&format!("out of {from}"), &beside),
            (Some(from), Some(to)) => comma(&format!("from {from} into {to}"), &beside),
            (None, None) => beside.clone(),
        };
        let sentence = format!("step `{id}` moved {how}");
        let was = self.beside_old(o);
        let value = |place: Option<String>, beside: &str| {
            let text = match place {
                Some(place) => comma(&place, beside),
                None => beside.to_owned(),
            };
            Some(Value::from(text))
        };
        changes.add(
            &Spot::step(id),
            ChangeKind::Moved,
            sentence,
            value(from, &was),
            value(to, &beside),
        );
    }

    /// Says that a step is new, unless the step that holds it is.
    pub fn added(&self, changes: &mut Changes, n: usize) {
        let is_new = |node: usize| self.pairs.old_of(node).is_none();
        if self.new.holder(n).is_some_and(is_new) {
            return;
        }
        let node = &self.new.nodes[n];
        let to = match place(self.new, node.list) {
            Some(place) => format!(" to {place}"),
            None => String::new(),
        };
        let beside = self.beside(n);
        let gap = match (to.is_empty(), beside.is_empty()) {
            (_, true) => "",
            (true, false) => " ",
            (false, false) => ", ",
        };
        let with = within(self.new, n, &is_new);
        let sentence = format!("step `{}`{with} added{to}{gap}{beside}", node.step.id);
        let text = yaml(self.new, n);
        changes.add(
            &Spot::step(&node.step.id),
            ChangeKind::Added,
            sentence,
            None,
            text,
        );
    }

    /// Says what is not there any more, each behind what stood before it.
    pub fn removed(&self, changes: &mut Changes) {
        let is_gone = |node: usize| self.pairs.new_of(node).is_none();
        let mut behind = 0;
        for (o, node) in self.old.nodes.iter().enumerate() {
            if let Some(n) = self.pairs.new_of(o) {
                if self.stayed.contains(&n) {
                    behind = n + 1;
                }
                continue;
            }
            if self.old.holder(o).is_some_and(is_gone) {
                continue;
            }
            changes.position = (behind, 1);
            let from = match place(self.old, node.list) {
                Some(place) => format!(" from {place}"),
                None => String::new(),
            };
            let with = within(self.old, o, &is_gone);
            let sentence = format!("step `{}`{with} removed{from}", node.step.id);
            let text = yaml(self.old, o);
            changes.add(
                &Spot::step(&node.step.id),
                ChangeKind::Removed,
                sentence,
                text,
                None,
            );
        }
    }

    /// Beside which step of its list a step of the new version stands: before one that stayed, if
    /// there is one.
    fn beside(&self, n: usize) -> String {
        let node = &self.new.nodes[n];
        let list = &self.new.lists[node.list].nodes;
        beside(
            self.new,
            self.next.get(&n).copied(),
            node.index.checked_sub(1).map(|at| list[at]),
        )
    }

    fn beside_old(&self, o: usize) -> String {
        let node = &self.old.nodes[o];
        let list = &self.old.lists[node.list].nodes;
        let before = node.index.checked_sub(1).map(|at| list[at]);
        beside(self.old, list.get(node.index + 1).copied(), before)
    }
}

fn beside(tree: &Tree<'_>, next: Option<usize>, before: Option<usize>) -> String {
    let id = |node: usize| &tree.nodes[node].step.id;
    match (next, before) {
        (Some(next), _) => format!("before `{}`", id(next)),
        (None, Some(before)) => format!("after `{}`", id(before)),
        (None, None) => String::new(),
    }
}

fn comma(place: &str, beside: &str) -> String {
    match beside {
        "" => place.to_owned(),
        beside => format!("{place}, {beside}"),
    }
}

/// What a list is for its step; nothing for the flow's own.
fn place(tree: &Tree<'_>, list: usize) -> Option<String> {
    let (holder, place) = tree.lists[list].owner?;
    let step = tree.nodes[holder].step;
    let id = &step.id;
    Some(match place {
        Nesting::Case(n) => match &step.kind {
            StepKind::Choose { cases } => format!("the case {} of `{id}`", case_name(&cases[n])),
            _ => format!("`{id}`"),
        },
        Nesting::Item => format!("the items of `{id}`"),
        Nesting::Branch(name) => format!("the branch `{name}` of `{id}`"),
        Nesting::OnError => format!("the failure of `{id}`"),
    })
}

/// How a case is spoken of.
pub fn case_name(case: &Case) -> String {
    match &case.when {
        Some(when) => format!("when {}", say::short(when)),
        None => "otherwise".to_owned(),
    }
}

/// How many steps come or go within a step, and only with it.
fn within(tree: &Tree<'_>, node: usize, counts: &dyn Fn(usize) -> bool) -> String {
    let holders = |at: usize| std::iter::successors(tree.holder(at), |at| tree.holder(*at));
    let inner = (node + 1..tree.nodes.len()).take_while(|at| holders(*at).any(|at| at == node));
    let between = |at: usize| holders(at).take_while(|at| *at != node);
    match inner
        .filter(|at| counts(*at) && between(*at).all(counts))
        .count()
    {
        0 => String::new(),
        1 => " with 1 step".to_owned(),
        count => format!(" with {count} steps"),
    }
}

/// A step as it is written.
fn yaml(tree: &Tree<'_>, node: usize) -> Option<Value> {
    let text = write_steps(std::slice::from_ref(tree.nodes[node].step));
    let lines = text.lines().skip(1);
    let lines: Vec<&str> = lines
        .map(|line| line.get(4..).unwrap_or_default())
        .collect();
    Some(Value::from(lines.join("\n") + "\n"))
}

/// The old case of each new one: by its condition, then by what it does, then by its place.
pub fn pair_cases(old: &[Case], new: &[Case]) -> Vec<Option<usize>> {
    let mut met: Vec<Option<usize>> = vec![None; new.len()];
    let mut left: Vec<usize> = (0..old.len()).collect();
    type Same = fn(&Case, &Case) -> bool;
    let ways: [Same; 4] = [
        |old, new| old.when == new.when && old.body == new.body,
        |old, new| old.when == new.when,
        |old, new| old.body == new.body || shares_step(old, new),
        |old, new| old.when.is_some() == new.when.is_some(),
    ];
    for same in ways {
        for (n, case) in new
            .iter()
            .enumerate()
            .filter(|(n, _)| met[*n].is_none())
            .collect::<Vec<_>>()
        {
            if let Some(at) = left.iter().position(|o| same(&old[*o], case)) {
                met[n] = Some(left.remove(at));
            }
        }
    }
    met
}

fn shares_step(old: &Case, new: &Case) -> bool {
    use crate::flow::document::Body::Steps;
    match (&old.body, &new.body) {
        (Steps(old), Steps(new)) => {
            let mut ids = new.steps.iter().map(|step| &step.id);
            ids.any(|id| old.steps.iter().any(|step| step.id == *id))
        }
        _ => false,
    }
}
