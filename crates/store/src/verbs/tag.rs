//! Tags of causes: put on, taken off.

use super::audit::{self, Act};
use crate::error::{Error, Result};
use crate::session::Session;
use crate::statements::tag as sql;
use crate::tag::SetTag;
use crate::value::values;

/// Puts a tag on a cause or takes it off. Asked for what is so already, nothing changes.
pub async fn set(session: &mut dyn Session, set: &SetTag) -> Result<()> {
    let values = values![set.environment.0, &set.fingerprint, &set.tag];
    let statement = if set.is_on {
        &sql::INSERT_TAG
    } else {
        &sql::DELETE_TAG
    };
    if session.rows(statement, &values).await?.is_empty() {
        return Ok(());
    }
    if set.is_on {
        fits(session, set).await?;
    }
    let action = if set.is_on {
        "dead_letter.tag"
    } else {
        "dead_letter.untag"
    };
    let act = Act {
        at: set.at,
        who: &set.who,
        action,
        subject: &set.fingerprint,
        detail: &set.tag,
    };
    audit::append(session, act).await?;
    Ok(())
}

/// Refuses what was put on beyond the limits; the refusal takes it back.
async fn fits(session: &mut dyn Session, set: &SetTag) -> Result<()> {
    let values = values![set.environment.0, &set.fingerprint];
    let row = session.row(&sql::COUNT_TAGS, &values).await?;
    let Some((own, all)) = row
        .map(|row| Ok::<_, Error>((row.int(0)?, row.int(1)?)))
        .transpose()?
    else {
        return Ok(());
    };
    if own > set.most_of_cause {
        let most = set.most_of_cause;
        return Err(Error::Conflict(format!(
            "the cause has {most} tags and takes no more; take one off first"
        )));
    }
    if all > set.most_of_environment {
        let most = set.most_of_environment;
        return Err(Error::Conflict(format!(
            "the environment has {most} different tags and takes no more; use one of them"
        )));
    }
    Ok(())
}
