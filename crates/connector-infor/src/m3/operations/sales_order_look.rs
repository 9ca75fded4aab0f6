//! Looking for what an interrupted sales order left, and reading a batch order's state.
//!
//! Batch order status [documented]: 15, 20, 25 errors in head or lines, 30 stopped by the credit
//! check, 55 interrupted, 90 order created.

use super::sales_order_create::{Input, Output, Progress, Step};
use super::sales_order_requests as requests;
use crate::m3::amount::Amount;
use crate::m3::export::{BATCH_ORDER, ORDER};
use crate::m3::reply::{MiReply, Outcome, text};
use crate::m3::request::MiRequest;
use connector::operation::ask;
use connector::{Found, RecipeCx};
use model::Fault;

/// Where a batch order stands.
pub enum State {
    /// There is none under this number.
    Gone,
    /// The order was made.
    Made(String),
    /// It was stopped; M3's own words.
    Stopped(Fault),
    /// Neither yet.
    Waiting,
}

/// Reads the answer to [`requests::status`].
///
/// # Errors
/// `Transient` if M3 refused the question for another reason than that nothing is there.
pub fn state(input: &Input, reply: &MiReply) -> Result<State, Fault> {
    let head = match reply.outcome(0) {
        Ok(head) => head,
        Err(fault) if fault.field.as_deref() == Some("ORNO") => return Ok(State::Gone),
        Err(fault) => {
            return Err(Fault::transient(format!(
                "the batch order cannot be read: {fault}"
            )));
        }
    };
    let made = reply.outcome(1).map_or("", |o| o.field("ORNR"));
    if !made.is_empty() {
        return Ok(State::Made(made.to_owned()));
    }
    let status = head.field("STAT");
    if !matches!(status, "15" | "20" | "25" | "30" | "55") {
        return Ok(State::Waiting);
    }
    let errors = reply.outcome(2).cloned().unwrap_or_default();
    Ok(State::Stopped(stopped(input, status, &errors)))
}

/// Why M3 stopped a batch order: its own texts, with the line they are about.
fn stopped(input: &Input, status: &str, errors: &Outcome) -> Fault {
    let told: Vec<String> = errors
        .records
        .iter()
        .map(|row| {
            let words = text(row, "TX60")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            match line_of(text(row, "MDTA"), text(row, "LEVL")) {
                Some(line) => at_line(input, line, &words),
                None => words,
            }
        })
        .collect();
    let message = if told.is_empty() {
        format!("M3 stopped the batch order with status {status} and gave no reason")
    } else {
        told.join("; ")
    };
    let mut fault = Fault::rejected(message);
    let id = errors.records.first().map_or("", |row| text(row, "MSID"));
    fault.code = Some(if id.is_empty() {
        format!("STAT {status}")
    } else {
        id.to_owned()
    });
    fault
}

/// The line that an error is about: the last number of MDTA, on level 2 [layout unverified].
fn line_of(key: &str, level: &str) -> Option<usize> {
    let last = key.split_whitespace().last()?;
    (level.trim() == "2").then(|| last.parse().ok()).flatten()
}

/// M3's words about a line, with what the line sells.
pub fn at_line(input: &Input, line: usize, words: &str) -> String {
    match line.checked_sub(1).and_then(|n| input.lines.get(n)) {
        Some(wanted) => format!("line {line} ({}): {words}", wanted.item),
        None => format!("line {line}: {words}"),
    }
}

/// What is there of an interrupted order.
///
/// # Errors
/// Those of the connection.
pub async fn find(
    cx: &RecipeCx<'_>,
    input: &Input,
    progress: &Progress,
) -> Result<Found<Progress, Output>, Fault> {
    match &progress.temporary {
        None => find_head(cx, input).await,
        Some(number) => find_batch(cx, input, progress, number).await,
    }
}

async fn read(cx: &RecipeCx<'_>, request: MiRequest) -> Result<MiReply, Fault> {
    MiReply::read(&ask(cx, &request.read()).await?)
}

