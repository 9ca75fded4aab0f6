//! The table of MI programs, transactions and fields: it drives validation, shaping and MRS001MI.
//!
//! The table itself is `catalog.txt`, hand-written; this file reads it once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How a field's text is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A decimal number with a point.
    Number,
    /// A date in the request's date format.
    Date,
}

impl Kind {
    /// The letter that MRS001MI shows.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Text => "A",
            Self::Number => "N",
            Self::Date => "D",
        }
    }
}

/// One field of a transaction.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub kind: Kind,
    /// In characters, sign and decimal point included.
    pub width: usize,
    pub required: bool,
}

/// One transaction of a program.
#[derive(Clone, Debug)]
pub struct Transaction {
    pub name: String,
    pub title: String,
    /// It answers a list, not one row.
    pub list: bool,
    /// It may change something.
    pub writes: bool,
    pub inputs: Vec<Field>,
    pub outputs: Vec<Field>,
}

/// One MI program.
#[derive(Clone, Debug)]
pub struct Program {
    pub name: String,
    pub title: String,
    pub transactions: Vec<Transaction>,
}

/// All programs by name.
pub static CATALOG: LazyLock<BTreeMap<String, Program>> =
    LazyLock::new(|| read(include_str!("catalog.txt")));

/// The transaction `name` of `program`, if the sandbox knows it.
pub fn find(program: &str, name: &str) -> Option<&'static Transaction> {
    CATALOG
        .get(program)?
        .transactions
        .iter()
        .find(|t| t.name == name)
}

/// Reads the table. Panics on a mistake in it, which the first test of this crate would show.
fn read(text: &str) -> BTreeMap<String, Program> {
    let mut programs: BTreeMap<String, Program> = BTreeMap::new();
    let mut sets: BTreeMap<String, Vec<Field>> = BTreeMap::new();
    let mut current = String::new();
    for line in text
        .lines()
        .filter(|l| !l.trim().is_empty() && !l.starts_with('#'))
    {
        if let Some(fields) = line.strip_prefix("  in") {
            let transaction = last(&mut programs, &current);
            transaction.inputs = expand(fields, &sets);
            for (name, kind, width) in [("CONO", Kind::Number, 3), ("DIVI", Kind::Text, 3)] {
                if !transaction.inputs.iter().any(|f| f.name == name) {
                    let name = name.to_owned();
                    transaction.inputs.push(Field {
                        name,
                        kind,
                        width,
                        required: false,
                    });
                }
            }
        } else if let Some(fields) = line.strip_prefix("  out") {
            last(&mut programs, &current).outputs = expand(fields, &sets);
        } else if let Some(rest) = line.strip_prefix("set ") {
            let (name, fields) = rest.split_once(' ').expect("a set has a name and fields");
            sets.insert(name.to_owned(), expand(fields, &sets));
        } else {
            let words: Vec<&str> = line.splitn(4, ' ').collect();
            if let [name, simu @ ("S" | "M"), mode @ ("r" | "w"), title] = words[..] {
                let program = programs.get_mut(&current).expect("a program comes first");
                program.transactions.push(Transaction {
                    name: name.to_owned(),
                    title: title.to_owned(),
                    list: simu == "M",
                    writes: mode == "w",
                    inputs: Vec::new(),
                    outputs: Vec::new(),
                });
            } else {
                let (name, title) = line.split_once(' ').expect("a program has a title");
                name.clone_into(&mut current);
                let (name, title) = (name.to_owned(), title.to_owned());
                let program = Program {
                    name,
                    title,
                    transactions: Vec::new(),
                };
                programs.insert(current.clone(), program);
            }
        }
    }
    programs
}

fn last<'a>(programs: &'a mut BTreeMap<String, Program>, current: &str) -> &'a mut Transaction {
    let program = programs
        .get_mut(current)
        .expect("fields belong to a program");
    program
        .transactions
        .last_mut()
        .expect("fields belong to a transaction")
}

fn expand(text: &str, sets: &BTreeMap<String, Vec<Field>>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        if let Some(set) = part.strip_prefix('@') {
            fields.extend_from_slice(sets.get(set).expect("a set is defined before it is used"));
            continue;
        }
        let (name, shape) = part.split_once(' ').expect("a field is NAME TYPEWIDTH");
        let (name, required) = (name.trim_end_matches('!'), name.ends_with('!'));
        let kind = match shape.chars().next() {
            Some('A') => Kind::Text,
            Some('N') => Kind::Number,
            Some('D') => Kind::Date,
            _ => panic!("unknown type in {part}"),
        };
        let width = shape[1..]
            .trim_end_matches('?')
            .parse()
            .expect("a width is a number");
        for name in names(name) {
            fields.push(Field {
                name,
                kind,
                width,
                required,
            });
        }
    }
    // A transaction's own definition wins over the one that a shared set brings along.
    let mut seen = std::collections::BTreeSet::new();
    fields.retain(|f| seen.insert(f.name.clone()));
    fields
}

/// `CUA2-4` is CUA2, CUA3 and CUA4.
fn names(name: &str) -> Vec<String> {
    let Some((first, to)) = name.split_once('-') else {
        return vec![name.to_owned()];
    };
    let digits = first
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |i| i + 1);
    let digits = digits.max(first.len() - to.len());
    let (stem, from) = first.split_at(digits);
    let wide = from.len();
    let from: u32 = from.parse().expect("a range starts with a number");
    let to: u32 = to.parse().expect("a range ends with a number");
    (from..=to).map(|n| format!("{stem}{n:0wide$}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads() {
        let line = find("OIS100MI", "AddBatchLine").expect("known");
        let itno = line
            .inputs
            .iter()
            .find(|f| f.name == "ITNO")
            .expect("known");
        assert!(itno.required && itno.width == 15 && itno.kind == Kind::Text);
        assert!(line.inputs.iter().any(|f| f.name == "DIP6"));
        assert!(
            find("CUSEXTMI", "AddFieldValue")
                .expect("known")
                .inputs
                .iter()
                .any(|f| { f.name == "PK08" })
        );
        assert!(CATALOG.values().all(|p| !p.transactions.is_empty()));
    }
}
