//! A dead letter in a sentence that needs no knowledge of the peer's programs.

use crate::again::heaviest_call;
use crate::plan::{CallWork, Plan, PlanStep, Work};
use model::FaultClass;
use store::DeadLetter;

/// What happened, and to what: `Infor M3 refused to create a sales order`. The peer's own text is
/// the letter's message.
pub fn sentence(plan: Option<&Plan>, letter: &DeadLetter) -> String {
    if let Some((table, key)) = &letter.missing_row {
        return format!("The table `{table}` has no row for `{key}`");
    }
    let step = plan.and_then(|plan| {
        let mut steps = plan.every_step().into_iter();
        steps.find(|step| step.id == letter.step)
    });
    match step.and_then(|step| heaviest_call(&step.work)) {
        Some(call) => of_call(call, letter),
        None => of_step(step, letter),
    }
}

fn of_call(call: &CallWork, letter: &DeadLetter) -> String {
    let peer = call.connector.title;
    let act = lower(call.operation.title());
    if letter.question.is_some() {
        return format!("{peer} did not answer: nobody knows whether it did this: {act}");
    }
    match letter.class {
        FaultClass::Rejected => format!("{peer} refused to {act}"),
        FaultClass::NotFound => format!("{peer} does not have what was asked for, to {act}"),
        FaultClass::Conflict => {
            format!("{peer} has it already, with other content than we would write, to {act}")
        }
        FaultClass::Unauthorized => format!("{peer} does not accept our credential, to {act}"),
        FaultClass::RateLimited => format!("{peer} took no more calls in time, to {act}"),
        FaultClass::Transient => format!("{peer} could not be reached in time, to {act}"),
        FaultClass::Unknown => format!("{peer} did not answer in a way that tells, to {act}"),
        FaultClass::Bug => format!("Towpath has a defect at step `{}`", letter.step),
    }
}

fn of_step(step: Option<&PlanStep>, letter: &DeadLetter) -> String {
    let name = &letter.step;
    match step.map(|step| &step.work) {
        _ if letter.class == FaultClass::Bug => {
            format!("Towpath has a defect at step `{name}`")
        }
        Some(Work::Check(..)) => format!("The flow's check `{name}` does not hold"),
        Some(Work::Wait(..)) => format!("What step `{name}` waits for did not come in time"),
        Some(Work::Approve(_)) => format!("Nobody approved step `{name}` in time"),
        Some(Work::Flow(flow)) => format!("The flow `{}`, which is called, failed", flow.flow),
        Some(Work::Book { .. }) => format!("Our books did not take step `{name}`"),
        Some(_) => format!("Step `{name}` could not be worked out"),
        None => "The run could not be begun".to_owned(),
    }
}

fn lower(title: &str) -> String {
    let mut rest = title.chars();
    let first = rest.next().map(char::to_lowercase).into_iter().flatten();
    first.chain(rest).collect()
}
