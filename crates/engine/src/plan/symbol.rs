//! What is known of a step while those after it are compiled.

use super::known::Known;
use super::{Work, condition};
use mapping::Template;
use model::flow::Step;
use std::collections::BTreeSet;

/// What is known of a step that was compiled.
pub(super) struct Symbol {
    pub ordinal: i64,
    pub scope: usize,
    pub output: Known,
    /// Why it may have no output, if so.
    pub doubt: Option<Doubt>,
    /// It computes or reads and does nothing else.
    pub is_for_its_output: bool,
    pub is_used: bool,
}

impl Symbol {
    /// A step that could not be compiled.
    pub fn unknown(ordinal: i64, scope: usize) -> Self {
        Self {
            ordinal,
            scope,
            output: Known::anything(),
            doubt: None,
            is_for_its_output: false,
            is_used: true,
        }
    }
}

/// Why a step may have no output.
pub(super) struct Doubt {
    pub why: &'static str,
    /// It has one where all of this holds.
    pub unless: Option<BTreeSet<String>>,
}

/// Why a step may have no output, if it may.
pub(super) fn doubt(step: &Step, when: Option<&Template>, work: &Work) -> Option<Doubt> {
    let surely = |why| Some(Doubt { why, unless: None });
    if !matches!(step.on_error, model::flow::OnError::Stop) {
        return surely("the run goes on when it has failed");
    }
    if let Some(why) = may_give_nothing(work) {
        return surely(why);
    }
    let parts = condition::parts(when?);
    Some(Doubt {
        why: "it has a `when`",
        unless: (!parts.is_empty()).then_some(parts),
    })
}

/// Why a block may be worked and give nothing.
fn may_give_nothing(work: &Work) -> Option<&'static str> {
    match work {
        Work::Call(call) if call.operation.effect() == connector::Effect::Set => {
            Some("it is passed over where something newer was written")
        }
        Work::Choose(cases) if cases.iter().any(|(when, _)| when.is_none()) => {
            cases.iter().find_map(|(_, work)| may_give_nothing(work))
        }
        Work::Choose(_) => Some("no case may hold"),
        Work::Steps(list) if list.output.is_none() => match list.steps.last() {
            Some(step) if step.when.is_some() => Some("the last step of a case has a `when`"),
            Some(step) => may_give_nothing(&step.work),
            None => None,
        },
        _ => None,
    }
}

pub(super) fn is_for_its_output(work: &Work) -> bool {
    match work {
        Work::Set(_) => true,
        Work::Choose(cases) => cases.iter().all(|(_, work)| is_for_its_output(work)),
        other => other.is_read(),
    }
}
