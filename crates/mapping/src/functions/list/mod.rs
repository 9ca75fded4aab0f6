//! Lists and what they have in common with texts and maps.
//!
//! CEL's macros (`map`, `filter`, `exists`) compute with each item. The functions here compare
//! items with one another; they take the *path* of the member that they look at, as `tax.amount`, and an
//! empty path means the item itself. A member that is missing in an item is an error.

mod group;
mod pair;
mod path;
mod pick;
mod sequence;
mod sort;
mod total;

pub use group::{GROUP_BY, INDEX_BY, UNIQUE_BY};
pub use pair::{CHUNK, ZIP};
pub use pick::{FIND, FIRST, LAST, TAKE};
pub use sequence::{DISTINCT, FLATTEN, JOIN, RANGE, REVERSE, SIZE};
pub use sort::{SORT, SORT_BY};
pub use total::{SUM, SUM_BY};

pub(super) use path::check as check_path;
pub(super) use sort::check_order;

use super::fail;
use crate::fact::Stop;
use crate::limits;
use crate::value::Value;

fn bounded(name: &str, items: usize) -> Result<(), Stop> {
    let most = limits::LIST_ITEMS;
    if items > most {
        return Err(fail(name)(format!("more than {most} items")));
    }
    Ok(())
}

/// The list of what `items` gives; an error where that are more than a formula may build.
pub(super) fn collect(name: &str, items: impl Iterator<Item = Value>) -> Result<Value, Stop> {
    let items: Vec<Value> = items.take(limits::LIST_ITEMS + 1).collect();
    bounded(name, items.len())?;
    Ok(Value::list(items))
}
