//! How fast formulas compile and run: `cargo bench -p mapping`.
//!
//! The job is an order of 26 fields with three lines, made from a `charge.succeeded` by 27 formulas.
//! The same formulas run in the crate `cel` by itself, with the few functions that the job needs
//! added to it, on the same input that was presented to both before. Pairs are interleaved and the
//! ratio carries its 95 % interval, because the machine is shared; only ratios are comparable.
//! Compiling is measured over the 3,000 formulas of `formulas.txt`.

#![expect(
    clippy::float_arithmetic,
    reason = "statistics of times; no amount of money is here"
)]

mod bare;
mod names;
mod statistics;

use mapping::{Facts, Formula, Names, Scope, Shape, Template, Value, check};
use serde_json::{Value as Json, json};
use statistics::{Estimate, median, percentile};
use std::hint::black_box;
use std::time::{Duration, Instant};

const CHARGE: &str = include_str!("charge.json");
const SESSION: &str = include_str!("session.json");
const JOB: &str = include_str!("job.json");
const FORMULAS: &str = include_str!("formulas.txt");

/// Pairs of measurements, and the runs of the job in each.
const PAIRS: usize = 60;
const RUNS: u32 = 100;
/// How often each formula is compiled.
const PASSES: usize = 5;

fn main() {
    let job = job();
    let compiling = compiling();
    let report = json!({"job": job, "compile_and_check": compiling});
    println!("{report}");
}

fn parse(text: &str) -> Json {
    serde_json::from_str(text).expect("the sample is JSON")
}

/// How long `runs` runs take, per run, in microseconds.
fn time(runs: u32, mut run: impl FnMut()) -> f64 {
    let begun = Instant::now();
    for _ in 0..runs {
        run();
    }
    micros(begun.elapsed()) / f64::from(runs)
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn job() -> Json {
    let (event, session, job) = (parse(CHARGE), parse(SESSION), parse(JOB));
    let charge = &event["data"]["object"];
    let company = names::company();
    let facts = Facts::default();
    let present = |json: &Json| Value::from_json(json, &Shape::plain()).expect("it fits");
    let ours = Names::from_iter([("charge", present(charge)), ("session", present(&session))]);
    let scope = Scope {
        names: &ours,
        facts: &facts,
        company: &company,
    };
    let (template, problems) = Template::compile(&job, "");
    assert_eq!(problems, []);
    let theirs = bare::Job::new(&job, charge, &session, &company);
    let (found, expected) = (template.eval(&scope).expect("a value"), theirs.run());
    assert_eq!(found, expected, "both give the same order");

    let (mut a, mut b, mut c, mut d) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let evaluate = || time(RUNS, || drop(black_box(template.eval_value(&scope))));
    let bare = || time(RUNS, || theirs.evaluate());
    let whole = || {
        time(RUNS, || {
            let names =
                Names::from_iter([("charge", present(charge)), ("session", present(&session))]);
            let scope = Scope {
                names: &names,
                ..scope
            };
            drop(black_box(template.eval(&scope)));
        })
    };
    let read = || time(RUNS, || drop(black_box(parse(CHARGE))));
    for pair in 0..PAIRS {
        // Who comes first changes, so that a drift of the machine favours nobody.
        if pair % 2 == 0 {
            a.push(evaluate());
            b.push(bare());
        } else {
            b.push(bare());
            a.push(evaluate());
        }
        c.push(read());
        d.push(whole());
    }
    let ratio = |x: &[f64], y: &[f64]| {
        let pairs = x.iter().zip(y).map(|(x, y)| x / y);
        Estimate::of(&pairs.collect::<Vec<f64>>())
    };
    println!("job: 27 formulas, 26 fields, 3 lines; {PAIRS} pairs of {RUNS} runs");
    for (name, times) in [
        ("Towpath, formulas on presented input", &a),
        ("cel 0.15, the same formulas", &b),
        ("serde_json, parsing the event", &c),
        ("Towpath, presenting + formulas + JSON out", &d),
    ] {
        println!("  {name:<44} {:>8.1} µs (median)", median(times));
    }
    let verdicts = [
        ("formulas / cel", ratio(&a, &b), Some(1.2)),
        ("formulas / parsing the event", ratio(&a, &c), None),
        ("whole / parsing the event", ratio(&d, &c), None),
    ];
    let mut report = json!({});
    for (name, estimate, most) in verdicts {
        let bound = most.map_or(String::new(), |most| {
            let word = if estimate.high <= most {
                "met"
            } else {
                "MISSED"
            };
            format!("  at most {most}: {word}")
        });
        println!("  {name:<44} {estimate}{bound}");
        report[name] = estimate.to_json();
    }
    report
}

fn compiling() -> Json {
    let schemas = names::schemas();
    let sources: Vec<&str> = FORMULAS.lines().collect();
    let mut samples = vec![Vec::with_capacity(PASSES); sources.len()];
    for pass in 0..=PASSES {
        for (source, samples) in sources.iter().zip(&mut samples) {
            let begun = Instant::now();
            let formula = Formula::compile(source).expect("the corpus compiles");
            let problems = check(&formula, "x", &schemas);
            let took = micros(begun.elapsed());
            assert_eq!(problems, [], "{source}");
            drop(black_box(formula));
            // The first pass warms up.
            if pass > 0 {
                samples.push(took);
            }
        }
    }
    let mut each: Vec<f64> = samples.iter().map(|times| median(times)).collect();
    let mut all: Vec<f64> = samples.concat();
    each.sort_unstable_by(f64::total_cmp);
    all.sort_unstable_by(f64::total_cmp);
    let (middle, p99, worst) = (
        percentile(&each, 0.5),
        percentile(&each, 0.99),
        percentile(&each, 1.0),
    );
    let p99_all = percentile(&all, 0.99);
    println!(
        "compile and check: {} formulas, {PASSES} passes, one thread",
        sources.len()
    );
    for (name, value, most) in [
        ("median", middle, Some(100.0)),
        ("p99 of the formulas", p99, Some(1000.0)),
        ("p99 of all samples", p99_all, Some(1000.0)),
        ("slowest formula", worst, None),
    ] {
        let bound = most.map_or(String::new(), |most| {
            format!(
                "  at most {most}: {}",
                if value <= most { "met" } else { "MISSED" }
            )
        });
        println!("  {name:<44} {value:>8.1} µs{bound}");
    }
    json!({"formulas": sources.len(), "median_us": middle, "p99_us": p99, "p99_all_us": p99_all})
}
