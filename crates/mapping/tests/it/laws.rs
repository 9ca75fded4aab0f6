//! What holds for all functions, and for all values of some.

use crate::world::world;
use mapping::functions::signature::{Kind, Signature};
use mapping::{FUNCTIONS, Value};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

/// Numbers in an order that looks like chance and is always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % most
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

const TEXTS: &[&str] = &[
    "",
    " ",
    "\n\t",
    "0",
    "-0",
    "007",
    "1.234,56",
    "1e9",
    "½",
    "ß",
    "İ",
    "ﬀ",
    "e\u{301}",
    "🇸🇪",
    "\u{202e}abc",
    "a.b",
    "..",
    "name",
    "id",
    "%",
    "$1",
    "${",
    "(",
    "[a-z]+",
    "(a)(b)?",
    "x{1000}",
    "eur",
    "KWD",
    "isk",
    "xxx",
    "2026-02-28",
    "2028-02-29",
    "0000-01-01",
    "9999-12-31",
    "-000001-01-01",
    "2026-13-01",
    "20260131",
    "2026-10-25T02:30:00",
    "2026-01-01T00:00:00Z",
    "YYYYMMDD",
    "DDDYYYY",
    "YYYY",
    "MMM",
    "de",
    "en-IN",
    "hu",
    "Europe/Stockholm",
    "UTC",
    "America/Lima",
    "half_up",
    "floor",
    "rising",
    "falling",
    "starts",
    "ends",
    "m3",
    "csi",
    "ln",
    "SE",
    "us",
    "GB",
    "Deutschland",
    "日本",
    "California",
    "SW1A 1AA",
    "114 55",
    "+46701740605",
    "+++",
    "070-1",
    "(0)",
    "00",
    "+999999999999999999",
    "()()()",
    "GmbH & Co. KG",
    "AB",
    "S. A.",
    "Dr. Jr.",
    "von van",
    ",",
    ",,,",
    "O'Neill, Séan",
    "Lund",
];

fn value(dice: &mut Dice, kind: Kind, depth: usize) -> Value {
    let kinds = [
        Kind::Bool,
        Kind::Int,
        Kind::Number,
        Kind::Text,
        Kind::List,
        Kind::Map,
    ];
    match kind {
        Kind::Any => {
            let kind = *dice.pick(&kinds[..if depth == 0 { 4 } else { 6 }]);
            value(dice, kind, depth)
        }
        Kind::Bool => (dice.below(2) == 0).into(),
        Kind::Int => Value::Int(*dice.pick(&[
            0,
            1,
            -1,
            2,
            3,
            7,
            12,
            13,
            28,
            29,
            40,
            100,
            365,
            1000,
            -500,
            99_999,
            1_767_225_599,
            i64::MAX,
            i64::MIN,
        ])),
        Kind::Number => {
            let digits = *dice.pick(&[
                "0",
                "-0.00",
                "0.5",
                "-0.5",
                "1.005",
                "2.5",
                "0.0000000000000000000000000001",
                "123456789.12",
                "79228162514264337593543950335",
                "-79228162514264337593543950335",
                "7.9228162514264337593543950335",
            ]);
            Value::from(Decimal::from_str_exact(digits).expect("a decimal"))
        }
        Kind::Text => match dice.below(12) {
            0 => "å b".repeat(3000).into(),
            1 => format!("{}{}", dice.pick(TEXTS), dice.pick(TEXTS)).into(),
            _ => (*dice.pick(TEXTS)).into(),
        },
        Kind::List => {
            let kind = *dice.pick(&[Kind::Any, Kind::Int, Kind::Text, Kind::Map]);
            let depth = depth.saturating_sub(1);
            let kind = if depth == 0 && kind == Kind::Map {
                Kind::Text
            } else {
                kind
            };
            let items = (0..dice.below(6)).map(|_| value(dice, kind, depth));
            Value::list(items.collect())
        }
        Kind::Map => {
            let names = [
                "type",
                "card",
                "brand",
                "funding",
                "wallet",
                "address",
                "name",
                "line1",
                "line2",
                "lines",
                "city",
                "state",
                "postal_code",
                "country",
                "id",
                "a",
                "TOWN",
            ];
            let depth = depth.saturating_sub(1);
            let members = (0..dice.below(9)).map(|_| {
                let name = *dice.pick(&names);
                let kind = if dice.below(3) > 0 {
                    Kind::Text
                } else {
                    Kind::Any
                };
                (name, value(dice, kind, depth))
            });
            Value::map(members.collect::<Vec<_>>())
        }
    }
}

