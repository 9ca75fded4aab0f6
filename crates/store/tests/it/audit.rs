//! A trail that somebody has changed is found, and where.

use crate::given::at;
use model::{Role, Secret};
use store::{NewAccount, Page, Store, TrailHead, testing};

/// Makes accounts: each is a row of the trail.
async fn acts(store: &Store, count: i64) {
    let made = store.accounts(Page::first(200)).await.unwrap().len();
    for n in 0..count {
        let n = n + i64::try_from(made).unwrap();
        let new = NewAccount {
            name: format!("Person {n}"),
            email: format!("p{n}@example.com"),
            role: Role::Admin,
            password: Secret::new("hash"),
            only_first: false,
            who: "ada".into(),
            at: at(n),
        };
        store.create_account(new).await.unwrap();
    }
}

async fn broken(store: &Store, kept: Option<TrailHead>) -> Option<(i64, String)> {
    let check = store.verify_audit(kept).await.unwrap();
    check.broken.map(|broken| (broken.id, broken.reason))
}

/// What somebody does to a trail of five rows, and what is found.
const CASES: [(&str, &str, i64, &str); 7] = [
    (
        "a change",
        "UPDATE audit SET detail = 'nothing' WHERE id = 2",
        2,
        "it is not as it was written",
    ),
    (
        "a row that is gone",
        "DELETE FROM audit WHERE id = 3",
        3,
        "it is missing; the next row is 4",
    ),
    (
        "another order",
        "UPDATE audit SET id = 90 WHERE id = 2; UPDATE audit SET id = 2 WHERE id = 3;
         UPDATE audit SET id = 3 WHERE id = 90",
        2,
        "it does not follow the row before",
    ),
    (
        "the newest rows gone",
        "DELETE FROM audit WHERE id > 3",
        4,
        "the newest rows are missing: row 5 was written",
    ),
    (
        "a row put in",
        "INSERT INTO audit SELECT 6, at, who, action, subject, detail, prev, hash FROM audit
         WHERE id = 5",
        6,
        "it stands beyond the head",
    ),
    (
        "a time",
        "UPDATE audit SET at = at + 1 WHERE id = 1",
        1,
        "it is not as it was written",
    ),
    (
        "the head",
        "DELETE FROM audit_head",
        1,
        "the head of the trail is gone",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_to_the_trail_is_found() {
    for (what, attack, row, reason) in CASES {
        let (store, guard) = testing::sqlite().await;
        acts(&store, 5).await;
        assert_eq!(broken(&store, None).await, None, "{what}");
        let unguarded = "DROP TRIGGER audit_fixed; DROP TRIGGER audit_kept;";
        guard.execute(&format!("{unguarded} {attack}")).await;
        assert_eq!(
            broken(&store, None).await,
            Some((row, reason.into())),
            "{what}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_guarded_and_followed_on_both_databases() {
    for (name, store, guard) in testing::stores().await {
        acts(&store, 3).await;
        let first = store.verify_audit(None).await.unwrap();
        assert_eq!((first.checked, first.head.id), (3, 3), "{name}");
        acts(&store, 2).await;
        assert_eq!(broken(&store, Some(first.head)).await, None, "{name}");
        assert_eq!(
            first.head.to_string().parse::<TrailHead>(),
            Ok(first.head),
            "{name}"
        );
        let (fixed, kept) = match name {
            "sqlite" => ("DROP TRIGGER audit_fixed", "DROP TRIGGER audit_kept"),
            _ => ("DROP TRIGGER audit_fixed ON audit", "SELECT 1"),
        };
        guard.execute(fixed).await;
        guard.execute(kept).await;
        // Who takes rows away and puts the head back is found by a head that was kept elsewhere.
        let after = store.verify_audit(None).await.unwrap().head;
        guard.execute("DELETE FROM audit WHERE id > 3").await;
        let head = "UPDATE audit_head SET id = 3, hash = (SELECT hash FROM audit WHERE id = 3)";
        guard.execute(head).await;
        assert_eq!(
            broken(&store, None).await,
            None,
            "{name}: it cannot be told without"
        );
        let found = broken(&store, Some(after)).await;
        let reason = "the newest rows are missing: the hash of row 5 was kept";
        assert_eq!(found, Some((4, reason.into())), "{name}");
        let forged = TrailHead {
            id: 2,
            hash: [7; 32],
        };
        let found = broken(&store, Some(forged)).await.map(|(row, _)| row);
        assert_eq!(found, Some(2), "{name}");
        guard
            .execute("UPDATE audit SET who = 'bob' WHERE id = 1")
            .await;
        let found = broken(&store, None).await.map(|(row, _)| row);
        assert_eq!(found, Some(1), "{name}");
    }
}
