//! What starts a run besides a peer's event: the clock and a person.

use crate::app::{App, START, on_both};
use engine::StartError;
use serde_json::{Value, json};
use std::time::Duration;
use store::{EventFilter, Page};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

const HOURLY: &str = "\
schema: 1
flow: hourly
trigger:
  every: 1h
steps:
  - id: at
    set:
      time: =schedule.at
      missed: =schedule.missed
";

const NIGHTLY: &str = "\
schema: 1
flow: nightly
trigger:
  - cron: '30 2 * * *'
    zone: Europe/Stockholm
  - manual
steps:
  - id: at
    set:
      time: =schedule.?at.orValue(0)
";

const CLOSE: &str = "\
schema: 1
flow: close
trigger: manual
inputs:
  day: date
  count:
    type: integer
    default: 3
key: =input.day
steps:
  - id: link
    use: books.cross_reference.set
    with:
      kind: closed
      id: =input.day
      value: =text(input.count)
";

const BY_EVENT: &str = "\
schema: 1
flow: by-event
trigger: stripe.charge.succeeded
steps:
  - id: paid
    check: =charge.paid
    else: skip
";

/// The sender's ids of the events, the oldest first.
async fn events(app: &App) -> Vec<String> {
    let store = app.engine.store();
    let filter = EventFilter::default();
    let events = store
        .events(app.environment(), filter, Page::first(100))
        .await;
    let mut keys: Vec<String> = events
        .expect("events")
        .into_iter()
        .map(|e| e.dedupe_key)
        .collect();
    keys.reverse();
    keys
}

async fn look(app: &App) -> usize {
    let came = app.engine.watch().await;
    app.engine.settled().await;
    came
}

#[tokio::test]
async fn a_schedule_fires_once_for_each_time_and_once_for_all_that_were_missed() {
    on_both(&[HOURLY], |mut app| async move {
        // The first look begins to count: 09:00 itself is not made up for.
        assert_eq!(look(&app).await, 0);
        app.pass(HOUR - Duration::from_secs(1)).await;
        assert_eq!(look(&app).await, 0);
        app.pass(Duration::from_secs(1)).await;
        assert_eq!(look(&app).await, 1);
        assert_eq!(look(&app).await, 0);
        let first = format!("schedule:hourly:0@{}", START + 3_600);
        assert_eq!(events(&app).await, [first.as_str()]);
        app.restart().await;
        assert_eq!(look(&app).await, 0);
        // A night without anybody.
        app.pass(HOUR * 9 + Duration::from_secs(60)).await;
        app.restart().await;
        assert_eq!(look(&app).await, 1);
        assert_eq!(look(&app).await, 0);
        let second = format!("schedule:hourly:0@{}", START + 36_000);
        assert_eq!(events(&app).await, [first.as_str(), second.as_str()]);
        app.are("done", 2).await;
    })
    .await;
}

#[tokio::test]
async fn another_span_in_its_place_begins_anew() {
    on_both(&[HOURLY], |mut app| async move {
        look(&app).await;
        app.pass(HOUR).await;
        assert_eq!(look(&app).await, 1);
        app.flows = vec![HOURLY.replace("1h", "30m")];
        app.pass(HOUR * 5).await;
        app.restart().await;
        assert_eq!(look(&app).await, 0);
        app.pass(HOUR / 2).await;
        assert_eq!(look(&app).await, 1);
        let keys = events(&app).await;
        assert_eq!(
            keys.last(),
            Some(&format!("schedule:hourly:0@{}", START + 3_600 * 6 + 1_800))
        );
    })
    .await;
}

#[tokio::test]
async fn a_nightly_schedule_keeps_the_wall_clock_over_a_change_of_it() {
    on_both(&[NIGHTLY], |app| async move {
        look(&app).await;
        // 2026-11-24 to 2027-03-27: then the clock goes forward on the 28th.
        app.pass(DAY * 123).await;
        assert_eq!(look(&app).await, 1);
        for _ in 0..72 {
            app.pass(HOUR).await;
            look(&app).await;
        }
        let fired: Vec<String> = events(&app).await;
        let at = |text: &str| {
            let at: jiff::Timestamp = text.parse().expect("a time");
            format!("schedule:nightly:0@{}", at.as_second())
        };
        // 02:30 does not exist on the 28th: the first moment after the gap.
        let expected = [
            "2027-03-27T01:30:00Z",
            "2027-03-28T01:00:00Z",
            "2027-03-29T00:30:00Z",
            "2027-03-30T00:30:00Z",
        ];
        assert_eq!(fired, expected.map(at));
        app.are("done", 4).await;
    })
    .await;
}

