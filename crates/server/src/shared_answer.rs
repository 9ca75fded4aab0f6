//! Answers that are dear to make and wanted by many at once: made once for all who ask meanwhile,
//! and kept as long as they hold.

use model::ids::EnvironmentId;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

type Slot<K, T> = Arc<tokio::sync::Mutex<Option<(K, T)>>>;

/// One answer per environment; `K` says of when it is.
pub struct SharedAnswer<K, T>(Mutex<HashMap<EnvironmentId, Slot<K, T>>>);

impl<K, T> Default for SharedAnswer<K, T> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K, T: Clone> SharedAnswer<K, T> {
    /// The answer that is kept, if it still `holds`; else a new one. Who comes while it is made
    /// waits for it. A failure is nobody else's.
    pub async fn get<E>(
        &self,
        environment: EnvironmentId,
        holds: impl Fn(&K) -> bool,
        make: impl AsyncFnOnce() -> Result<(K, T), E>,
    ) -> Result<T, E> {
        let slot = Arc::clone(self.0.lock().entry(environment).or_default());
        let mut kept = slot.lock().await;
        if let Some((_, answer)) = kept.as_ref().filter(|(of, _)| holds(of)) {
            return Ok(answer.clone());
        }
        let made = make().await?;
        let answer = made.1.clone();
        *kept = Some(made);
        Ok(answer)
    }
}
