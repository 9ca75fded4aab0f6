//! What was measured: tables for people, `report.json` for programs, and the verdicts.

use crate::load::Loaded;
use crate::place::{Ground, Kind};
use crate::process::Numbers;
use crate::statistics::Estimate;
use crate::{Part, Plan, growth, ingest, runs};
use anyhow::{Context, Result};
use comfy_table::{Table, presets};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The bare program's text, for its digest.
const BARE_PROGRAM: &str = include_str!("bare_program.rs");

/// What a ratio must reach.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Judged by the lower end of the interval.
    AtLeast(f64),
    /// Judged by the upper end.
    AtMost(f64),
}

impl Bound {
    fn is_met(self, by: &Estimate) -> bool {
        match self {
            Self::AtLeast(bound) => by.low >= bound,
            Self::AtMost(bound) => by.high <= bound,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(bound) => format!(">= {bound}"),
            Self::AtMost(bound) => format!("<= {bound}"),
        }
    }
}

/// Pairs of values: the baseline's and ours.
#[derive(Clone, Debug, Default)]
pub struct Series {
    theirs: Vec<f64>,
    ours: Vec<f64>,
}

impl Series {
    pub fn add(&mut self, theirs: f64, ours: f64) {
        self.theirs.push(theirs);
        self.ours.push(ours);
    }

    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }
}

/// One line of the report.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub part: &'static str,
    pub store: &'static str,
    pub what: String,
    pub unit: &'static str,
    /// Absolute values, of this machine at this hour; absent where nothing is compared.
    pub baseline: Option<Estimate>,
    pub ours: Estimate,
    /// Ours / baseline, per pair.
    pub ratio: Option<Estimate>,
    pub bound: Option<Bound>,
    pub met: Option<bool>,
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    bare_program_sha256: String,
    bare_program_lines: usize,
    interval: &'static str,
    pairs: usize,
    quick: bool,
    begun_at_us: i64,
    load_average: String,
    failed_deliveries: u64,
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Report {
    fn new(plan: &Plan) -> Self {
        let mut digest = String::new();
        for byte in Sha256::digest(BARE_PROGRAM) {
            write!(digest, "{byte:02x}").expect("a string takes all that is written");
        }
        Self {
            bare_program_sha256: digest,
            bare_program_lines: BARE_PROGRAM.lines().count(),
            interval: "95 %, percentile bootstrap of the median of the pairs' ratios",
            pairs: plan.pairs(),
            quick: plan.quick,
            begun_at_us: model::clock::Clock::real().now().0,
            load_average: load_average(),
            failed_deliveries: 0,
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Notes pairs under their ratio.
    pub fn row(
        &mut self,
        part: &'static str,
        store: Kind,
        what: String,
        unit: &'static str,
        series: Series,
        bound: Option<Bound>,
    ) {
        let ratios = series
            .ours
            .iter()
            .zip(&series.theirs)
            .map(|(o, t)| o / t)
            .collect();
        let ratio = Estimate::of(ratios);
        self.rows.push(Row {
            part,
            store: store.name(),
            what,
            unit,
            baseline: Some(Estimate::of(series.theirs)),
            ours: Estimate::of(series.ours),
            met: bound.map(|b| b.is_met(&ratio)),
            ratio: Some(ratio),
            bound,
        });
    }

    /// Notes values that are compared with nothing.
    pub fn value(
        &mut self,
        part: &'static str,
        store: Kind,
        what: String,
        unit: &'static str,
        values: Vec<f64>,
        bound: Option<Bound>,
    ) {
        let ours = Estimate::of(values);
        let met = bound.map(|b| b.is_met(&ours));
        let (store, baseline, ratio) = (store.name(), None, None);
        self.rows.push(Row {
            part,
            store,
            what,
            unit,
            baseline,
            ours,
            ratio,
            bound,
            met,
        });
    }

    /// Says something in the report.
    pub fn note(&mut self, text: String) {
        eprintln!("{text}");
        self.notes.push(text);
    }

    /// Counts deliveries that were not taken.
    pub fn failures(&mut self, loads: &[&Loaded]) {
        self.failed_deliveries += loads.iter().map(|l| l.failed).sum::<u64>();
    }

    /// Shows how far it is.
    #[expect(clippy::unused_self, reason = "whoever measures has it at hand")]
    pub fn progress(&self, store: Kind, what: &str, pair: usize, pairs: usize) {
        eprintln!("{} {what}: pair {} of {pairs}", store.name(), pair + 1);
    }

    fn print(&self) {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        table.set_header([
            "part", "store", "what", "baseline", "Towpath", "ratio", "95 %", "must be", "",
        ]);
        for row in &self.rows {
            let judged = row.ratio.as_ref();
            let interval = judged.unwrap_or(&row.ours);
            table.add_row([
                row.part.to_owned(),
                row.store.to_owned(),
                row.what.clone(),
                row.baseline
                    .as_ref()
                    .map_or_else(String::new, |b| number(b.median, row.unit)),
                number(row.ours.median, row.unit),
                judged.map_or_else(String::new, |r| format!("{:.2}", r.median)),
                format!("{:.2} - {:.2}", interval.low, interval.high),
                row.bound.map_or_else(String::new, Bound::text),
                row.met
                    .map_or("", |met| if met { "PASS" } else { "FAIL" })
                    .to_owned(),
            ]);
        }
        println!("{table}");
        println!(
            "baseline program: {} lines, sha256 {}",
            self.bare_program_lines, self.bare_program_sha256
        );
        println!(
            "interval: {}; {} pairs; load average at the start {}",
            self.interval, self.pairs, self.load_average
        );
        println!("deliveries not acknowledged: {}", self.failed_deliveries);
        for note in &self.notes {
            println!("note: {note}");
        }
    }
}

fn number(value: f64, unit: &str) -> String {
    if value >= 100.0 {
        format!("{value:.0} {unit}")
    } else {
        format!("{value:.2} {unit}")
    }
}

fn load_average() -> String {
    std::fs::read_to_string("/proc/loadavg")
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// Measures what the plan says, prints it and writes `report.json`.
pub async fn run(plan: &Plan) -> Result<()> {
    std::fs::create_dir_all(&plan.out).context("the folder of the report")?;
    let mut report = Report::new(plan);
    let mut numbers = Numbers::new();
    if plan.quick {
        report.note(
            "quick: short loads, few pairs, small stores; nothing is to be judged by it".into(),
        );
    }
    for kind in [Kind::Sqlite, Kind::Postgres] {
        if plan.store.is_some_and(|only| only != kind) {
            continue;
        }
        let ground = Ground::new(kind, &plan.out);
        if plan.has(Part::A) {
            ingest::paused(plan, &ground, &mut numbers, &mut report).await?;
            ingest::variants(plan, &ground, &mut numbers, &mut report).await?;
        }
        if plan.has(Part::B) {
            runs::measure(plan, &ground, &mut numbers, &mut report).await?;
        }
        if plan.has(Part::C) {
            growth::measure(plan, &ground, &mut numbers, &mut report).await?;
        }
    }
    if plan.has(Part::D) {
        let text = "(d) M3 transactions and HTTP requests per order are counted by the sandbox's \
                    journal in the tests of connector-infor";
        report.note(text.into());
    }
    report.print();
    let file = plan.out.join("report.json");
    std::fs::write(&file, serde_json::to_string_pretty(&report)?)?;
    println!("written: {}", file.display());
    Ok(())
}
