//! Environments, connections, flows.

use crate::given::at;
use model::EnvironmentKind;
use model::ids::EnvironmentId;
use store::{
    ConnectionRecord, Error, Former, NewConnection, NewDeployment, NewEnvironment, NewVersion,
    Origin, SetEnvironment, Store, UpdateConnection, testing,
};
use vault::Sealed;

async fn environment(store: &Store, name: &str) -> EnvironmentId {
    let new = NewEnvironment {
        name: name.into(),
        kind: EnvironmentKind::Test,
        settings: "{}".into(),
        wrapped_key: Sealed(vec![1]),
        origin: Origin::File,
        who: "ada".into(),
        at: at(0),
    };
    store.create_environment(new).await.unwrap()
}

fn connection(environment: EnvironmentId, name: &str, peer: &str) -> NewConnection {
    NewConnection {
        environment,
        name: name.into(),
        connector: "infor".into(),
        settings: "{}".into(),
        credential: Some(Sealed(vec![2])),
        peer: Some(peer.into()),
        limits: "{}".into(),
        origin: Origin::File,
        who: "ada".into(),
        at: at(0),
    }
}

fn update(connection: ConnectionRecord) -> UpdateConnection {
    UpdateConnection {
        expected: Some(connection.revision),
        connection,
        who: "bob".into(),
        at: at(1),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_belongs_to_one_environment() {
    for (name, store, _guard) in testing::stores().await {
        let one = environment(&store, "test").await;
        let two = environment(&store, "staging").await;
        let first = store
            .create_connection(connection(one, "erp", "infor:A"))
            .await
            .unwrap();
        store
            .create_connection(connection(one, "erp again", "infor:A"))
            .await
            .unwrap();
        let refused = store
            .create_connection(connection(two, "erp", "infor:A"))
            .await;
        assert!(
            matches!(refused, Err(Error::Conflict(_))),
            "{name}: {refused:?}"
        );
        let refused = store
            .create_connection(connection(one, "erp", "infor:B"))
            .await;
        assert!(
            matches!(refused, Err(Error::Conflict(_))),
            "{name}: the name is taken"
        );
        // The refused connection's peer is free still: nothing of it was written.
        store
            .create_connection(connection(two, "erp", "infor:B"))
            .await
            .unwrap();

        let mut record = store.connection(first).await.unwrap();
        record.peer = Some("infor:B".into());
        let refused = store.update_connection(update(record.clone())).await;
        assert!(
            matches!(refused, Err(Error::Conflict(_))),
            "{name}: {refused:?}"
        );
        record.peer = Some("infor:C".into());
        record.credential = Some(Sealed(vec![3]));
        store
            .update_connection(update(record.clone()))
            .await
            .unwrap();
        let stale = store.update_connection(update(record)).await;
        assert!(
            matches!(&stale, Err(Error::Changed { who, .. }) if who == "bob"),
            "{name}: {stale:?}"
        );
        let record = store.connection(first).await.unwrap();
        assert_eq!(record.peer.as_deref(), Some("infor:C"), "{name}");
        let revision = Some(record.revision);
        store
            .delete_connection(first, revision, "ada", at(2))
            .await
            .unwrap();
        store
            .create_connection(connection(two, "third", "infor:C"))
            .await
            .unwrap();
        assert_eq!(
            store.connections(Some(one)).await.unwrap().len(),
            1,
            "{name}"
        );
        assert_eq!(store.connections(None).await.unwrap().len(), 3, "{name}");
        let busy = store.delete_environment(two).await;
        assert!(matches!(busy, Err(Error::Conflict(_))), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_keeps_its_beginning() {
    for (name, store, _guard) in testing::stores().await {
        let one = environment(&store, "test").await;
        let id = store
            .create_connection(connection(one, "erp", "infor:A"))
            .await
            .unwrap();
        assert!(
            store.connection(id).await.unwrap().paused.is_none(),
            "{name}"
        );
        store
            .pause_connection(id, "401", at(5), Some(at(305)))
            .await
            .unwrap();
        store
            .pause_connection(id, "401 again", at(300), Some(at(600)))
            .await
            .unwrap();
        let pause = store.connection(id).await.unwrap().paused.unwrap();
        assert_eq!(
            (pause.since, pause.probe_at),
            (at(5), Some(at(600))),
            "{name}"
        );
        store.resume_connection(id, at(600)).await.unwrap();
        assert!(
            store.connection(id).await.unwrap().paused.is_none(),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_can_be_wrapped_anew() {
    for (name, store, _guard) in testing::stores().await {
        let one = environment(&store, "test").await;
        let again = NewEnvironment {
            name: "test".into(),
            kind: EnvironmentKind::Live,
            settings: "{}".into(),
            wrapped_key: Sealed(vec![1]),
            origin: Origin::Api,
            who: "ada".into(),
            at: at(0),
        };
        assert!(matches!(
            store.create_environment(again).await,
            Err(Error::Conflict(_))
        ));
        store
            .put_environment_key(one, 2, Sealed(vec![2]), at(1))
            .await
            .unwrap();
        store
            .put_environment_key(one, 1, Sealed(vec![9]), at(1))
            .await
            .unwrap();
        let keys = store.environment_keys(one).await.unwrap();
        let wrapped: Vec<_> = keys
            .into_iter()
            .map(|k| (k.revision, k.wrapped.0))
            .collect();
        assert_eq!(wrapped, [(1, vec![9]), (2, vec![2])], "{name}");
        let set = SetEnvironment {
            id: one,
            settings: r#"{"zone":"UTC"}"#.into(),
            expected: Some(1),
            who: "bob".into(),
            at: at(2),
        };
        assert_eq!(store.set_environment(set.clone()).await.unwrap(), 2);
        let stale = store.set_environment(set).await;
        assert!(matches!(stale, Err(Error::Changed { .. })), "{stale:?}");
        assert_eq!(
            store.environments().await.unwrap()[0].settings,
            r#"{"zone":"UTC"}"#
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_version_of_a_flow_is_in_force_per_environment() {
    for (name, store, _guard) in testing::stores().await {
        let one = environment(&store, "test").await;
        let version = |document: &str, digest: u8| NewVersion {
            flow: "order-to-cash".into(),
            document: document.into(),
            digest: [digest; 32],
            samples: "[]".into(),
            steps: None,
            who: "ada".into(),
            reason: String::new(),
            at: at(1),
        };
        let first = store.put_flow_version(version("a", 1)).await.unwrap();
        let second = store.put_flow_version(version("b", 2)).await.unwrap();
        let same = store.put_flow_version(version("a", 1)).await.unwrap();
        assert_eq!(
            (first.number, second.number, &same),
            (1, 2, &first),
            "{name}"
        );
        let deployment = |version| NewDeployment {
            environment: one,
            version,
            settings: "{}".into(),
            former: Former::Any,
            cause: "deploy",
            who: "ada".into(),
            reason: "because".into(),
            at: at(2),
        };
        let old = store.deploy(deployment(first.id)).await.unwrap();
        assert_eq!(
            store.deploy(deployment(first.id)).await.unwrap(),
            old,
            "{name}: a repeat"
        );
        let new = store.deploy(deployment(second.id)).await.unwrap();
        let active = store.deployments(Some(one), true).await.unwrap();
        assert_eq!(
            active.iter().map(|d| d.id).collect::<Vec<_>>(),
            [new],
            "{name}"
        );
        assert_eq!(
            store.deployments(None, false).await.unwrap().len(),
            2,
            "{name}"
        );
        store.retire(new, "ada", at(3)).await.unwrap();
        assert!(
            store.deployments(Some(one), true).await.unwrap().is_empty(),
            "{name}"
        );
        assert_eq!(
            store.flow_versions(first.flow).await.unwrap(),
            [first.clone(), second]
        );
        assert_eq!(
            store.flows().await.unwrap()[0].name,
            "order-to-cash",
            "{name}"
        );
    }
}
