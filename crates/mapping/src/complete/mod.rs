//! What may stand where the cursor is: for editors.
//!
//! The source before the cursor is rarely a whole formula, so it is not parsed: its tokens are
//! looked at. What stands before a dot is a formula again, and its type says which members there
//! are. Variables of the macros around the cursor are known with the types of their items.

mod token;

use crate::check::known::Known;
use crate::check::{Checker, Schemas, Type, Variable};
use crate::formula::Formula;
use crate::functions::FunctionTable;
use crate::functions::signature::Kind;
use serde::Serialize;
use std::sync::Arc;
use token::{Token, TokenKind, tokens};

/// Something that may be written at the cursor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Completion {
    /// What is written, in place of the source from `from` up to the cursor.
    pub text: String,
    /// Where the word begins that it completes, in bytes.
    pub from: usize,
    pub kind: CompletionKind,
    /// The type of a name or member, the signature of a function.
    pub detail: String,
    /// What a function gives; what a schema says of a member.
    pub doc: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CompletionKind {
    Member,
    Name,
    Table,
    Macro,
    Function,
}

/// The macros that go through a list: name, how it is written, what it gives.
const MACROS: [(&str, &str, &str); 5] = [
    (
        "map",
        "list.map(item, value) -> list",
        "What is computed for each item.",
    ),
    (
        "filter",
        "list.filter(item, condition) -> list",
        "The items for which it holds.",
    ),
    (
        "all",
        "list.all(item, condition) -> bool",
        "Whether it holds for every item.",
    ),
    (
        "exists",
        "list.exists(item, condition) -> bool",
        "Whether it holds for an item.",
    ),
    (
        "exists_one",
        "list.exists_one(item, condition) -> bool",
        "Whether it holds for one item only.",
    ),
];

/// What may be written at byte `offset` of `source`, best first. Names that do not begin with the
/// word before the cursor are left out.
pub fn complete(source: &str, offset: usize, schemas: &Schemas) -> Vec<Completion> {
    if source.len() > crate::limits::SOURCE_BYTES {
        return Vec::new();
    }
    let mut end = offset.min(source.len());
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    let before = &source[..end];
    let tokens = tokens(before);
    let place = Place {
        source: before,
        schemas,
        variables: Vec::new(),
    };
    let mut found = place.complete(&tokens);
    found.sort_by(|a, b| (a.kind, &a.text).cmp(&(b.kind, &b.text)));
    found.dedup_by(|a, b| a.text == b.text && a.kind == b.kind);
    found
}

struct Place<'a> {
    source: &'a str,
    schemas: &'a Schemas,
    variables: Vec<Variable<'a>>,
}

impl<'a> Place<'a> {
    fn complete(mut self, tokens: &[Token]) -> Vec<Completion> {
        let (word, rest) = match tokens.split_last() {
            Some((last, rest)) if last.kind == TokenKind::Open => {
                return self.tables(last, rest);
            }
            Some((last, rest)) if last.kind == TokenKind::Word && last.to == self.source.len() => {
                (Some(*last), rest)
            }
            _ => (None, tokens),
        };
        let from = word.map_or(self.source.len(), |word| word.from);
        let prefix = &self.source[from..];
        // After a number, `.` is a fraction and a letter a mistake.
        if prefix.starts_with(|c: char| c.is_ascii_digit()) {
            return Vec::new();
        }
        self.bind(rest);
        let base = match rest {
            [base @ .., dot] if self.is(dot, ".") || self.is(dot, ".?") => Some(base),
            _ => None,
        };
        let mut found = match base {
            Some(base) => self.members(base, from),
            None => self.names(from),
        };
        let prefix = prefix.to_lowercase();
        found.retain(|one| one.text.to_lowercase().starts_with(&prefix));
        found
    }

    fn is(&self, token: &Token, text: &str) -> bool {
        token.kind == TokenKind::Sign && &self.source[token.from..token.to] == text
    }

