//! Part (c): memory, start, and ingest into a store that is full of finished runs.

use crate::Plan;
use crate::place::{Ground, Kind};
use crate::prefill;
use crate::process::{Numbers, Process, Shape, load, rest};
use crate::report::{Bound, Report, Series};
use crate::runs::work;
use anyhow::{Result, bail};
use std::time::{Duration, Instant};

/// Measures all three.
pub async fn measure(
    plan: &Plan,
    ground: &Ground,
    numbers: &mut Numbers,
    report: &mut Report,
) -> Result<()> {
    start(plan, ground, numbers, report).await?;
    memory(plan, ground, numbers, report).await?;
    items(plan, ground, numbers, report).await?;
    if ground.kind == Kind::Sqlite {
        full(plan, ground, numbers, report).await
    } else {
        Ok(())
    }
}

/// From being started to the first accepted delivery, on a store that exists.
async fn start(
    plan: &Plan,
    ground: &Ground,
    numbers: &mut Numbers,
    report: &mut Report,
) -> Result<()> {
    let place = ground.fresh().await?;
    Process::towpath(&place, None, &["--paused"])
        .await?
        .stop()
        .await?;
    let mut values = Vec::new();
    for _ in 0..plan.pairs() {
        let begun = Instant::now();
        let towpath = Process::towpath(&place, None, &["--paused"]).await?;
        let status = towpath.deliver(numbers.take(1)).await?;
        values.push(begun.elapsed().as_secs_f64() * 1000.0);
        if status != 200 {
            bail!("the first delivery was answered {status}");
        }
        towpath.stop().await?;
    }
    let what = "cold start to the first accepted webhook".to_owned();
    report.value(
        "c",
        ground.kind,
        what,
        "ms",
        values,
        Some(Bound::AtMost(300.0)),
    );
    Ok(())
}

/// One run over many items: the most memory that it takes, beside what the process had before.
async fn items(
    plan: &Plan,
    ground: &Ground,
    numbers: &mut Numbers,
    report: &mut Report,
) -> Result<()> {
    let count = if plan.quick { 10_000 } else { 100_000 };
    let place = ground.fresh().await?;
    let items = count.to_string();
    let mut towpath = Process::towpath(&place, None, &["--items", &items]).await?;
    rest(Duration::from_millis(500)).await;
    let begun = Instant::now();
    towpath.deliver(numbers.take(1)).await?;
    while towpath.done().await? == 0 {
        if begun.elapsed() > Duration::from_secs(300) {
            bail!("the items do not end: {}", towpath.state().await?);
        }
        rest(Duration::from_millis(20)).await;
    }
    let seconds = vec![begun.elapsed().as_secs_f64()];
    let peak = vec![towpath.peak_mb()?];
    towpath.stop().await?;
    let what = |what: &str| format!("an `each` over {count} items: {what}");
    let most = (!plan.quick).then_some(Bound::AtMost(100.0));
    report.value("c", ground.kind, what("most memory"), "MB", peak, most);
    report.value("c", ground.kind, what("time"), "s", seconds, None);
    Ok(())
}

/// Resident memory, fresh and after many runs.
async fn memory(
    plan: &Plan,
    ground: &Ground,
    numbers: &mut Numbers,
    report: &mut Report,
) -> Result<()> {
    let (rounds, each) = if plan.quick { (2, 5_000) } else { (10, 10_000) };
    let peer = Process::peer(0).await?;
    let place = ground.fresh().await?;
    let mut towpath = Process::towpath(&place, Some(&peer.make_url()), &[]).await?;
    rest(Duration::from_millis(500)).await;
    let fresh = vec![towpath.rss_mb()?];
    for round in 0..rounds {
        report.progress(ground.kind, "c: memory", round, rounds);
        work(&mut towpath, each, numbers).await?;
    }
    rest(Duration::from_millis(500)).await;
    let later = vec![towpath.rss_mb()?];
    towpath.stop().await?;
    peer.stop().await?;
    let gate = Some(Bound::AtMost(40.0));
    report.value("c", ground.kind, "memory, fresh".into(), "MB", fresh, gate);
    let count = rounds as u64 * each;
    let gate = Some(Bound::AtMost(150.0));
    report.value(
        "c",
        ground.kind,
        format!("memory after {count} runs"),
        "MB",
        later,
        gate,
    );
    Ok(())
}

/// Ingest into an empty store and into one with many finished runs.
async fn full(
    plan: &Plan,
    ground: &Ground,
    numbers: &mut Numbers,
    report: &mut Report,
) -> Result<()> {
    let finished = if plan.quick { 50_000 } else { 1_000_000 };
    let full_place = ground.fresh().await?;
    // Its environment, connections and flow are made by Towpath itself.
    Process::towpath(&full_place, None, &["--paused"])
        .await?
        .stop()
        .await?;
    report.note(format!("filling a store with {finished} finished runs"));
    prefill::sqlite(&full_place.store, finished)?;
    let mut acks = Series::default();
    for pair in 0..plan.pairs() {
        report.progress(ground.kind, "c: full", pair, plan.pairs());
        let place = ground.fresh().await?;
        let empty = Process::towpath(&place, None, &["--paused"]).await?;
        let full = Process::towpath(&full_place, None, &["--paused"]).await?;
        let shape = Shape::closed(64, plan.seconds());
        let mut rates = [0.0, 0.0];
        for n in if pair.is_multiple_of(2) {
            [0, 1]
        } else {
            [1, 0]
        } {
            let process = [&empty, &full][n];
            load(process, Shape::closed(64, 0.3), numbers).await?;
            rates[n] = load(process, shape, numbers).await?.rate;
            rest(Duration::from_millis(300)).await;
        }
        acks.add(rates[0], rates[1]);
        empty.stop().await?;
        full.stop().await?;
    }
    let what = format!("acks/s with {finished} finished runs, of the empty store");
    report.row(
        "c",
        ground.kind,
        what,
        "1/s",
        acks,
        Some(Bound::AtLeast(0.85)),
    );
    Ok(())
}
