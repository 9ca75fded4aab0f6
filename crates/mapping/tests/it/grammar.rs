//! Makes formulas, templates and schemas at random: mostly right, often nearly right.

use mapping::FunctionTable;
use serde_json::{Map, Value as Json, json};

/// A random sequence that is the same for the same seed and number (splitmix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64, n: u64) -> Self {
        let mut random = Self(seed ^ n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        random.next();
        random
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or_default()
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

const TEXTS: &[&str] = &[
    "charge.id",
    "charge.currency",
    "charge.billing_details.name",
    "charge.billing_details.address.city",
    "charge.metadata.plan",
    "charge.?customer.orValue('x')",
    "charge.metadata.?none.orValue('')",
    "steps.order.number",
    "company.books_zone",
    "'Zoë Åström ΐ İ ß'",
    "''",
    "'2026-01-31'",
    "'00712'",
    "'eur'",
    "r'\\d'",
    "\"\"\"a\nb\"\"\"",
    "'\\u0000\\U0001F600'",
];
const NUMBERS: &[&str] = &[
    "charge.amount",
    "charge.created",
    "steps.order.total",
    "0",
    "1",
    "-1",
    "2",
    "36",
    "9223372036854775807",
    "-9223372036854775808",
    "number('0.1')",
    "number('79228162514264337593543950335')",
    "10000",
    "1000000000",
];
const LISTS: &[&str] = &[
    "steps.session.lines",
    "steps.session.lines[0].taxes",
    "[]",
    "[1, 2, 3]",
    "['a', 'b', 'c']",
    "range(50)",
    "range(3000)",
    "'a,b,c'.split(',')",
];
const MAPS: &[&str] = &[
    "charge",
    "charge.metadata",
    "charge.billing_details",
    "steps",
    "{}",
    "company",
];
const TOKENS: &[&str] = &[
    "(", ")", "[", "]", "{", "}", ".", ".?", "?", ":", ",", "'", "\"", "'''", "`", "\\", "==",
    "&&", "||", "!", "-", "+", "*", "/", "%", "<", ">=", " in ", "//", "\n", "\0", "é", "😀",
    "null", "true", "1.5", "1u", "b''", "0x", "1e400", "@result", "has(", ".map(x, ", ".filter(",
    "x", "orValue", "dyn", "as", "\u{202e}",
];

/// Makes input out of a random sequence.
pub struct Grammar<'r> {
    random: &'r mut Random,
    /// Variables of the enclosing macros.
    locals: usize,
}

impl<'r> Grammar<'r> {
    pub fn new(random: &'r mut Random) -> Self {
        Self { random, locals: 0 }
    }

    /// The source of a formula: by the grammar, spoiled, or noise.
    pub fn source(&mut self) -> String {
        let depth = 1 + self.random.below(5);
        match self.random.below(16) {
            0 => self.noise(),
            1 => self.tower(),
            2..=5 => {
                let good = self.any(depth);
                self.spoiled(&good)
            }
            _ => self.any(depth),
        }
    }

