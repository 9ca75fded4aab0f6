//! A path that a formula reads: `charge.billing_details.name`, `steps.session.lines[].amount`.

use std::fmt;

/// One path of a formula, from a name on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// The name it begins with: `charge`, `steps`.
    pub root: String,
    pub segments: Vec<Segment>,
    /// Asked with `has()` or `.?`: the formula copes with its absence.
    pub optional: bool,
}

/// One part of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// The member of a map.
    Field(String),
    /// Any item of a list, or any member of a map.
    Item,
}

impl Path {
    pub(crate) fn new(root: &str) -> Self {
        Self {
            root: root.to_owned(),
            segments: Vec::new(),
            optional: false,
        }
    }

    #[must_use]
    pub(crate) fn field(mut self, name: &str, optional: bool) -> Self {
        self.segments.push(Segment::Field(name.to_owned()));
        self.optional |= optional;
        self
    }

    #[must_use]
    pub(crate) fn item(mut self) -> Self {
        self.segments.push(Segment::Item);
        self
    }

    /// Whether `other` begins with this path.
    pub fn covers(&self, other: &Path) -> bool {
        self.root == other.root && other.segments.starts_with(&self.segments)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.root)?;
        for segment in &self.segments {
            match segment {
                Segment::Field(name) => write!(f, ".{name}")?,
                Segment::Item => f.write_str("[]")?,
            }
        }
        Ok(())
    }
}
