//! What the program around the server has for who begins: flows that are ready, and sandboxes of the
//! systems that they join. The server itself knows neither.

use engine::{ChangeError, Engine};
use futures::future::BoxFuture;

/// A flow that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct ReadyFlow {
    /// The flow's own id: `order-to-cash`.
    pub id: &'static str,
    /// The document, YAML.
    pub text: &'static str,
    /// The texts of its samples, YAML.
    pub samples: &'static [&'static str],
}

/// A page of a sandbox, for people.
#[derive(Clone, Debug)]
pub struct SandboxPage {
    pub title: String,
    pub about: String,
    pub url: String,
}

/// Sandboxes that run, and where they are connected.
#[derive(Clone, Debug)]
pub struct Sandboxes {
    /// The environment whose connections lead to them.
    pub environment: String,
    pub pages: Vec<SandboxPage>,
}

/// What the program offers to who begins.
pub trait Guide: Send + Sync {
    /// Flows that are ready to be taken; the one to begin with is first.
    fn flows(&self) -> &'static [ReadyFlow];

    /// The sandboxes that run.
    fn sandboxes(&self) -> Option<Sandboxes>;

    /// Starts sandboxes on this machine and makes an environment that is connected to them; those that
    /// run are answered as they are. `url` is where the server takes their webhooks.
    fn start<'a>(
        &'a self,
        engine: &'a Engine,
        url: &'a str,
        who: &'a str,
    ) -> BoxFuture<'a, Result<Sandboxes, ChangeError>>;
}
