//! Versions while runs are in flight: drafts, publish, deploy, promote, roll back, and what becomes
//! of the runs that wait.

use crate::app::{App, on_both, purchase};
use crate::calls::ASKS;
use connector::Registry;
use engine::{
    ChangeError, ConnectionChange, ConnectionSetup, Deploy, Deployed, Limits, OnWaiting, SaveDraft,
    Target,
};
use model::ids::{DeploymentId, RunId};
use model::{Company, EnvironmentKind, RunState, Secret};
use serde_json::{Map, json};
use std::collections::BTreeMap;
use store::{Former, PutCrossReference};

/// Waits for a word about its day, then says what it has come to.
const GREETS: &str = "\
schema: 1
flow: greets
trigger: manual
inputs:
  day: date
steps:
  - id: word
    set:
      text: ='said on ' + input.day
  - id: go
    wait:
      until: =xref('go', input.day)
      at_most: 30d
  - id: link
    use: books.cross_reference.set
    with:
      kind: said
      id: =input.day
      value: =steps.word.text + ', one'
";

fn two() -> String {
    GREETS.replace("', one'", "', two'")
}

async fn start(app: &App, flow: &str, day: &str) -> RunId {
    let input = json!({"day": day});
    let environment = app.environment();
    let started = app
        .engine
        .start_flow(environment, flow, &input, &format!("{flow}-{day}"), "ada")
        .await;
    app.engine.settled().await;
    started.expect("it starts").run
}

/// Says the word that a run of a day waits for; answers with what it said then.
async fn go(app: &App, day: &str) -> Option<String> {
    let put = PutCrossReference {
        environment: app.environment(),
        kind: "go".into(),
        id: day.into(),
        value: "yes".into(),
        who: "ada".into(),
        at: app.clock.now(),
    };
    app.engine
        .store()
        .put_cross_reference(put)
        .await
        .expect("written");
    // Who waits is woken by the store and found by its timer.
    app.pass(std::time::Duration::from_secs(301)).await;
    said(app, "said", day).await
}

async fn said(app: &App, kind: &str, day: &str) -> Option<String> {
    let store = app.engine.store();
    let said = store.cross_reference(app.environment(), kind, day).await;
    said.expect("the store answers")
}

async fn publish(app: &App, flow: &str, document: &str) -> i64 {
    let engine = &app.engine;
    let draft = engine.draft(flow).await.expect("a draft");
    let save = SaveDraft {
        document: document.to_owned(),
        samples: None,
        revision: draft.revision,
    };
    let saved = engine.save_draft(flow, save, "ada").await.expect("saved");
    let version = engine.publish(flow, saved.revision, "ada", "tests").await;
    version.unwrap_or_else(|e| panic!("{e:?}")).number
}

fn target(flow: &str, version: i64) -> Target {
    Target {
        flow: flow.to_owned(),
        environment: "sandbox".into(),
        version,
        bindings: BTreeMap::new(),
        from: None,
    }
}

async fn deploy(app: &App, target: Target, waiting: OnWaiting) -> Result<Deployed, ChangeError> {
    let act = Deploy {
        target,
        former: Former::Any,
        waiting,
        who: "ada".into(),
        reason: "tests".into(),
    };
    let done = app.engine.deploy(act).await;
    app.engine.settled().await;
    done
}

async fn back(app: &App, flow: &str, to: Option<DeploymentId>) -> Result<Deployed, ChangeError> {
    let (place, finish) = ((flow, "sandbox"), OnWaiting::Finish);
    let engine = &app.engine;
    engine
        .roll_back(place, to, Former::Any, finish, "ada", "tests")
        .await
}

fn codes(error: &ChangeError) -> Vec<&str> {
    match error {
        ChangeError::Problems { problems, .. } => {
            problems.iter().map(|p| p.code.as_str()).collect()
        }
        other => panic!("{other:?}"),
    }
}

async fn run_state(app: &App, run: RunId) -> RunState {
    app.engine.store().run(run).await.expect("a run").state
}

