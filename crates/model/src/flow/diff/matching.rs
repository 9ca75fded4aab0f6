//! Which step of the old version is which of the new one.

use super::reference::rewrite;
use super::tree::{Node, Tree};
use crate::flow::document::{Body, Else, Nesting, Step, StepKind};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A trait that more steps than this share tells nothing about any of them. It also bounds the
/// work: no step is compared with more than this many others for each of its traits.
const COMMON: usize = 8;

/// Steps of both versions that are the same.
#[derive(Debug, Default)]
pub struct Pairs {
    /// The old node of each new one.
    old: HashMap<usize, usize>,
    new: HashMap<usize, usize>,
}

impl Pairs {
    pub fn old_of(&self, new: usize) -> Option<usize> {
        self.old.get(&new).copied()
    }

    pub fn new_of(&self, old: usize) -> Option<usize> {
        self.new.get(&old).copied()
    }

    /// (old, new), in no order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.new.iter().map(|(old, new)| (*old, *new))
    }

    fn add(&mut self, old: usize, new: usize) {
        self.old.insert(new, old);
        self.new.insert(old, new);
    }

    fn is_free(&self, old: usize, new: usize) -> bool {
        !self.new.contains_key(&old) && !self.old.contains_key(&new)
    }
}

/// By id, then by equality but for ids, then by likeness.
pub fn pairs(old: &Tree<'_>, new: &Tree<'_>) -> Pairs {
    let mut pairs = Pairs::default();
    let mut ids: HashMap<&str, Vec<usize>> = HashMap::new();
    for (o, node) in old.nodes.iter().enumerate().rev() {
        ids.entry(&node.step.id).or_default().push(o);
    }
    for (n, node) in new.nodes.iter().enumerate() {
        // An unfinished document may have an id twice: the first is the first.
        if let Some(o) = ids.get_mut(node.step.id.as_str()).and_then(Vec::pop) {
            pairs.add(o, n);
        }
    }
    let of_old = 0..old.nodes.len();
    let removed: Vec<usize> = of_old.filter(|o| pairs.new_of(*o).is_none()).collect();
    let of_new = 0..new.nodes.len();
    let added: Vec<usize> = of_new.filter(|n| pairs.old_of(*n).is_none()).collect();
    if removed.is_empty() || added.is_empty() {
        return pairs;
    }
    let old_traits = Traits::of(old, &removed);
    let new_traits = Traits::of(new, &added);
    pair_equal(&mut pairs, (&removed, &old_traits), (&added, &new_traits));
    pair_alike(&mut pairs, (old, &old_traits), (new, &new_traits), &added);
    pairs
}

fn pair_equal(pairs: &mut Pairs, old: (&[usize], &Traits), new: (&[usize], &Traits)) {
    let mut same: HashMap<&BTreeSet<u64>, Vec<usize>> = HashMap::new();
    for o in old.0.iter().rev() {
        same.entry(&old.1.0[o]).or_default().push(*o);
    }
    for n in new.0 {
        if let Some(o) = same.get_mut(&new.1.0[n]).and_then(Vec::pop) {
            pairs.add(o, *n);
        }
    }
}