/// Whatever it is called with, a function gives a value or an error, twice the same.
#[test]
fn functions_never_crash_and_are_pure() {
    let world = world();
    let mut dice = Dice(7);
    let (mut given, mut failed) = (0, 0);
    for function in FUNCTIONS {
        let signature = Signature::parse(function.signature).expect(function.signature);
        for _ in 0..40 {
            let mut arguments = Vec::new();
            for parameter in &signature.parameters {
                let times = if parameter.repeated { dice.below(3) } else { 1 };
                if parameter.may_be_left_out && dice.below(2) == 0 {
                    break;
                }
                for _ in 0..times {
                    let absent = parameter.kind.optional && dice.below(4) == 0;
                    arguments.push(match absent {
                        true => Value::Null,
                        false => value(&mut dice, parameter.kind.kind, 3),
                    });
                }
            }
            let first = (function.run)(&arguments, &world.scope());
            let again = (function.run)(&arguments, &world.scope());
            assert_eq!(first, again, "{} is not pure", function.name);
            match first {
                Ok(value) => {
                    let holds = signature.result.optional && value.is_null()
                        || signature.result.kind.holds(&value);
                    assert!(holds, "{}: {value:?}", function.signature);
                    given += 1;
                }
                Err(stop) => {
                    assert!(
                        stop.to_string().len() < 2_000,
                        "{}: a long error",
                        function.name
                    );
                    failed += 1;
                }
            }
        }
    }
    assert!(
        given > 1_000 && failed > 1_000,
        "{given} values, {failed} errors"
    );
}

fn call(name: &str, arguments: &[Value]) -> Result<Value, String> {
    let function = FUNCTIONS.iter().find(|f| f.name == name).expect(name);
    let world = world();
    (function.run)(arguments, &world.scope()).map_err(|stop| stop.to_string())
}

#[test]
fn minor_units_and_decimals_are_each_others_inverse() {
    let codes = [
        "eur", "jpy", "kwd", "isk", "ugx", "mga", "huf", "twd", "clf", "bhd", "usd", "clp",
    ];
    for code in codes {
        for minor in [0, 1, -1, 99, 100, 12_345, -99_999, 9_007_199_254_740_993] {
            for (to, from) in [("money", "minor"), ("iso_money", "iso_minor")] {
                let amount = call(to, &[Value::Int(minor), code.into()]).expect(code);
                let back = call(from, &[amount, code.into()]);
                assert_eq!(back, Ok(Value::Int(minor)), "{code} {minor} by {to}");
            }
        }
    }
}

#[test]
fn an_allocation_sums_to_its_amount_and_each_part_is_near_its_share() {
    let mut dice = Dice(11);
    for _ in 0..500 {
        let total = i64::try_from(dice.below(2_000_001)).unwrap_or_default() - 1_000_000;
        let weights: Vec<i64> = (0..1 + dice.below(9))
            .map(|_| i64::try_from(dice.below(1000)).unwrap_or_default())
            .collect();
        let whole: i64 = weights.iter().sum();
        let values = Value::list(weights.iter().map(|w| Value::Int(*w)).collect());
        let parts = call("allocate", &[Value::Int(total), values]);
        if whole == 0 {
            assert!(parts.is_err());
            continue;
        }
        let parts = parts.expect("weights");
        let parts: Vec<i64> = parts
            .as_list()
            .into_iter()
            .flatten()
            .filter_map(Value::as_int)
            .collect();
        assert_eq!(parts.iter().sum::<i64>(), total);
        for (part, weight) in parts.iter().zip(&weights) {
            let off = (i128::from(*part) * i128::from(whole)
                - i128::from(total) * i128::from(*weight))
            .abs();
            assert!(
                off <= i128::from(whole),
                "{total} over {weights:?} gives {part} for {weight}"
            );
        }
    }
}

#[test]
fn what_a_format_writes_it_reads() {
    let mut date = Value::from("2023-12-30");
    for n in 0..800 {
        for format in [
            "YYYYMMDD",
            "DD.MM.YYYY",
            "M/D/YYYY",
            "YYYYDDD",
            "YYYY-MM-DD",
        ] {
            let written = call("format_date", &[date.clone(), format.into()]).expect(format);
            let read = call("parse_date", &[written, format.into()]);
            assert_eq!(read.as_ref(), Ok(&date), "{format}");
        }
        let next = call("add_days", &[date.clone(), Value::Int(1)]).expect("a day");
        let between = call("days_between", &["2023-12-30".into(), next.clone()]);
        assert_eq!(between, Ok(Value::Int(n + 1)));
        date = next;
    }
}

