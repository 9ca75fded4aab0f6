//! One story: a mapping is changed, tried on the past, published, deployed to test and promoted to
//! live while a thousand runs are in flight and fifty wait; the mistake is found and taken back.

use crate::app::App;
use engine::what_if::{Difference, LookupsAt, WhatIf, WhatIfRequest};
use engine::{ConnectionSetup, Deploy, Deployed, Limits, OnWaiting, SaveDraft, Target};
use futures::future::join_all;
use model::ids::{EnvironmentId, RunId};
use model::{Company, EnvironmentKind, RunState, Secret, Timestamp};
use serde_json::{Map, json};
use sim::faults::{Action, Fault, Match};
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;
use store::{Former, JobState, Page, PutCrossReference, RunFilter};

/// Registers a customer; every twentieth waits for a word first.
const REGISTER: &str = "\
schema: 1
flow: register
trigger: manual
inputs:
  n: integer
steps:
  - id: word
    when: =input.n % 20 == 0
    wait:
      until: =xref('word', text(input.n))
      at_most: 30d
  - id: made
    use: infor.customer.create
    with:
      external_id: ='cus_' + text(input.n)
      name: ='Customer ' + text(input.n)
      address:
        lines:
          - 12 Main St
        city: Springfield
        country: US
";

const LIVE: &str = "production";

struct Story {
    app: App,
    live: EnvironmentId,
}

impl Story {
    /// The flow in force in the sandbox, and a live environment with the ERP's production tenant.
    async fn begin(settings: store::Settings) -> Self {
        let app = App::start(settings, &[REGISTER]).await;
        let engine = &app.engine;
        let company = Company {
            name: "Books".into(),
            currency: "USD".into(),
            books_zone: "America/New_York".into(),
            collective_customer: "WEBGUEST".into(),
            settings: Map::new(),
        };
        let live = engine
            .create_environment(LIVE, EnvironmentKind::Live, company, "ada")
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
        let catalog = engine.catalog();
        let sandbox = catalog.environment("sandbox").expect("it is there");
        let erp = catalog.connection(sandbox.id, "m3").expect("it is there");
        let ionapi = |tenant| app.infor.ionapi_of(tenant, &app.infor.url()).to_string();
        let setup = |ionapi: String| ConnectionSetup {
            name: "m3".into(),
            connector: "infor".into(),
            settings: erp.settings.clone(),
            credential: BTreeMap::from([("ionapi".to_owned(), Secret::new(ionapi))]),
            next_credential: None,
            webhook_secrets: Vec::new(),
            limits: Limits {
                per_second: 10_000,
                in_flight: 64,
            },
        };
        let trial = setup(ionapi(sim::infor::TENANT));
        assert!(engine.create_connection(LIVE, trial, "ada").await.is_err());
        engine
            .create_connection(LIVE, setup(ionapi(sim::infor::PRODUCTION)), "ada")
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
        let live = live.id;
        Self { app, live }
    }

    async fn start(&self, environment: EnvironmentId, numbers: Range<i64>) {
        let starts = numbers.map(|n| {
            let (engine, input) = (self.app.engine.clone(), json!({"n": n}));
            async move {
                let key = format!("{environment}-{n}");
                let started = engine.start_flow(environment, "register", &input, &key, "ada");
                started.await.expect("it starts");
            }
        });
        join_all(starts).await;
        self.app.engine.settled().await;
    }

    async fn act(&self, target: Target, reason: &str) -> Deployed {
        let act = Deploy {
            target,
            former: Former::Any,
            waiting: OnWaiting::Finish,
            who: "ada".into(),
            reason: reason.into(),
        };
        let done = self.app.engine.deploy(act).await;
        done.unwrap_or_else(|e| panic!("{e:?}"))
    }

    async fn what_if(&self, document: &str) -> (WhatIf, Vec<Difference>) {
        let engine = &self.app.engine;
        let asked = WhatIfRequest {
            document: document.into(),
            version: None,
            from: Timestamp(0),
            to: Timestamp::MAX,
            lookups: LookupsAt::Then,
        };
        let catalog = engine.catalog();
        let live = catalog.environment_by_id(self.live).expect("it is there");
        let begun = engine.what_if(live, asked, "ada").await.expect("it begins");
        let job = loop {
            let now = engine.show_what_if(begun.record.id).await.expect("a job");
            if now.record.state != JobState::Running {
                break now;
            }
            tokio::task::yield_now().await;
        };
        let found = engine.what_if_differences(&job, Page::first(100)).await;
        let found = found.expect("differences").into_iter();
        (job, found.map(|(_, difference)| difference).collect())
    }

    /// Says the word that runs wait for.
    async fn say(&self, numbers: Range<i64>) {
        for n in numbers.filter(|n| n % 20 == 0) {
            let put = PutCrossReference {
                environment: self.live,
                kind: "word".into(),
                id: n.to_string(),
                value: "go".into(),
                who: "ada".into(),
                at: self.app.clock.now(),
            };
            let store = self.app.engine.store();
            store.put_cross_reference(put).await.expect("written");
        }
    }

    /// Every live run: its number, version and state.
    async fn runs(&self) -> BTreeMap<i64, (i64, RunState, RunId)> {
        let store = self.app.engine.store();
        let mut versions = BTreeMap::new();
        for deployment in store
            .deployments(Some(self.live), false)
            .await
            .expect("read")
        {
            let version = store.flow_version(deployment.version).await.expect("read");
            versions.insert(deployment.id, version.number);
        }
        let (mut found, mut page) = (BTreeMap::new(), Page::first(500));
        loop {
            let runs = store.runs(self.live, RunFilter::default(), page).await;
            let runs = runs.expect("read");
            let Some(last) = runs.last() else { break };
            page.after = Some(last.id.0);
            for run in &runs {
                // The business key of a start is its idempotency key.
                let n = run.key.rsplit('-').next().and_then(|n| n.parse().ok());
                let n: i64 = n.unwrap_or_else(|| panic!("{}", run.key));
                let known = found.insert(n, (versions[&run.deployment], run.state, run.id));
                assert_eq!(known, None, "{n} has two runs");
            }
        }
        found
    }