fn pair_alike(
    pairs: &mut Pairs,
    (old, old_traits): (&Tree<'_>, &Traits),
    (new, new_traits): (&Tree<'_>, &Traits),
    added: &[usize],
) {
    let mut by_trait: HashMap<u64, Vec<usize>> = HashMap::new();
    for (o, traits) in old_traits
        .0
        .iter()
        .filter(|(o, _)| pairs.new_of(**o).is_none())
    {
        for one in traits {
            by_trait.entry(*one).or_default().push(*o);
        }
    }
    let mut alike = Vec::new();
    for n in added.iter().filter(|n| pairs.old_of(**n).is_none()) {
        let traits = &new_traits.0[n];
        let telling = traits.iter().filter_map(|one| by_trait.get(one));
        let telling = telling
            .filter(|nodes| nodes.len() <= COMMON)
            .flatten()
            .copied();
        // What stands in the same place is worth a look too.
        let others: BTreeSet<usize> = telling.chain(beside(old, new, pairs, *n)).collect();
        for o in others.into_iter().filter(|o| pairs.new_of(*o).is_none()) {
            let same_kind = old.nodes[o].step.kind.word() == new.nodes[*n].step.kind.word();
            let shared = traits.intersection(&old_traits.0[&o]).count();
            let all = traits.len() + old_traits.0[&o].len();
            // Three of five traits are shared: twice the shared ones against all of both.
            if same_kind && shared * 2 * 5 >= all * 3 {
                let likeness = shared * 2_000 / all.max(1);
                alike.push((std::cmp::Reverse(likeness), o, *n));
            }
        }
    }
    alike.sort_unstable();
    for (_, o, n) in alike {
        if pairs.is_free(o, n) {
            pairs.add(o, n);
        }
    }
}

/// The old step behind that of the step before `n`.
fn beside(old: &Tree<'_>, new: &Tree<'_>, pairs: &Pairs, n: usize) -> Option<usize> {
    let Node { list, index, .. } = new.nodes[n];
    match index.checked_sub(1) {
        Some(before) => {
            let before = pairs.old_of(new.lists[list].nodes[before])?;
            let before = &old.nodes[before];
            old.lists[before.list].nodes.get(before.index + 1).copied()
        }
        None if list == 0 => old.lists[0].nodes.first().copied(),
        None => None,
    }
}

/// What a step can be known by, whatever its id: each of its values, hashed.
struct Traits(HashMap<usize, BTreeSet<u64>>);

impl Traits {
    fn of(tree: &Tree<'_>, nodes: &[usize]) -> Self {
        let left: HashSet<&str> = nodes
            .iter()
            .map(|n| tree.nodes[*n].step.id.as_str())
            .collect();
        let traits = nodes.iter().map(|n| {
            let mut gather = Gather {
                left: &left,
                found: BTreeSet::new(),
            };
            gather.step(tree.nodes[*n].step);
            (*n, gather.found)
        });
        Self(traits.collect())
    }
}

struct Gather<'a> {
    /// The ids that may have become others: a reference to one is worth as much as to any other.
    left: &'a HashSet<&'a str>,
    found: BTreeSet<u64>,
}

impl Gather<'_> {
    fn add(&mut self, path: &str, value: &str) {
        let mut hasher = DefaultHasher::new();
        (path, value).hash(&mut hasher);
        self.found.insert(hasher.finish());
    }

    fn value(&mut self, path: &str, value: &Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    self.value(&format!("{path}.{key}"), value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.value(path, item)),
            Value::String(text) => {
                self.add(path, "");
                let any = |id: &str| self.left.contains(id).then_some("?");
                let text = rewrite(text, &any).into_owned();
                self.add(path, &text);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {
                self.add(path, "");
                self.add(path, &value.to_string());
            }
        }
    }

    fn step(&mut self, step: &Step) {
        let texts = [("title", &step.title), ("note", &step.note)];
        for (key, text) in texts {
            if let Some(text) = text {
                self.add(key, text);
            }
        }
        if let Some(when) = &step.when {
            self.value("when", when);
        }
        self.kind("", &step.kind);
        for nested in step.nested() {
            let place = match nested.place {
                Nesting::Branch(name) => name,
                Nesting::Case(_) | Nesting::Item | Nesting::OnError => "",
            };
            for step in nested.steps {
                if !self.left.contains(step.id.as_str()) {
                    self.add(place, &step.id);
                }
            }
        }
    }

    fn kind(&mut self, path: &str, kind: &StepKind) {
        self.add(path, kind.word());
        match kind {
            StepKind::Use(call) => {
                self.add("use", &call.operation);
                self.value("with", &call.with);
            }
            StepKind::Set { values } => self.value("set", values),
            StepKind::Choose { cases } => {
                for case in cases {
                    if let Some(when) = &case.when {
                        self.value("case", when);
                    }
                    if let Body::One(kind) = &case.body {
                        self.kind("case", kind);
                    }
                }
            }
            StepKind::Check(check) => {
                self.value("check", &check.condition);
                if let Else::Reject(sentence) = &check.otherwise {
                    self.add("else", sentence);
                }
            }
            StepKind::Each(each) => {
                self.value("each", &each.list);
                self.add("as", &each.name);
            }
            StepKind::Parallel { branches } => {
                branches.iter().for_each(|b| self.add("branch", &b.name));
            }
            StepKind::Wait(wait) => self.value("until", &wait.until),
            StepKind::Approve(approve) => {
                self.add("by", &approve.by);
                if let Some(show) = &approve.show {
                    self.value("show", show);
                }
            }
            StepKind::Call(call) => {
                self.add("call", &call.flow);
                self.value("with", &call.with);
            }
        }
    }
}
