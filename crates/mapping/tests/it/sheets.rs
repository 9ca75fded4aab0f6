//! Tables as CSV files: what is read, what is refused, what a file would change.

use mapping::table::timeline::{ChangeKind, Missing, apply, diff};
use mapping::table::{Point, TableDefinition, day, sheet};
use serde_json::{Value as Json, json};

fn definition(json: Json) -> TableDefinition {
    let definition: TableDefinition = serde_json::from_value(json).expect("a definition");
    assert_eq!(definition.check(), []);
    definition
}

fn accounts() -> TableDefinition {
    definition(json!({
        "keys": [{"name": "product", "max_length": 12}, {"name": "plan"}],
        "columns": [
            {"name": "account", "required": true, "max_length": 6},
            {"name": "rate", "type": "decimal"},
            {"name": "days", "type": "number"},
            {"name": "taxed", "type": "bool"},
            {"name": "since", "type": "date"},
            {"name": "kind", "type": "code", "codes": ["goods", "service"]},
        ],
    }))
}

const HEADER: &str = "product,plan,account,rate,days,taxed,since,kind,valid_from,valid_to\n";

/// The points that a file alone makes.
fn points(definition: &TableDefinition, text: &str) -> Vec<Point> {
    let rows = sheet::read(definition, text.as_bytes(), sheet::Limits::IMPORT).expect("rows");
    apply(&[], &diff(&[], &rows, Missing::Keep).changes)
}

fn refused(definition: &TableDefinition, bytes: &[u8]) -> Vec<(String, String)> {
    let problems = sheet::read(definition, bytes, sheet::Limits::IMPORT).expect_err("problems");
    assert!(
        problems
            .iter()
            .all(|p| p.code == "open_quote" || !p.cure.is_empty())
    );
    problems.into_iter().map(|p| (p.path, p.message)).collect()
}

#[test]
fn what_is_written_is_read_back_byte_for_byte() {
    let definition = accounts();
    let text = format!(
        "{HEADER}\
         \"a,b\",\"say \"\"hi\"\"\",003000,12.30,30,true,2026-02-28,goods,,2026-06-30\n\
         \"a,b\",\"say \"\"hi\"\"\",003001,,,,,,2026-08-01,\n\
         007,=1+1, 3 ,0.10,-5,false,,,,\n\
         é,\"two\nlines\",1,,,,,service,2026-01-01,2026-01-01\n\
         é,\"two\nlines\",2,,,,,service,2026-01-02,\n"
    );
    let made = points(&definition, &text);
    let sorted = String::from_utf8(sheet::write(&definition, &made, b',')).expect("text");
    let mut lines: Vec<&str> = sorted.split_inclusive('\n').collect();
    lines.sort_unstable();
    let mut given: Vec<&str> = text.split_inclusive('\n').collect();
    given.sort_unstable();
    // That a row ends is written only where no other row of its key follows at once.
    let given: Vec<String> = given
        .into_iter()
        .map(|line| line.replace("2026-01-01,2026-01-01", "2026-01-01,"))
        .collect();
    assert_eq!(lines, given);
    for delimiter in [b',', b';'] {
        let first = sheet::write(&definition, &made, delimiter);
        let rows = sheet::read(&definition, &first, sheet::Limits::IMPORT).expect("rows");
        let told = diff(&made, &rows, Missing::Keep);
        assert_eq!((told.changes, told.unchanged), (vec![], 5));
        let again = apply(&[], &diff(&[], &rows, Missing::Keep).changes);
        assert_eq!(sheet::write(&definition, &again, delimiter), first);
    }
    let with_bom = [b"\xef\xbb\xbf", sorted.as_bytes()].concat();
    assert_eq!(
        sheet::read(&definition, &with_bom, sheet::Limits::IMPORT).map(|r| r.len()),
        Ok(5)
    );
    let crlf = text.replace("two\nlines", "two").replace('\n', "\r\n");
    assert_eq!(points(&definition, &crlf).len(), made.len());
}

