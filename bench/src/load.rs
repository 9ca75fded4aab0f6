//! The load generator, a process of its own: closed loop (each connection sends when it was
//! answered) or open loop (at a rate, latency counted from when a delivery was to be sent).

use crate::delivery::Deliveries;
use crate::role;
use crate::statistics::percentile;
use anyhow::{Context, Result, bail};
use model::clock::Clock;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// What a load came to. Latencies are microseconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Loaded {
    /// Answered with 200.
    pub ok: u64,
    pub failed: u64,
    pub seconds: f64,
    /// Acknowledged a second.
    pub rate: f64,
    pub p50: u32,
    pub p90: u32,
    pub p99: u32,
    pub max: u32,
    /// Numbers that were used.
    pub used: u64,
}

/// How long a delivery may take before it counts as failed.
const TIMEOUT: Duration = Duration::from_secs(20);

struct Shared {
    deliveries: Deliveries,
    target: SocketAddr,
    first: u64,
    count: u64,
    next: AtomicU64,
    begun: Instant,
    ends: Instant,
    /// Deliveries whose time has come, and how far apart they are; none in a closed loop.
    open: Option<(Semaphore, f64)>,
}

#[derive(Default)]
struct Tally {
    latencies: Vec<u32>,
    failed: u64,
    last: Option<Instant>,
}

/// Sends the load and prints what it came to.
pub async fn generate(load: role::Load) -> Result<()> {
    let signed = load.signed.min(load.count);
    let seconds = Clock::real().now().seconds();
    let deliveries = Deliveries::new(&load.secret, seconds, load.first, signed);
    let begun = Instant::now();
    let shared = Arc::new(Shared {
        deliveries,
        target: load.target,
        first: load.first,
        count: load.count,
        next: AtomicU64::new(0),
        begun,
        ends: begun + Duration::from_secs_f64(load.seconds),
        open: load.rate.map(|rate| (Semaphore::new(0), 1.0 / rate)),
    });
    if shared.open.is_some() {
        let pacing = Arc::clone(&shared);
        std::thread::spawn(move || pace(&pacing));
    }
    let mut connections = JoinSet::new();
    for _ in 0..load.connections {
        connections.spawn(send(Arc::clone(&shared)));
    }
    let mut all = Tally::default();
    while let Some(tally) = connections.join_next().await {
        let tally = tally??;
        all.latencies.extend(tally.latencies);
        all.failed += tally.failed;
        all.last = all.last.max(tally.last);
    }
    println!("{}", serde_json::to_string(&sum(&shared, all))?);
    Ok(())
}

fn sum(shared: &Shared, mut all: Tally) -> Loaded {
    all.latencies.sort_unstable();
    let ok = all.latencies.len() as u64;
    let seconds = all
        .last
        .map_or(0.0, |last| (last - shared.begun).as_secs_f64());
    Loaded {
        ok,
        failed: all.failed,
        seconds,
        rate: if seconds > 0.0 {
            ok as f64 / seconds
        } else {
            0.0
        },
        p50: percentile(&all.latencies, 0.5),
        p90: percentile(&all.latencies, 0.9),
        p99: percentile(&all.latencies, 0.99),
        max: percentile(&all.latencies, 1.0),
        used: shared.next.load(Ordering::Relaxed).min(shared.count),
    }
}

/// Says when deliveries are due: a thread, because its timers are finer than the runtime's.
fn pace(shared: &Shared) {
    let Some((due, apart)) = &shared.open else {
        return;
    };
    let mut released = 0_usize;
    loop {
        let now = Instant::now();
        if now >= shared.ends {
            due.close();
            return;
        }
        let reached = ((now - shared.begun).as_secs_f64() / apart) as usize + 1;
        due.add_permits(reached.saturating_sub(released));
        released = released.max(reached);
        let next = shared.begun + Duration::from_secs_f64(released as f64 * apart);
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

async fn send(shared: Arc<Shared>) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut stream = connect(shared.target).await?;
    let (mut body, mut request) = (Vec::new(), Vec::new());
    let mut reply = Vec::with_capacity(1024);
    loop {
        if let Some((due, _)) = &shared.open {
            match due.acquire().await {
                Ok(permit) => permit.forget(),
                Err(_) => break,
            }
        } else if Instant::now() >= shared.ends {
            break;
        }
        let n = shared.next.fetch_add(1, Ordering::Relaxed);
        if n >= shared.count {
            break;
        }
        shared
            .deliveries
            .request(shared.first + n, &mut body, &mut request);
        let sent = match &shared.open {
            Some((_, apart)) => shared.begun + Duration::from_secs_f64(n as f64 * apart),
            None => Instant::now(),
        };
        let answer = exchange(&mut stream, &request, &mut reply);
        match tokio::time::timeout(TIMEOUT, answer).await {
            Ok(Ok(200)) => {
                let now = Instant::now();
                let micros = now.saturating_duration_since(sent).as_micros();
                tally
                    .latencies
                    .push(u32::try_from(micros).unwrap_or(u32::MAX));
                tally.last = Some(now);
            }
            Ok(Ok(_)) => tally.failed += 1,
            Ok(Err(_)) | Err(_) => {
                tally.failed += 1;
                stream = connect(shared.target).await?;
            }
        }
    }
    Ok(tally)
}

async fn connect(target: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect(target).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends one request and reads its answer whole; answers with the status.
pub async fn exchange(stream: &mut TcpStream, request: &[u8], reply: &mut Vec<u8>) -> Result<u16> {
    stream.write_all(request).await?;
    reply.clear();
    loop {
        if stream.read_buf(reply).await? == 0 {
            bail!("the connection was closed");
        }
        let Some(head) = reply.windows(4).position(|w| w == b"\r\n\r\n") else {
            continue;
        };
        let text = std::str::from_utf8(&reply[..head]).context("the head is no text")?;
        let status = text
            .get(9..12)
            .and_then(|s| s.parse().ok())
            .context("there is no status")?;
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().ok())?
        });
        let whole = head + 4 + length.unwrap_or(0_usize);
        while reply.len() < whole {
            if stream.read_buf(reply).await? == 0 {
                bail!("the connection was closed");
            }
        }
        return Ok(status);
    }
}
