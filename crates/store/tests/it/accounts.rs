//! Accounts, sessions, tokens, rules and proposals.

use crate::given::at;
use model::ids::AccountId;
use model::{Role, Secret};
use std::time::Duration;
use store::{
    ChangeAccount, DecideProposal, Error, NewAccount, NewProposal, NewSignIn, NewToken, Page,
    ProposalState, SetRules, Store, Topic, testing,
};

async fn account(store: &Store, name: &str, role: Role) -> AccountId {
    store.create_account(new(name, role)).await.unwrap()
}

fn new(name: &str, role: Role) -> NewAccount {
    NewAccount {
        name: name.into(),
        email: format!("{name}@Example.com"),
        role,
        password: Secret::new("hash"),
        only_first: false,
        who: "ada".into(),
        at: at(0),
    }
}

fn change(id: AccountId) -> ChangeAccount {
    ChangeAccount {
        id,
        expected: None,
        name: None,
        email: None,
        role: None,
        password: None,
        disabled: None,
        who: "ada".into(),
        at: at(9),
    }
}

fn sign_in(account: AccountId, n: u8) -> NewSignIn {
    NewSignIn {
        digest: [n; 32],
        account,
        at: at(i64::from(n)),
        expires_at: at(1_000),
        idle: Duration::from_secs(500),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_addresses_are_one_persons_and_sessions_end() {
    for (name, store, _guard) in testing::stores().await {
        assert!(!store.has_accounts().await.unwrap(), "{name}");
        let ada = account(&store, "Ada", Role::Admin).await;
        let bea = account(&store, "Bea", Role::Viewer).await;
        assert!(store.has_accounts().await.unwrap(), "{name}");
        let taken = store.create_account(new("ADA", Role::Viewer)).await;
        assert!(
            matches!(taken, Err(Error::Conflict(_))),
            "{name}: {taken:?}"
        );
        let only_first = NewAccount {
            only_first: true,
            ..new("Cid", Role::Admin)
        };
        let late = store.create_account(only_first).await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{name}: {late:?}");
        let renamed = ChangeAccount {
            email: Some("ada@example.com".into()),
            ..change(bea)
        };
        let taken = store.change_account(renamed).await;
        assert!(
            matches!(taken, Err(Error::Conflict(_))),
            "{name}: {taken:?}"
        );
        let found = store.account_by_email("ada@EXAMPLE.com").await.unwrap();
        assert_eq!(found.map(|(account, _)| account.id), Some(ada), "{name}");

        // A new password ends the sessions, a new role does not.
        store.open_sign_in(sign_in(bea, 1)).await.unwrap();
        let role = ChangeAccount {
            role: Some(Role::Editor),
            expected: Some(1),
            ..change(bea)
        };
        assert_eq!(
            store.change_account(role.clone()).await.unwrap(),
            2,
            "{name}"
        );
        let stale = store.change_account(role).await;
        assert!(
            matches!(stale, Err(Error::Changed { .. })),
            "{name}: {stale:?}"
        );
        let session = store.sign_in([1; 32]).await.unwrap().expect("it is open");
        assert_eq!(session.account.role, Role::Editor, "{name}");
        let password = ChangeAccount {
            password: Some(Secret::new("other")),
            ..change(bea)
        };
        store.change_account(password).await.unwrap();
        assert!(store.sign_in([1; 32]).await.unwrap().is_none(), "{name}");
        // Of one account twenty sessions are open at most: the oldest end.
        for n in 1..=22 {
            store.open_sign_in(sign_in(bea, n)).await.unwrap();
        }
        assert!(store.sign_in([2; 32]).await.unwrap().is_none(), "{name}");
        assert!(store.sign_in([3; 32]).await.unwrap().is_some(), "{name}");
        let token = NewToken {
            account: bea,
            name: "nightly".into(),
            role: Role::Viewer,
            digest: [40; 32],
            expires_at: None,
            who: "Bea".into(),
            at: at(5),
        };
        let token = store.create_token(token).await.unwrap();
        let (whose, found) = store
            .token_by_digest([40; 32])
            .await
            .unwrap()
            .expect("it is there");
        assert_eq!((whose.id, &found), (bea, &token), "{name}");
        store.revoke_token(token.id, "ada", at(6)).await.unwrap();
        store.revoke_token(token.id, "ada", at(7)).await.unwrap();
        let tokens = store.tokens(Some(bea), Page::first(10)).await.unwrap();
        assert_eq!(tokens[0].revoked_at, Some(at(6)), "{name}");
        let subject = token.id.to_string();
        let trail = store
            .audit_trail_of(&subject, Page::first(10))
            .await
            .unwrap();
        let acts: Vec<_> = trail.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(acts, ["token.revoke", "token.create"], "{name}");
    }
}

fn proposal(who: &str, account: Option<AccountId>) -> NewProposal {
    NewProposal {
        kind: "publish".into(),
        environment: None,
        subject: "order-to-cash".into(),
        digest: [1; 32],
        body: "{}".into(),
        who: who.into(),
        account,
        reason: "a new account".into(),
        at: at(1),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_another_account_approves() {
    for (name, store, _guard) in testing::stores().await {
        let ada = account(&store, "Ada", Role::Admin).await;
        let bea = account(&store, "Bea", Role::Approver).await;
        let changes = store.changes();
        let before = *changes.borrow();
        let rules = SetRules {
            publish: true,
            deploy_live: false,
            expected: Some(1),
            who: "Ada".into(),
            at: at(1),
        };
        assert_eq!(store.set_rules(rules.clone()).await.unwrap(), 2, "{name}");
        let stale = store.set_rules(rules).await;
        assert!(
            matches!(stale, Err(Error::Changed { .. })),
            "{name}: {stale:?}"
        );
        let after = *changes.borrow();
        for topic in Topic::ALL {
            let has_changed = before[topic as usize] != after[topic as usize];
            assert_eq!(has_changed, topic == Topic::Accounts, "{name}: {topic:?}");
        }

        let made = store.propose(proposal("Ada", Some(ada))).await.unwrap();
        let same = store.propose(proposal("Ada", Some(ada))).await.unwrap();
        assert_eq!(same.id, made.id, "{name}");
        let second = store.propose(proposal("Bea", Some(bea))).await;
        assert!(
            matches!(second, Err(Error::Conflict(_))),
            "{name}: {second:?}"
        );
        let decide = |who: &str, account, approve| DecideProposal {
            id: made.id,
            approve,
            who: who.into(),
            account,
            reason: "looked at it".into(),
            at: at(2),
        };
        for (who, account) in [("Ada", Some(ada)), ("api", None)] {
            let refused = store.decide_proposal(decide(who, account, true)).await;
            assert!(
                matches!(refused, Err(Error::Conflict(_))),
                "{name}: {refused:?}"
            );
        }
        let done = store
            .decide_proposal(decide("Bea", Some(bea), true))
            .await
            .unwrap();
        assert_eq!(done.state, ProposalState::Approved, "{name}");
        // What was cut off before anything came of it is approved again.
        store
            .decide_proposal(decide("Bea", Some(bea), true))
            .await
            .unwrap();
        store
            .settle_proposal(made.id, ProposalState::Done, "version 2")
            .await
            .unwrap();
        let late = store.decide_proposal(decide("Bea", Some(bea), false)).await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{name}: {late:?}");
        let open = store
            .proposals(Some(ProposalState::Open), Page::first(10))
            .await;
        assert!(open.unwrap().is_empty(), "{name}");
        let all = store.proposals(None, Page::first(10)).await.unwrap();
        assert_eq!(all[0].outcome.as_deref(), Some("version 2"), "{name}");
        assert!(store.verify().await.unwrap().is_empty(), "{name}");
    }
}
