//! Widths of MI fields, checked before anything is sent.
