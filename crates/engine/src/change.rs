//! Why a version, an environment or a deployment was not changed.

use crate::setup::SetupError;
use model::Problem;

/// Why something was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// What is wrong with what was given.
    #[error("{detail}")]
    Problems {
        detail: String,
        problems: Vec<Problem>,
    },
    #[error("{0}")]
    Refused(String),
}

impl From<SetupError> for ChangeError {
    fn from(error: SetupError) -> Self {
        match error {
            SetupError::Store(error) => Self::Store(error),
            SetupError::Vault(error) => Self::Vault(error),
            SetupError::Problems(problems) => Self::problems("it cannot be in force", problems),
        }
    }
}

impl ChangeError {
    pub(crate) fn problems(detail: impl Into<String>, problems: Vec<Problem>) -> Self {
        Self::Problems {
            detail: detail.into(),
            problems,
        }
    }

    pub(crate) fn not_found(what: &'static str, name: impl Into<String>) -> Self {
        Self::Store(store::Error::NotFound {
            what,
            name: name.into(),
        })
    }
}

/// The longest reason, in characters.
const REASON_MAX: usize = 2_000;

/// A person says why.
pub(crate) fn check_reason(reason: &str) -> Result<(), ChangeError> {
    let wrong = |message: String, cure: &str| {
        let problem = Problem::error("reason", "wrong_reason", message, cure);
        Err(ChangeError::problems(
            "the reason is not in order",
            vec![problem],
        ))
    };
    if reason.trim().is_empty() {
        let cure = "say why in a few words: it stands in the history and in the audit trail";
        return wrong("there is no reason".into(), cure);
    }
    if reason.chars().count() > REASON_MAX {
        return wrong(
            format!("it is longer than {REASON_MAX} characters"),
            "shorten it",
        );
    }
    Ok(())
}

/// Names of environments and connections stand in the addresses of webhooks, so they are plain.
pub fn check_name(path: &str, name: &str) -> Option<Problem> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    let fine = !name.is_empty() && name.len() <= 64 && name.bytes().all(plain);
    (!fine).then(|| {
        Problem::error(
            path,
            "wrong_name",
            format!("`{name}` stands in the addresses of webhooks"),
            "use lower-case letters, digits, `-` and `_`, 64 at most",
        )
    })
}
