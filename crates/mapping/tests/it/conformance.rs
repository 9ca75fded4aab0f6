//! CEL's own conformance tests, run on our language.
//!
//! The tests are not part of this repository. Get <https://github.com/google/cel-spec>, name its
//! `tests/simple/testdata` in `CEL_SPEC_TESTDATA`, and run `cargo test -p mapping --test it
//! conformance -- --nocapture`: it prints what passes for each file, and what does not with the
//! reason. What the language leaves out on purpose is named as such; anything else that fails fails
//! the test. `dyn(x)`, which only a type checker needs, is added for the run.

use crate::textproto::{Field, Message, parse};
use crate::world::world;
use mapping::{Formula, Function, FunctionTable, Names, Scope, Value};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const DYN: Function = Function {
    name: "dyn",
    signature: "dyn(value: any?) -> any",
    doc: "The value.",
    examples: &[],
    run: |a, _| Ok(a[0].clone()),
};

enum Outcome {
    Passed,
    /// Left out of the language on purpose: what.
    LeftOut(&'static str),
    Failed(String),
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "where the tests are is the environment's to say"
)]
fn the_conformance_tests_of_cel_pass_or_are_left_out_on_purpose() {
    let Ok(folder) = std::env::var("CEL_SPEC_TESTDATA") else {
        println!("skipped: CEL_SPEC_TESTDATA does not name cel-spec's tests/simple/testdata");
        return;
    };
    let table = FunctionTable::standard().clone().with(&[DYN]);
    let mut files: Vec<_> = std::fs::read_dir(Path::new(&folder))
        .expect("the folder of the tests")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "textproto"))
        .collect();
    files.sort();
    let mut failures = Vec::new();
    let (mut passed, mut left_out, mut of) = (0, BTreeMap::<&str, usize>::new(), 0);
    println!(
        "{:<18} {:>5} {:>6} {:>8} {:>6}",
        "file", "tests", "passed", "left out", "failed"
    );
    for file in &files {
        let source = std::fs::read_to_string(file).expect("a file of tests");
        let tests = parse(&source).expect("it is text proto");
        let name = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (mut count, mut good, mut out, mut bad) = (0, 0, 0, 0);
        for section in messages(&tests, "section") {
            for test in messages(section, "test") {
                count += 1;
                let title = format!(
                    "{name}/{}/{}",
                    section.text("name").unwrap_or_default(),
                    test.text("name").unwrap_or_default()
                );
                match run(test, &table) {
                    Outcome::Passed => good += 1,
                    Outcome::LeftOut(why) => {
                        out += 1;
                        *left_out.entry(why).or_default() += 1;
                    }
                    Outcome::Failed(why) => {
                        bad += 1;
                        failures.push((title, test.text("expr").unwrap_or_default(), why));
                    }
                }
            }
        }
        println!("{name:<18} {count:>5} {good:>6} {out:>8} {bad:>6}");
        (passed, of) = (passed + good, of + count);
    }
    println!("{passed} of {of} pass; left out on purpose:");
    for (why, count) in &left_out {
        println!("  {count:>4}  {why}");
    }
    let failed = failures.len();
    println!(
        "{passed} of the {} tests that need nothing of it",
        passed + failed
    );
    for (title, source, why) in &failures {
        println!("FAILED {title}: {source}\n       {why}");
    }
    assert!(of > 1_000, "only {of} tests were found");
    assert!(failures.is_empty(), "{failed} tests fail");
}

fn messages<'a>(of: &'a Message, name: &'a str) -> impl Iterator<Item = &'a Message> {
    of.all(name).filter_map(|field| match field {
        Field::Message(message) => Some(message),
        _ => None,
    })
}

fn run(test: &Message, table: &FunctionTable) -> Outcome {
    let source = test.text("expr").unwrap_or_default();
    if let Some(why) = left_out(test, &source) {
        return Outcome::LeftOut(why);
    }
    let expects_error =
        test.field("eval_error").is_some() || test.field("any_eval_errors").is_some();
    let formula = match Formula::compile_with(&source, table) {
        Ok(formula) => formula,
        Err(problems) => {
            let refused = problems.iter().find_map(|p| refusal(&p.code, &p.message));
            let errors: Vec<String> = problems
                .iter()
                .map(|p| format!("{} ({})", p.message, p.code))
                .collect();
            return match refused {
                Some(why) => Outcome::LeftOut(why),
                None if expects_error => Outcome::Passed,
                None => Outcome::Failed(format!("refused: {}", errors.join("; "))),
            };
        }
    };
    let mut world = world();
    world.names = Names::new();
    for binding in messages(test, "bindings") {
        let name = binding.text("key").unwrap_or_default();
        let value = binding.message("value").and_then(|v| v.message("value"));
        match value.map(value_of) {
            Some(Ok(value)) => world.names.set(name.as_str(), value),
            Some(Err(why)) => return Outcome::LeftOut(why),
            None => return Outcome::LeftOut("unknown values"),
        }
        if name.contains('.') {
            return Outcome::LeftOut("names with dots");
        }
    }
    let scope: Scope<'_> = world.scope();
    let found = formula.eval(&scope);
    if expects_error {
        return match found {
            Err(_) => Outcome::Passed,
            Ok(value) => Outcome::Failed(format!("gave {value:?} instead of an error")),
        };
    }
    let expected = match test.message("value") {
        Some(value) => value_of(value),
        None => match test
            .message("typed_result")
            .and_then(|r| r.message("result"))
        {
            Some(value) => value_of(value),
            // Without anything that it should be, it should be true.
            None => Ok(Value::Bool(true)),
        },
    };
    match (found, expected) {
        (_, Err(why)) => Outcome::LeftOut(why),
        (Ok(found), Ok(expected)) if found == expected => Outcome::Passed,
        (Ok(found), Ok(expected)) => Outcome::Failed(format!("gave {found:?}, not {expected:?}")),
        (Err(stop), Ok(_)) => match stop.to_string() {
            why if why.contains("the name of a member is a text") => {
                Outcome::LeftOut("keys of maps that are no texts")
            }
            why if why.starts_with("bool: ") => {
                Outcome::LeftOut("texts other than true and false as truth values")
            }
            why => Outcome::Failed(why),
        },
    }
}

