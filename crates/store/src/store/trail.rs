//! The audit trail: read, and followed from its first row to its last.

use super::Store;
use crate::error::Result;
use crate::queries::Page;
use crate::verbs::audit::{self, AuditCheck, AuditRecord, Follow, TrailHead};
use std::sync::Arc;

/// Rows that are read at a time.
const ROWS: i64 = 2_000;

impl Store {
    /// A page of the audit trail, newest first.
    pub async fn audit_trail(&self, page: Page) -> Result<Vec<AuditRecord>> {
        self.read(move |s| Box::pin(audit::list(s, None, page.below(), page.limit)))
            .await
    }

    /// The same of one subject.
    pub async fn audit_trail_of(&self, subject: &str, page: Page) -> Result<Vec<AuditRecord>> {
        let subject: Arc<str> = subject.into();
        self.read(move |s| {
            let subject = Arc::clone(&subject);
            Box::pin(async move { audit::list(s, Some(&subject), page.below(), page.limit).await })
        })
        .await
    }

    /// Follows the audit trail from its first row to the head that it has now. `kept` is the head of
    /// an earlier check that was kept elsewhere: its row must still be there.
    ///
    /// Read in pages, so that a long trail neither fills the memory nor holds a snapshot.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn verify_audit(&self, kept: Option<TrailHead>) -> Result<AuditCheck> {
        let head = self.read(|s| Box::pin(audit::head(s))).await?;
        let mut follow = Follow::new(head, kept);
        while let Some(after) = follow.wants() {
            let rows = self
                .read(move |s| Box::pin(audit::page(s, after, ROWS)))
                .await?;
            follow.take(rows);
        }
        Ok(follow.end())
    }
}
