//! Tags of causes.

use super::Store;
use crate::changes::{Topic, Topics};
use crate::error::Result;
use crate::queries::tag as queries;
use crate::tag::{SetTag, TagUse};
use crate::verbs::tag as verbs;
use model::ids::EnvironmentId;
use std::sync::Arc;

impl Store {
    /// Puts a tag on a cause of dead letters, or takes it off.
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) if the cause or its environment has as many as
    /// it takes.
    pub async fn set_tag(&self, set: SetTag) -> Result<()> {
        let set = Arc::new(set);
        let topics = Topics::of(&[Topic::DeadLetters, Topic::Accounts]);
        self.write_about(topics, move |s| {
            let set = Arc::clone(&set);
            Box::pin(async move { verbs::set(s, &set).await })
        })
        .await
    }

    /// The tags that an environment uses, in order.
    pub async fn tags(&self, environment: EnvironmentId) -> Result<Vec<TagUse>> {
        self.read(move |s| Box::pin(queries::in_use(s, environment)))
            .await
    }

    /// The tags of the causes from one to another: fingerprint, tag; in order.
    pub async fn tags_of_causes(
        &self,
        environment: EnvironmentId,
        first: &str,
        last: &str,
    ) -> Result<Vec<(String, String)>> {
        let span = Arc::new((first.to_owned(), last.to_owned()));
        self.read(move |s| {
            let span = Arc::clone(&span);
            Box::pin(async move { queries::of_causes(s, environment, &span.0, &span.1).await })
        })
        .await
    }
}
