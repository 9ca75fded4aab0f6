//! Accounts, sessions and tokens, as they are read.

use crate::error::{Error, Result};
use crate::session::Session;
use crate::statements::account as sql;
use crate::value::{Reader, Row, values};
use model::ids::{AccountId, TokenId};
use model::{Role, Secret, Timestamp};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRecord {
    pub id: AccountId,
    pub name: String,
    /// In lower case.
    pub email: String,
    pub role: Role,
    pub disabled: bool,
    pub revision: i64,
    pub changed_by: String,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

/// Someone who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRecord {
    pub account: AccountRecord,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A personal API token, without what is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    pub id: TokenId,
    pub account: AccountId,
    pub account_name: String,
    pub name: String,
    pub role: Role,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

fn account(row: &mut Reader) -> Result<AccountRecord> {
    Ok(AccountRecord {
        id: AccountId(row.int()?),
        name: row.text()?,
        email: row.text()?,
        role: row.parsed()?,
        disabled: row.flag()?,
        revision: row.int()?,
        changed_by: row.text()?,
        created_at: Timestamp(row.int()?),
        changed_at: Timestamp(row.int()?),
    })
}

fn token(row: &mut Reader) -> Result<TokenRecord> {
    Ok(TokenRecord {
        id: TokenId(row.int()?),
        account: AccountId(row.int()?),
        account_name: row.text()?,
        name: row.text()?,
        role: row.parsed()?,
        created_at: Timestamp(row.int()?),
        expires_at: row.opt_int()?.map(Timestamp),
        revoked_at: row.opt_int()?.map(Timestamp),
    })
}

fn with_password(row: Row) -> Result<(AccountRecord, Secret)> {
    let mut row = row.read("account");
    Ok((account(&mut row)?, Secret::new(row.text()?)))
}

/// Whether there is an account at all.
pub async fn any(session: &mut dyn Session) -> Result<bool> {
    Ok(session.row(&sql::ANY_ACCOUNT, &[]).await?.is_some())
}

/// One account with its password's hash.
pub async fn by_id(session: &mut dyn Session, id: AccountId) -> Result<(AccountRecord, Secret)> {
    let row = session.row(&sql::ACCOUNT, &values![id.0]).await?;
    let missing = || Error::NotFound {
        what: "account",
        name: id.to_string(),
    };
    with_password(row.ok_or_else(missing)?)
}

/// The account of a mail address, with its password's hash.
pub async fn by_email(
    session: &mut dyn Session,
    email: &str,
) -> Result<Option<(AccountRecord, Secret)>> {
    let email = email.to_lowercase();
    let row = session
        .row(&sql::ACCOUNT_BY_EMAIL, &values![&email])
        .await?;
    row.map(with_password).transpose()
}

/// Accounts above an id.
pub async fn list(session: &mut dyn Session, above: i64, limit: i64) -> Result<Vec<AccountRecord>> {
    let rows = session.rows(&sql::ACCOUNTS, &values![above, limit]).await?;
    let read = |row: Row| account(&mut row.read("account"));
    rows.into_iter().map(read).collect()
}

/// The session that a browser's token is of.
pub async fn sign_in(session: &mut dyn Session, digest: &[u8]) -> Result<Option<SignInRecord>> {
    let row = session.row(&sql::SIGN_IN, &values![digest]).await?;
    let read = |row: Row| {
        let mut row = row.read("sign_in");
        Ok(SignInRecord {
            account: account(&mut row)?,
            created_at: Timestamp(row.int()?),
            seen_at: Timestamp(row.int()?),
            expires_at: Timestamp(row.int()?),
        })
    };
    row.map(read).transpose()
}

/// The API token that a program shows, and whose it is.
pub async fn token_by_digest(
    session: &mut dyn Session,
    digest: &[u8],
) -> Result<Option<(AccountRecord, TokenRecord)>> {
    let row = session.row(&sql::TOKEN_BY_DIGEST, &values![digest]).await?;
    let read = |row: Row| {
        let mut row = row.read("api_token");
        Ok((account(&mut row)?, token(&mut row)?))
    };
    row.map(read).transpose()
}

/// One token.
pub async fn token_by_id(session: &mut dyn Session, id: TokenId) -> Result<TokenRecord> {
    let row = session.row(&sql::TOKEN, &values![id.0]).await?;
    let missing = || Error::NotFound {
        what: "token",
        name: id.to_string(),
    };
    token(&mut row.ok_or_else(missing)?.read("api_token"))
}

/// Tokens of an account or of all, above an id.
pub async fn tokens(
    session: &mut dyn Session,
    account: Option<AccountId>,
    above: i64,
    limit: i64,
) -> Result<Vec<TokenRecord>> {
    let values = values![account.map(|a| a.0), above, limit];
    let rows = session.rows(&sql::TOKENS, &values).await?;
    let read = |row: Row| token(&mut row.read("api_token"));
    rows.into_iter().map(read).collect()
}

/// Tokens of an account or of all that expire from one moment to another and are not revoked; the
/// soonest first.
pub async fn expiring_tokens(
    session: &mut dyn Session,
    account: Option<AccountId>,
    (from, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<TokenRecord>> {
    let values = values![account.map(|a| a.0), from.0, until.0, limit];
    let rows = session.rows(&sql::EXPIRING_TOKENS, &values).await?;
    let read = |row: Row| token(&mut row.read("api_token"));
    rows.into_iter().map(read).collect()
}
