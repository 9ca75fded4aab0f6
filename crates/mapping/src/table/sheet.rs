//! A table as a CSV file (RFC 4180): a header of column names, a row per value of a key.
//!
//! `valid_from` is the first day, empty for always; `valid_to` the last day, empty if the row is
//! valid until the next row of its key, or for good. Cells are kept exactly: zeros in front, blanks
//! and signs stay. What [`write`] gives, [`read`] takes, and it comes out again byte for byte.

use super::timeline::{Point, spans};
use super::{Cells, TableDefinition, VALID_FROM, VALID_TO, cell, day};
use csv::{ByteRecord, QuoteStyle, ReaderBuilder, Terminator, WriterBuilder};
use model::{Problem, Timestamp};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The largest file, in bytes.
pub const BYTES_MAX: usize = 2 << 20;
/// The most rows of a file.
pub const ROWS_MAX: usize = 10_000;
/// The most problems that are told at once.
const PROBLEMS_MAX: usize = 100;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// The line it begins at; the header is in line 1.
    pub line: u64,
    pub key: String,
    pub from: Timestamp,
    /// The first moment at which it is no longer valid, if the file says so.
    pub until: Option<Timestamp>,
    pub value: Json,
}

/// How large a file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub bytes: usize,
    pub rows: usize,
}

impl Limits {
    /// Of a file that a person imports.
    pub const IMPORT: Self = Self {
        bytes: BYTES_MAX,
        rows: ROWS_MAX,
    };
    /// Of a file that holds a table whole.
    pub const WHOLE: Self = Self {
        bytes: 16 << 20,
        rows: super::ROWS_MAX,
    };
}

/// Reads a file. The header decides whether `;` or `,` stands between cells.
///
/// # Errors
/// All that is wrong with it, each with line and column.
pub fn read(
    definition: &TableDefinition,
    bytes: &[u8],
    limits: Limits,
) -> Result<Vec<SheetRow>, Vec<Problem>> {
    if bytes.len() > limits.bytes {
        let message = format!(
            "the file has {} bytes, {} at most",
            bytes.len(),
            limits.bytes
        );
        return Err(vec![problem(1, "file_too_large", message, "split it")]);
    }
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let delimiter = delimiter(bytes);
    if let Some(line) = open_quote(bytes, delimiter) {
        let message = "a quotation mark is opened and never closed";
        let cure = "close it; a mark inside a quoted cell is written twice";
        return Err(vec![problem(line, "open_quote", message, cure)]);
    }
    let mut records = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(bytes)
        .into_byte_records();
    let header = match records.next() {
        Some(Ok(header)) => Header::read(definition, &header)?,
        _ => {
            let names = [definition.key_names(), definition.cell_names()].concat();
            let cure = format!("begin with: {}", names.join(","));
            return Err(vec![problem(1, "no_header", "the file is empty", cure)]);
        }
    };
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    let mut lines = Lines::of(bytes);
    for (n, record) in records.enumerate() {
        if n >= limits.rows {
            let message = format!("the file has more than {} rows", limits.rows);
            problems.push(problem(0, "too_many_rows", message, "split it"));
            break;
        }
        match record {
            Ok(record) => match header.row(definition, &record, lines.of_record(&record)) {
                Ok(row) => rows.push(row),
                Err(found) => problems.extend(found),
            },
            Err(error) => problems.push(problem(0, "unreadable", error.to_string(), "")),
        }
    }
    problems.extend(overlaps(&rows));
    if problems.is_empty() {
        return Ok(rows);
    }
    Err(cut(problems))
}

/// Keeps as many problems as a person reads, and says how many there are.
pub fn cut(mut problems: Vec<Problem>) -> Vec<Problem> {
    let left = problems.len().saturating_sub(PROBLEMS_MAX);
    if left > 0 {
        problems.truncate(PROBLEMS_MAX);
        let message = format!("{left} more problems are not shown");
        problems.push(problem(0, "more_problems", message, "cure these first"));
    }
    problems
}

