//! Accounts, sessions, tokens, and what needs a second person.

use super::Store;
use crate::changes::{Topic, Topics};
use crate::error::Result;
use crate::queries::Page;
use crate::queries::accounts::{self, AccountRecord, SignInRecord, TokenRecord};
use crate::queries::proposals::{self, ProposalRecord, ProposalState, Rules};
use crate::verbs::accounts::{self as verbs, ChangeAccount, NewAccount, NewSignIn, NewToken};
use crate::verbs::proposals::{self as proposing, DecideProposal, NewProposal, SetRules};
use model::ids::{AccountId, ProposalId, TokenId};
use model::{Secret, Timestamp};
use std::sync::Arc;

impl Store {
    /// Makes an account.
    pub async fn create_account(&self, new: NewAccount) -> Result<AccountId> {
        let new = Arc::new(new);
        self.write_about(Topics::of(&[Topic::Accounts]), move |s| {
            let new = Arc::clone(&new);
            Box::pin(async move { verbs::create(s, &new).await })
        })
        .await
    }

    /// Changes an account; answers with its revision. With another password, and when it is
    /// disabled, its sessions end.
    pub async fn change_account(&self, change: ChangeAccount) -> Result<i64> {
        let change = Arc::new(change);
        self.write_about(Topics::of(&[Topic::Accounts]), move |s| {
            let change = Arc::clone(&change);
            Box::pin(async move { verbs::change(s, &change).await })
        })
        .await
    }

    /// Whether there is an account.
    pub async fn has_accounts(&self) -> Result<bool> {
        self.peek(|s| Box::pin(accounts::any(s))).await
    }

    /// One account.
    pub async fn account(&self, id: AccountId) -> Result<AccountRecord> {
        let found = self.read(move |s| Box::pin(accounts::by_id(s, id)));
        found.await.map(|(account, _)| account)
    }

    /// The account of a mail address, with its password's hash.
    pub async fn account_by_email(&self, email: &str) -> Result<Option<(AccountRecord, Secret)>> {
        let email: Arc<str> = email.into();
        self.read(move |s| {
            let email = Arc::clone(&email);
            Box::pin(async move { accounts::by_email(s, &email).await })
        })
        .await
    }

    /// A page of accounts, oldest first.
    pub async fn accounts(&self, page: Page) -> Result<Vec<AccountRecord>> {
        self.read(move |s| Box::pin(accounts::list(s, page.above(), page.limit)))
            .await
    }

    /// Opens a session.
    pub async fn open_sign_in(&self, new: NewSignIn) -> Result<()> {
        let new = Arc::new(new);
        self.write_about(Topics::NONE, move |s| {
            let new = Arc::clone(&new);
            Box::pin(async move { verbs::sign_in(s, &new).await })
        })
        .await
    }

    /// The session of a browser's token, by its SHA-256.
    pub async fn sign_in(&self, digest: [u8; 32]) -> Result<Option<SignInRecord>> {
        self.peek(move |s| Box::pin(async move { accounts::sign_in(s, &digest).await }))
            .await
    }

    /// Notes that a session is in use.
    pub async fn see_sign_in(&self, digest: [u8; 32], at: Timestamp) -> Result<()> {
        self.write_about(Topics::NONE, move |s| {
            Box::pin(async move { verbs::see_sign_in(s, &digest, at).await })
        })
        .await
    }

    /// Lets a session end later.
    pub async fn extend_sign_in(
        &self,
        digest: [u8; 32],
        expires_at: Timestamp,
        at: Timestamp,
    ) -> Result<()> {
        self.write_about(Topics::NONE, move |s| {
            Box::pin(async move { verbs::extend_sign_in(s, &digest, expires_at, at).await })
        })
        .await
    }

    /// Ends a session.
    pub async fn close_sign_in(&self, digest: [u8; 32]) -> Result<()> {
        self.write_about(Topics::NONE, move |s| {
            Box::pin(async move { verbs::sign_out(s, &digest).await })
        })
        .await
    }

