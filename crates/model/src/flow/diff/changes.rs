//! Changes, and where they are.

use super::say;
use serde::Serialize;
use serde_json::Value;

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Where, from the document's root: `steps.order.with.terms`. In the new version, unless it is
    /// only in the old one.
    pub path: String,
    pub kind: ChangeKind,
    /// What a person reads: `order.terms: N00 → N30`. Long values are cut in it.
    pub sentence: String,
    /// The id of the step that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What it was. Of a step its YAML, of a moved one the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
    Moved,
    Renamed,
}

impl ChangeKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Renamed => "renamed",
        }
    }
}

/// Where something stands, and what it is called in sentences.
#[derive(Clone, Debug)]
pub struct Spot {
    pub path: String,
    /// `order.terms`, `order retry`.
    pub label: String,
    /// Said behind the label: the case it is in.
    pub within: String,
    pub step: Option<String>,
}

impl Spot {
    /// A document that is called so, or that needs no name.
    pub fn document(label: &str) -> Self {
        Self {
            path: String::new(),
            label: label.to_owned(),
            within: String::new(),
            step: None,
        }
    }

    /// A key of the document itself.
    pub fn key(key: &str) -> Self {
        Self::document("").field(key)
    }

    pub fn step(id: &str) -> Self {
        Self {
            path: format!("steps.{id}"),
            label: id.to_owned(),
            within: String::new(),
            step: Some(id.to_owned()),
        }
    }

    /// A key of what stands here: `order retry`.
    pub fn property(&self, key: &str) -> Self {
        self.called(key, &format!("{} {key}", self.label))
    }

    /// A named value within what stands here: `order.terms`.
    pub fn field(&self, name: &str) -> Self {
        let label = match self.label.as_str() {
            "" => name.to_owned(),
            label => format!("{label}.{name}"),
        };
        self.called(name, &label)
    }

    /// What holds named values of its own, and is not spoken of: `with`.
    pub fn silent(&self, key: &str) -> Self {
        self.called(key, &self.label)
    }

    pub fn item(&self, n: usize) -> Self {
        Self {
            path: format!("{}[{n}]", self.path),
            label: format!("{}[{n}]", self.label),
            ..self.clone()
        }
    }

    pub fn called(&self, key: &str, label: &str) -> Self {
        let path = if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        };
        Self {
            path,
            label: label.to_owned(),
            ..self.clone()
        }
    }
}

/// Changes as they are found, each with its position from top to bottom.
#[derive(Default)]
pub struct Changes {
    found: Vec<((usize, usize), Change)>,
    /// Where the next change stands: behind which step of the new version, and how far.
    pub position: (usize, usize),
}

impl Changes {
    pub fn add(
        &mut self,
        spot: &Spot,
        kind: ChangeKind,
        sentence: String,
        before: Option<Value>,
        after: Option<Value>,
    ) {
        let change = Change {
            path: spot.path.clone(),
            kind,
            sentence,
            step: spot.step.clone(),
            before,
            after,
        };
        self.found.push((self.position, change));
    }

    /// A value that is there before, after, or both.
    pub fn value(&mut self, spot: &Spot, before: Option<&Value>, after: Option<&Value>) {
        let what = format!("{}{}", spot.label, spot.within);
        let (kind, sentence) = match (before, after) {
            (None, None) => return,
            (None, Some(after)) => {
                let sentence = format!("{what} added: {}", say::one(after));
                (ChangeKind::Added, sentence)
            }
            (Some(before), None) => {
                let sentence = format!("{what} removed: {}", say::one(before));
                (ChangeKind::Removed, sentence)
            }
            (Some(before), Some(after)) => {
                let (before, after) = say::both(before, after);
                (ChangeKind::Changed, format!("{what}: {before} → {after}"))
            }
        };
        self.add(spot, kind, sentence, before.cloned(), after.cloned());
    }

    /// A text that is there before, after, or both.
    pub fn text(&mut self, spot: &Spot, before: Option<&str>, after: Option<&str>) {
        if before != after {
            let value = |text: Option<&str>| text.map(Value::from);
            self.value(spot, value(before).as_ref(), value(after).as_ref());
        }
    }

    /// From top to bottom.
    pub fn in_order(mut self) -> Vec<Change> {
        self.found.sort_by_key(|(position, _)| *position);
        self.found.into_iter().map(|(_, change)| change).collect()
    }
}
