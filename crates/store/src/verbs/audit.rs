//! The trail of what people did: rows that are never changed, each with the hash of the one before.

use crate::error::Result;
use crate::session::{Call, Session};
use crate::statements::settings as sql;
use crate::value::{Row, values};
use model::Timestamp;
use sha2::{Digest, Sha256};

/// A row of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    pub id: i64,
    pub at: Timestamp,
    /// A person's name, or the run that did it.
    pub who: String,
    /// `dead_letter.discard`, `effect.settle`, …
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// The reason given, or what was there before.
    pub detail: String,
    pub prev: [u8; 32],
    pub hash: [u8; 32],
}

/// Something done, to be noted.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    pub at: Timestamp,
    pub who: &'a str,
    pub action: &'a str,
    pub subject: &'a str,
    pub detail: &'a str,
}

impl Act<'_> {
    /// The hash of this act after `prev`: each part with its length.
    pub fn hash(&self, id: i64, prev: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(prev);
        hash.update(id.to_be_bytes());
        hash.update(self.at.0.to_be_bytes());
        for part in [self.who, self.action, self.subject, self.detail] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().into()
    }
}

/// Adds a row to the trail.
pub async fn append(session: &mut dyn Session, act: Act<'_>) -> Result<()> {
    append_all(session, &[act]).await
}

/// Adds rows to the trail, in their order.
pub async fn append_all(session: &mut dyn Session, acts: &[Act<'_>]) -> Result<()> {
    if acts.is_empty() {
        return Ok(());
    }
    let head = session.row(&sql::AUDIT_HEAD, &[]).await?;
    let (mut id, mut prev) = match head {
        Some(row) => {
            let mut row = row.read("audit_head");
            (row.int()?, row.digest()?)
        }
        None => (0, [0; 32]),
    };
    let mut hashes = Vec::with_capacity(acts.len() + 1);
    hashes.push(prev);
    let first = id + 1;
    for act in acts {
        id += 1;
        prev = act.hash(id, &prev);
        hashes.push(prev);
    }
    let mut insert = Call::each(&sql::INSERT_AUDIT);
    for ((id, act), pair) in (first..).zip(acts).zip(hashes.windows(2)) {
        insert.row(values![
            id,
            act.at.0,
            act.who,
            act.action,
            act.subject,
            act.detail,
            pair[0].as_slice(),
            pair[1].as_slice()
        ]);
    }
    session.call(insert).await?;
    session
        .rows(&sql::SET_AUDIT_HEAD, &values![id, prev.as_slice()])
        .await?;
    Ok(())
}

/// Reads `id, at, who, action, subject, detail, prev, hash`.
pub fn record(row: Row) -> Result<AuditRecord> {
    let mut row = row.read("audit");
    Ok(AuditRecord {
        id: row.int()?,
        at: Timestamp(row.int()?),
        who: row.text()?,
        action: row.text()?,
        subject: row.text()?,
        detail: row.text()?,
        prev: row.digest()?,
        hash: row.digest()?,
    })
}

/// A page of the trail, newest first, below an id.
pub async fn list(session: &mut dyn Session, below: i64, limit: i64) -> Result<Vec<AuditRecord>> {
    session
        .rows(&sql::LIST_AUDIT, &values![below, limit])
        .await?
        .into_iter()
        .map(record)
        .collect()
}

/// Follows the whole chain; answers with what does not fit.
pub async fn verify(session: &mut dyn Session) -> Result<Vec<String>> {
    let (mut after, mut prev) = (0, [0; 32]);
    loop {
        let rows = session
            .rows(&sql::AUDIT, &values![after, 1_000_i64])
            .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        for row in rows {
            let row = record(row)?;
            let act = Act {
                at: row.at,
                who: &row.who,
                action: &row.action,
                subject: &row.subject,
                detail: &row.detail,
            };
            if row.id != after + 1 || row.prev != prev || row.hash != act.hash(row.id, &prev) {
                return Ok(vec![format!("audit row {}: the chain is broken", row.id)]);
            }
            (after, prev) = (row.id, row.hash);
        }
    }
}
