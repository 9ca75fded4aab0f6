//! Tags of causes.

use crate::error::Result;
use crate::session::Session;
use crate::statements::tag as sql;
use crate::tag::TagUse;
use crate::value::{Row, values};
use model::ids::EnvironmentId;

/// The tags in use, in order.
pub async fn in_use(session: &mut dyn Session, environment: EnvironmentId) -> Result<Vec<TagUse>> {
    let rows = session
        .rows(&sql::TAGS_IN_USE, &values![environment.0])
        .await?;
    let read = |row: Row| {
        let mut row = row.read("cause_tag");
        Ok(TagUse {
            tag: row.text()?,
            open: row.int()?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The tags of the causes from one to another: fingerprint, tag; in order.
pub async fn of_causes(
    session: &mut dyn Session,
    environment: EnvironmentId,
    first: &str,
    last: &str,
) -> Result<Vec<(String, String)>> {
    let values = values![environment.0, first, last];
    let rows = session.rows(&sql::TAGS_OF_CAUSES, &values).await?;
    let read = |row: Row| {
        let mut row = row.read("cause_tag");
        Ok((row.text()?, row.text()?))
    };
    rows.into_iter().map(read).collect()
}
