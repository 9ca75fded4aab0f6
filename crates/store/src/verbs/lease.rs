//! Who owns the shards.

use crate::advance::Fence;
use crate::error::Result;
use crate::session::Session;
use crate::statements::run as sql;
use crate::value::values;

/// Takes all shards for a node and raises their epochs: whoever had them is fenced from now on.
pub async fn lease(session: &mut dyn Session, node: &str) -> Result<Fence> {
    let rows = session.rows(&sql::LEASE, &values![node]).await?;
    let pairs = rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?)));
    let mut pairs = pairs.collect::<Result<Vec<_>>>()?;
    pairs.sort_unstable();
    Ok(Fence(pairs))
}
