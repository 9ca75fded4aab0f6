//! What an editor of flows needs: what steps can be made of, and a document as text and as tree.

pub mod catalog;
pub mod edit;
pub mod examples;
pub mod pin;
pub mod preview;
