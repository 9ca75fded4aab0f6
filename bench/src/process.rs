//! The processes of a bench: started, asked, measured and ended.

use crate::load::{Loaded, exchange};
use crate::place::Place;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How long a process may take to listen.
const START: Duration = Duration::from_secs(120);
/// How long one may take to end.
const END: Duration = Duration::from_secs(20);
/// Ticks a second of `/proc/<pid>/stat`: `USER_HZ`, 100 on every Linux.
const TICKS: f64 = 100.0;

/// A running process of the bench.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    stdin: ChildStdin,
    stdout: Lines<BufReader<ChildStdout>>,
}

/// An address on which nobody listens.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Waits for a moment, on the machine's clock.
pub async fn rest(span: Duration) {
    tokio::time::sleep_until(tokio::time::Instant::now() + span).await;
}

fn command(args: &[String]) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(args)
        .kill_on_drop(true)
        .stderr(Stdio::inherit());
    Ok(command)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_owned()).collect()
}

impl Process {
    /// Starts a role and waits until it listens.
    pub async fn start(role: &str, more: &[String]) -> Result<Self> {
        let address = free_address()?;
        let mut args = words(&[role, "--listen", &address.to_string()]);
        args.extend_from_slice(more);
        let begun = Instant::now();
        let mut child = command(&args)?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take().context("its input")?;
        let stdout = BufReader::new(child.stdout.take().context("its output")?).lines();
        while TcpStream::connect(address).await.is_err() {
            if let Some(status) = child.try_wait()? {
                bail!("{role} ended: {status}");
            }
            if begun.elapsed() > START {
                bail!("{role} does not listen");
            }
            rest(Duration::from_millis(1)).await;
        }
        Ok(Self {
            child,
            address,
            stdin,
            stdout,
        })
    }

    /// Baseline 1.
    pub async fn bare_http() -> Result<Self> {
        Self::start("bare-http", &[]).await
    }

    /// Baseline 2, with a peer if it is to work runs.
    pub async fn bare_program(place: &Place, peer: Option<&str>) -> Result<Self> {
        let mut more = words(&["--store", &place.store]);
        if let Some(peer) = peer {
            more.extend(words(&["--peer", peer]));
        }
        Self::start("bare-program", &more).await
    }

    /// Towpath.
    pub async fn towpath(place: &Place, peer: Option<&str>, more: &[&str]) -> Result<Self> {
        let key = place.key();
        let mut args = words(&["--store", &place.store, "--key", &key.display().to_string()]);
        if let Some(peer) = peer {
            args.extend(words(&["--peer", peer]));
        }
        args.extend(words(more));
        Self::start("under-test", &args).await
    }

    /// A peer.
    pub async fn peer(delay_ms: u64) -> Result<Self> {
        Self::start("peer", &words(&["--delay-ms", &delay_ms.to_string()])).await
    }

    /// Where effects are posted to, if this is a peer.
    pub fn make_url(&self) -> String {
        format!("http://{}/make", self.address)
    }

    /// What it has counted.
    pub async fn state(&mut self) -> Result<Value> {
        self.stdin.write_all(b"state\n").await?;
        let line = self.stdout.next_line().await?.context("it has ended")?;
        Ok(serde_json::from_str(&line)?)
    }

    /// How many runs are done.
    pub async fn done(&mut self) -> Result<u64> {
        Ok(self.state().await?["done"].as_u64().unwrap_or(0))
    }

    fn proc(&self, file: &str) -> Result<String> {
        let pid = self.child.id().context("it has ended")?;
        Ok(std::fs::read_to_string(format!("/proc/{pid}/{file}"))?)
    }

    /// Processor time that it has used, in milliseconds.
    pub fn cpu_ms(&self) -> Result<f64> {
        let stat = self.proc("stat")?;
        // The name in parentheses may hold blanks: count after it.
        let (_, rest) = stat.rsplit_once(')').context("/proc/<pid>/stat")?;
        let ticks = |at| {
            rest.split_whitespace()
                .nth(at)
                .and_then(|t| t.parse::<f64>().ok())
        };
        let (user, system) = (ticks(11).context("utime")?, ticks(12).context("stime")?);
        Ok((user + system) * 1000.0 / TICKS)
    }

    /// Memory that it has, in megabytes: `VmRSS`.
    pub fn rss_mb(&self) -> Result<f64> {
        self.memory_mb("VmRSS:")
    }

    /// The most memory that it ever had, in megabytes: `VmHWM`.
    pub fn peak_mb(&self) -> Result<f64> {
        self.memory_mb("VmHWM:")
    }

    fn memory_mb(&self, field: &'static str) -> Result<f64> {
        let status = self.proc("status")?;
        let line = status
            .lines()
            .find_map(|l| l.strip_prefix(field))
            .context(field)?;
        let kb: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kb / 1024.0)
    }

    /// Ends it.
    pub async fn stop(mut self) -> Result<()> {
        drop(self.stdin);
        if tokio::time::timeout(END, self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }

    /// Sends one delivery; answers with the status.
    pub async fn deliver(&self, n: u64) -> Result<u16> {
        let seconds = model::clock::Clock::real().now().seconds();
        let one = crate::delivery::Deliveries::new(crate::role::SECRET, seconds, n, 1);
        let (mut body, mut request) = (Vec::new(), Vec::new());
        one.request(n, &mut body, &mut request);
        let mut stream = TcpStream::connect(self.address).await?;
        exchange(&mut stream, &request, &mut Vec::new()).await
    }
}

/// Numbers of deliveries: no two of a bench are the same, and they ascend in time.
pub struct Numbers(u64);

impl Numbers {
    pub fn new() -> Self {
        Self(u64::try_from(model::clock::Clock::real().now().0).unwrap_or(0))
    }

    pub fn take(&mut self, count: u64) -> u64 {
        let first = self.0;
        self.0 += count;
        first
    }
}

/// How a load is shaped.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub connections: usize,
    pub seconds: f64,
    pub count: u64,
    pub rate: Option<f64>,
}

impl Shape {
    /// Closed loop for a time.
    pub const fn closed(connections: usize, seconds: f64) -> Self {
        Self {
            connections,
            seconds,
            count: 1_000_000,
            rate: None,
        }
    }

    /// Open loop for a time.
    pub const fn open(rate: f64, seconds: f64) -> Self {
        Self {
            connections: 256,
            seconds,
            count: 1_000_000,
            rate: Some(rate),
        }
    }
}

/// Sends a load from a process of its own.
pub async fn load(target: &Process, shape: Shape, numbers: &mut Numbers) -> Result<Loaded> {
    let expected = shape.rate.unwrap_or(15_000.0) * shape.seconds;
    let signed = (expected as u64).clamp(1, 60_000);
    let mut args = words(&["load", "--target", &target.address.to_string()]);
    let first = numbers.take(0);
    let pairs = [
        ("--connections", shape.connections.to_string()),
        ("--seconds", shape.seconds.to_string()),
        ("--count", shape.count.to_string()),
        ("--first", first.to_string()),
        ("--signed", signed.to_string()),
    ];
    for (name, value) in pairs {
        args.extend([name.to_owned(), value]);
    }
    if let Some(rate) = shape.rate {
        args.extend(["--rate".to_owned(), rate.to_string()]);
    }
    let output = command(&args)?.stdin(Stdio::null()).output().await?;
    if !output.status.success() {
        bail!("the load generator failed: {}", output.status);
    }
    let loaded: Loaded = serde_json::from_slice(&output.stdout)?;
    numbers.take(loaded.used);
    Ok(loaded)
}
