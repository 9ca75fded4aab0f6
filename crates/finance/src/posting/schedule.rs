//! Which revision of the posting rules books a date.

use super::rules::PostingRules;
use crate::date::is_date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Revisions of the posting rules, each in force from a date on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<PostingRules>", into = "Vec<PostingRules>")]
pub struct RuleSchedule(Vec<PostingRules>);

/// Why revisions make no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("no revision of the posting rules is in force from the beginning")]
    NoFirst,
    #[error("revision {0} of the posting rules is there twice")]
    Twice(i64),
    #[error("revision {0} of the posting rules is in force before the one that it follows")]
    Order(i64),
    #[error("revision {0} of the posting rules: `{1}` is no date of the form YYYY-MM-DD")]
    Date(i64, String),
}

impl TryFrom<Vec<PostingRules>> for RuleSchedule {
    type Error = RuleError;

    fn try_from(mut revisions: Vec<PostingRules>) -> Result<Self, RuleError> {
        revisions.sort_by_key(|r| r.revision);
        if revisions.first().is_none_or(|r| r.effective_from.is_some()) {
            return Err(RuleError::NoFirst);
        }
        for rules in &revisions {
            if let Some(date) = rules.effective_from.as_deref().filter(|d| !is_date(d)) {
                return Err(RuleError::Date(rules.revision, date.into()));
            }
        }
        for pair in revisions.windows(2) {
            let [earlier, later] = pair else { continue };
            if earlier.revision == later.revision {
                return Err(RuleError::Twice(later.revision));
            }
            if earlier.effective_from > later.effective_from {
                return Err(RuleError::Order(later.revision));
            }
        }
        Ok(Self(revisions))
    }
}

impl From<RuleSchedule> for Vec<PostingRules> {
    fn from(schedule: RuleSchedule) -> Self {
        schedule.0
    }
}

impl Default for RuleSchedule {
    fn default() -> Self {
        Self(vec![PostingRules::default()])
    }
}

impl RuleSchedule {
    /// The latest revision in force on `date` (`YYYY-MM-DD`).
    pub fn on(&self, date: &str) -> &PostingRules {
        let in_force = |r: &&PostingRules| r.effective_from.as_deref().is_none_or(|d| d <= date);
        self.0
            .iter()
            .rev()
            .find(in_force)
            .expect("the first revision is in force from the beginning")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(revision: i64, from: Option<&str>) -> PostingRules {
        PostingRules {
            revision,
            effective_from: from.map(str::to_owned),
            ..PostingRules::default()
        }
    }

    #[test]
    fn the_latest_revision_in_force_books_a_date() {
        let revisions = vec![
            rules(3, Some("2026-12-01")),
            rules(1, None),
            rules(2, Some("2026-06-01")),
        ];
        let schedule = RuleSchedule::try_from(revisions).unwrap();
        for (date, revision) in [
            ("2026-05-31", 1),
            ("2026-06-01", 2),
            ("2026-11-30", 2),
            ("2027-01-01", 3),
        ] {
            assert_eq!(schedule.on(date).revision, revision, "{date}");
        }
    }

    #[test]
    fn revisions_that_leave_a_date_open_are_refused() {
        let refused = |revisions| RuleSchedule::try_from(revisions).unwrap_err();
        assert_eq!(refused(vec![]), RuleError::NoFirst);
        assert_eq!(
            refused(vec![rules(1, Some("2026-01-01"))]),
            RuleError::NoFirst
        );
        assert_eq!(
            refused(vec![rules(1, None), rules(1, None)]),
            RuleError::Twice(1)
        );
        let backwards = vec![
            rules(1, None),
            rules(2, Some("2026-06-01")),
            rules(3, Some("2026-05-01")),
        ];
        assert_eq!(refused(backwards), RuleError::Order(3));
        assert_eq!(
            refused(vec![rules(1, None), rules(2, Some("2026-6-1"))]),
            RuleError::Date(2, "2026-6-1".into())
        );
    }
}
