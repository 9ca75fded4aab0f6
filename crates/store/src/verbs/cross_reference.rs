//! A cross reference that a person writes: what somebody decided, and runs that wait for it.

use super::audit::{self, Act};
use super::effects::wake;
use crate::error::{Error, Result};
use crate::event::StartedRun;
use crate::session::Session;
use crate::statements::effect as sql;
use crate::value::values;
use model::Timestamp;
use model::ids::EnvironmentId;

/// A cross reference to be written outside any run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutCrossReference {
    pub environment: EnvironmentId,
    pub kind: String,
    pub id: String,
    pub value: String,
    pub who: String,
    pub at: Timestamp,
}

/// Writes a cross reference and notes who did; runs that wait for it become ready and are answered.
///
/// One that is there is never overwritten: repeated with the same value nothing happens, another
/// value is a conflict.
pub async fn put(session: &mut dyn Session, put: &PutCrossReference) -> Result<Vec<StartedRun>> {
    let values = values![put.environment.0, &put.kind, &put.id, &put.value, put.at.0];
    if session
        .row(&sql::NEW_CROSS_REFERENCE, &values)
        .await?
        .is_none()
    {
        let key = values![0_i64, put.environment.0, &put.kind, &put.id];
        let stored = session.row(&sql::CROSS_REFERENCE, &key).await?;
        let stored = stored.map(|row| {
            let mut row = row.read("cross_reference");
            row.int()?;
            row.text()
        });
        return match stored.transpose()? {
            Some(stored) if stored == put.value => Ok(Vec::new()),
            _ => Err(Error::Conflict(format!(
                "there is a cross reference `{}` of `{}` already",
                put.kind, put.id
            ))),
        };
    }
    let act = Act {
        at: put.at,
        who: &put.who,
        action: "cross_reference.put",
        subject: &format!("{}:{}", put.kind, put.id),
        detail: &put.value,
    };
    audit::append(session, act).await?;
    let key = format!("xref:{}:{}", put.kind, put.id);
    wake(session, put.environment, &[key], put.at).await
}
