//! The steps of a flow in the order of its document, each with the list that it stands in.

use crate::flow::document::{Nesting, Step};

pub struct Tree<'a> {
    /// Each before those that it holds.
    pub nodes: Vec<Node<'a>>,
    /// The flow's own list first.
    pub lists: Vec<List<'a>>,
}

pub struct Node<'a> {
    pub step: &'a Step,
    /// The list that it stands in.
    pub list: usize,
    /// Its place in that list.
    pub index: usize,
}

pub struct List<'a> {
    /// The step that holds it, and what it is for that step; nothing for the flow's own.
    pub owner: Option<(usize, Nesting<'a>)>,
    /// Its steps, in order.
    pub nodes: Vec<usize>,
}

impl<'a> Tree<'a> {
    pub fn new(steps: &'a [Step]) -> Self {
        let mut tree = Self {
            nodes: Vec::new(),
            lists: Vec::new(),
        };
        tree.list(None, steps);
        tree
    }

    fn list(&mut self, owner: Option<(usize, Nesting<'a>)>, steps: &'a [Step]) {
        let list = self.lists.len();
        self.lists.push(List {
            owner,
            nodes: Vec::with_capacity(steps.len()),
        });
        for (index, step) in steps.iter().enumerate() {
            let node = self.nodes.len();
            self.lists[list].nodes.push(node);
            self.nodes.push(Node { step, list, index });
            for nested in step.nested() {
                self.list(Some((node, nested.place)), nested.steps);
            }
        }
    }

    /// The step that holds a step.
    pub fn holder(&self, node: usize) -> Option<usize> {
        let owner = self.lists[self.nodes[node].list].owner;
        owner.map(|(holder, _)| holder)
    }
}
