//! Part (a): signed POST to acknowledged.

use crate::Plan;
use crate::load::Loaded;
use crate::place::Ground;
use crate::process::{Numbers, Process, Shape, load, rest};
use crate::report::{Bound, Report, Series};
use anyhow::Result;
use std::time::Duration;

/// Connections of the closed loops.
const CONNECTIONS: [usize; 3] = [16, 64, 256];
/// Shares of the baseline's maximum in the open loops, in percent.
const LOADS: [u32; 2] = [50, 90];
/// What a peer allows that is away or slow: Stripe's own limit of requests a second.
const LIMITS: [&str; 4] = ["--per-second", "100", "--in-flight", "16"];
/// A peer that is slow takes as long as this for an answer.
const SLOW_MS: u64 = 30_000;

/// Measures the bare programs against Towpath with the flow's connection paused.
pub async fn paused(
    plan: &Plan,
    ground: &Ground,
    numbers: &mut Numbers,
    report: &mut Report,
) -> Result<()> {
    let mut http: Vec<Series> = CONNECTIONS.map(|_| Series::default()).into();
    let mut acks: Vec<Series> = CONNECTIONS.map(|_| Series::default()).into();
    let mut closed_p99: Vec<Series> = CONNECTIONS.map(|_| Series::default()).into();
    let mut p99: Vec<Series> = LOADS.map(|_| Series::default()).into();
    for pair in 0..plan.pairs() {
        report.progress(ground.kind, "a", pair, plan.pairs());
        let (bare_place, place) = (ground.fresh().await?, ground.fresh().await?);
        let bare_http = Process::bare_http().await?;
        let bare = Process::bare_program(&bare_place, None).await?;
        let towpath = Process::towpath(&place, None, &["--paused"]).await?;
        for process in [&bare_http, &bare, &towpath] {
            load(process, Shape::closed(64, 0.3), numbers).await?;
        }
        let mut most = 0.0_f64;
        for (n, connections) in CONNECTIONS.into_iter().enumerate() {
            let shape = Shape::closed(connections, plan.seconds());
            let nothing = load(&bare_http, shape, numbers).await?;
            let [theirs, ours] = both([&bare, &towpath], shape, pair, numbers).await?;
            report.failures(&[&theirs, &ours]);
            most = most.max(theirs.rate);
            http[n].add(nothing.rate, ours.rate);
            acks[n].add(theirs.rate, ours.rate);
            closed_p99[n].add(f64::from(theirs.p99), f64::from(ours.p99));
        }
        for (n, percent) in LOADS.into_iter().enumerate() {
            let shape = Shape::open(most * f64::from(percent) / 100.0, plan.seconds() * 1.5);
            let [theirs, ours] = both([&bare, &towpath], shape, pair, numbers).await?;
            report.failures(&[&theirs, &ours]);
            p99[n].add(f64::from(theirs.p99), f64::from(ours.p99));
        }
        for process in [bare_http, bare, towpath] {
            process.stop().await?;
        }
    }
    let store = ground.kind;
    for (n, connections) in CONNECTIONS.into_iter().enumerate() {
        let gate = Some(Bound::AtLeast(0.8));
        let what = format!("acks/s, {connections} connections, of the bare program");
        report.row("a", store, what, "1/s", acks[n].take(), gate);
        let what = format!("acks/s, {connections} connections, of bare HTTP");
        report.row("a", store, what, "1/s", http[n].take(), None);
        let what = format!("p99, {connections} connections, closed loop");
        report.row("a", store, what, "us", closed_p99[n].take(), None);
    }
    for (n, percent) in LOADS.into_iter().enumerate() {
        let gate = (percent == 50).then_some(Bound::AtMost(1.5));
        let what = format!("p99 at {percent} % of the bare program's maximum, open loop");
        report.row("a", store, what, "us", p99[n].take(), gate);
    }
    Ok(())
}

/// One load on each of two, the first of them in turn.
async fn both(
    of: [&Process; 2],
    shape: Shape,
    pair: usize,
    numbers: &mut Numbers,
) -> Result<[Loaded; 2]> {
    let mut loaded = [Loaded::default(), Loaded::default()];
    for n in if pair.is_multiple_of(2) {
        [0, 1]
    } else {
        [1, 0]
    } {
        loaded[n] = load(of[n], shape, numbers).await?;
        // What one leaves to do in the background is not to fall on the other.
        rest(Duration::from_millis(300)).await;
    }
    Ok(loaded)
}

/// Measures what running flows cost ingest: a slow peer, one that is away, and one that works.
pub async fn variants(
    plan: &Plan,
    ground: &Ground,
    numbers: &mut Numbers,
    report: &mut Report,
) -> Result<()> {
    let slow = Process::peer(SLOW_MS).await?;
    let fast = Process::peer(0).await?;
    let (slow_url, fast_url) = (slow.make_url(), fast.make_url());
    let away_url = format!("http://{}/make", crate::process::free_address()?);
    let gates = (Some(Bound::AtLeast(0.9)), Some(Bound::AtMost(1.25)));
    let cases: [(&str, &str, &[&str], _); 3] = [
        ("a peer that takes 30 s", &slow_url, &LIMITS, gates),
        ("a peer that refuses connections", &away_url, &LIMITS, gates),
        ("running flows", &fast_url, &[], (None, None)),
    ];
    for (name, url, more, (acks_gate, p99_gate)) in cases {
        let (mut acks, mut p99) = (Series::default(), Series::default());
        for pair in 0..plan.pairs() {
            report.progress(ground.kind, name, pair, plan.pairs());
            let (paused_place, place) = (ground.fresh().await?, ground.fresh().await?);
            let paused = Process::towpath(&paused_place, Some(url), &["--paused"]).await?;
            let running = Process::towpath(&place, Some(url), more).await?;
            for process in [&paused, &running] {
                load(process, Shape::closed(64, 0.3), numbers).await?;
            }
            let shape = Shape::closed(64, plan.seconds());
            let [theirs, ours] = both([&paused, &running], shape, pair, numbers).await?;
            report.failures(&[&theirs, &ours]);
            acks.add(theirs.rate, ours.rate);
            let shape = Shape::open(theirs.rate * 0.5, plan.seconds() * 1.5);
            let [theirs, ours] = both([&paused, &running], shape, pair, numbers).await?;
            report.failures(&[&theirs, &ours]);
            p99.add(f64::from(theirs.p99), f64::from(ours.p99));
            paused.stop().await?;
            running.stop().await?;
        }
        let (store, of) = (ground.kind, "of the paused case");
        report.row(
            "a",
            store,
            format!("acks/s with {name}, {of}"),
            "1/s",
            acks,
            acks_gate,
        );
        report.row(
            "a",
            store,
            format!("p99 at 50 % with {name}, {of}"),
            "us",
            p99,
            p99_gate,
        );
    }
    slow.stop().await?;
    fast.stop().await
}
