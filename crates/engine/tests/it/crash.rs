//! A worker dies at every point of a run, and nothing is lost or doubled.

use crate::app::{App, MAKES, on_both, purchase};
use engine::{Options, Points};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Dies once, at the point with this number.
fn dies_at(number: usize, passed: &Arc<AtomicUsize>) -> Options {
    let passed = Arc::clone(passed);
    let points = Points::new(move |name| {
        // A delivery that dies before it is answered is the sender's to repeat: not tested here.
        if name.starts_with("ingest") {
            return;
        }
        let n = passed.fetch_add(1, Ordering::SeqCst);
        assert_ne!(n, number, "died at point {n}, {name}, as asked");
    });
    Options {
        points,
        ..Options::default()
    }
}

#[tokio::test]
async fn a_worker_that_dies_at_any_point_loses_and_doubles_nothing() {
    on_both(&[MAKES], |mut app| async move {
        let passed = Arc::new(AtomicUsize::new(0));
        app.restart_with(dies_at(usize::MAX, &passed)).await;
        app.stripe.purchase(&purchase()).expect("it is paid");
        app.take_events().await;
        let points = passed.load(Ordering::SeqCst);
        assert!(points >= 10, "{points} points");
        for point in 0..points {
            died_at(&mut app, point).await;
        }
    })
    .await;
}

async fn died_at(app: &mut App, point: usize) {
    let passed = Arc::new(AtomicUsize::new(0));
    app.restart_with(dies_at(point, &passed)).await;
    let before = app.committed("POST /v1/products");
    let done = app.runs().await.get("done").copied().unwrap_or(0);
    app.stripe.purchase(&purchase()).expect("it is paid");
    app.take_events().await;
    for _ in 0..4 {
        app.pass(Duration::from_secs(301)).await;
    }
    let runs = app.runs().await;
    assert_eq!(
        runs.get("done"),
        Some(&(done + 1)),
        "point {point}: {runs:?}"
    );
    assert_eq!(
        app.committed("POST /v1/products") - before,
        2,
        "point {point}"
    );
}

const TELLS: &str = "\
schema: 1
flow: tells
trigger: stripe.charge.succeeded
key: =charge.id
steps:
  - id: told
    use: mail.message.send
    with:
      reference: =charge.id
      to:
        - ada@example.com
      subject: Thank you
      text: Thank you.
  - id: again
    use: stripe.charge.get
    with:
      id: =charge.id
";

#[tokio::test]
async fn a_worker_that_dies_at_any_point_sends_a_mail_once_or_recognisably_again() {
    on_both(&[TELLS], |mut app| async move {
        let passed = Arc::new(AtomicUsize::new(0));
        app.restart_with(dies_at(usize::MAX, &passed)).await;
        app.stripe.purchase(&purchase()).expect("it is paid");
        app.take_events().await;
        let points = passed.load(Ordering::SeqCst);
        assert!(points >= 3, "{points} points");
        let mut doubled = 0;
        for point in 0..points {
            let before = app.mail.messages().len();
            let passed = Arc::new(AtomicUsize::new(0));
            app.restart_with(dies_at(point, &passed)).await;
            app.stripe.purchase(&purchase()).expect("it is paid");
            app.take_events().await;
            for _ in 0..4 {
                app.pass(Duration::from_secs(301)).await;
            }
            let messages = app.mail.messages();
            let ids: Vec<_> = messages[before..]
                .iter()
                .map(|m| m.header("message-id"))
                .collect();
            assert!(matches!(ids.len(), 1 | 2), "point {point}: {ids:?}");
            assert!(ids.iter().all(|id| id == &ids[0]), "point {point}: {ids:?}");
            doubled += ids.len() - 1;
        }
        // Only between the server's answer and our writing it down.
        assert!(doubled <= 1, "{doubled} of {points} points repeat the mail");
        eprintln!("{points} points, {doubled} of them repeat the mail");
    })
    .await;
}