    fn text(&self, token: &Token) -> &'a str {
        &self.source[token.from..token.to]
    }

    /// Notes the variables of the macros that the cursor is in, the outermost first.
    fn bind(&mut self, tokens: &[Token]) {
        let mut open = Vec::new();
        for (n, token) in tokens.iter().enumerate() {
            match self.text(token) {
                "(" | "[" | "{" if token.kind == TokenKind::Sign => open.push(n),
                ")" | "]" | "}" if token.kind == TokenKind::Sign => drop(open.pop()),
                _ => {}
            }
        }
        for at in open {
            let ([.., dot, name], [_, variable, comma, ..]) = (&tokens[..at], &tokens[at..]) else {
                continue;
            };
            let known = MACROS.iter().any(|(known, ..)| *known == self.text(name));
            let named = variable.kind == TokenKind::Word && self.is(comma, ",");
            if !(known && named && self.is(dot, ".")) {
                continue;
            }
            let base = &tokens[..at - 2];
            let item = match self.known(base) {
                Some(known) if known.kind() == Some(Kind::Map) => Known::of_kind(Kind::Text),
                Some(known) => known.item(),
                None => Known::Anything,
            };
            let variable = Arc::from(self.text(variable));
            self.variables.push((variable, item));
        }
    }

    /// What is known of the value that ends with the last token.
    fn known(&self, tokens: &[Token]) -> Option<Known<'a>> {
        let first = self.start(tokens)?;
        let last = tokens.last()?;
        let formula = Formula::compile(&self.source[tokens[first].from..last.to]).ok()?;
        let mut checker = Checker::new(self.schemas, &self.variables, "");
        Some(checker.node(formula.node()))
    }

    /// The token that the value begins with which ends with the last one: names, dots and
    /// brackets, as far as they hang together.
    fn start(&self, tokens: &[Token]) -> Option<usize> {
        let mut at = tokens.len();
        loop {
            at = at.checked_sub(1)?;
            match self.text(&tokens[at]) {
                ")" | "]" if tokens[at].kind == TokenKind::Sign => {
                    at = self.opening(tokens, at)?;
                    // What is called or indexed comes before the bracket.
                    let called = at > 0 && tokens[at - 1].kind == TokenKind::Word;
                    let indexed = at > 0 && matches!(self.text(&tokens[at - 1]), ")" | "]");
                    if called || indexed {
                        continue;
                    }
                }
                _ if matches!(tokens[at].kind, TokenKind::Word | TokenKind::Closed) => {}
                _ => return None,
            }
            let dotted = at > 0 && [".", ".?"].iter().any(|dot| self.is(&tokens[at - 1], dot));
            if !dotted {
                return Some(at);
            }
            at -= 1;
        }
    }

    /// The bracket that the one at `at` closes.
    fn opening(&self, tokens: &[Token], at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for n in (0..=at).rev() {
            if tokens[n].kind != TokenKind::Sign {
                continue;
            }
            match self.text(&tokens[n]) {
                ")" | "]" | "}" => depth += 1,
                "(" | "[" | "[?" | "{" => depth = depth.checked_sub(1)?,
                _ => {}
            }
            if depth == 0 {
                return Some(n);
            }
        }
        None
    }

    fn members(&self, base: &[Token], from: usize) -> Vec<Completion> {
        let Some(known) = self.known(base) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for name in known.members() {
            if let Some(member) = known.member(&name) {
                let shown = Type::of(&member.known, !member.certain);
                found.push(named(CompletionKind::Member, &name, from, &shown));
            }
        }
        let kind = known.kind();
        if matches!(kind, None | Some(Kind::List | Kind::Map)) {
            found.extend(MACROS.map(|(name, detail, doc)| Completion {
                text: name.to_owned(),
                from,
                kind: CompletionKind::Macro,
                detail: detail.to_owned(),
                doc: doc.to_owned(),
            }));
        }
        // `x.f(y)` calls f(x, y), for every function whose first argument may be such a value.
        for function in FunctionTable::standard().iter() {
            let entry = FunctionTable::standard().get(function.name);
            let wanted = entry.and_then(|entry| entry.signature.parameter(0));
            let takes = wanted.is_some_and(|p| match (p.kind.kind, kind) {
                (wanted, Some(kind)) => crate::check::accepts(wanted, kind),
                (_, None) => true,
            });
            if takes {
                found.push(called(function, from));
            }
        }
        found
    }

    fn names(&self, from: usize) -> Vec<Completion> {
        let mut found = Vec::new();
        let formula_type = |name: &str| {
            let formula = Formula::compile(name).ok()?;
            let mut checker = Checker::new(self.schemas, &self.variables, "");
            let known = checker.node(formula.node());
            Some(Type::of(&known, false))
        };
        let variables = self.variables.iter().map(|(name, _)| name.as_ref());
        for name in self.schemas.names().chain(variables) {
            if let Some(shown) = formula_type(name) {
                found.push(named(CompletionKind::Name, name, from, &shown));
            }
        }
        let functions = FunctionTable::standard().iter();
        found.extend(functions.map(|function| called(function, from)));
        found.push(Completion {
            text: "has(".to_owned(),
            from,
            kind: CompletionKind::Macro,
            detail: "has(map.member) -> bool".to_owned(),
            doc: "Whether the member is there.".to_owned(),
        });
        found
    }

    /// In the text of `lookup('…`, the tables that are declared.
    fn tables(&self, open: &Token, before: &[Token]) -> Vec<Completion> {
        let [.., name, bracket] = before else {
            return Vec::new();
        };
        let lookup = matches!(self.text(name), "lookup" | "lookup_or") && self.is(bracket, "(");
        let (Some(tables), true) = (self.schemas.lookups(), lookup) else {
            return Vec::new();
        };
        // The text begins after its quote.
        let from = (open.from + 1).min(self.source.len());
        let prefix = &self.source[from..];
        let tables = tables.keys().filter(|table| table.starts_with(prefix));
        tables
            .map(|table| Completion {
                text: table.clone(),
                from,
                kind: CompletionKind::Table,
                detail: "a lookup table".to_owned(),
                doc: String::new(),
            })
            .collect()
    }
}

fn named(kind: CompletionKind, name: &str, from: usize, shown: &Type) -> Completion {
    let doc = shown.schema.get("description").and_then(|doc| doc.as_str());
    Completion {
        text: name.to_owned(),
        from,
        kind,
        detail: shown.to_string(),
        doc: doc.unwrap_or_default().to_owned(),
    }
}

fn called(function: &crate::functions::Function, from: usize) -> Completion {
    Completion {
        text: format!("{}(", function.name),
        from,
        kind: CompletionKind::Function,
        detail: function.signature.to_owned(),
        doc: function.doc.to_owned(),
    }
}
