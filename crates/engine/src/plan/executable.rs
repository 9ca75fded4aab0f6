//! What is checked and planned, but that runs do not work yet: one place to take it away from.

use super::{OnError, Plan, PlanStart, Work};
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
        PlanStart::Event(event) => event.connection.is_none() && event.every.is_none(),
        _ => false,
    };
    if !plan.starts.iter().all(is_event) {
        refuse("trigger".into(), "a start other than an event");
    }
    for step in plan.every_step() {
        let block = match &step.work {
            Work::Each(_) => Some("each"),
            Work::Parallel(_) => Some("parallel"),
            Work::Approve(_) => Some("approve"),
            Work::Flow(_) => Some("call"),
            Work::Choose(cases) => {
                let inner = cases.iter().map(|(_, work)| work);
                let lists = |work: &Work| matches!(work, Work::Steps(_) | Work::Flow(_));
                inner.into_iter().any(lists).then_some("a case with steps")
            }
            Work::Call(call) if call.connection.is_some() => Some("connection"),
            Work::Call(call) if call.coerce != Coerce::All => Some("coerce"),
            _ => None,
        };
        let modifier = match &step.on_error {
            OnError::Stop => None,
            OnError::Continue | OnError::Steps(_) => Some("on_error"),
        };
        let timeout = step.timeout.map(|_| "timeout");
        for what in block.into_iter().chain(modifier).chain(timeout) {
            refuse(format!("steps.{}", step.id), &format!("`{what}`"));
        }
    }
}