/// What a test needs that the language does not have.
fn left_out(test: &Message, source: &str) -> Option<&'static str> {
    let has = |part: &str| source.contains(part);
    if test.field("unknown").is_some() || test.field("any_unknowns").is_some() {
        return Some("unknown values");
    }
    if test.text("container").is_some_and(|c| !c.is_empty()) || has("TestAllTypes") {
        return Some("protobuf messages and enums");
    }
    if test.field("check_only").is_some() {
        return Some("the type checker's types");
    }
    if test.field("disable_macros").is_some() {
        return Some("switching macros off");
    }
    if has("google.protobuf") || has("cel.expr") || has("proto.") {
        return Some("protobuf messages and enums");
    }
    if has("type(") || has("typed") {
        return Some("types as values");
    }
    if has("double(") || has("e+") {
        return Some("binary fractions (double)");
    }
    if has("uint(") {
        return Some("unsigned numbers");
    }
    if has("bytes(") {
        return Some("bytes");
    }
    if has("timestamp(") || has("duration(") {
        return Some("timestamps and durations");
    }
    if has("optional.") || has("optMap") || has("optFlatMap") {
        return Some("optional values made by hand (optional.of, optMap)");
    }
    if has("math.") {
        return Some("functions that are not in the table: math.*");
    }
    if has("ip(") || has("cidr(") || has("isIP") {
        return Some("functions that are not in the table: network addresses");
    }
    if has("cel.bind")
        || has("cel.block")
        || has("cel.iterVar")
        || has("transformList")
        || has("transformMap")
    {
        return Some("cel.bind, cel.block and macros of two variables");
    }
    None
}

/// Why the compiler refuses it, if that is on purpose.
fn refusal(code: &str, message: &str) -> Option<&'static str> {
    match code {
        "double_literal" => Some("binary fractions (double)"),
        "null_literal" => Some("null as a value"),
        "unsupported" if message.contains("unsigned") => Some("unsigned numbers"),
        "unsupported" if message.contains("bytes") => Some("bytes"),
        "unsupported" if message.contains("message") => Some("protobuf messages and enums"),
        "nested_too_deep" | "formula_too_deep" | "formula_too_long" => Some("limits"),
        "optional_unhandled" => Some("an optional result where a value is needed"),
        "unknown_function" => Some("functions that are not in the table: texts and others"),
        "wrong_arguments" => Some("arguments that our functions do not take (a limit, a start)"),
        _ => None,
    }
}

/// The value; or what it is that the language does not have.
fn value_of(message: &Message) -> Result<Value, &'static str> {
    let Some((kind, field)) = message.0.first() else {
        return Err("unknown values");
    };
    match (kind.as_str(), field) {
        ("bool_value", Field::Word(word)) => Ok(Value::Bool(word == "true")),
        ("int64_value", Field::Word(word)) => word.parse().map(Value::Int).map_err(|_| "limits"),
        ("string_value", Field::Text(bytes)) => Ok(Value::text(String::from_utf8_lossy(bytes))),
        ("list_value", Field::Message(list)) => {
            let items: Result<Vec<Value>, _> = messages(list, "values").map(value_of).collect();
            Ok(Value::list(items?))
        }
        ("map_value", Field::Message(map)) => {
            let mut members = BTreeMap::new();
            for entry in messages(map, "entries") {
                let (Some(key), Some(value)) = (entry.message("key"), entry.message("value"))
                else {
                    return Err("unknown values");
                };
                let Value::Text(name) = value_of(key)? else {
                    return Err("keys of maps that are no texts");
                };
                members.insert(name, value_of(value)?);
            }
            Ok(Value::Map(Arc::new(members.into_iter().collect())))
        }
        ("null_value", _) => Err("null as a value"),
        ("double_value", _) => Err("binary fractions (double)"),
        ("uint64_value", _) => Err("unsigned numbers"),
        ("bytes_value", _) => Err("bytes"),
        ("type_value", _) => Err("types as values"),
        ("object_value" | "enum_value", _) => Err("protobuf messages and enums"),
        _ => Err("unknown values"),
    }
}
