//! Which bank line is a payout's, and what it means for the books.

use finance::payout::{
    BankLine, BankMatch, arrival_entry, match_bank, match_bank_near, return_entry,
};
use finance::posting::PostingRules;
use finance::{Currency, Money};
use jiff::civil::date;
use std::collections::BTreeMap;

const PAYOUT: Money = Money::new(19_195, Currency::EUR);

fn line(id: &str, text: &str, amount_minor: i64, date: &str) -> BankLine {
    BankLine {
        id: id.into(),
        text: text.into(),
        amount_minor,
        currency: "eur".into(),
        date: date.into(),
    }
}

fn verdict(found: &BankMatch<'_>) -> String {
    match found {
        BankMatch::Found(line) => line.id.clone(),
        BankMatch::NotYet => "not yet".into(),
        BankMatch::Different(line) => format!("{} differs", line.id),
        BankMatch::Several(lines) => {
            let ids: Vec<&str> = lines.iter().map(|l| l.id.as_str()).collect();
            format!("several: {}", ids.join(" "))
        }
    }
}

#[test]
fn a_reference_decides_before_the_amount() {
    let lines = [
        line("1", "STRIPE", 19_195, "2026-11-24"),
        line("2", "/TRN/trace77/stripe", 19_195, "2026-11-24"),
        line("3", "STRIPE PO_12", 5, "2026-11-24"),
    ];
    for (references, expected) in [
        (vec!["po_1", "TRACE77"], "2"),
        (vec!["po_12"], "3 differs"),
        (vec!["po_1", ""], "several: 1 2"),
        (vec![], "several: 1 2"),
    ] {
        assert_eq!(
            verdict(&match_bank(&references, PAYOUT, &lines)),
            expected,
            "{references:?}"
        );
    }
}

#[test]
fn a_returned_payout_does_not_hide_its_arrival() {
    let lines = [
        line("1", "RETURN po_1", -19_195, "2026-11-26"),
        line("2", "STRIPE po_1", 19_195, "2026-11-24"),
    ];
    assert_eq!(verdict(&match_bank(&["po_1"], PAYOUT, &lines)), "2");
    let twice = [
        lines[1].clone(),
        BankLine {
            id: "9".into(),
            ..lines[1].clone()
        },
    ];
    assert_eq!(
        verdict(&match_bank(&["po_1"], PAYOUT, &twice)),
        "several: 2 9"
    );
}

#[test]
fn without_a_reference_the_line_must_be_near_and_name_stripe() {
    // Arrival on a Monday: from the Friday before to the Thursday after.
    let arrival = date(2026, 11, 23);
    for (text, day, expected) in [
        ("Stripe Payments", "2026-11-20", "1"),
        ("Stripe Payments", "20261126", "1"),
        ("Stripe Payments", "2026-11-19", "not yet"),
        ("Stripe Payments", "2026-11-27", "not yet"),
        ("Stripe Payments", "soon", "not yet"),
        ("Another sender", "2026-11-23", "not yet"),
    ] {
        let lines = [line("1", text, 19_195, day)];
        let found = match_bank_near(&["po_1"], PAYOUT, arrival, &lines);
        assert_eq!(verdict(&found), expected, "{text} on {day}");
    }
    let other = [BankLine {
        currency: "USD".into(),
        ..line("1", "STRIPE", 19_195, "20261123")
    }];
    assert_eq!(
        verdict(&match_bank_near(&[], PAYOUT, arrival, &other)),
        "not yet"
    );
}

#[test]
fn what_the_bank_has_is_in_transit_no_longer() {
    let rules = PostingRules::default();
    let dollars = |minor| Money::new(minor, Currency::USD);
    for (entry, reference, kind, bank) in [
        (
            arrival_entry("po_1", dollars(19_195), &rules, "2026-11-24"),
            "po_1:bank",
            "J17",
            19_195,
        ),
        (
            arrival_entry("po_2", dollars(-3_175), &rules, "2026-11-24"),
            "po_2:bank",
            "J18",
            -3_175,
        ),
        (
            return_entry("po_1", dollars(19_195), &rules, "2026-11-26"),
            "po_1:return",
            "J19b",
            -19_195,
        ),
    ] {
        let entry = entry.unwrap();
        assert_eq!(
            (entry.reference.as_str(), entry.kind.as_str()),
            (reference, kind)
        );
        let expected = BTreeMap::from([("1000", bank), ("1005", -bank)]);
        assert_eq!(entry.per_account(), expected, "{reference}");
    }
    let nothing = arrival_entry("po_1", dollars(0), &rules, "2026-11-24");
    assert!(nothing.is_err());
}