#[test]
fn all_problems_are_told_with_line_and_column() {
    let definition = accounts();
    let text = format!(
        "{HEADER}\
         ,solo,1,,,,,,,\n\
         p,solo,1234567,1.5e3,007,yes,2026-02-30,god,1.1.2026,2025-01-01\n\
         p,team,,,,,,,2026-02-01,2026-01-01\n\
         p,pro,1,,,,\n\
         p,pro,1,,,,,,,2026-05-31\n\
         p,pro,2,,,,,,2026-05-31,\n\
         much_too_long_a_product,pro,1,,,,,,,\n"
    );
    let found = refused(&definition, text.as_bytes());
    for (path, message) in [
        ("line 2, column product", "the text is empty"),
        (
            "line 3, column account",
            "the text has 7 characters, `account` takes 6",
        ),
        ("line 3, column rate", "no decimal number"),
        ("line 3, column days", "`007` is no whole number"),
        ("line 3, column taxed", "`yes` is not true or false"),
        ("line 3, column since", "is no day"),
        ("line 3, column kind", "`god` is none of the codes"),
        ("line 3, column valid_from", "is no day"),
        ("line 4, column account", "`account` is required and empty"),
        ("line 4, column valid_to", "ends before it begins"),
        ("line 5", "the row has 7 cells, the header 10"),
        ("line 7", "valid twice at the same time: line 6 has it too"),
        (
            "line 8, column product",
            "has 23 characters, `product` takes 12",
        ),
    ] {
        let told = found.iter().any(|(p, m)| p == path && m.contains(message));
        assert!(told, "{path}: {message} is not in {found:#?}");
    }
    assert_eq!(found.len(), 13, "{found:#?}");
    let spaced = text
        .replace('\n', "\r\n")
        .replacen("p,team", "\r\np,team", 1);
    let found = refused(&definition, spaced.as_bytes());
    let lines: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(lines[0], "line 2, column product");
    assert!(lines.contains(&"line 9, column product"), "{lines:?}");
}

#[test]
fn a_file_that_is_no_table_says_why() {
    let definition = accounts();
    for (bytes, path, message) in [
        (&b""[..], "line 1", "the file is empty"),
        (
            b"product,plan\n",
            "line 1",
            "the column `account` is missing",
        ),
        (b"product,plan,acount\n", "line 1", "no column `acount`"),
        (b"product,product\n", "line 1", "`product` is there twice"),
    ] {
        let found = refused(&definition, bytes);
        let told = found.iter().any(|(p, m)| p == path && m.contains(message));
        assert!(told, "{message} is not in {found:#?}");
    }
    let open = format!("{HEADER}a,b,1,,,,,,,\n\"a,c,1,,,,,,,\nd,e,1,,,,,,,\n");
    let found = refused(&definition, open.as_bytes());
    assert_eq!(found[0].0, "line 3");
    let latin = [HEADER.as_bytes(), b"caf\xe9,x,1,,,,,,,\n"].concat();
    let found = refused(&definition, &latin);
    assert_eq!(found[0].0, "line 2, column product");
    assert!(found.iter().any(|(_, m)| m == "the text is not UTF-8"));
    let long = vec![b'x'; sheet::BYTES_MAX + 1];
    assert!(refused(&definition, &long)[0].1.contains("2097152 at most"));
    let many = format!("{HEADER}{}", "a,b,,,,,,,,\n".repeat(sheet::ROWS_MAX + 1));
    let found = refused(&definition, many.as_bytes());
    assert!(found.len() <= 101, "{}", found.len());
}

