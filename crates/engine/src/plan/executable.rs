//! What is checked and planned, but that runs do not work yet: one place to take it away from.

use super::{Plan, PlanStart};
use model::Problem;

/// Blocks that are checked and planned, but that runs do not work yet.
pub(super) fn refuse_what_is_not_executable(plan: &Plan, problems: &mut Vec<Problem>) {
    let mut refuse = |path: String, what: &str| {
        let message = format!("{what} is not executed yet");
        let cure = "wait for a release that does";
        problems.push(Problem::error(path, "not_executable_yet", message, cure));
    };
    let is_asked_anew = |start: &PlanStart| match start {
        PlanStart::Event(event) => event.every.is_some(),
        _ => false,
    };
    if plan.starts.iter().any(is_asked_anew) {
        refuse("trigger".into(), "`every` of an event");
    }
}
