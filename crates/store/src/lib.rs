//! Everything durable.
//!
//! A [`Store`] speaks in *batch verbs*: each takes many items, is atomic per item, returns when
//! the items are on disk, and may be repeated with the same arguments, because the answer of a
//! commit can be lost. Behind it stand SQLite (one process, one file) and PostgreSQL; only this
//! crate has SQL. Bodies, inputs and answers arrive sealed: the store never sees them.
//!
//! Inside: callers queue *operations* at the [`inlet`]; the one writer of a database takes all that
//! waits, executes it as a [`group`] in one transaction, and answers. The verbs and queries are
//! written once, against a [`session`], with all SQL in [`statements`].

pub mod advance;
mod backend;
pub mod changes;
pub mod effect;
pub mod entry;
pub mod error;
pub mod event;
mod group;
mod inlet;
mod job;
mod migrations;
mod postgres;
mod queries;
pub mod repair;
pub mod run;
mod session;
pub mod settings;
mod sqlite;
mod statements;
mod store;
mod tag;
pub mod testing;
mod value;
mod verbs;
pub mod what_if;

pub use advance::{Advance, Advanced, Answered, Fence};
pub use changes::{Topic, Topics};
pub use effect::{EffectRecord, EffectWrite};
pub use entry::{DepositRecord, DepositWrite, EntryRecord, EntryWrite, ExceptionRecord};
pub use error::{Error, Result};
pub use event::{Due, Ingested, NO_CONNECTION, NewEvent, NewRun, StartedRun};
pub use job::JobState;
pub use queries::accounts::{AccountRecord, SignInRecord, TokenRecord};
pub use queries::completeness::{Completeness, Gap};
pub use queries::dead_letters::{CauseFilter, LetterFilter, LetterGroup, StoredLetter};
pub use queries::deploy::{
    DeploymentRecord, DraftHead, DraftRecord, FlowRecord, FlowVersion, VersionHead,
};
pub use queries::entries::{DepositUse, EntryFilter, EntryTotal, ExceptionFilter, StoredException};
pub use queries::event_list::{EventFilter, EventRun, EventState, InboxEvent};
pub use queries::events::{EventHead, EventRecord};
pub use queries::lookups::{LookupFound, LookupRow, LookupTable, LookupVersion};
pub use queries::overview::Counts;
pub use queries::proposals::{ProposalRecord, ProposalState, Rules};
pub use queries::repair::Stretches;
pub use queries::run_list::{Behind, RunFilter};
pub use queries::runs::{Pinned, StepStanding};
pub use queries::search::{CrossReference, Found};
pub use queries::settings::{ConnectionRecord, EnvironmentRecord, Origin, Pause, WrappedKey};
pub use queries::standing::{Bounds, LiveRuns, Part, Standing};
pub use queries::statistics::{FlowStatistics, RunStatistics, StepStatistics};
pub use queries::{Page, STRETCHES, Slice};
pub use repair::{
    Care, Comment, LetterSum, NewComment, NewRepair, NewRepairItem, RepairAdvance, RepairItem,
    RepairKind, RepairRecord, SetCare,
};
pub use run::{CallRecord, DeadLetter, PlacedCall, RunRecord, StepRecord};
pub use settings::{Limits, Settings};
pub use sqlite::lock::IN_USE;
pub use store::Store;
pub use tag::{SetTag, TagUse};
pub use verbs::accounts::{ChangeAccount, NewAccount, NewSignIn, NewToken};
pub use verbs::audit::{AuditCheck, AuditRecord, Broken, TrailHead};
pub use verbs::cancel::Cancel;
pub use verbs::cross_reference::PutCrossReference;
pub use verbs::deploy::{Former, NewDeployment, NewVersion, Publish, PutDraft};
pub use verbs::effects::{RaiseGeneration, SettleEffect};
pub use verbs::lookups::{LookupChange, LookupDefine, LookupPut};
pub use verbs::pinned::{CancelRuns, MoveRuns};
pub use verbs::proposals::{DecideProposal, NewProposal, SetRules};
pub use verbs::replay::ReplayRequest;
pub use verbs::resolve::{Resolution, Resolve};
pub use verbs::settings::{
    NewConnection, NewEnvironment, PollCursor, SetEnvironment, UpdateConnection,
};
pub use verbs::start::StartRun;
pub use verbs::subledger::{Marked, ResolveException, Voucher};
pub use what_if::{
    NewWhatIf, PastDetail, PastPeriod, PastRun, StoredDifference, WhatIfAdvance, WhatIfRecord,
};
