//! The list of connectors, and what one is.

use crate::file::CredentialFile;
use crate::operation::AnyOperation;
use crate::session::{ConnectionConfig, Runtime, SharedSession};
use crate::trigger::{ReadEnvelope, Trigger, Verify};
use model::Problem;
use serde_json::Value;

/// An adapter to one kind of peer, as a value: a list entry, not a match arm.
pub struct Connector {
    pub id: &'static str,
    pub title: &'static str,
    pub doc: &'static str,
    /// JSON Schema of a connection's settings.
    pub settings: fn() -> Value,
    /// JSON Schema of a connection's credential: every property is a secret text.
    pub credential: fn() -> Value,
    /// The file that its vendor gives for the credential, if there is one.
    pub file: Option<CredentialFile>,
    pub operations: &'static [&'static dyn AnyOperation],
    pub triggers: &'static [Trigger],
    /// How deliveries are checked, if the peer sends any.
    pub verify: Option<Verify>,
    pub envelope: Option<ReadEnvelope>,
    /// A connection that leads nowhere, by which a dry run without an environment knows the
    /// settings that recipes read.
    pub example: fn() -> ConnectionConfig,
    /// Opens a connection, or says everything that is wrong with its settings.
    pub open: fn(ConnectionConfig, Runtime) -> Result<SharedSession, Vec<Problem>>,
}

/// Which connectors there are.
#[derive(Clone, Copy)]
pub struct Registry(pub &'static [&'static Connector]);

impl Registry {
    pub fn connectors(&self) -> impl Iterator<Item = &'static Connector> + use<> {
        self.0.iter().copied()
    }

    pub fn connector(&self, id: &str) -> Option<&'static Connector> {
        self.0.iter().copied().find(|c| c.id == id)
    }

    /// The operation `id` and the connector it belongs to.
    pub fn operation(&self, id: &str) -> Option<(&'static Connector, &'static dyn AnyOperation)> {
        self.0
            .iter()
            .find_map(|c| c.operations.iter().find(|o| o.id() == id).map(|o| (*c, *o)))
    }

    /// The trigger `id` and the connector it belongs to.
    pub fn trigger(&self, id: &str) -> Option<(&'static Connector, &'static Trigger)> {
        self.0
            .iter()
            .find_map(|c| c.triggers.iter().find(|t| t.id == id).map(|t| (*c, t)))
    }
}