async fn start(
    app: &App,
    flow: &str,
    input: &Value,
    key: &str,
) -> Result<engine::Started, StartError> {
    let started = app
        .engine
        .start_flow(app.environment(), flow, input, key, "ada")
        .await;
    app.engine.settled().await;
    started
}

#[tokio::test]
async fn a_person_starts_a_flow_once_for_a_key() {
    on_both(&[CLOSE, BY_EVENT, NIGHTLY], |mut app| async move {
        let input = json!({"day": "2026-11-24"});
        let first = start(&app, "close", &input, "k1").await.expect("it starts");
        assert!(!first.is_repeated);
        let store = app.engine.store();
        let linked = store
            .cross_reference(app.environment(), "closed", "2026-11-24")
            .await;
        assert_eq!(linked.expect("the store answers").as_deref(), Some("3"));
        app.restart().await;
        let again = start(&app, "close", &input, "k1")
            .await
            .expect("it is known");
        assert_eq!((again.run, again.is_repeated), (first.run, true));
        let other = start(&app, "close", &json!({"day": "2026-11-25"}), "k1").await;
        assert!(matches!(other, Err(StartError::OtherInput(_))), "{other:?}");
        // Another start for the same business key is covered: nothing is done twice.
        let covered = start(&app, "close", &input, "k2")
            .await
            .expect("it is stored");
        let covered = app.engine.store().run(covered.run).await.expect("a run");
        assert_eq!(covered.state, model::RunState::Covered);
        // The subject that is absent is an empty map.
        start(&app, "nightly", &json!({}), "k1")
            .await
            .expect("it starts");
        let runs = app.runs().await;
        assert_eq!(
            (runs.get("done"), runs.get("dead")),
            (Some(&2), None),
            "{runs:?}"
        );
        let trail = app
            .engine
            .store()
            .audit_trail(Page::first(1))
            .await
            .expect("a trail");
        assert_eq!(
            (trail[0].who.as_str(), trail[0].action.as_str()),
            ("ada", "flow.start")
        );

        let refused = start(&app, "by-event", &json!({}), "k1")
            .await
            .expect_err("no such start");
        assert!(
            refused.to_string().contains("add `manual` or `api`"),
            "{refused}"
        );
        let unknown = start(&app, "nothing", &json!({}), "k1").await;
        assert!(matches!(unknown, Err(StartError::NoFlow(_))), "{unknown:?}");
        let wrong = start(&app, "close", &json!({"count": "x"}), "k3").await;
        let Err(StartError::Input(problems)) = wrong else {
            panic!("{wrong:?}");
        };
        let codes: Vec<&str> = problems.iter().map(|p| p.code.as_str()).collect();
        assert_eq!(codes, ["missing_input", "wrong_type"]);
        let no_key = start(&app, "close", &input, "").await;
        assert!(
            matches!(no_key, Err(StartError::Refused { .. })),
            "{no_key:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_peer_is_asked_as_often_as_the_flow_says_that_asks_most_often() {
    let flow = |id: &str, every: &str| {
        format!(
            "schema: 1\nflow: {id}\ntrigger:\n  event: infor.invoice.created\n{every}steps:\n  \
             - id: seen\n    set:\n      number: =invoice.invoice\n"
        )
    };
    let (often, seldom) = (
        flow("often", "  every: 90s\n"),
        flow("seldom", "  every: 1h\n"),
    );
    let own = flow("own", "").replace("trigger:\n  event: ", "trigger: ");
    for (flows, seconds) in [
        (vec![&often, &seldom, &own], 90),
        (vec![&seldom, &own], 300),
    ] {
        let flows: Vec<&str> = flows.into_iter().map(String::as_str).collect();
        on_both(&flows, |app| async move {
            look(&app).await;
            let cursors = app.engine.store().poll_cursors().await.expect("cursors");
            let polled = cursors
                .iter()
                .find(|c| c.trigger == "infor.invoice.created");
            let next = polled.expect("it was polled").next_at;
            assert_eq!(next.since(app.clock.now()), Duration::from_secs(seconds));
        })
        .await;
    }
}
