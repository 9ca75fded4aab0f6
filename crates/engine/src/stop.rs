//! Why a run stops working for now, or for good.

use model::{Fault, Timestamp};

/// A reason to stop.
#[derive(Debug)]
pub enum Stop {
    /// Not now: try again after a backoff.
    Retry(Fault),
    /// Come back then, keeping the place in the lane. Not a failure.
    Hold { until: Timestamp },
    /// Leave the lane until the key is woken.
    Leave {
        key: String,
        until: Timestamp,
        deadline: Option<Timestamp>,
    },
    /// The connection takes nothing: its lane waits until it is opened.
    Paused {
        connection: model::ids::ConnectionId,
    },
    /// A person must look.
    Dead(Box<Death>),
    /// A check said that nothing is to be done.
    Skip,
    /// The run belongs to someone else now, or this was done before: leave it alone.
    Lost,
    /// The store cannot take it now: begin again from what is durable.
    Store(store::Error),
}

/// What the dead letter will say.
#[derive(Debug)]
pub struct Death {
    pub fault: Fault,
    pub question: Option<String>,
    pub missing_row: Option<(String, String)>,
}

impl From<Fault> for Box<Death> {
    fn from(fault: Fault) -> Self {
        Box::new(Death {
            fault,
            question: None,
            missing_row: None,
        })
    }
}

impl Stop {
    pub fn dead(fault: Fault) -> Self {
        Self::Dead(fault.into())
    }

    pub fn bug(message: impl Into<String>) -> Self {
        Self::dead(Fault::bug(message))
    }
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}
