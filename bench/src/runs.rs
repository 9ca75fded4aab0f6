//! Part (b): whole runs of three effects, each one HTTP call to the fast peer.

use crate::Plan;
use crate::place::Ground;
use crate::process::{Numbers, Process, Shape, load, rest};
use crate::report::{Bound, Report, Series};
use anyhow::{Result, bail};
use std::time::{Duration, Instant};

/// How long all runs of one measurement may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// What one program made of the same runs.
pub struct Worked {
    pub per_second: f64,
    pub cpu_ms: f64,
}

/// Delivers `count` events over 64 connections and waits until their runs are done.
pub async fn work(process: &mut Process, count: u64, numbers: &mut Numbers) -> Result<Worked> {
    let (before, cpu) = (process.done().await?, process.cpu_ms()?);
    let shape = Shape {
        connections: 64,
        seconds: 200.0,
        count,
        rate: None,
    };
    let loaded = load(process, shape, numbers).await?;
    if loaded.ok != count {
        bail!("{} of {count} deliveries were taken", loaded.ok);
    }
    // The load's own clock began after its signing; waiting for the rest is added to it.
    let begun = Instant::now();
    while process.done().await? - before < count {
        if begun.elapsed() > PATIENCE {
            bail!("the runs do not end: {}", process.state().await?);
        }
        rest(Duration::from_millis(5)).await;
    }
    let seconds = loaded.seconds + begun.elapsed().as_secs_f64();
    Ok(Worked {
        per_second: count as f64 / seconds,
        cpu_ms: (process.cpu_ms()? - cpu) / count as f64,
    })
}

/// Measures the bare program against Towpath.
pub async fn measure(
    plan: &Plan,
    ground: &Ground,
    numbers: &mut Numbers,
    report: &mut Report,
) -> Result<()> {
    let count = if plan.quick { 3_000 } else { 10_000 };
    let peer = Process::peer(0).await?;
    let url = peer.make_url();
    let (mut rate, mut cpu) = (Series::default(), Series::default());
    for pair in 0..plan.pairs() {
        report.progress(ground.kind, "b", pair, plan.pairs());
        let (bare_place, place) = (ground.fresh().await?, ground.fresh().await?);
        let mut bare = Process::bare_program(&bare_place, Some(&url)).await?;
        let mut towpath = Process::towpath(&place, Some(&url), &[]).await?;
        for process in [&mut bare, &mut towpath] {
            work(process, 500, numbers).await?;
        }
        let (theirs, ours);
        if pair.is_multiple_of(2) {
            theirs = work(&mut bare, count, numbers).await?;
            ours = work(&mut towpath, count, numbers).await?;
        } else {
            ours = work(&mut towpath, count, numbers).await?;
            theirs = work(&mut bare, count, numbers).await?;
        }
        rate.add(theirs.per_second, ours.per_second);
        cpu.add(theirs.cpu_ms, ours.cpu_ms);
        bare.stop().await?;
        towpath.stop().await?;
    }
    let store = ground.kind;
    let what = || format!("runs of three effects, {count} at a time");
    report.row(
        "b",
        store,
        format!("{}: runs/s", what()),
        "1/s",
        rate,
        Some(Bound::AtLeast(0.6)),
    );
    let gate = Some(Bound::AtMost(1.5));
    report.row(
        "b",
        store,
        format!("{}: CPU per run", what()),
        "ms",
        cpu,
        gate,
    );
    peer.stop().await
}
