//! Accounts, the sessions of people who have signed in, and the tokens of their programs.

use super::audit::{self, Act};
use crate::error::{Error, Result};
use crate::queries::accounts::{self as queries, TokenRecord};
use crate::session::{Sequence, Session};
use crate::statements::account as sql;
use crate::value::values;
use model::ids::{AccountId, TokenId};
use model::{Role, Secret, Timestamp};
use std::time::Duration;

/// Sessions that one account has at most; the oldest end.
const SIGN_INS_MAX: i64 = 20;
/// Tokens in force that one account has at most.
const TOKENS_MAX: i64 = 50;

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub name: String,
    pub email: String,
    pub role: Role,
    /// Its hash.
    pub password: Secret,
    /// Refused if there is an account already.
    pub only_first: bool,
    pub who: String,
    pub at: Timestamp,
}

/// What is to be changed about an account; what is absent stays.
#[derive(Clone, Debug)]
pub struct ChangeAccount {
    pub id: AccountId,
    /// The revision that it is changed from; any if absent.
    pub expected: Option<i64>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub role: Option<Role>,
    /// Its hash.
    pub password: Option<Secret>,
    pub disabled: Option<bool>,
    pub who: String,
    pub at: Timestamp,
}

/// Someone signs in.
#[derive(Clone, Debug)]
pub struct NewSignIn {
    /// SHA-256 of what the browser shows.
    pub digest: [u8; 32],
    pub account: AccountId,
    pub at: Timestamp,
    pub expires_at: Timestamp,
    /// Sessions that nobody has used for so long are over.
    pub idle: Duration,
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    pub account: AccountId,
    pub name: String,
    pub role: Role,
    /// SHA-256 of what the program shows.
    pub digest: [u8; 32],
    pub expires_at: Option<Timestamp>,
    pub who: String,
    pub at: Timestamp,
}

/// Makes an account.
pub async fn create(session: &mut dyn Session, new: &NewAccount) -> Result<AccountId> {
    if new.only_first && queries::any(session).await? {
        return Err(Error::Conflict("there is an account already".into()));
    }
    let id = session.id(Sequence::Settings).await?;
    let (name_key, email) = (new.name.to_lowercase(), new.email.to_lowercase());
    let values = values![
        id,
        &new.name,
        &name_key,
        &email,
        new.role.as_str(),
        new.password.expose(),
        &new.who,
        new.at.0
    ];
    if session
        .rows(&sql::INSERT_ACCOUNT, &values)
        .await?
        .is_empty()
    {
        return Err(taken(&new.name, &email));
    }
    let detail = format!("{} <{email}>, {}", new.name, new.role.as_str());
    let id = AccountId(id);
    let act = Act {
        at: new.at,
        who: &new.who,
        action: "account.create",
        subject: &id.to_string(),
        detail: &detail,
    };
    audit::append(session, act).await?;
    Ok(id)
}

fn taken(name: &str, email: &str) -> Error {
    Error::Conflict(format!(
        "there is an account with the name `{name}` or the mail address `{email}` already"
    ))
}

/// Changes an account; answers with its revision. With another password, and when it is disabled,
/// its sessions end. The last administrator stays one.
pub async fn change(session: &mut dyn Session, change: &ChangeAccount) -> Result<i64> {
    let (before, hash) = queries::by_id(session, change.id).await?;
    if change.expected.is_some_and(|e| e != before.revision) {
        return Err(Error::Changed {
            what: format!("the account `{}`", before.name),
            who: before.changed_by,
            at: before.changed_at,
        });
    }
    let mut changed = Vec::new();
    let mut differs = |what: &str, old: &str, new: &str| {
        if old != new {
            changed.push(format!("{what}: {old} → {new}"));
        }
    };
    let mut after = before.clone();
    after.name = change.name.clone().unwrap_or(after.name);
    after.email = change
        .email
        .as_ref()
        .map_or(after.email, |e| e.to_lowercase());
    after.role = change.role.unwrap_or(after.role);
    after.disabled = change.disabled.unwrap_or(after.disabled);
    differs("name", &before.name, &after.name);
    differs("mail address", &before.email, &after.email);
    differs("role", before.role.as_str(), after.role.as_str());
    let word = |disabled| if disabled { "disabled" } else { "enabled" };
    differs("it is", word(before.disabled), word(after.disabled));
    if change.password.is_some() {
        changed.push("password".into());
    }
    if changed.is_empty() {
        return Ok(before.revision);
    }
    let name_key = after.name.to_lowercase();
    let named = values![change.id.0, &name_key, &after.email];
    if session.row(&sql::ACCOUNT_TAKEN, &named).await?.is_some() {
        return Err(taken(&after.name, &after.email));
    }
    let values = values![
        change.id.0,
        &after.name,
        &name_key,
        &after.email,
        after.role.as_str(),
        change.password.as_ref().unwrap_or(&hash).expose(),
        after.disabled,
        &change.who,
        change.at.0
    ];
    session.rows(&sql::SET_ACCOUNT, &values).await?;
    let was_admin = before.role == Role::Admin && !before.disabled;
    let admins = session.row(&sql::ADMINS, &[]).await?;
    if was_admin && admins.map_or(Ok(0), |row| row.int(0))? == 0 {
        return Err(Error::Conflict(format!(
            "`{}` is the last administrator: make another one first",
            before.name
        )));
    }
    if after.disabled || change.password.is_some() {
        session
            .rows(&sql::DELETE_SIGN_INS, &values![change.id.0])
            .await?;
    }
    let act = Act {
        at: change.at,
        who: &change.who,
        action: "account.change",
        subject: &change.id.to_string(),
        detail: &changed.join("; "),
    };
    audit::append(session, act).await?;
    Ok(before.revision + 1)
}

