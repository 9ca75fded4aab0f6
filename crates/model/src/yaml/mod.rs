//! YAML as our documents use it: a tree with places, and one way of writing it.
//!
//! The grammar is read by `granit-parser`, which `serde-saphyr` is built on; its events carry the
//! places and the comments that serde's interface loses. Scalars are those of YAML 1.2's core
//! schema without what readers disagree on: `007`, `1_000`, `0x1F`, dates and `yes` are texts.
//! Anchors, aliases, tags and several documents in one text are refused: a document is a value, and
//! each of its values stands where it is read.

mod load;
mod node;
mod scalar;
mod write;

pub use load::{Comment, Loaded, load};
pub use node::{Kind, Member, Node};
pub use write::{Emitter, WIDTH, inline};
