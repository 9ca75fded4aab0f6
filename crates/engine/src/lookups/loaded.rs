//! Tables as they were at a revision, kept in memory: a revision never changes.

use super::{definition, points};
use crate::shared::Shared;
use crate::stop::Stop;
use mapping::table::{RULES_MAX, TableKind};
use mapping::{RuleTable, Shape, TableDefinition};
use model::ids::EnvironmentId;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;

/// So many are kept; the oldest gives way.
const KEPT_MAX: usize = 64;

/// What is known of a table at a revision.
#[derive(Default)]
pub(crate) struct Loaded {
    pub(crate) definition: Option<TableDefinition>,
    /// Where its rows have decimals.
    pub(crate) shape: Option<Arc<Shape>>,
    /// If it is a table of rules.
    pub(crate) rules: Option<Arc<RuleTable>>,
}

type Place = (EnvironmentId, String, i64);

/// The tables that runs have met lately.
#[derive(Default)]
pub(crate) struct LoadedTables(Mutex<VecDeque<(Place, Arc<Loaded>)>>);

impl LoadedTables {
    fn get(&self, place: &Place) -> Option<Arc<Loaded>> {
        let kept = self.0.lock();
        let found = kept.iter().find(|(known, _)| known == place);
        found.map(|(_, loaded)| Arc::clone(loaded))
    }

    fn put(&self, place: Place, loaded: &Arc<Loaded>) {
        let mut kept = self.0.lock();
        if kept.len() >= KEPT_MAX {
            kept.pop_front();
        }
        kept.push_back((place, Arc::clone(loaded)));
    }
}

impl Shared {
    /// A table as it was at a revision.
    pub(crate) async fn table_at(
        &self,
        environment: EnvironmentId,
        name: &str,
        revision: i64,
    ) -> Result<Arc<Loaded>, Stop> {
        let place = (environment, name.to_owned(), revision);
        if let Some(loaded) = self.tables.get(&place) {
            return Ok(loaded);
        }
        let bug = |e: String| Stop::bug(format!("the lookup table `{name}`: {e}"));
        let text = self
            .store
            .lookup_definition(environment, name, revision)
            .await?;
        let loaded = match text {
            None => Loaded::default(),
            Some(text) => {
                let definition = definition(&text).map_err(|e| bug(e.to_string()))?;
                let rules = match definition.kind {
                    TableKind::Rows => None,
                    TableKind::Rules => {
                        let rules = self.rules_at(environment, name, revision, &definition);
                        Some(Arc::new(rules.await?))
                    }
                };
                Loaded {
                    shape: Some(Arc::new(Shape::from_schema(&definition.schema()))),
                    definition: Some(definition),
                    rules,
                }
            }
        };
        let loaded = Arc::new(loaded);
        self.tables.put(place, &loaded);
        Ok(loaded)
    }

    async fn rules_at(
        &self,
        environment: EnvironmentId,
        name: &str,
        revision: i64,
        definition: &TableDefinition,
    ) -> Result<RuleTable, Stop> {
        let bug = |e: String| Stop::bug(format!("the table of rules `{name}`: {e}"));
        // Ended rules and those to come count too, as they did when they were written.
        let most = i64::try_from(RULES_MAX).unwrap_or(i64::MAX);
        let read = self
            .store
            .lookup_points(environment, name, revision, most + 1)
            .await?;
        if read.len() > RULES_MAX {
            return Err(bug(format!("it has more than {RULES_MAX} rows")));
        }
        let points = points(read).map_err(|e| bug(e.to_string()))?;
        RuleTable::new(name, definition.clone(), &points).map_err(bug)
    }
}
