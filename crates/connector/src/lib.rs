//! The connector contract.
//!
//! A [`Connector`] is a plain list of [`Operation`]s and [`Trigger`]s and a way to open a
//! [`Session`] for a connection. An operation is a *recipe*: a pure function that names the next
//! call to the peer, so that a crash between any two calls is survivable. Writing operations say
//! under which [`Identity`] they write, how to find what an interrupted one left behind, and how to
//! undo what was only staged; [`effect`] turns that into "at most one, always".

pub mod call;
pub mod effect;
pub mod file;
pub mod http;
pub mod metadata;
pub mod operation;
pub mod registry;
pub mod session;
pub mod testing;
pub mod trigger;

pub use call::{Call, CallKind, Found, Last, Next, Repeat, UndoNext};
pub use file::{CredentialFacts, CredentialFile};
pub use metadata::{Field, Metadata};
pub use operation::{
    AnyOperation, Booking, Effect, Erased, Identity, Operation, PostingState, ReadBack, RecipeCx,
    SetGuard,
};
pub use registry::{Connector, Registry};
pub use session::{
    ConnectionConfig, Credential, Mode, Page, PolledEvent, Posting, Runtime, Session,
};
pub use trigger::{Envelope, Example, Fires, Source, Trigger, Verified};
