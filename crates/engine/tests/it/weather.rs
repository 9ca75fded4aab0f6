//! Bad weather at the peers while sales go on: whatever they do, in the end everything is done once
//! and nothing needed a person.

use crate::app::{App, on_both, purchase};
use crate::books::{FLOWS, fill, ours, theirs, work};
use sim::faults::{Action, Fault, Match};
use std::collections::BTreeMap;
use std::time::Duration;

const SALES: usize = 4;
const HOUR: Duration = Duration::from_secs(3_600);

async fn sell(app: &App) {
    for _ in 0..SALES {
        app.stripe.purchase(&purchase()).expect("it is paid");
    }
    app.take_events().await;
}

/// Lets time pass as it does, with everything that is done by the clock.
async fn pass(app: &App, span: Duration, times: usize) {
    for _ in 0..times {
        app.pass(span).await;
        app.engine.watch().await;
        app.engine.settled().await;
    }
}

/// The same while connections are slowed down: who waits for its turn waits for the clock, so time
/// passes a little whenever nothing else goes on.
async fn pass_slowly(app: &App, span: Duration, times: usize) {
    for _ in 0..times {
        ticking(app, app.pass(span)).await;
        ticking(app, async { assert!(app.engine.watch().await < 1_000) }).await;
        ticking(app, app.engine.settled()).await;
    }
}

async fn ticking(app: &App, work: impl Future<Output = ()>) {
    let ticks = async {
        loop {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            app.clock.advance(Duration::from_millis(100));
        }
    };
    tokio::select! {
        () = work => {}
        () = ticks => unreachable!("it ticks for ever"),
    }
}

/// The weather is over: all sales stand in the ERP, each thing once, and the books tie.
async fn all_is_done_once(app: &App) {
    app.stripe.faults().clear();
    app.infor.faults().clear();
    pass(app, HOUR, 3).await;
    work(app).await;
    no_letters(app).await;
    let runs = app.runs().await;
    for state in ["retry", "parked", "waiting", "ready", "running"] {
        assert_eq!(runs.get(state).copied().unwrap_or(0), 0, "{runs:?}");
    }
    let orders = app.infor.orders();
    assert_eq!(orders.values().filter(|o| !o.history).count(), SALES);
    for ((kind, reference), count) in app.infor.postings_per_reference() {
        assert_eq!(count, 1, "{kind} {reference}");
    }
    let books = ours(app).await;
    let gross = i64::try_from(SALES).expect("a few") * 2_400;
    assert_eq!(books["1010"] + books["6000"], gross, "{books:?}");
    for account in ["1010", "6000"] {
        assert_eq!(theirs(app, account), books[account], "{account} in the ERP");
    }
}

/// Nobody is asked for anything.
async fn no_letters(app: &App) {
    let filter = store::LetterFilter::default();
    let page = store::Page::first(10);
    let store = app.engine.store();
    let letters = store
        .dead_letters(app.environment(), filter, page)
        .await
        .expect("letters");
    let messages: Vec<String> = letters.into_iter().map(|l| l.letter.message).collect();
    assert_eq!(messages, Vec::<String>::new());
}

fn status(status: u16) -> Action {
    Action::Status {
        status,
        code: None,
        message: None,
        headers: BTreeMap::new(),
    }
}

fn always(action: Action, percent: u8) -> Fault {
    let matcher = Match {
        percent: Some(percent),
        ..Match::default()
    };
    Fault {
        matcher,
        times: None,
        action,
    }
}

fn at(operation: &str, times: u32, action: Action) -> Fault {
    let matcher = Match {
        operation: Some(operation.into()),
        ..Match::default()
    };
    Fault {
        matcher,
        times: Some(times),
        action,
    }
}

#[tokio::test]
async fn the_erp_is_away_for_a_night_and_nothing_is_lost_or_asked() {
    on_both(&FLOWS, |app| async move {
        fill(&app).await;
        app.infor.faults().plant(always(status(503), 100));
        sell(&app).await;
        // Eight hours, a quarter of an hour at a time.
        pass(&app, HOUR / 4, 32).await;
        let runs = app.runs().await;
        assert_eq!(
            runs.get("dead"),
            None,
            "a night is no reason to give up: {runs:?}"
        );
        assert!(runs.get("retry").is_some_and(|n| *n > 0), "{runs:?}");
        let orders = app.infor.orders();
        assert_eq!(orders.values().filter(|o| !o.history).count(), 0);
        all_is_done_once(&app).await;
    })
    .await;
}

#[tokio::test]
async fn a_storm_of_429_is_waited_out_at_both_peers() {
    on_both(&FLOWS, |app| async move {
        fill(&app).await;
        // The gateway's own limit: three calls a minute for all of it; the rest is refused.
        app.infor.set(|s| {
            s.spike = Some(sim::infor::Spike {
                max: 3,
                period_s: 60,
                retry_after: true,
            });
        });
        ticking(&app, sell(&app)).await;
        app.stripe.faults().plant(always(status(429), 70));
        pass_slowly(&app, Duration::from_secs(61), 30).await;
        no_letters(&app).await;
        let asked = app.infor.journal().since(0);
        let refused = asked.iter().filter(|e| e.status == 429).count();
        assert!(refused > 10, "only {refused} were refused");
        app.infor.set(|s| s.spike = None);
        ticking(&app, all_is_done_once(&app)).await;
    })
    .await;
}

#[tokio::test]
async fn a_token_that_ends_in_the_middle_of_a_flow_is_renewed() {
    on_both(&FLOWS, |app| async move {
        fill(&app).await;
        for operation in [
            "OIS100MI/Confirm",
            "OIS100MI/AddBatchHead",
            "GLS840MI/UpdBatch",
        ] {
            app.infor
                .faults()
                .plant(at(operation, 2, Action::KillToken));
        }
        sell(&app).await;
        // And by age, between any two calls.
        app.infor.kill_tokens();
        work(&app).await;
        assert!(
            app.infor.tokens_issued() > 3,
            "{}",
            app.infor.tokens_issued()
        );
        let paused = app
            .engine
            .catalog()
            .connections()
            .iter()
            .any(|c| c.gate.pause().is_some());
        assert!(!paused, "a token that ended is no refused credential");
        all_is_done_once(&app).await;
    })
    .await;
}

#[tokio::test]
async fn a_page_of_html_is_no_answer_whether_or_not_it_was_executed() {
    on_both(&FLOWS, |app| async move {
        fill(&app).await;
        for (operation, action) in [
            ("CRS610MI/*", Action::Html { status: 200 }),
            ("OIS100MI/AddBatchLine", Action::Html { status: 200 }),
            ("OIS100MI/Confirm", Action::HtmlAfter { status: 200 }),
            ("GLS840MI/AddBatchHead", Action::HtmlAfter { status: 502 }),
            ("GLS840MI/UpdBatch", Action::HtmlAfter { status: 200 }),
        ] {
            app.infor.faults().plant(at(operation, 1, action));
        }
        sell(&app).await;
        let page = at("GET /v1/*", 3, Action::Html { status: 200 });
        app.stripe.faults().plant(page);
        let page = at("POST /v1/charges/*", 1, Action::HtmlAfter { status: 502 });
        app.stripe.faults().plant(page);
        pass(&app, Duration::from_secs(301), 6).await;
        all_is_done_once(&app).await;
    })
    .await;
}
