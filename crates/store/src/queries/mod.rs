//! What can be read, each query written once for both databases.

pub mod accounts;
pub mod completeness;
pub mod dead_letters;
pub mod deploy;
pub mod effects;
pub mod entries;
pub mod event_list;
pub mod events;
pub mod lookups;
pub mod overview;
pub mod proposals;
pub mod repair;
pub mod run_list;
pub mod runs;
pub mod search;
pub mod settings;
pub mod standing;
pub mod statistics;
pub mod tag;
pub mod what_if;

/// A page of a list that is ordered by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The last id of the page before; none for the first page.
    pub after: Option<i64>,
    /// How many rows at most.
    pub limit: i64,
}

impl Page {
    /// The first rows.
    pub const fn first(limit: i64) -> Self {
        Self { after: None, limit }
    }

    /// For lists with the newest first.
    pub(crate) fn below(self) -> i64 {
        self.after.unwrap_or(i64::MAX)
    }

    /// For lists with the oldest first.
    pub(crate) fn above(self) -> i64 {
        self.after.unwrap_or(-1)
    }
}

/// Rows of a long list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<T> {
    pub rows: Vec<T>,
    /// The id below which it goes on, where it was left before its end although the page is not
    /// full: what fits is rare.
    pub next: Option<i64>,
}

impl<T> Slice<T> {
    /// The last rows, or a full page.
    pub(crate) const fn whole(rows: Vec<T>) -> Self {
        Self { rows, next: None }
    }
}

/// So many ids are walked at once by a list that no index narrows.
pub(crate) const STRETCH: i64 = 50_000;
/// So many stretches make a page at most: some 0.2 s.
pub const STRETCHES: usize = 4;
/// What is found by the beginning of a text is gone through one by one up to here.
pub(crate) const CANDIDATES: i64 = 2_000;

/// The end of the texts that begin with this one.
pub(crate) fn end_of(text: &str) -> String {
    format!("{text}{}", char::MAX)
}

/// A search text as a pattern: what begins with it.
pub(crate) fn begins_with(search: Option<&str>) -> Option<String> {
    let search = search.filter(|text| !text.is_empty())?;
    let escaped = search
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    Some(format!("{escaped}%"))
}
