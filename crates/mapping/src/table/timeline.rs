//! A table through time: points at which the value of a key changes, and what a change changes.

use super::sheet::SheetRow;
use model::Timestamp;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// From then on the key has this value; none if it is ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub key: String,
    pub from: Timestamp,
    pub value: Option<Json>,
}

/// A point that a file would write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub key: String,
    pub from: Timestamp,
    /// What the table says at that moment now.
    pub before: Option<Json>,
    /// What it would say; none ends the key.
    pub after: Option<Json>,
}

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    Changed,
    Ended,
}

impl ChangeKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Ended => "ended",
        }
    }
}

impl Change {
    pub fn kind(&self) -> ChangeKind {
        match (&self.before, &self.after) {
            (_, None) => ChangeKind::Ended,
            (None, Some(_)) => ChangeKind::Added,
            (Some(before), Some(after)) if before == after => ChangeKind::Added,
            (Some(_), Some(_)) => ChangeKind::Changed,
        }
    }
}

/// What a file would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    pub changes: Vec<Change>,
    /// Rows of the file that the table has so already.
    pub unchanged: usize,
}

/// What becomes of keys that a file does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// They stay.
    Keep,
    /// They are ended from then on.
    End(Timestamp),
}

type Line = BTreeMap<Timestamp, Option<Json>>;

fn lines(points: &[Point]) -> BTreeMap<&str, Line> {
    let mut lines: BTreeMap<&str, Line> = BTreeMap::new();
    for point in points {
        let line = lines.entry(&point.key).or_default();
        line.insert(point.from, point.value.clone());
    }
    lines
}

fn at(line: &Line, moment: Timestamp) -> Option<&Json> {
    let (_, value) = line.range(..=moment).next_back()?;
    value.as_ref()
}

/// What writing `rows` would change. The rows of a key are its whole timeline: the table says
/// afterwards what the file says, at every moment, for every key that the file names.
pub fn diff(current: &[Point], rows: &[SheetRow], missing: Missing) -> Diff {
    let known = lines(current);
    let none = Line::new();
    let mut wanted: BTreeMap<&str, Line> = BTreeMap::new();
    for row in rows {
        let line = wanted.entry(&row.key).or_default();
        line.insert(row.from, Some(row.value.clone()));
    }
    for row in rows {
        if let (Some(until), Some(line)) = (row.until, wanted.get_mut(row.key.as_str())) {
            line.entry(until).or_insert(None);
        }
    }
    let mut diff = Diff::default();
    for (key, wanted) in &wanted {
        let known = known.get(key).unwrap_or(&none);
        diff.of_key(key, known, wanted);
    }
    if let Missing::End(from) = missing {
        for (key, known) in known.iter().filter(|(key, _)| !wanted.contains_key(*key)) {
            let mut ended = known.clone();
            // What was to come does not come.
            for (_, value) in ended.range_mut(from..) {
                *value = None;
            }
            ended.insert(from, None);
            diff.of_key(key, known, &ended);
        }
    }
    diff
}

impl Diff {
    fn of_key(&mut self, key: &str, known: &Line, wanted: &Line) {
        let mut moments: Vec<Timestamp> = known.keys().chain(wanted.keys()).copied().collect();
        moments.sort_unstable();
        moments.dedup();
        let mut result = known.clone();
        for from in moments {
            let after = at(wanted, from);
            let same = match (known.get(&from), wanted.get(&from)) {
                (Some(known), _) => known.as_ref() == after,
                // An end where nothing is needs no writing, a row does: it is in the file.
                (None, Some(None)) => at(&result, from).is_none(),
                (None, _) => false,
            };
            if same {
                let is_row = wanted.get(&from).is_some_and(Option::is_some);
                self.unchanged += usize::from(is_row);
                continue;
            }
            result.insert(from, after.cloned());
            self.changes.push(Change {
                key: key.to_owned(),
                from,
                before: at(known, from).cloned(),
                after: after.cloned(),
            });
        }
    }
}

/// The points after the changes, by key and moment.
pub fn apply(current: &[Point], changes: &[Change]) -> Vec<Point> {
    let mut lines = lines(current);
    for change in changes {
        let line = lines.entry(&change.key).or_default();
        line.insert(change.from, change.after.clone());
    }
    let points = lines.into_iter().flat_map(|(key, line)| {
        line.into_iter().map(move |(from, value)| Point {
            key: key.to_owned(),
            from,
            value,
        })
    });
    points.collect()
}

/// A value with the time it is valid in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span<'a> {
    pub key: &'a str,
    pub from: Timestamp,
    /// The first moment at which it no longer is, if another point says so.
    pub until: Option<Timestamp>,
    /// Whether that point ends the key, instead of giving it another value.
    pub ended: bool,
    pub value: &'a Json,
}

/// The values of `points`, which are in the order of key and moment, with their time.
pub fn spans(points: &[Point]) -> Vec<Span<'_>> {
    let mut spans = Vec::with_capacity(points.len());
    for (n, point) in points.iter().enumerate() {
        let Some(value) = &point.value else { continue };
        let next = points.get(n + 1).filter(|next| next.key == point.key);
        spans.push(Span {
            key: &point.key,
            from: point.from,
            until: next.map(|next| next.from),
            ended: next.is_some_and(|next| next.value.is_none()),
            value,
        });
    }
    spans
}
