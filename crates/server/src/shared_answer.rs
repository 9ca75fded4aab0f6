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

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn an_answer_is_made_once_for_all_who_ask_and_as_long_as_it_holds() {
        let shared = SharedAnswer::<u32, u32>::default();
        let made = AtomicU32::new(0);
        let made = &made;
        let ask = |oldest: u32, at: u32| {
            let make = async move || {
                tokio::task::yield_now().await;
                Ok::<_, ()>((at, made.fetch_add(1, Ordering::SeqCst)))
            };
            (move |of: &u32| *of >= oldest, make)
        };
        let one = EnvironmentId(1);
        let ((first, make), (second, make_too)) = (ask(5, 5), ask(5, 5));
        let both = join(
            shared.get(one, first, make),
            shared.get(one, second, make_too),
        );
        assert_eq!(both.await, (Ok(0), Ok(0)));
        let (newer, make) = ask(6, 6);
        assert_eq!(shared.get(one, newer, make).await, Ok(1));
        let (other, make) = ask(5, 5);
        assert_eq!(shared.get(EnvironmentId(2), other, make).await, Ok(2));
        let failed = shared.get(one, |_| false, async || Err("away")).await;
        assert_eq!(failed, Err("away"));
        let (kept, make) = ask(6, 6);
        assert_eq!(shared.get(one, kept, make).await, Ok(1));
    }
}