/// Opens a session; those that are over go.
pub async fn sign_in(session: &mut dyn Session, new: &NewSignIn) -> Result<()> {
    let values = values![
        new.digest.as_slice(),
        new.account.0,
        new.at.0,
        new.expires_at.0
    ];
    session.rows(&sql::INSERT_SIGN_IN, &values).await?;
    let idle_since = new.at.minus(new.idle);
    let over = values![new.account.0, new.at.0, idle_since.0, SIGN_INS_MAX];
    session.rows(&sql::PURGE_SIGN_INS, &over).await.map(drop)
}

/// Notes that a session is in use.
pub async fn see_sign_in(session: &mut dyn Session, digest: &[u8], at: Timestamp) -> Result<()> {
    let values = values![digest, at.0];
    session.rows(&sql::SEE_SIGN_IN, &values).await.map(drop)
}

/// Lets a session end later.
pub async fn extend_sign_in(
    session: &mut dyn Session,
    digest: &[u8],
    expires_at: Timestamp,
    at: Timestamp,
) -> Result<()> {
    let values = values![digest, expires_at.0, at.0];
    session.rows(&sql::EXTEND_SIGN_IN, &values).await.map(drop)
}

/// Ends a session.
pub async fn sign_out(session: &mut dyn Session, digest: &[u8]) -> Result<()> {
    let values = values![digest];
    session.rows(&sql::DELETE_SIGN_IN, &values).await.map(drop)
}

/// Makes a token.
pub async fn create_token(session: &mut dyn Session, new: &NewToken) -> Result<TokenRecord> {
    let (account, _) = queries::by_id(session, new.account).await?;
    let own = session
        .row(&sql::COUNT_TOKENS, &values![new.account.0])
        .await?;
    if own.map_or(Ok(0), |row| row.int(0))? >= TOKENS_MAX {
        return Err(Error::Conflict(format!(
            "`{}` has {TOKENS_MAX} tokens: revoke one first",
            account.name
        )));
    }
    let id = session.id(Sequence::Settings).await?;
    let values = values![
        id,
        new.account.0,
        &new.name,
        new.role.as_str(),
        new.digest.as_slice(),
        new.at.0,
        new.expires_at.map(|t| t.0)
    ];
    session.rows(&sql::INSERT_TOKEN, &values).await?;
    let id = TokenId(id);
    let act = Act {
        at: new.at,
        who: &new.who,
        action: "token.create",
        subject: &id.to_string(),
        detail: &format!("{} of {}, {}", new.name, account.name, new.role.as_str()),
    };
    audit::append(session, act).await?;
    queries::token_by_id(session, id).await
}

/// Takes a token out of force; nothing happens if it was already.
pub async fn revoke_token(
    session: &mut dyn Session,
    id: TokenId,
    who: &str,
    at: Timestamp,
) -> Result<()> {
    let token = queries::token_by_id(session, id).await?;
    let revoked = session
        .rows(&sql::REVOKE_TOKEN, &values![id.0, at.0])
        .await?;
    if revoked.is_empty() {
        return Ok(());
    }
    let act = Act {
        at,
        who,
        action: "token.revoke",
        subject: &id.to_string(),
        detail: &format!("{} of {}", token.name, token.account_name),
    };
    audit::append(session, act).await
}