/// Writes the points of a table, which are in the order of key and moment.
pub fn write(definition: &TableDefinition, points: &[Point], delimiter: u8) -> Vec<u8> {
    let mut writer = WriterBuilder::new()
        .delimiter(delimiter)
        .quote_style(QuoteStyle::Necessary)
        .terminator(Terminator::Any(b'\n'))
        .from_writer(Vec::new());
    let names = definition.cell_names();
    let mut header = definition.key_names();
    header.extend(&names);
    header.extend([VALID_FROM, VALID_TO]);
    let mut lines = vec![header.iter().map(|name| (*name).to_owned()).collect()];
    for span in spans(points) {
        // A row of another shape than the definition says cannot be written into its columns.
        let Some((mut line, cells)) = definition.cells(span.key, span.value) else {
            continue;
        };
        line.extend(names.iter().map(|name| cell::to_text(cells.get(*name))));
        line.push(day::to_from_text(span.from));
        let until = span.until.filter(|_| span.ended);
        line.push(until.map(day::to_until_text).unwrap_or_default());
        lines.push(line);
    }
    for line in lines {
        // A vector takes all that is written.
        drop(writer.write_record(&line));
    }
    writer.into_inner().unwrap_or_default()
}

fn problem(line: u64, code: &str, message: impl Into<String>, cure: impl Into<String>) -> Problem {
    let at = match line {
        0 => "the file".to_owned(),
        line => format!("line {line}"),
    };
    Problem::error(at, code, message, cure)
}

/// `;` if the header has more of them than of `,`.
fn delimiter(bytes: &[u8]) -> u8 {
    let header = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |wanted| header.iter().filter(|b| **b == wanted).count();
    if count(b';') > count(b',') {
        b';'
    } else {
        b','
    }
}

/// The line of a quotation mark that begins a cell and is never closed: it would swallow the rest
/// of the file without a word.
fn open_quote(bytes: &[u8], delimiter: u8) -> Option<u64> {
    let (mut line, mut opened, mut at_start) = (1, None, true);
    for byte in bytes {
        match (opened, *byte) {
            (None, b'"') if at_start => opened = Some(line),
            // A doubled mark closes the cell and opens it again at once.
            (Some(_), b'"') => opened = None,
            _ => {}
        }
        at_start =
            opened.is_none() && (*byte == delimiter || matches!(*byte, b'\n' | b'\r' | b'"'));
        line += u64::from(*byte == b'\n');
    }
    opened
}

/// The lines of a file, as an editor counts them: the reader's own count is off by one where lines
/// end with `\r\n`, and leaves out empty lines.
struct Lines<'a> {
    bytes: &'a [u8],
    counted: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            counted: 0,
            line: 1,
        }
    }

    /// The line that a record begins at; records come in their order.
    fn of_record(&mut self, record: &ByteRecord) -> u64 {
        let start = record.position().map_or(0, csv::Position::byte);
        let mut start = usize::try_from(start).unwrap_or(usize::MAX);
        while matches!(self.bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        for byte in self.bytes.get(self.counted..start).unwrap_or_default() {
            self.line += u64::from(*byte == b'\n');
        }
        self.counted = start;
        self.line
    }
}

/// Where the columns of a file are.
struct Header {
    names: Vec<String>,
}

