//! Accounts, their sessions and tokens, and what needs a second person.

use super::statements;

/// The columns of an account, in the order in which `AccountRecord` is read.
macro_rules! account_columns {
    () => {
        "account.id, account.name, account.email, account.role, account.disabled,
         account.revision, account.changed_by, account.created_at, account.changed_at"
    };
}

/// The columns of a token, in the order in which `TokenRecord` is read.
macro_rules! token_columns {
    () => {
        "api_token.id, api_token.account, account.name, api_token.name, api_token.role,
         api_token.created_at, api_token.expires_at, api_token.revoked_at"
    };
}

/// The columns of a proposal, in the order in which `ProposalRecord` is read.
macro_rules! proposal_columns {
    () => {
        "id, kind, environment, subject, digest, body, who, account, reason, state, created_at,
         decided_by, decided_at, decision, outcome"
    };
}

statements! {
    ANY_ACCOUNT = one("SELECT id FROM account LIMIT 1");
    INSERT_ACCOUNT = one(
        "INSERT INTO account(id, name, name_key, email, role, password, disabled, revision,
           changed_by, created_at, changed_at)
         VALUES($1, $2, $3, $4, $5, $6, 0, 1, $7, $8, $8)
         ON CONFLICT DO NOTHING RETURNING id",
    );
    ACCOUNT = one(concat!(
        "SELECT ", account_columns!(), ", account.password FROM account WHERE id = $1"
    ));
    ACCOUNT_BY_EMAIL = one(concat!(
        "SELECT ", account_columns!(), ", account.password FROM account WHERE email = $1"
    ));
    /// Above an id.
    ACCOUNTS = one(concat!(
        "SELECT ", account_columns!(), " FROM account WHERE id > $1 ORDER BY id LIMIT $2"
    ));
    /// Another account with this name or this mail address.
    ACCOUNT_TAKEN = one("SELECT id FROM account WHERE id <> $1 AND (name_key = $2 OR email = $3)");
    SET_ACCOUNT = one(
        "UPDATE account SET name = $2, name_key = $3, email = $4, role = $5, password = $6,
           disabled = $7, revision = revision + 1, changed_by = $8, changed_at = $9
         WHERE id = $1",
    );
    ADMINS = one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM account WHERE role = 'admin' AND disabled = 0",
    );
    INSERT_SIGN_IN = one(
        "INSERT INTO sign_in(token, account, created_at, seen_at, expires_at)
         VALUES($1, $2, $3, $3, $4)",
    );
    SIGN_IN = one(concat!(
        "SELECT ", account_columns!(), ", sign_in.created_at, sign_in.seen_at, sign_in.expires_at
         FROM sign_in JOIN account ON account.id = sign_in.account WHERE token = $1"
    ));
    SEE_SIGN_IN = one("UPDATE sign_in SET seen_at = $2 WHERE token = $1 AND seen_at < $2");
    /// Token, end, now. Never shorter.
    EXTEND_SIGN_IN = one(
        "UPDATE sign_in SET expires_at = $2, seen_at = $3
         WHERE token = $1 AND expires_at <= $2 AND seen_at <= $3",
    );
    DELETE_SIGN_IN = one("DELETE FROM sign_in WHERE token = $1");
    DELETE_SIGN_INS = one("DELETE FROM sign_in WHERE account = $1");
    /// Those that are over, and of the account all but the newest.
    PURGE_SIGN_INS = one(
        "DELETE FROM sign_in WHERE expires_at <= $2 OR seen_at <= $3
           OR (account = $1 AND created_at < (SELECT MIN(created_at) FROM
             (SELECT created_at FROM sign_in WHERE account = $1
              ORDER BY created_at DESC LIMIT $4) AS newest))",
    );
    INSERT_TOKEN = one(
        "INSERT INTO api_token(id, account, name, role, token, created_at, expires_at)
         VALUES($1, $2, $3, $4, $5, $6, $7)",
    );
    COUNT_TOKENS = one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM api_token WHERE account = $1 AND revoked_at IS NULL",
    );
    TOKEN_BY_DIGEST = one(concat!(
        "SELECT ", account_columns!(), ", ", token_columns!(),
        " FROM api_token JOIN account ON account.id = api_token.account WHERE token = $1"
    ));
    TOKEN = one(concat!(
        "SELECT ", token_columns!(),
        " FROM api_token JOIN account ON account.id = api_token.account WHERE api_token.id = $1"
    ));
    /// Of an account, or of all if it is null; above an id.
    TOKENS = one(concat!(
        "SELECT ", token_columns!(),
        " FROM api_token JOIN account ON account.id = api_token.account
         WHERE (CAST($1 AS BIGINT) IS NULL OR api_token.account = $1) AND api_token.id > $2
         ORDER BY api_token.id LIMIT $3"
    ));
    /// In force, or no longer since a while, and expiring before a moment: account or null, from,
    /// until, limit.
    EXPIRING_TOKENS = one(concat!(
        "SELECT ", token_columns!(),
        " FROM api_token JOIN account ON account.id = api_token.account
         WHERE (CAST($1 AS BIGINT) IS NULL OR api_token.account = $1)
           AND api_token.revoked_at IS NULL
           AND api_token.expires_at >= $2 AND api_token.expires_at < $3
         ORDER BY api_token.expires_at, api_token.id LIMIT $4"
    ));
    REVOKE_TOKEN = one(
        "UPDATE api_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id",
    );

    RULES = one(
        "SELECT one, publish, deploy_live, revision, changed_by, changed_at FROM rules
         WHERE one = 1",
    );
    SET_RULES = one(
        "UPDATE rules SET publish = $1, deploy_live = $2, revision = revision + 1,
           changed_by = $3, changed_at = $4 WHERE one = 1",
    );
    INSERT_PROPOSAL = one(
        "INSERT INTO proposal(id, kind, environment, subject, digest, body, who, account, reason,
           state, created_at)
         VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10)",
    );
    OPEN_PROPOSAL = one(concat!(
        "SELECT ", proposal_columns!(), " FROM proposal
         WHERE kind = $1 AND environment = $2 AND subject = $3 AND state = 'open'"
    ));
    PROPOSAL = one(concat!("SELECT ", proposal_columns!(), " FROM proposal WHERE id = $1"));
    /// Below an id, newest first; of one state, or of all if it is null.
    PROPOSALS = one(concat!(
        "SELECT ", proposal_columns!(), " FROM proposal
         WHERE id < $1 AND (CAST($2 AS TEXT) IS NULL OR state = $2) ORDER BY id DESC LIMIT $3"
    ));
    DECIDE_PROPOSAL = one(
        "UPDATE proposal SET state = $2, decided_by = $3, decided_at = $4, decision = $5
         WHERE id = $1",
    );
    SETTLE_PROPOSAL = one("UPDATE proposal SET state = $2, outcome = $3 WHERE id = $1");
}
