//! The canonical operations, as M3 does them. One more is one more file and one more line in the
//! connector's list.

pub mod bank_entry_list;
pub mod mi_read;
