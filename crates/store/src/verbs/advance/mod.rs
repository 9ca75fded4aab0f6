//! Advances runs: guards are read, items are decided, and what passed is written.
//!
//! Items of one batch that touch the same row are worked in successive *waves*, so that the later
//! one sees what the earlier one wrote; nearly always there is one wave. A wave is three lists of
//! statements: the guards, the writes, and the runs with their wakes.

mod decide;
mod subledger;
mod wave;
mod write;

pub(crate) use write::{insert_effect, update_effect};

use crate::advance::{Advance, Advanced, Fence};
use crate::error::Result;
use crate::session::Session;
use wave::Waves;

/// An item with the proof of who may advance it.
pub type Item<'a> = (&'a Fence, &'a Advance);

/// Advances runs, each item all or nothing. Answers in the order of `items`.
pub async fn advance(session: &mut dyn Session, items: &[Item<'_>]) -> Result<Vec<Advanced>> {
    let mut answers = vec![Advanced::Stale; items.len()];
    for wave in Waves::of(items) {
        let members: Vec<_> = wave.iter().map(|at| items[*at]).collect();
        let decided = decide::decide(session, &members).await?;
        let written = write::write(session, &members, decided).await?;
        for (at, answer) in wave.into_iter().zip(written) {
            answers[at] = answer;
        }
    }
    Ok(answers)
}

/// The last of several that write the same row: PostgreSQL refuses to write a row twice.
fn latest<'a, T, K: PartialEq>(
    items: &'a [T],
    key: impl Fn(&'a T) -> K,
) -> impl Iterator<Item = &'a T> {
    items.iter().enumerate().filter_map(move |(at, item)| {
        let own = key(item);
        let again = items[at + 1..].iter().any(|later| key(later) == own);
        (!again).then_some(item)
    })
}