impl Header {
    fn read(definition: &TableDefinition, record: &ByteRecord) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let wanted = [definition.key_names(), definition.cell_names()].concat();
        let mut names: Vec<String> = Vec::with_capacity(record.len());
        for name in record {
            let name = String::from_utf8_lossy(name).into_owned();
            let known = wanted.contains(&name.as_str());
            if !known && name != VALID_FROM && name != VALID_TO {
                let near = crate::check::nearest(&name, wanted.iter().copied());
                let cure = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are: {}", wanted.join(", ")),
                };
                let message = format!("the table has no column `{}`", cell::shown(&name));
                problems.push(problem(1, "unknown_column", message, cure));
            } else if names.contains(&name) {
                let message = format!("the column `{name}` is there twice");
                problems.push(problem(1, "column_twice", message, "leave one out"));
            }
            names.push(name);
        }
        for name in wanted.iter().filter(|w| !names.iter().any(|n| n == *w)) {
            let message = format!("the column `{name}` is missing");
            let cure = "add it, with empty cells if need be: a column that is not there would \
                        empty it in every row";
            problems.push(problem(1, "missing_column", message, cure));
        }
        if problems.is_empty() {
            Ok(Self { names })
        } else {
            Err(problems)
        }
    }

    fn row(
        &self,
        definition: &TableDefinition,
        record: &ByteRecord,
        line: u64,
    ) -> Result<SheetRow, Vec<Problem>> {
        let place = |column: &str| format!("line {line}, column {column}");
        if record.len() != self.names.len() {
            let message = format!(
                "the row has {} cells, the header {}",
                record.len(),
                self.names.len()
            );
            let cure = "quote cells that hold a separator or a line break";
            return Err(vec![problem(line, "wrong_cells", message, cure)]);
        }
        let mut problems = Vec::new();
        let mut texts: BTreeMap<&str, String> = BTreeMap::new();
        for (name, bytes) in self.names.iter().zip(record) {
            match std::str::from_utf8(bytes) {
                Ok("") => {}
                Ok(text) => drop(texts.insert(name, text.to_owned())),
                Err(_) => {
                    let message = "the text is not UTF-8";
                    let cure = "save the file as CSV UTF-8";
                    problems.push(Problem::error(place(name), "not_utf8", message, cure));
                }
            }
        }
        let mut take = |name: &str| texts.remove(name).unwrap_or_default();
        let dates = (take(VALID_FROM), take(VALID_TO));
        let parts: Vec<String> = definition.key_names().into_iter().map(&mut take).collect();
        let cells: Cells = texts
            .into_iter()
            .map(|(name, text)| (name.to_owned(), Json::String(text)))
            .collect();
        let row = definition.row(&parts, &cells, &place);
        let valid = validity(&dates.0, &dates.1, &place);
        match (row, valid, problems.is_empty()) {
            (Ok((key, value)), Ok((from, until)), true) => Ok(SheetRow {
                line,
                key,
                from,
                until,
                value,
            }),
            (row, valid, _) => {
                problems.extend(row.err().into_iter().flatten());
                problems.extend(valid.err().into_iter().flatten());
                Err(problems)
            }
        }
    }
}

/// From when until when a row is valid.
///
/// # Errors
/// If a day is none, or the last comes before the first.
pub fn validity(
    from: &str,
    to: &str,
    place: &dyn Fn(&str) -> String,
) -> Result<(Timestamp, Option<Timestamp>), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut wrong = |column: &str, message: String| {
        let cure = "write a day as 2026-01-31, or nothing";
        problems.push(Problem::error(place(column), "wrong_date", message, cure));
    };
    let from = day::from_text(from).map_err(|message| wrong(VALID_FROM, message));
    let until = day::until_text(to).map_err(|message| wrong(VALID_TO, message));
    match (from, until) {
        (Ok(from), Ok(Some(until))) if until <= from => {
            wrong(VALID_TO, "the row ends before it begins".into());
            Err(problems)
        }
        (Ok(from), Ok(until)) => Ok((from, until)),
        _ => Err(problems),
    }
}

/// Rows of one key that are valid at the same time.
fn overlaps(rows: &[SheetRow]) -> Vec<Problem> {
    let mut sorted: Vec<&SheetRow> = rows.iter().collect();
    sorted.sort_by(|a, b| (&a.key, a.from, a.line).cmp(&(&b.key, b.from, b.line)));
    let mut problems = Vec::new();
    for pair in sorted.windows(2) {
        let [a, b] = pair else { continue };
        let meets = a.from == b.from || a.until.is_some_and(|until| until > b.from);
        if a.key == b.key && meets {
            let message = format!(
                "the key `{}` is valid twice at the same time: line {} has it too",
                cell::shown(&a.key),
                a.line
            );
            let cure = "leave one out, or change `valid_from` and `valid_to`";
            problems.push((b.line, problem(b.line, "row_twice", message, cure)));
        }
    }
    problems.sort_by_key(|(line, _)| *line);
    problems.into_iter().map(|(_, problem)| problem).collect()
}