    /// Makes a token.
    pub async fn create_token(&self, new: NewToken) -> Result<TokenRecord> {
        let new = Arc::new(new);
        self.write_about(Topics::of(&[Topic::Accounts]), move |s| {
            let new = Arc::clone(&new);
            Box::pin(async move { verbs::create_token(s, &new).await })
        })
        .await
    }

    /// The token that a program shows, by its SHA-256, and whose it is.
    pub async fn token_by_digest(
        &self,
        digest: [u8; 32],
    ) -> Result<Option<(AccountRecord, TokenRecord)>> {
        self.peek(move |s| Box::pin(async move { accounts::token_by_digest(s, &digest).await }))
            .await
    }

    /// One token.
    pub async fn token(&self, id: TokenId) -> Result<TokenRecord> {
        self.read(move |s| Box::pin(accounts::token_by_id(s, id)))
            .await
    }

    /// A page of the tokens of an account, or of all.
    pub async fn tokens(&self, account: Option<AccountId>, page: Page) -> Result<Vec<TokenRecord>> {
        self.read(move |s| Box::pin(accounts::tokens(s, account, page.above(), page.limit)))
            .await
    }

    /// Tokens of an account, or of all, that expire from one moment to another and are not revoked;
    /// the soonest first.
    pub async fn expiring_tokens(
        &self,
        account: Option<AccountId>,
        span: (Timestamp, Timestamp),
        limit: i64,
    ) -> Result<Vec<TokenRecord>> {
        self.read(move |s| Box::pin(accounts::expiring_tokens(s, account, span, limit)))
            .await
    }

    /// Takes a token out of force.
    pub async fn revoke_token(&self, id: TokenId, who: &str, at: Timestamp) -> Result<()> {
        let who: Arc<str> = who.into();
        self.write_about(Topics::of(&[Topic::Accounts]), move |s| {
            let who = Arc::clone(&who);
            Box::pin(async move { verbs::revoke_token(s, id, &who, at).await })
        })
        .await
    }

    /// What needs a second person.
    pub async fn rules(&self) -> Result<Rules> {
        self.read(|s| Box::pin(proposals::rules(s))).await
    }

    /// Changes what needs a second person; answers with the rules' revision.
    pub async fn set_rules(&self, set: SetRules) -> Result<i64> {
        let set = Arc::new(set);
        self.write_about(Topics::of(&[Topic::Accounts]), move |s| {
            let set = Arc::clone(&set);
            Box::pin(async move { proposing::set_rules(s, &set).await })
        })
        .await
    }

    /// Stores a proposal; the same again is the same.
    pub async fn propose(&self, new: NewProposal) -> Result<ProposalRecord> {
        let new = Arc::new(new);
        self.write_about(Topics::of(&[Topic::Accounts]), move |s| {
            let new = Arc::clone(&new);
            Box::pin(async move { proposing::propose(s, &new).await })
        })
        .await
    }

    /// Decides a proposal by another person's will.
    pub async fn decide_proposal(&self, decision: DecideProposal) -> Result<ProposalRecord> {
        let decision = Arc::new(decision);
        self.write_about(Topics::of(&[Topic::Accounts]), move |s| {
            let decision = Arc::clone(&decision);
            Box::pin(async move { proposing::decide(s, &decision).await })
        })
        .await
    }

    /// Says what came of a proposal.
    pub async fn settle_proposal(
        &self,
        id: ProposalId,
        state: ProposalState,
        outcome: &str,
    ) -> Result<()> {
        let outcome: Arc<str> = outcome.into();
        self.write_about(Topics::of(&[Topic::Accounts]), move |s| {
            let outcome = Arc::clone(&outcome);
            Box::pin(async move { proposing::settle(s, id, state, &outcome).await })
        })
        .await
    }

    /// One proposal.
    pub async fn proposal(&self, id: ProposalId) -> Result<ProposalRecord> {
        self.read(move |s| Box::pin(proposals::by_id(s, id))).await
    }

    /// A page of proposals, newest first; of one state, or of all.
    pub async fn proposals(
        &self,
        state: Option<ProposalState>,
        page: Page,
    ) -> Result<Vec<ProposalRecord>> {
        self.read(move |s| Box::pin(proposals::list(s, state, page.below(), page.limit)))
            .await
    }
}