#[test]
fn a_day_in_a_zone_begins_with_its_first_second() {
    for zone in [
        "Europe/Stockholm",
        "America/New_York",
        "Asia/Tehran",
        "Pacific/Apia",
        "America/Santiago",
    ] {
        let mut day = Value::from("2026-01-01");
        for _ in 0..366 {
            let start = call("moment", &[day.clone(), zone.into()]).expect(zone);
            let start = start.as_int().expect("seconds");
            let date = |seconds: i64| call("date", &[Value::Int(seconds), zone.into()]);
            assert_eq!(date(start).as_ref(), Ok(&day), "{zone}");
            assert_ne!(date(start - 1).as_ref(), Ok(&day), "{zone}");
            day = call("add_days", &[day, Value::Int(1)]).expect("a day");
        }
    }
}

#[test]
fn normalising_twice_changes_nothing() {
    let addresses = [
        json!({"line1": " a  1 ", "city": "Lund", "postal_code": "se-223 50", "country": "suède"}),
        json!({"line1": "1", "state": "california", "postal_code": "937011234", "country": "usa"}),
        json!({"line1": "1", "state": "東京都", "postal_code": "1540023", "country": "JP"}),
        json!({"name": "A", "address": {"line1": "1", "postal_code": "k1a0b1", "country": "CAN"}}),
    ];
    for address in addresses {
        let address = Value::from_json(&address, &mapping::Shape::plain()).expect("a map");
        let once = call("normal_address", &[address]).expect("it is sound");
        assert_eq!(
            call("normal_address", std::slice::from_ref(&once)).as_ref(),
            Ok(&once)
        );
        assert_eq!(
            call("address", std::slice::from_ref(&once)).as_ref(),
            Ok(&once)
        );
        assert_eq!(
            call("fit_address", &["csi".into(), once.clone()]).as_ref(),
            Ok(&once)
        );
    }
    for name in [
        "Müller & Söhne GmbH & Co. KG",
        "The Widget Company, Inc.",
        "S. A. Foo",
        "AB",
    ] {
        let once = call("name_key", &[name.into()]).expect(name);
        assert_eq!(
            call("name_key", std::slice::from_ref(&once)).as_ref(),
            Ok(&once)
        );
    }
}

/// Every `payment_method_details` and every address of real events gives a key and a tidy address.
#[test]
fn real_events_have_payment_methods_and_addresses() {
    let Some(corpus) = std::env::var_os("TOWPATH_CORPUS") else {
        eprintln!("TOWPATH_CORPUS was not given: this check did not run");
        return;
    };
    let mut found = (0, 0);
    walk(std::path::Path::new(&corpus), &mut |json| {
        if let Some(details) = json
            .get("payment_method_details")
            .filter(|d| d["type"].is_string())
        {
            let details = Value::from_json(details, &mapping::Shape::plain()).expect("a document");
            let key = call("payment_method", &[details]).expect("a key");
            assert!(key.as_text().is_some_and(|key| !key.is_empty()));
            found.0 += 1;
        }
        if let Some(address) = json.get("address").filter(|a| a.get("line1").is_some()) {
            let address = Value::from_json(address, &mapping::Shape::plain()).expect("a document");
            call("address", &[address]).expect("an address");
            found.1 += 1;
        }
    });
    println!("{} payment methods, {} addresses", found.0, found.1);
    assert!(found.0 > 0);
}

fn walk(at: &std::path::Path, visit: &mut impl FnMut(&Json)) {
    if at.is_dir() {
        for entry in std::fs::read_dir(at).expect("a folder").flatten() {
            walk(&entry.path(), visit);
        }
    } else if at.extension().is_some_and(|e| e == "json") {
        let text = std::fs::read(at).expect("a file");
        if let Ok(json) = serde_json::from_slice(&text) {
            descend(&json, visit);
        }
    }
}

fn descend(json: &Json, visit: &mut impl FnMut(&Json)) {
    visit(json);
    match json {
        Json::Array(items) => items.iter().for_each(|item| descend(item, visit)),
        Json::Object(members) => members.values().for_each(|member| descend(member, visit)),
        _ => {}
    }
}
