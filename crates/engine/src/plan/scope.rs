//! Lists of steps, and what is seen from where.

/// A list of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The list around it; none for the flow's own.
    pub parent: Option<usize>,
    /// The step that holds it.
    pub step: Option<i64>,
    pub kind: ScopeKind,
}

/// What a list is for the step that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// The flow's own list.
    Flow,
    /// The n-th case of a `choose`.
    Case(usize),
    /// The steps of an `each`: one instance of the list per item.
    Item,
    /// A branch of a `parallel`.
    Branch(String),
    /// What is done when the step failed.
    OnError,
}

/// The lists of a flow, while it is compiled.
#[derive(Debug)]
pub(super) struct Scopes(pub Vec<Scope>);

impl Scopes {
    pub fn new() -> Self {
        Self(vec![Scope {
            parent: None,
            step: None,
            kind: ScopeKind::Flow,
        }])
    }

    /// A new list within `parent`.
    pub fn open(&mut self, parent: usize, step: i64, kind: ScopeKind) -> usize {
        self.0.push(Scope {
            parent: Some(parent),
            step: Some(step),
            kind,
        });
        self.0.len() - 1
    }

    /// Whether `outer` is `inner` or around it.
    pub fn contains(&self, outer: usize, inner: usize) -> bool {
        let mut at = Some(inner);
        while let Some(scope) = at {
            if scope == outer {
                return true;
            }
            at = self.0[scope].parent;
        }
        false
    }

    /// The outermost list around `scope` that is not around `from` too.
    pub fn hidden_in(&self, scope: usize, from: usize) -> &Scope {
        let mut at = scope;
        while let Some(parent) = self.0[at].parent {
            if self.contains(parent, from) {
                break;
            }
            at = parent;
        }
        &self.0[at]
    }
}