/// The head's answer was lost: Confirm was never sent, so only a batch order can be there.
async fn find_head(cx: &RecipeCx<'_>, input: &Input) -> Result<Found<Progress, Output>, Fault> {
    let reference = cx.reference(20);
    let reply = read(cx, requests::batch_heads(&input.customer)).await?;
    let list = reply.outcome(0)?;
    let rows = list.records.iter().filter(|r| text(r, "CUOR") == reference);
    let mut found: Vec<(String, String)> = rows
        .map(|r| (text(r, "ORNO").to_owned(), text(r, "ORNR").to_owned()))
        .collect();
    if found.is_empty() && list.truncated {
        match BATCH_ORDER.ask(cx, &reference).await? {
            None => {
                return Ok(Found::CannotTell(format!(
                    "customer {} has more batch orders than M3 lists; look in OIS275 for one with \
                     customer order number {reference}",
                    input.customer
                )));
            }
            Some(rows) => {
                let part = |row: &[String], n: usize| row.get(n).cloned().unwrap_or_default();
                found.extend(rows.iter().map(|row| (part(row, 1), part(row, 2))));
            }
        }
    }
    if let Some((temporary, number)) = found.iter().find(|(_, number)| !number.is_empty()) {
        return Ok(Found::Complete(Output::new(number, Some(temporary))));
    }
    let mut numbers = found.into_iter().map(|(temporary, _)| temporary);
    let Some(first) = numbers.next() else {
        return Ok(Found::Absent);
    };
    let doomed: Vec<String> = numbers.collect();
    if doomed.is_empty() {
        let temporary = Some(first);
        return Ok(Found::Partial(Progress {
            temporary,
            step: Step::Parts,
            ..Progress::default()
        }));
    }
    let doomed = [vec![first], doomed].concat();
    Ok(Found::Partial(Progress {
        doomed,
        step: Step::Rebuild,
        ..Progress::default()
    }))
}

/// The answer to the parts or to Confirm was lost.
async fn find_batch(
    cx: &RecipeCx<'_>,
    input: &Input,
    progress: &Progress,
    number: &str,
) -> Result<Found<Progress, Output>, Fault> {
    let reply = read(cx, requests::status(number)).await?;
    let confirmed = progress.step == Step::Confirm;
    let at = |step: Step| Progress {
        step,
        polls: 0,
        ..progress.clone()
    };
    match state(input, &reply)? {
        State::Made(order) => Ok(Found::Complete(Output::new(&order, Some(number)))),
        State::Stopped(_) => Ok(Found::Partial(at(Step::Submitted))),
        State::Waiting if confirmed => {
            // Where orders are created later, the status does not say whether Confirm arrived: wait
            // for the number first, confirm again only if none comes.
            Ok(Found::Partial(Progress {
                doubt: true,
                ..at(Step::Submitted)
            }))
        }
        State::Waiting
            if !requests::has_extras(input) && lines_are_there(cx, input, number).await? =>
        {
            Ok(Found::Partial(at(Step::Confirm)))
        }
        State::Waiting => {
            let doomed = vec![number.to_owned()];
            let step = Step::Rebuild;
            Ok(Found::Partial(Progress {
                doomed,
                step,
                ..Progress::default()
            }))
        }
        State::Gone if confirmed => find_order(cx, input).await,
        State::Gone => Ok(Found::Absent),
    }
}

/// Whether exactly the wanted lines are there, by their CUPO, item and quantity.
async fn lines_are_there(cx: &RecipeCx<'_>, input: &Input, number: &str) -> Result<bool, Fault> {
    let reply = read(cx, requests::batch_lines(number)).await?;
    let list = reply.outcome(0)?;
    if list.truncated || list.records.len() != input.lines.len() {
        return Ok(false);
    }
    Ok(input.lines.iter().enumerate().all(|(n, line)| {
        let position = (n + 1).to_string();
        let same = |row: &&_| {
            text(row, "CUPO") == position
                && text(row, "ITNO") == line.item
                && Amount::read("ORQT", text(row, "ORQT")).is_ok_and(|q| q.0 == line.quantity.0)
        };
        list.records.iter().filter(same).count() == 1
    }))
}

/// The batch order is gone after Confirm: only the order itself can prove something.
async fn find_order(cx: &RecipeCx<'_>, input: &Input) -> Result<Found<Progress, Output>, Fault> {
    let reference = cx.reference(20);
    let mut cut = false;
    for open in [false, true] {
        let reply = read(cx, requests::heads(&input.customer, open)).await?;
        let list = reply.outcome(0)?;
        if let Some(row) = list.records.iter().find(|r| text(r, "CUOR") == reference) {
            return Ok(Found::Complete(Output::new(text(row, "ORNO"), None)));
        }
        // The list of open orders alone never proves absence: ours may be invoiced by now.
        cut |= list.truncated;
        if !cut {
            return Ok(Found::Absent);
        }
    }
    match ORDER.ask(cx, &reference).await? {
        Some(rows) => Ok(match rows.first().and_then(|row| row.get(1)) {
            Some(number) => Found::Complete(Output::new(number, None)),
            None => Found::Absent,
        }),
        None => Ok(Found::CannotTell(format!(
            "customer {} has more orders than M3 lists; look in OIS100 for one with customer order \
             number {reference}",
            input.customer
        ))),
    }
}