    fn noise(&mut self) -> String {
        let long = self.random.below(60);
        let bytes: Vec<u8> = (0..long)
            .map(|_| self.random.next().to_le_bytes()[0])
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// One token many times, to make things deep or long.
    fn tower(&mut self) -> String {
        let count = self.random.below(400);
        let (open, close) = (self.random.one(TOKENS), self.random.one(TOKENS));
        let core = self.any(1);
        let count = count.min(4_500 / (open.len() + close.len()).max(1));
        format!("{}{core}{}", open.repeat(count), close.repeat(count))
    }

    fn spoiled(&mut self, good: &str) -> String {
        let mut characters: Vec<char> = good.chars().collect();
        for _ in 0..=self.random.below(4) {
            let at = self.random.below(characters.len() + 1);
            let to = (at + self.random.below(12)).min(characters.len());
            match self.random.below(4) {
                0 => drop(characters.drain(at..to)),
                1 => {
                    let copy: Vec<char> = characters[at..to].to_vec();
                    let place = self.random.below(characters.len() + 1);
                    characters.splice(place..place, copy);
                }
                _ => {
                    let token = self.random.one(TOKENS);
                    characters.splice(at..at, token.chars());
                }
            }
        }
        characters.into_iter().collect()
    }

    fn any(&mut self, depth: usize) -> String {
        match self.random.below(6) {
            0 => self.text(depth),
            1 => self.number(depth),
            2 => self.truth(depth),
            3 => self.list(depth),
            4 => self.map(depth),
            _ => self.call(depth),
        }
    }

    fn local(&mut self) -> Option<String> {
        (self.locals > 0 && self.random.below(2) == 0)
            .then(|| format!("v{}", self.random.below(self.locals)))
    }

    fn text(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self
                .local()
                .unwrap_or_else(|| self.random.one(TEXTS).to_owned());
        }
        let inner = depth - 1;
        match self.random.below(8) {
            0 => format!("{} + {}", self.text(inner), self.text(inner)),
            1 => format!(
                "({} ? {} : {})",
                self.truth(inner),
                self.text(inner),
                self.text(inner)
            ),
            2 => format!("truncate({}, {})", self.text(inner), self.number(inner)),
            3 => format!("upper({})", self.text(inner)),
            4 => format!("text({})", self.number(inner)),
            5 => format!("join({}, ';')", self.list(inner)),
            6 => format!(
                "{}[?{}].orValue({})",
                self.map(inner),
                self.text(inner),
                self.text(inner)
            ),
            _ => self.random.one(TEXTS).to_owned(),
        }
    }