#[test]
fn a_table_of_bare_values_and_one_of_rules_are_files_too() {
    let items = definition(json!({
        "keys": [{"name": "product"}],
        "columns": [{"name": "value", "type": "text", "required": true}],
    }));
    let made = points(&items, "product;value\nprod_1;MUG-1\n");
    assert_eq!(made[0].value, Some(json!("MUG-1")));
    let rules = definition(json!({
        "kind": "rules",
        "conditions": [{"name": "product"}, {"name": "amount", "type": "decimal"}],
        "columns": [{"name": "account", "required": true}],
    }));
    let text = "rule,priority,product,amount,account,valid_from,valid_to\n\
        default,,,,3999,,\n\
        mugs,5,mug|cup,..<100,3000,2026-01-01,\n";
    let made = points(&rules, text);
    assert_eq!(
        made[1].value,
        Some(json!({"priority": 5, "product": "mug|cup", "amount": "..<100", "account": "3000"}))
    );
    assert_eq!(sheet::write(&rules, &made, b','), text.as_bytes());
    let wrong = "rule,priority,product,amount,account\nx,1,,,1\ny,one,a*b,,1\n";
    let found = refused(&rules, wrong.as_bytes());
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(
        found[0].1.contains("is the default and comes last"),
        "{found:#?}"
    );
}

#[test]
fn a_file_says_the_whole_time_of_the_keys_it_names() {
    let items = definition(json!({
        "keys": [{"name": "key_a"}],
        "columns": [{"name": "value"}],
    }));
    let before = points(
        &items,
        "key_a,value,valid_from,valid_to\n\
         a,1,,2025-12-31\na,2,2026-06-01,\nb,1,,\nc,1,2026-09-01,\nd,1,,2026-01-31\n",
    );
    let told = |text: &str, missing| {
        let rows = sheet::read(&items, text.as_bytes(), sheet::Limits::IMPORT).expect("rows");
        diff(&before, &rows, missing)
    };
    let head = "key_a,value,valid_from,valid_to\n";
    let text = format!("{head}a,1,,\na,3,2026-06-01,\nd,1,,2025-12-31\n");
    let kept = told(&text, Missing::Keep);
    let lines = |changes: &[mapping::table::Change]| -> Vec<String> {
        let line = |c: &mapping::table::Change| {
            let from = day::to_from_text(c.from);
            format!("{} {} {}", c.kind().as_str(), c.key, from)
        };
        changes.iter().map(line).collect()
    };
    assert_eq!(
        lines(&kept.changes),
        [
            "added a 2026-01-01",
            "changed a 2026-06-01",
            "ended d 2026-01-01"
        ]
    );
    assert_eq!(kept.unchanged, 2);
    let from = day::from_text("2026-03-01").expect("a day");
    let ended = told(&text, Missing::End(from));
    assert_eq!(
        lines(&ended.changes[3..]),
        ["ended b 2026-03-01", "ended c 2026-09-01"]
    );
    assert!(
        ended.changes[3..]
            .iter()
            .all(|c| c.kind() == ChangeKind::Ended)
    );
    // Written, it changes nothing more.
    let after = apply(&before, &kept.changes);
    let rows = sheet::read(&items, text.as_bytes(), sheet::Limits::IMPORT).expect("rows");
    assert_eq!(diff(&after, &rows, Missing::Keep).changes, []);
}

#[test]
fn a_definition_that_makes_no_sense_is_told_all_its_problems() {
    let wrong: TableDefinition = serde_json::from_value(json!({
        "keys": [{"name": "Key", "type": "decimal"}, {"name": "valid_from"}],
        "conditions": [{"name": "plan"}],
        "columns": [
            {"name": "kind", "type": "code"},
            {"name": "kind", "codes": ["x"]},
            {"name": "n", "type": "number", "max_length": 3},
            {"name": "value"},
        ],
    }))
    .expect("it parses");
    let mut codes: Vec<String> = wrong.check().into_iter().map(|p| p.code).collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            "codes_unused",
            "decimal_key",
            "name_taken",
            "name_taken",
            "name_twice",
            "no_codes",
            "wrong_kind",
            "wrong_length",
            "wrong_name",
        ]
    );
}
