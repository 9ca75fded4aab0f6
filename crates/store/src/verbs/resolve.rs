//! What a person decides about a dead letter.

use super::audit::{self, Act};
use crate::error::{Error, Result};
use crate::session::Session;
use crate::statements::run as sql;
use crate::value::values;
use model::Timestamp;
use model::ids::RunId;

/// How a dead letter is laid to rest. A replay does it by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Nothing is to be done.
    Discard,
    /// The question was answered.
    Answered,
}

impl Resolution {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Discard => "discard",
            Self::Answered => "answered",
        }
    }
}

/// A decision about a dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolve {
    pub run: RunId,
    pub resolution: Resolution,
    pub who: String,
    pub reason: String,
    pub at: Timestamp,
}

/// Lays a dead letter to rest; nothing happens if it was in the same way.
pub async fn resolve(session: &mut dyn Session, resolve: &Resolve) -> Result<()> {
    let name = resolve.resolution.as_str();
    let row = session
        .row(&sql::DEAD_LETTER, &values![resolve.run.0])
        .await?;
    let missing = || Error::NotFound {
        what: "dead letter",
        name: resolve.run.to_string(),
    };
    let letter = crate::queries::dead_letters::stored(row.ok_or_else(missing)?)?;
    match letter.resolution.as_deref() {
        None => {}
        Some(resolution) if resolution == name => return Ok(()),
        Some(resolution) => {
            return Err(Error::Conflict(format!(
                "{} is {resolution} already",
                resolve.run
            )));
        }
    }
    let values = values![
        resolve.run.0,
        name,
        resolve.at.0,
        resolve.who.as_str(),
        resolve.reason.as_str()
    ];
    session.rows(&sql::RESOLVE_DEAD_LETTER, &values).await?;
    let act = Act {
        at: resolve.at,
        who: &resolve.who,
        action: &format!("dead_letter.{name}"),
        subject: &resolve.run.to_string(),
        detail: &resolve.reason,
    };
    audit::append(session, act).await
}