    /// Customers by number, as the ERP has them.
    fn customers(&self) -> BTreeMap<i64, Vec<String>> {
        let mut found: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for customer in self.app.infor.customers().values() {
            let name = customer.get("CUNM");
            let n = name.rsplit(' ').next().and_then(|n| n.parse().ok());
            if let Some(n) = n {
                found.entry(n).or_default().push(name.to_owned());
            }
        }
        found
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_goes_live_under_load_and_is_taken_back() {
    let (store, guard) = store::testing::sqlite().await;
    store.close().await;
    let story = Story::begin(guard.settings()).await;
    let (engine, live) = (&story.app.engine, story.live);
    let first = engine
        .promoted("register", "sandbox", LIVE, Vec::new())
        .await;
    story.act(first.expect("a target"), "the beginning").await;
    story.start(live, 1..20).await;
    let letters = engine
        .store()
        .dead_letters(live, store::LetterFilter::default(), Page::first(1))
        .await;
    assert_eq!(letters.expect("read"), [], "the beginning is sound");

    // The mapping is changed, and what it would have done is seen before it is done.
    let draft = engine.draft("register").await.expect("a draft");
    let changed = REGISTER.replace("'Customer '", "'Buyer '");
    let save = SaveDraft {
        document: changed.clone(),
        samples: None,
        revision: draft.revision,
    };
    let saved = engine
        .save_draft("register", save, "ada")
        .await
        .expect("saved");
    let flow = |text: &str| model::flow::parse(text).0.expect("a flow");
    let differs = model::flow::diff::diff(&flow(REGISTER), &flow(&changed));
    assert_eq!(differs.len(), 1, "{differs:?}");
    println!("diff: {}", differs[0].sentence);
    let (job, found) = story.what_if(&changed).await;
    assert_eq!(job.progress.headline(), "19 of 19 would book differently");
    assert_eq!(job.progress.coverage(), "19 of 19 bodies");
    println!("what-if: {}", found[0].sentences().join("; "));

    // Published, tried in the sandbox.
    let version = engine
        .publish("register", saved.revision, "ada", "they are buyers")
        .await;
    assert_eq!(version.expect("published").number, 2);
    let target = Target {
        flow: "register".into(),
        environment: "sandbox".into(),
        version: 2,
        bindings: BTreeMap::new(),
        from: None,
    };
    story.act(target, "to try it").await;
    let sandbox = story.app.environment();
    story.start(sandbox, 900_001..900_003).await;

    // A thousand runs are in flight, since the ERP is away, and fifty of them wait.
    story.app.infor.faults().plant(Fault {
        matcher: Match::default(),
        times: None,
        action: Action::Status {
            status: 503,
            code: None,
            message: None,
            headers: BTreeMap::new(),
        },
    });
    story.start(live, 1_000..2_000).await;
    let target = engine
        .promoted("register", "sandbox", LIVE, Vec::new())
        .await;
    let target = target.expect("a target");
    let preview = engine
        .preview(&target)
        .await
        .unwrap_or_else(|e| panic!("{e:?}"));
    let waiting = &preview.waiting;
    assert_eq!(
        (waiting.count, waiting.by_state.get("waiting")),
        (1_000, Some(&50)),
        "{waiting:?}"
    );
    let promoted = story.act(target, "tried").await;
    println!("promoted: {:?}", promoted.treated);
    story.start(live, 2_000..2_040).await;

    // The mistake is found. What has not begun to register anybody goes back with the version.
    let back = engine
        .roll_back(
            ("register", LIVE),
            None,
            Former::Exactly(Some(promoted.deployment)),
            OnWaiting::Move,
            "ada",
            "they are customers",
        )
        .await;
    let back = back.unwrap_or_else(|e| panic!("{e:?}"));
    println!("rolled back: {:?}", back.treated);
    // With the two that wait on the version that is taken back go the fifty that wait on the one
    // before: it is in force again.
    assert_eq!((back.version, back.treated.moved), (1, 52));
    story.app.infor.faults().clear();
    story.start(live, 3_000..3_010).await;
    story.say(1_000..3_010).await;
    for _ in 0..8 {
        story.app.pass(Duration::from_secs(900)).await;
    }

    // Every run is there, with its version and its one effect; nothing is lost or doubled.
    let (runs, customers) = (story.runs().await, story.customers());
    let numbers: Vec<i64> = (1..20).chain(1_000..2_040).chain(3_000..3_010).collect();
    assert!(runs.keys().copied().eq(numbers.iter().copied()));
    let mut by_version: BTreeMap<i64, usize> = BTreeMap::new();
    for (n, (version, state, run)) in &runs {
        assert_eq!(*state, RunState::Done, "{run} of {n}");
        *by_version.entry(*version).or_default() += 1;
        let word = if *version == 1 { "Customer" } else { "Buyer" };
        assert_eq!(
            customers[n],
            [format!("{word} {n}")],
            "{run} on version {version}"
        );
    }
    println!("runs by version: {by_version:?}");
    assert_eq!(by_version, BTreeMap::from([(1, 1_031), (2, 38)]));
    assert_eq!(engine.store().verify().await.expect("checked"), [""; 0]);
}
