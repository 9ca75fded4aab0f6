//! EXPORTMI, reading tables with a tiny query language; often not authorised in real life.
//!
//! `COL1,COL2 from TABLE where COL3=100 and COL4='x'`, also `<> < <= > >=` and `like 'x%'`. Column
//! names other than FHCONO, FHKEY1 and the prefixes FH, FL, OX, OA are the sandbox's guesses, as is
//! FAR040 (payment batch lines).

use super::super::ledger;
use super::super::money;
use super::super::nok::Nok;
use super::super::record::{Answer, Input, Outcome, Row};
use super::super::world::{COMPANY, World};
use std::cmp::Ordering;
use std::collections::BTreeMap;

type Record = BTreeMap<&'static str, String>;

/// REPL is cut at this many characters.
const WIDTH: usize = 984;

pub fn run(world: &World, transaction: &str, input: &Input) -> Outcome {
    let "Select" = transaction else { return None };
    Some(select(world, input))
}

fn refuse(text: impl Into<String>) -> Nok {
    Nok::new(50, "QERY", text)
}

fn select(world: &World, input: &Input) -> Result<Answer, Nok> {
    if !world.settings.exportmi {
        return Err(Nok::authority("Not authorised for EXPORTMI"));
    }
    let query = input.text("QERY");
    let (columns, rest) = split(query, " from ").ok_or_else(|| refuse("from is missing"))?;
    let (table, conditions) = split(rest, " where ").unwrap_or((rest, ""));
    let table = table.trim().to_uppercase();
    let (names, records) =
        records(world, &table).ok_or_else(|| refuse(format!("Unknown table {table}")))?;
    let columns: Vec<String> = columns
        .split(',')
        .map(|c| c.trim().to_uppercase())
        .collect();
    let conditions = conditions_of(conditions)?;
    let used = columns.iter().chain(conditions.iter().map(|c| &c.column));
    for column in used {
        if !names.contains(&column.as_str()) {
            return Err(refuse(format!("Unknown column {column}")));
        }
    }
    let separator = input.given("SEPC").unwrap_or(";");
    let line = |values: Vec<&str>| {
        let text: String = values.join(separator).chars().take(WIDTH).collect();
        Row::default().with("REPL", text)
    };
    let mut rows = Vec::new();
    if input.text("HDRS") == "1" {
        rows.push(line(columns.iter().map(String::as_str).collect()));
    }
    for record in records
        .iter()
        .filter(|r| conditions.iter().all(|c| c.holds(r)))
    {
        let value = |c: &String| record.get(c.as_str()).map_or("", String::as_str);
        rows.push(line(columns.iter().map(value).collect()));
    }
    Ok(Answer::read(rows))
}

/// Splits at a word whatever its case.
fn split<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let at = text.to_ascii_lowercase().find(word)?;
    Some((&text[..at], &text[at + word.len()..]))
}

struct Condition {
    column: String,
    operator: &'static str,
    value: String,
}

const OPERATORS: [&str; 7] = ["<>", "<=", ">=", "=", "<", ">", " like "];

fn conditions_of(text: &str) -> Result<Vec<Condition>, Nok> {
    let mut conditions = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (one, next) = split(rest, " and ").unwrap_or((rest, ""));
        rest = next.trim();
        let lower = one.to_ascii_lowercase();
        let found = OPERATORS
            .iter()
            .find_map(|o| lower.find(o).map(|at| (*o, at)));
        let (operator, at) = found.ok_or_else(|| refuse(format!("No operator in {one}")))?;
        let value = one[at + operator.len()..]
            .trim()
            .trim_matches('\'')
            .to_owned();
        let column = one[..at].trim().to_uppercase();
        conditions.push(Condition {
            column,
            operator: operator.trim(),
            value,
        });
    }
    Ok(conditions)
}

impl Condition {
    fn holds(&self, record: &Record) -> bool {
        let value = record.get(self.column.as_str()).map_or("", String::as_str);
        let order = match (value.parse::<i64>(), self.value.parse::<i64>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            _ => value.cmp(&self.value),
        };
        match self.operator {
            "<>" => order != Ordering::Equal,
            "<=" => order != Ordering::Greater,
            ">=" => order != Ordering::Less,
            "=" => order == Ordering::Equal,
            "<" => order == Ordering::Less,
            ">" => order == Ordering::Greater,
            _ => match self.value.strip_suffix('%') {
                Some(prefix) => value.starts_with(prefix),
                None => value == self.value,
            },
        }
    }
}

