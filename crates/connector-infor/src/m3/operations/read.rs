//! What operations of one read have in common.

use crate::m3::reply::MiReply;
use crate::m3::request::MiRequest;
use connector::{Call, Last, Next};
use model::{Fault, FaultClass};

/// What to do next, when one read is all there is to do.
pub enum Step {
    Ask(Call),
    Answered(MiReply),
}

/// Asks, then reads the answer.
///
/// # Errors
/// What M3 refused; an object that its key field does not know is `NotFound`.
pub fn step(last: &Last<'_>, key: &str, ask: impl FnOnce() -> MiRequest) -> Result<Step, Fault> {
    match last {
        Last::Nothing => Ok(Step::Ask(ask().read())),
        Last::Reply(answer) => MiReply::read(answer).map(Step::Answered),
        Last::Refused(fault) => Err(not_found(fault, key)),
    }
}

/// A refusal of the key field of a read means that there is no such object.
pub fn not_found(fault: &Fault, key: &str) -> Fault {
    let mut fault = fault.clone();
    if fault.class == FaultClass::Rejected && fault.field.as_deref() == Some(key) {
        fault.class = FaultClass::NotFound;
    }
    fault
}

/// The call, as the next thing to do.
pub fn call<Output>(call: Call) -> Result<Next<Output>, Fault> {
    Ok(Next::Call(call))
}
