//! What a place takes.

use crate::check::facts::{Format, NumberFacts, TextFacts};
use crate::check::known::Known;
use crate::check::schema::{Case, Found, Member, Node};
use crate::functions::signature::Kind;

/// One thing that a place takes.
pub struct Want<'t> {
    pub case: Case<'t>,
    pub kind: Kind,
    /// A number that stands as a text.
    pub decimal: bool,
    pub text: TextFacts,
    pub number: NumberFacts,
}

impl Want<'_> {
    pub(super) fn whole(&self) -> bool {
        self.kind == Kind::Int
    }

    pub(super) fn optional(&self, name: &str) -> bool {
        match self.case.member(name) {
            Found::Here(Member {
                known: Known::Schema(node),
                ..
            }) => Node::may_be_null(node),
            _ => false,
        }
    }

    pub(super) fn phrase(&self) -> String {
        match self.text.format.filter(|_| self.kind == Kind::Text) {
            Some(Format::Date) => "a date (YYYY-MM-DD)".to_owned(),
            Some(Format::DateBasic) => "a date (YYYYMMDD)".to_owned(),
            Some(Format::Currency) => "a currency code".to_owned(),
            None if self.decimal => "a decimal".to_owned(),
            None => self.kind.to_string(),
        }
    }
}

/// The things that a place takes; none: anything. Words of several cases are one list.
pub fn wants<'t>(place: &Known<'t>) -> Vec<Want<'t>> {
    let cases = match place {
        Known::Schema(node) => node.cases(),
        // A place is said by a schema; of anything else nothing is asked.
        Known::Either(several) => {
            let mut wants = Vec::new();
            for one in several.iter() {
                let more = self::wants(one);
                if more.is_empty() {
                    return Vec::new();
                }
                wants.extend(more);
            }
            return together(wants);
        }
        _ => return Vec::new(),
    };
    let mut wants = Vec::with_capacity(cases.len());
    for case in cases {
        let kinds = case.kinds();
        if kinds.is_empty() {
            return Vec::new();
        }
        for kind in kinds {
            let decimal = case.is_decimal();
            wants.push(Want {
                text: case.text(),
                number: case.number(kind == Kind::Int),
                case: case.clone(),
                kind,
                decimal,
            });
        }
    }
    together(wants)
}

/// `oneOf` with a word each is one list of words.
fn together(wants: Vec<Want<'_>>) -> Vec<Want<'_>> {
    let mut joined: Vec<Want<'_>> = Vec::with_capacity(wants.len());
    for want in wants {
        let listed = |want: &Want<'_>| want.kind == Kind::Text && want.text.words.is_some();
        match joined.iter_mut().find(|known| listed(known)) {
            Some(known) if listed(&want) => known.text = known.text.or(&want.text),
            _ => joined.push(want),
        }
    }
    joined
}