fn record<const N: usize>(names: [&'static str; N], values: [String; N]) -> Record {
    names.into_iter().zip(values).collect()
}

/// The columns and rows of a table.
fn records(world: &World, table: &str) -> Option<(Vec<&'static str>, Vec<Record>)> {
    let company = || COMPANY.to_owned();
    match table {
        "FGLINH" => {
            let names = [
                "FHCONO", "FHDIVI", "FHKEY1", "FHINTN", "FHDESC", "FHSTAT", "FHVONO",
            ];
            let rows = world.journals.iter().map(|((divi, key), journal)| {
                let status = if journal.voucher.is_some() {
                    "90"
                } else if journal.updated {
                    "40"
                } else {
                    "10"
                };
                let vono = journal.voucher.unwrap_or(0).to_string();
                let (intn, desc) = (journal.intn.clone(), journal.description.clone());
                let own = [
                    divi.clone(),
                    key.clone(),
                    intn,
                    desc,
                    status.to_owned(),
                    vono,
                ];
                let [divi, key, intn, desc, status, vono] = own;
                record(names, [company(), divi, key, intn, desc, status, vono])
            });
            Some((names.to_vec(), rows.collect()))
        }
        "FGLINL" => {
            let names = ["FLCONO", "FLDIVI", "FLKEY1", "FLLINE", "FLPARM"];
            let rows = world.journals.iter().flat_map(|((divi, key), journal)| {
                journal.lines.iter().map(move |(line, parm)| {
                    let line = line.to_string();
                    record(
                        names,
                        [company(), divi.clone(), key.clone(), line, parm.clone()],
                    )
                })
            });
            Some((names.to_vec(), rows.collect()))
        }
        "OXHEAD" => {
            let names = ["OXCONO", "OXORNO", "OXORNR", "OXCUNO", "OXCUOR", "OXSTAT"];
            let rows = world.batches.iter().map(|(number, batch)| {
                let orno = batch.orno.clone().unwrap_or_default();
                let (cuno, cuor) = (batch.content.cuno.clone(), batch.content.get("CUOR").into());
                record(
                    names,
                    [
                        company(),
                        number.clone(),
                        orno,
                        cuno,
                        cuor,
                        batch.stat.clone(),
                    ],
                )
            });
            Some((names.to_vec(), rows.collect()))
        }
        "OOHEAD" => {
            let names = ["OACONO", "OAORNO", "OACUNO", "OACUOR"];
            let rows = world.orders.iter().map(|(orno, order)| {
                let (cuno, cuor) = (order.content.cuno.clone(), order.content.get("CUOR").into());
                record(names, [company(), orno.clone(), cuno, cuor])
            });
            Some((names.to_vec(), rows.collect()))
        }
        "FAR040" => {
            let names = [
                "F4CONO", "F4PBID", "F4BPYS", "F4CINO", "F4CUNO", "F4IRNO", "F4PYAM",
            ];
            let rows = world.payments.iter().flat_map(|(pbid, batch)| {
                batch.lines.iter().map(move |line| {
                    let (status, cino) = (batch.status.to_string(), line.cino.clone());
                    let amount = money::to_text(line.amount, &line.currency);
                    let (cuno, reference) = (line.cuno.clone(), line.reference.clone());
                    let pbid = pbid.to_string();
                    record(
                        names,
                        [company(), pbid, status, cino, cuno, reference, amount],
                    )
                })
            });
            Some((names.to_vec(), rows.collect()))
        }
        "FGLEDG" => {
            let names = [
                "EGCONO", "EGDIVI", "EGYEA4", "EGVONO", "EGAIT1", "EGCUAM", "EGVTXT",
            ];
            let rows = world.ledger.vouchers.iter().flat_map(|v| {
                v.lines.iter().map(move |line: &ledger::Line| {
                    let (year, vono) = (v.year.to_string(), v.number.to_string());
                    let amount = money::to_text(line.amount, &line.currency);
                    let (ait1, text) = (line.ait1.clone(), line.text.clone());
                    record(
                        names,
                        [company(), v.divi.clone(), year, vono, ait1, amount, text],
                    )
                })
            });
            Some((names.to_vec(), rows.collect()))
        }
        _ => None,
    }
}
