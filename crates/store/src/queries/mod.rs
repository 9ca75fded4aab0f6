//! What can be read, each query written once for both databases.

pub mod accounts;
pub mod dead_letters;
pub mod deploy;
pub mod effects;
pub mod entries;
pub mod events;
pub mod lookups;
pub mod overview;
pub mod proposals;
pub mod repair;
pub mod runs;
pub mod settings;
pub mod standing;
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

/// A search text as a pattern: what begins with it.
pub(crate) fn begins_with(search: Option<&str>) -> Option<String> {
    let search = search.filter(|text| !text.is_empty())?;
    let escaped = search
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    Some(format!("{escaped}%"))
}
