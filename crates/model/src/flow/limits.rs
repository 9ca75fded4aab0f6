//! How large the parts of a flow document may be.

use std::time::Duration;

/// The longest document, in bytes.
pub const DOCUMENT_BYTES: usize = 1 << 20;
/// The most steps of a flow, in all its lists together.
pub const STEPS: usize = 2_000;
/// How deep lists of steps may be nested in one another.
pub const DEPTH: usize = 8;
/// The longest id of a flow, step, branch, input or variable.
pub const ID_CHARS: usize = 64;
/// The longest title.
pub const TITLE_CHARS: usize = 200;
/// The longest note.
pub const NOTE_CHARS: usize = 10_000;
/// The longest sentence of a `reject`.
pub const SENTENCE_CHARS: usize = 500;
/// The most starts of a flow.
pub const STARTS: usize = 32;
/// The most inputs of a flow.
pub const INPUTS: usize = 100;
/// The most cases of a `choose`.
pub const CASES: usize = 100;
/// The most branches of a `parallel`.
pub const BRANCHES: usize = 16;
/// The most items of an `each` that are worked at once.
pub const AT_ONCE: u32 = 64;
/// The most samples beside a flow.
pub const SAMPLES: usize = 200;

/// A longer retry, wait or approval is a mistake.
pub const LONGEST_WAIT: Duration = Duration::from_secs(366 * 86_400);
/// A peer that has not answered by then does not.
pub const LONGEST_TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// A flow that is started more often is a poll.
pub const SHORTEST_SCHEDULE: Duration = Duration::from_secs(60);
/// A peer that is asked more often is disturbed.
pub const SHORTEST_POLL: Duration = Duration::from_secs(10);
