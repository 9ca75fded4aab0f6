//! Runs that were just stored and that nobody has worked yet, kept so that they need not be read
//! back.

use hashbrown::HashMap;
use model::ids::RunId;
use std::sync::Arc;
use store::RunRecord;

/// Beyond so many, runs are read back from the store.
const RUNS_MAX: usize = 65_536;
/// Beyond so many bytes, bodies are. A burst of some ten thousand ordinary events fits.
const BYTES_MAX: usize = 32 << 20;

/// A run that nobody has worked yet.
pub(crate) struct Fresh {
    /// As it was stored; nothing has advanced it since.
    pub(crate) record: RunRecord,
    /// Absent if too much was kept already: it is read back then.
    pub(crate) body: Option<Arc<[u8]>>,
}

/// What is kept, within its bounds.
#[derive(Default)]
pub(crate) struct FreshRuns {
    runs: HashMap<RunId, Box<Fresh>>,
    /// Of the bodies. One that several runs share counts for each.
    bytes: usize,
}

impl FreshRuns {
    /// Whether one more can be kept.
    pub(crate) fn has_room(&self) -> bool {
        self.runs.len() < RUNS_MAX
    }

    /// Keeps a run, and its body if that fits. `share` makes the copy that its runs have in common.
    pub(crate) fn keep(
        &mut self,
        record: RunRecord,
        length: usize,
        share: impl FnOnce() -> Arc<[u8]>,
    ) {
        let body = (self.bytes + length <= BYTES_MAX).then(share);
        self.bytes += body.as_ref().map_or(0, |b| b.len());
        let new = Fresh { record, body };
        if let Some(old) = self.runs.insert(new.record.id, Box::new(new)) {
            self.forget(&old);
        }
    }

    pub(crate) fn get(&self, run: RunId) -> Option<&Fresh> {
        self.runs.get(&run).map(|fresh| &**fresh)
    }

    pub(crate) fn take(&mut self, run: RunId) -> Option<Fresh> {
        let fresh = *self.runs.remove(&run)?;
        self.forget(&fresh);
        Some(fresh)
    }

    fn forget(&mut self, fresh: &Fresh) {
        self.bytes -= fresh.body.as_ref().map_or(0, |b| b.len());
    }
}
