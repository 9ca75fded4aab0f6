//! The trail of what people did: rows that are never changed, each with the hash of the one before.

use crate::error::Result;
use crate::session::{Call, Session};
use crate::statements::audit as sql;
use crate::value::{Row, values};
use model::Timestamp;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

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

/// A page of the trail, newest first, below an id; of one subject, or whole.
pub async fn list(
    session: &mut dyn Session,
    subject: Option<&str>,
    below: i64,
    limit: i64,
) -> Result<Vec<AuditRecord>> {
    let rows = match subject {
        Some(subject) => {
            let values = values![below, limit, subject];
            session.rows(&sql::LIST_AUDIT_OF, &values).await?
        }
        None => {
            session
                .rows(&sql::LIST_AUDIT, &values![below, limit])
                .await?
        }
    };
    rows.into_iter().map(record).collect()
}

/// The rows above an id, oldest first.
pub async fn page(session: &mut dyn Session, above: i64, limit: i64) -> Result<Vec<AuditRecord>> {
    let rows = session.rows(&sql::AUDIT, &values![above, limit]).await?;
    rows.into_iter().map(record).collect()
}

/// What is noted beside the trail, and what is there.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// The newest row's id.
    pub id: i64,
    pub hash: [u8; 32],
    /// The newest row that there really is.
    pub newest: i64,
}

/// The head as it is noted beside the trail.
pub async fn head(session: &mut dyn Session) -> Result<Option<Head>> {
    let row = session.row(&sql::AUDIT_HEAD_SEEN, &[]).await?;
    let read = |row: Row| {
        let mut row = row.read("audit_head");
        Ok(Head {
            id: row.int()?,
            hash: row.digest()?,
            newest: row.int()?,
        })
    };
    row.map(read).transpose()
}

/// A row of the trail by its id and its hash: `1234:` and 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrailHead {
    pub id: i64,
    pub hash: [u8; 32],
}

impl fmt::Display for TrailHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.id)?;
        self.hash
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for TrailHead {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("`{text}` is no head of a trail: a row's number, `:`, its hash");
        let (id, digits) = text.trim().split_once(':').ok_or_else(wrong)?;
        let mut hash = [0; 32];
        if digits.len() != 64 || !digits.is_ascii() {
            return Err(wrong());
        }
        for (place, byte) in hash.iter_mut().enumerate() {
            let pair = &digits[2 * place..2 * place + 2];
            *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
        }
        Ok(Self {
            id: id.parse().map_err(|_| wrong())?,
            hash,
        })
    }
}

/// Where a trail is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The first row that does not fit.
    pub id: i64,
    pub reason: String,
}

/// What following the trail came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditCheck {
    /// Rows that fit.
    pub checked: i64,
    /// The last row that fits and its hash, to be kept outside: it proves later that nothing up to
    /// here was written anew.
    pub head: TrailHead,
    pub broken: Option<Broken>,
}

/// Follows a trail, page by page.
pub struct Follow {
    noted: Option<Head>,
    /// As kept elsewhere.
    kept: Option<TrailHead>,
    last: TrailHead,
    is_at_end: bool,
    broken: Option<Broken>,
}

impl Follow {
    pub fn new(noted: Option<Head>, kept: Option<TrailHead>) -> Self {
        Self {
            noted,
            kept,
            last: TrailHead {
                id: 0,
                hash: [0; 32],
            },
            is_at_end: false,
            broken: None,
        }
    }

    /// After which row the next page is wanted; none when the end is reached.
    pub fn wants(&self) -> Option<i64> {
        let noted = self.noted.map_or(0, |head| head.id);
        let more = !self.is_at_end && self.broken.is_none() && self.last.id < noted;
        more.then_some(self.last.id)
    }

    /// Takes the next rows.
    pub fn take(&mut self, rows: Vec<AuditRecord>) {
        let noted = self.noted.map_or(0, |head| head.id);
        self.is_at_end = rows.is_empty();
        // What was written since the head was read is not looked at.
        for row in rows.into_iter().take_while(|row| row.id <= noted) {
            if let Some(reason) = self.differs(&row) {
                let id = self.last.id + 1;
                self.broken = Some(Broken { id, reason });
                return;
            }
            self.last = TrailHead {
                id: row.id,
                hash: row.hash,
            };
        }
    }

    fn differs(&self, row: &AuditRecord) -> Option<String> {
        let TrailHead { id, hash: prev } = self.last;
        let act = Act {
            at: row.at,
            who: &row.who,
            action: &row.action,
            subject: &row.subject,
            detail: &row.detail,
        };
        if row.id != id + 1 {
            return Some(format!("it is missing; the next row is {}", row.id));
        }
        if row.prev != prev {
            return Some("it does not follow the row before".into());
        }
        if row.hash != act.hash(row.id, &prev) {
            return Some("it is not as it was written".into());
        }
        let is_kept = self
            .kept
            .is_none_or(|kept| kept.id != row.id || kept.hash == row.hash);
        (!is_kept)
            .then(|| "it is not the row whose hash was kept: the trail was written anew".into())
    }

    /// What it came to.
    pub fn end(self) -> AuditCheck {
        let last = self.last;
        let after = |reason: String| Broken {
            id: last.id + 1,
            reason,
        };
        let at_end = || match (self.noted, self.kept) {
            (None, _) => Some(after("the head of the trail is gone".into())),
            (Some(noted), _) if noted.id > last.id => Some(after(format!(
                "the newest rows are missing: row {} was written",
                noted.id
            ))),
            (Some(noted), _) if noted.hash != last.hash => Some(Broken {
                id: last.id,
                reason: "its hash is not that of the head".into(),
            }),
            (Some(noted), _) if noted.newest > noted.id => {
                Some(after("it stands beyond the head".into()))
            }
            (_, Some(kept)) if kept.id > last.id => Some(after(format!(
                "the newest rows are missing: the hash of row {} was kept",
                kept.id
            ))),
            _ => None,
        };
        AuditCheck {
            checked: last.id,
            head: last,
            broken: self.broken.or_else(at_end),
        }
    }
}
