//! Texts. Lengths and places count characters, not bytes.

mod case;
mod cut;
mod find;
mod fold;
mod hash;
mod line;
mod pad;
mod part;
mod pattern;
mod word;

pub use case::{LOWER, LOWER_ASCII, TITLE, UPPER, UPPER_ASCII};
pub use cut::{FITS, LEFT, RIGHT, SUBSTRING, TRUNCATE};
pub use find::{CONTAINS, ENDS_WITH, INDEX_OF, STARTS_WITH};
pub use fold::{ASCII, SLUG};
pub use hash::SHA256;
pub use line::{SPLIT, SPLIT_LINES};
pub use pad::{PAD_LEFT, PAD_RIGHT};
pub use part::{AFTER, AFTER_LAST, BEFORE, BEFORE_LAST, REPLACE};
pub use pattern::{EXTRACT, EXTRACT_ALL, MATCHES, REPLACE_PATTERN};
pub use word::{COLLAPSE, DIGITS, INITIALS, TRIM, WORDS};

pub(super) use fold::fold;
pub(super) use line::lines_of;
pub(crate) use pattern::pattern;

use super::fail;
use crate::fact::Stop;
use crate::limits;

/// Fails where a text would be larger than a formula may build.
pub(super) fn bounded(name: &str, bytes: usize) -> Result<(), Stop> {
    let most = limits::OUTPUT_BYTES;
    if bytes > most {
        return Err(fail(name)(format!(
            "the text would be longer than {most} bytes"
        )));
    }
    Ok(())
}