    fn number(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self
                .local()
                .unwrap_or_else(|| self.random.one(NUMBERS).to_owned());
        }
        let inner = depth - 1;
        match self.random.below(8) {
            0..=2 => {
                let sign = self.random.one(&["+", "-", "*", "/", "%"]);
                format!("({} {sign} {})", self.number(inner), self.number(inner))
            }
            3 => format!("size({})", self.list(inner)),
            4 => format!("sum({})", self.list(inner)),
            5 => format!(
                "div({}, {}, 2, 'half_even')",
                self.number(inner),
                self.number(inner)
            ),
            6 => format!("-{}", self.number(inner)),
            _ => self.random.one(NUMBERS).to_owned(),
        }
    }

    fn truth(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self
                .random
                .one(&["true", "false", "charge.paid", "has(charge.customer)"])
                .to_owned();
        }
        let inner = depth - 1;
        match self.random.below(8) {
            0 => format!("{} && {}", self.truth(inner), self.truth(inner)),
            1 => format!("({} || {})", self.truth(inner), self.truth(inner)),
            2 => format!("!({})", self.truth(inner)),
            3 => format!("{} < {}", self.number(inner), self.number(inner)),
            4 => format!("{} == {}", self.text(inner), self.text(inner)),
            5 => format!("{} in {}", self.text(inner), self.list(inner)),
            6 => {
                let name = self.random.one(&["all", "exists", "exists_one"]);
                let (list, body) = self.over(inner, Self::truth);
                format!("{list}.{name}(v{}, {body})", self.locals)
            }
            _ => format!("{}.matches('^[a-z]+$')", self.text(inner)),
        }
    }

    /// A list and what is made of each item.
    fn over(&mut self, depth: usize, body: fn(&mut Self, usize) -> String) -> (String, String) {
        let list = self.list(depth);
        self.locals += 1;
        let body = body(self, depth);
        self.locals -= 1;
        (list, body)
    }

    fn list(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.random.one(LISTS).to_owned();
        }
        let inner = depth - 1;
        match self.random.below(7) {
            0 => format!("[{}, ?{}]", self.any(inner), self.any(inner)),
            1 => {
                let (list, body) = self.over(inner, Self::any);
                format!("{list}.map(v{}, {body})", self.locals)
            }
            2 => {
                let (list, body) = self.over(inner, Self::truth);
                format!("{list}.filter(v{}, {body})", self.locals)
            }
            3 => format!("{} + {}", self.list(inner), self.list(inner)),
            4 => format!("sort({})", self.list(inner)),
            5 => format!("split_lines({}, {})", self.text(inner), self.number(inner)),
            _ => self.random.one(LISTS).to_owned(),
        }
    }

    fn map(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.random.one(MAPS).to_owned();
        }
        let inner = depth - 1;
        match self.random.below(3) {
            0 => format!("{{'a': {}, ?'b': {}}}", self.any(inner), self.any(inner)),
            1 => format!("{{{}: {}}}", self.text(inner), self.any(inner)),
            _ => self.random.one(MAPS).to_owned(),
        }
    }

    /// Any function of the table, with arguments that are as many as its parameters, or nearly.
    fn call(&mut self, depth: usize) -> String {
        let inner = depth.saturating_sub(1);
        let functions: Vec<_> = FunctionTable::standard().iter().collect();
        let function = functions[self.random.below(functions.len())];
        let count = function.signature.matches(": ").count();
        let count = count.saturating_sub(usize::from(self.random.below(8) == 0));
        let arguments: Vec<String> = (0..count).map(|_| self.any(inner)).collect();
        format!("{}({})", function.name, arguments.join(", "))
    }

    /// A template of literals, formulas, lists and list mappings.
    pub fn template(&mut self, depth: usize) -> Json {
        let formula = |grammar: &mut Self| json!(format!("={}", grammar.source()));
        if depth == 0 {
            return formula(self);
        }
        let inner = depth - 1;
        match self.random.below(8) {
            0 => json!([self.template(inner), self.template(inner)]),
            1 | 2 => {
                let list = self.list(1);
                json!({"each": format!("={list}"), "as": "charge", "to": self.template(inner)})
            }
            3..=5 => {
                let mut map = Map::new();
                for name in ["a", "b", "lines", "item"] {
                    if self.random.below(3) > 0 {
                        map.insert(name.to_owned(), self.template(inner));
                    }
                }
                Json::Object(map)
            }
            6 => [
                json!(null),
                json!("x"),
                json!("==x"),
                json!(7),
                json!(1.5),
                json!("007"),
            ][self.random.below(6)]
            .clone(),
            _ => formula(self),
        }
    }

    /// A JSON schema, with references that may go around in a circle.
    pub fn schema(&mut self, depth: usize) -> Json {
        let mut schema = self.place(depth);
        if let Json::Object(map) = &mut schema {
            let definitions = json!({"A": self.place(1), "B": {"anyOf": [{"$ref": "#/$defs/B"},
                {"type": "array", "items": {"$ref": "#/$defs/A"}}]}});
            map.insert("$defs".to_owned(), definitions);
        }
        schema
    }

    fn place(&mut self, depth: usize) -> Json {
        let inner = depth.saturating_sub(1);
        match self.random.below(if depth == 0 { 9 } else { 14 }) {
            0 => json!({"type": "string", "maxLength": self.random.below(40)}),
            1 => json!({"type": "string", "format": "decimal", "scale": self.random.below(5)}),
            2 => json!({"type": "integer", "minimum": 0}),
            3 => json!({"type": ["boolean", "null"]}),
            4 => json!({"type": "string", "format": self.random.one(&["date", "date-basic", "x"])}),
            5 => json!({"enum": ["open", "held", null]}),
            6 => json!({"$ref": "#/$defs/A"}),
            7 => json!({"$ref": "#/$defs/B"}),
            8 => json!({}),
            9 | 10 => {
                json!({"type": "object", "required": ["a", "b"], "additionalProperties": false,
                "properties": {"a": self.place(inner), "b": self.place(inner),
                               "lines": self.place(inner)}})
            }
            11 => json!({"type": "array", "items": self.place(inner), "maxItems": 3}),
            12 => json!({"anyOf": [self.place(inner), {"type": "null"}, self.place(inner)]}),
            _ => json!({"allOf": [self.place(inner), {"description": "both"}]}),
        }
    }
}