#[tokio::test]
async fn a_draft_is_saved_however_wrong_and_published_when_it_is_in_order() {
    on_both(&[GREETS], |app| async move {
        let engine = &app.engine;
        let draft = engine.draft("greets").await.expect("the newest version");
        assert_eq!((draft.revision, draft.latest, draft.saved), (0, Some(1), None));
        let save = |document: &str, samples: Option<Vec<String>>, revision| SaveDraft {
            document: document.to_owned(),
            samples,
            revision,
        };
        let wrong = GREETS.replace("wait:", "wat:");
        let saved = engine.save_draft("greets", save(&wrong, None, 0), "ada").await;
        let saved = saved.expect("a wrong draft is saved");
        assert_eq!((saved.revision, &saved.document), (1, &wrong));
        assert!(saved.problems.iter().any(model::Problem::is_error));
        let refused = engine.publish("greets", 1, "ada", "why").await;
        assert!(matches!(refused, Err(ChangeError::Problems { .. })));
        let late = engine.save_draft("greets", save(GREETS, None, 0), "bob").await;
        assert!(
            matches!(&late, Err(ChangeError::Store(store::Error::Changed { who, .. })) if who == "ada"),
            "{late:?}"
        );

        let sample = "schema: 1\nsample: says\ninputs:\n  day: '2026-11-24'\ngiven:\n  steps:\n    \
                      go: x\nexpect:\n  state: skipped\n  effects:\n    - use: \
                      books.cross_reference.set\n";
        let samples = Some(vec![sample.to_owned()]);
        let saved = engine.save_draft("greets", save(&two(), samples, 1), "bob").await;
        let saved = saved.expect("saved");
        assert_eq!(saved.problems, []);
        let refused = engine.publish("greets", 2, "ada", "why").await;
        assert_eq!(codes(&refused.expect_err("a sample fails")), ["sample_fails"]);
        let sample = sample.replace("state: skipped", "state: done");
        let saved = engine
            .save_draft("greets", save(&two(), Some(vec![sample]), 2), "bob")
            .await;
        assert_eq!(saved.expect("saved").revision, 3);
        assert!(engine.publish("greets", 3, "ada", " ").await.is_err(), "no reason");
        let version = engine.publish("greets", 3, "ada", "they said two").await;
        let version = version.unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!((version.number, version.who.as_str()), (2, "ada"));
        assert_eq!(version.steps.as_deref(), Some(r#"["word","go","link"]"#));
        let draft = engine.draft("greets").await.expect("the newest version");
        assert_eq!((draft.revision, draft.latest, draft.samples.len()), (4, Some(2), 1));
        let other = two().replace("flow: greets", "flow: greet");
        let saved = engine.save_draft("greets", save(&other, None, 4), "ada").await;
        let codes: Vec<_> = saved.expect("saved").problems.into_iter().map(|p| p.code).collect();
        assert_eq!(codes, ["other_flow"]);
        engine.discard_draft("greets", 5, "ada").await.expect("thrown away");
        assert_eq!(engine.draft("greets").await.expect("a version").document, two());
    })
    .await;
}

#[tokio::test]
async fn a_version_goes_live_and_back_while_runs_wait_and_a_restart_keeps_it() {
    on_both(&[GREETS], |mut app| async move {
        start(&app, "greets", "2026-11-01").await;
        publish(&app, "greets", &two()).await;
        let preview = app.engine.preview(&target("greets", 2)).await;
        let preview = preview.unwrap_or_else(|e| panic!("{e:?}"));
        let waiting = &preview.waiting;
        assert_eq!((waiting.count, waiting.movable), (1, 1), "{waiting:?}");
        assert_eq!(waiting.first[0].step.as_deref(), Some("go"));
        let former = preview.former.expect("the first").0.id;
        let act = |former| Deploy {
            target: target("greets", 2),
            former,
            waiting: OnWaiting::Finish,
            who: "ada".into(),
            reason: "tests".into(),
        };
        let stale = app.engine.deploy(act(Former::Exactly(None))).await;
        assert!(matches!(
            stale,
            Err(ChangeError::Store(store::Error::Changed { .. }))
        ));
        let done = app.engine.deploy(act(Former::Exactly(Some(former)))).await;
        let done = done.unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!((done.version, done.former), (2, Some(former)));
        start(&app, "greets", "2026-11-02").await;
        app.restart().await;
        start(&app, "greets", "2026-11-03").await;
        // Each run finishes on the version that it began with.
        for (day, expected) in [
            ("2026-11-01", "one"),
            ("2026-11-02", "two"),
            ("2026-11-03", "two"),
        ] {
            let said = go(&app, day).await;
            assert_eq!(said, Some(format!("said on {day}, {expected}")));
        }
        let done = back(&app, "greets", None)
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!(done.version, 1);
        start(&app, "greets", "2026-11-04").await;
        assert_eq!(
            go(&app, "2026-11-04").await.as_deref(),
            Some("said on 2026-11-04, one")
        );
        // A second rollback never goes to what the first one undid.
        assert!(matches!(
            back(&app, "greets", None).await,
            Err(ChangeError::Refused(_))
        ));
        let store = app.engine.store();
        let trail = store
            .audit_trail(store::Page::first(50))
            .await
            .expect("the trail");
        let actions: Vec<&str> = trail.iter().map(|a| a.action.as_str()).collect();
        for action in [
            "flow.publish",
            "flow.deploy",
            "flow.rollback",
            "environment.create",
        ] {
            assert!(actions.contains(&action), "{action}: {actions:?}");
        }
        assert_eq!(store.verify().await.expect("checked"), [""; 0]);
        // What the file says anew goes before what was deployed.
        app.flows = vec![GREETS.replace("', one'", "', three'")];
        app.restart().await;
        start(&app, "greets", "2026-11-05").await;
        assert_eq!(
            go(&app, "2026-11-05").await.as_deref(),
            Some("said on 2026-11-05, three")
        );
    })
    .await;
}

#[tokio::test]
async fn runs_move_where_it_is_safe_and_the_reason_is_told_where_it_is_not() {
    on_both(&[GREETS], |app| async move {
        start(&app, "greets", "2026-11-01").await;
        let unsafe_ones = [
            // A step before what is done.
            (
                GREETS.replace(
                    "  - id: word\n",
                    "  - id: first\n    set:\n      a: 1\n  - id: word\n",
                ),
                "where `word` was and `first` is now",
            ),
            // What is done gives something else.
            (
                GREETS.replace(
                    "      text: ='said on ' + input.day\n",
                    "      text: ='said on ' + input.day\n      more: 1\n",
                ),
                "what `word` gives has another form now",
            ),
            // What is under way is another thing.
            (
                GREETS.replace(
                    "    wait:\n      until: =xref('go', input.day)\n      at_most: 30d\n",
                    "    approve:\n      by: approver\n      at_most: 30d\n",
                ),
                "`go`, which it has begun, does something else now",
            ),
            (
                GREETS.replace("steps:", "order_by: =input.day\nsteps:"),
                "`order_by` of the flow differs",
            ),
        ];
        for (n, (document, reason)) in unsafe_ones.iter().enumerate() {
            let version = publish(&app, "greets", document).await;
            assert_eq!(usize::try_from(version).expect("small"), n + 2);
            let preview = app.engine.preview(&target("greets", version)).await;
            let waiting = preview.unwrap_or_else(|e| panic!("{e:?}")).waiting;
            let told: Vec<&String> = waiting.not_movable.keys().collect();
            assert!(
                waiting.movable == 0 && told[0].contains(reason),
                "{reason}: {told:?}"
            );
        }
        // What is yet to come may be anything, and another value of the same form too.
        let safe = two().replace("'said on '", "'told on '").replace(
            "  - id: link\n",
            "  - id: more\n    set:\n      a: 1\n  - id: link\n",
        );
        let version = publish(&app, "greets", &safe).await;
        let done = deploy(&app, target("greets", version), OnWaiting::Move).await;
        let done = done.unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!((done.treated.moved, done.treated.finish.len()), (1, 0));
        assert_eq!(
            go(&app, "2026-11-01").await.as_deref(),
            Some("said on 2026-11-01, two")
        );
    })
    .await;
}

#[tokio::test]
async fn a_run_that_asks_a_person_asks_again_after_it_has_moved() {
    on_both(&[ASKS], |app| async move {
        let run = start(&app, "asks", "2026-11-24").await;
        let page = store::Page::first(10);
        let asked = |app: &App| {
            let (engine, environment) = (app.engine.clone(), app.environment());
            async move {
                engine
                    .approvals(environment, page)
                    .await
                    .expect("a list")
                    .data
            }
        };
        let before = asked(&app).await.remove(0).id;
        let shows_more = ASKS.replace(
            "        day: =input.day\n",
            "        day: =input.day\n        of: books\n",
        );
        let version = publish(&app, "asks", &shows_more).await;
        let done = deploy(&app, target("asks", version), OnWaiting::Move).await;
        assert_eq!(done.unwrap_or_else(|e| panic!("{e:?}")).treated.moved, 1);
        let refused = app.engine.approve(&before, "eve", true, "").await;
        assert!(refused.is_err(), "an old yes answers no new question");
        let now = asked(&app).await.remove(0);
        assert_eq!(now.show, json!({"day": "2026-11-24", "of": "books"}));
        app.engine
            .approve(&now.id, "eve", true, "")
            .await
            .expect("decided");
        app.engine.settled().await;
        assert_eq!(run_state(&app, run).await, RunState::Done);
        assert_eq!(
            said(&app, "asked", "2026-11-24").await.as_deref(),
            Some("eve")
        );
    })
    .await;
}

#[tokio::test]
async fn runs_at_rest_are_cancelled_and_what_called_them_is_told() {
    let calls = GREETS.replace("flow: greets", "flow: calls").replace(
        "    wait:\n      until: =xref('go', input.day)\n      at_most: 30d\n",
        "    call: greets\n    with:\n      day: =input.day\n",
    );
    let greets = GREETS.replace("trigger: manual", "trigger:\n  - manual\n  - call");
    let greets = &greets;
    on_both(&[greets, &calls], |app| async move {
        let alone = start(&app, "greets", "2026-11-01").await;
        let caller = start(&app, "calls", "2026-11-02").await;
        let version = publish(&app, "greets", &greets.replace("', one'", "', two'")).await;
        let done = deploy(&app, target("greets", version), OnWaiting::Cancel).await;
        assert_eq!(
            done.unwrap_or_else(|e| panic!("{e:?}")).treated.cancelled,
            2
        );
        app.engine.settled().await;
        assert_eq!(run_state(&app, alone).await, RunState::Cancelled);
        assert_eq!(
            run_state(&app, caller).await,
            RunState::Dead,
            "its call was cancelled"
        );
    })
    .await;
}

fn company() -> Company {
    Company {
        name: "Other".into(),
        currency: "EUR".into(),
        books_zone: "Europe/Berlin".into(),
        collective_customer: "GUEST".into(),
        settings: Map::new(),
    }
}

fn stripe(app: &App, account: &str, key: &str) -> ConnectionSetup {
    ConnectionSetup {
        name: "stripe".into(),
        connector: "stripe".into(),
        settings: json!({"account": account, "base_url": app.stripe.url(), "since": 0}),
        credential: BTreeMap::from([("secret_key".to_owned(), Secret::new(key))]),
        next_credential: None,
        webhook_secrets: Vec::new(),
        limits: Limits::default(),
    }
}

const MAKES: &str = "\
schema: 1
flow: makes
trigger: stripe.charge.succeeded
key: =charge.id
steps:
  - id: made
    use: stripe.product.create
    with:
      reference: =charge.id
      name: =lookup('names', charge.currency) + company.default_terms
";

#[tokio::test]
async fn an_environment_is_made_and_a_promotion_stops_at_what_is_not_bound() {
    on_both(&[MAKES], |mut app| async move {
        app.put_row("names", "usd", "\"dollar\"").await;
        app.put_row("names", "eur", "\"euro\"").await;
        let engine = app.engine.clone();
        let test = EnvironmentKind::Test;
        let wrong = Company {
            currency: "EURO".into(),
            ..company()
        };
        assert!(
            engine
                .create_environment("Second", test, wrong, "ada")
                .await
                .is_err()
        );
        engine
            .create_environment("second", test, company(), "ada")
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
        let live = engine
            .create_environment("live", EnvironmentKind::Live, company(), "ada")
            .await;
        live.unwrap_or_else(|e| panic!("{e:?}"));

        // Real money and tests never meet.
        let key = sim::stripe::DEFAULT_KEY;
        for (environment, key) in [("second", "sk_live_1"), ("live", key)] {
            let made = engine
                .create_connection(environment, stripe(&app, "acct_2", key), "ada")
                .await;
            let error = made.err().expect("it is refused");
            assert!(codes(&error).contains(&"wrong_mode"), "{error:?}");
        }

        let promoted = |accept: &[&str]| {
            let (engine, accept) = (
                engine.clone(),
                accept.iter().map(|a| (*a).to_owned()).collect(),
            );
            async move {
                engine
                    .promoted("makes", "sandbox", "second", accept)
                    .await
                    .expect("a target")
            }
        };
        let preview = engine
            .preview(&promoted(&[]).await)
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
        let unbound: Vec<(&str, &str)> = preview
            .unbound
            .iter()
            .map(|u| (u.kind, u.name.as_str()))
            .collect();
        let setting = "environments.second.company.settings.default_terms";
        assert_eq!(
            unbound,
            [
                ("setting", setting),
                ("connection", "stripe"),
                ("table", "names")
            ]
        );
        let act = |target| Deploy {
            target,
            former: Former::Exactly(None),
            waiting: OnWaiting::Finish,
            who: "ada".into(),
            reason: "tests".into(),
        };
        assert!(engine.deploy(act(promoted(&[]).await)).await.is_err());

        let made = engine
            .create_connection("second", stripe(&app, "acct_2", key), "ada")
            .await;
        let made = made.unwrap_or_else(|e| panic!("{e:?}"));
        let settings = Map::from_iter([("default_terms".to_owned(), json!("N30"))]);
        let revision = engine
            .catalog()
            .environment("second")
            .expect("it is there")
            .revision;
        let full = Company {
            settings,
            ..company()
        };
        engine
            .change_environment("second", revision, full, "ada")
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
        let second = engine
            .catalog()
            .environment("second")
            .expect("it is there")
            .id;
        let put = store::LookupChange {
            environment: second,
            rows: vec![store::LookupPut {
                table: "names".into(),
                key: "usd".into(),
                valid_from: model::Timestamp::default(),
                value: Some("\"Dollar\"".into()),
            }],
            expected: None,
            who: "test".into(),
            at: app.clock.now(),
        };
        engine.store().lookup_put(put).await.expect("a row");
        let preview = engine
            .preview(&promoted(&[]).await)
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!(preview.unbound.len(), 1, "{:?}", preview.unbound);
        assert!(
            preview.unbound[0]
                .sentence
                .contains("lacks 1 row that `sandbox` has: `eur`")
        );
        let kinds: Vec<&str> = preview.differs.iter().map(|d| d.kind).collect();
        assert_eq!(
            kinds,
            ["rows", "setting", "connection"],
            "{:?}",
            preview.differs
        );
        assert!(
            engine.deploy(act(promoted(&[]).await)).await.is_err(),
            "it stops there"
        );
        let done = engine.deploy(act(promoted(&["names"]).await)).await;
        done.unwrap_or_else(|e| panic!("{e:?}"));

        // Both environments take the events from now on.
        app.stripe.purchase(&purchase()).expect("it is paid");
        app.take_events().await;
        let both = app.committed("POST /v1/products");
        assert_eq!(both, 2, "{:?}", app.runs().await);

        // A connection goes on leading to the same system, and stays while it is bound.
        let change = ConnectionChange {
            settings: Some(json!({"account": "acct_3", "base_url": app.stripe.url()})),
            ..ConnectionChange::default()
        };
        let other = engine
            .change_connection("second", "stripe", made.revision, change, "ada")
            .await;
        assert_eq!(codes(&other.err().expect("refused")), ["other_peer"]);
        let bound = engine
            .delete_connection("second", "stripe", made.revision, "ada")
            .await;
        assert!(matches!(bound, Err(ChangeError::Refused(_))), "{bound:?}");
        app.restart().await;
        let catalog = app.engine.catalog();
        assert!(
            catalog.active(second, "makes").is_some(),
            "a restart keeps what the API made"
        );
    })
    .await;
}

#[test]
fn sessions_say_what_they_lead_to() {
    let registry: Registry = crate::app::REGISTRY;
    for connector in registry.connectors() {
        let runtime = connector::Runtime {
            clock: model::clock::Clock::manual(model::Timestamp::default()),
            entropy: model::clock::Entropy::seeded(1),
            http: connector::http::Http::new().expect("a client"),
        };
        let example = (connector.example)();
        let kind = example.environment;
        let session = (connector.open)(example, runtime);
        let session = session.unwrap_or_else(|p| panic!("{}: {p:?}", connector.id));
        let opposite = match kind {
            EnvironmentKind::Test => connector::Mode::Live,
            EnvironmentKind::Live => connector::Mode::Test,
        };
        assert_ne!(session.mode(), opposite, "{}", connector.id);
    }
}
