//! Tries random formulas and templates for a while:
//! `cargo run --release -p mapping --example fuzz -- --seconds 60 --seed 1 [--from N] [--show N]`.
//!
//! A panic, or an input that takes longer than the deadline, ends it with the input and its number.
//! Should the stack end, the process is gone without a word: the last number in
//! `fuzz.progress` (in the folder for temporary files) is at most 256 before the input.

#[path = "../tests/it/fuzz.rs"]
mod fuzz;
#[path = "../tests/it/grammar.rs"]
mod grammar;
#[path = "../tests/it/world.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod world;

use fuzz::{DEADLINE, Fuzz};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The input that is being tried, for the watch.
static TRYING: AtomicU64 = AtomicU64::new(0);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str, otherwise: u64| {
        let at = arguments.iter().position(|a| a == name);
        let value = at.and_then(|at| arguments.get(at + 1));
        value.map_or(otherwise, |value| value.parse().expect("a number"))
    };
    let (seconds, seed) = (number("--seconds", 60), number("--seed", 1));
    let from = number("--from", 0);
    if let show @ 1.. = number("--show", 0) {
        println!("{}", Fuzz::new(seed).source(show));
        return;
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    // The stack of a worker thread of the server: what fits there is what has to fit.
    let worker = std::thread::Builder::new().stack_size(2 << 20);
    let worker = worker
        .spawn(move || run(seed, from, end))
        .expect("a thread");
    watch(seed, &worker);
    worker.join().expect("the worker reports what it finds");
}

fn run(seed: u64, from: u64, end: Instant) {
    let mut fuzz = Fuzz::new(seed);
    let progress = std::env::temp_dir().join("fuzz.progress");
    let mut n = from;
    while Instant::now() < end {
        TRYING.store(n, Ordering::Relaxed);
        if n.is_multiple_of(256) {
            std::fs::write(&progress, format!("{seed} {n}\n")).expect("a place for the progress");
        }
        let tried = catch_unwind(AssertUnwindSafe(|| fuzz.input(n)));
        if tried.is_err() {
            println!("input {n} of seed {seed} panics: {}", fuzz.source(n));
            std::process::exit(1);
        }
        n += 1;
    }
    println!("seed {seed}, inputs {from} to {n}: {:?}", fuzz.tally);
}

/// Ends the process if an input takes longer than the deadline.
fn watch(seed: u64, worker: &std::thread::JoinHandle<()>) {
    let (mut last, mut since) = (u64::MAX, Instant::now());
    while !worker.is_finished() {
        std::thread::sleep(Duration::from_millis(200));
        let trying = TRYING.load(Ordering::Relaxed);
        if trying != last {
            (last, since) = (trying, Instant::now());
        } else if since.elapsed() > DEADLINE {
            let source = Fuzz::new(seed).source(trying);
            println!("input {trying} of seed {seed} takes longer than {DEADLINE:?}: {source}");
            std::process::exit(1);
        }
    }
}
