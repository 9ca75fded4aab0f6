//! What is checked and planned, but that runs do not work yet: one place to take it away from.

use super::{Plan, PlanStart, Work};
use model::Problem;
use model::flow::Coerce;

/// Blocks that are checked and planned, but that runs do not work yet.
pub(super) fn refuse_what_is_not_executable(plan: &Plan, problems: &mut Vec<Problem>) {
    let mut refuse = |path: String, what: &str| {
        let message = format!("{what} is not executed yet");
        let cure = "wait for a release that does";
        problems.push(Problem::error(path, "not_executable_yet", message, cure));
    };
    let is_event = |start: &PlanStart| match start {
        PlanStart::Event(event) => event.every.is_none(),
        _ => false,
    };
    if !plan.starts.iter().all(is_event) {
        refuse("trigger".into(), "a start other than an event");
    }
    for step in plan.every_step() {
        let block = match &step.work {
            Work::Approve(_) => Some("approve"),
            Work::Flow(_) => Some("call"),
            Work::Choose(cases) => {
                let mut inner = cases.iter().map(|(_, work)| work);
                let later = |work: &Work| matches!(work, Work::Approve(_) | Work::Flow(_));
                inner.any(later).then_some("approve or call in a case")
            }
            Work::Call(call) if call.coerce != Coerce::All => Some("coerce"),
            _ => None,
        };
        if let Some(what) = block {
            refuse(format!("steps.{}", step.id), &format!("`{what}`"));
        }
    }
}
