//! The proof of the books names every difference.

use finance::proof::{Books, BooksProof, Cause, Tally, Voucher, compare, prove};
use finance::{Currency, Money};
use serde_json::json;

fn books(value: serde_json::Value) -> BooksProof {
    let books: Books = serde_json::from_value(value).unwrap();
    prove(&books).unwrap()
}

#[test]
fn three_books_that_agree_tie() {
    let proof = books(json!({
        "currency": "EUR", "stripe_minor": 12_500, "opening_minor": 2_500,
        "posted": {"items": 2, "minor": 10_000},
        "erp_posted": {"items": 2, "minor": 10_000}, "erp_staged": {"items": 0, "minor": 0},
    }));
    assert!(proof.ties() && proof.holds());
    assert_eq!(
        proof.to_string(),
        "Stripe 125.00 EUR, our entries 125.00 EUR, posted in the ERP 125.00 EUR: they tie"
    );
}

#[test]
fn what_is_on_its_way_is_timing() {
    let proof = books(json!({
        "currency": "EUR", "stripe_minor": 11_100,
        "not_booked": {"items": 1, "minor": 100}, "sent": {"items": 2, "minor": 0},
        "staged": {"items": 3, "minor": 1_000}, "posted": {"items": 9, "minor": 10_000},
        "erp_posted": {"items": 9, "minor": 10_000}, "erp_staged": {"items": 3, "minor": 1_000},
    }));
    assert!(proof.holds() && !proof.ties());
    assert_eq!(
        proof.to_string(),
        "Stripe 111.00 EUR, our entries 110.00 EUR, posted in the ERP 100.00 EUR; \
         not booked yet: 1 item, 1.00 EUR; on the way to the ERP: 2 items, 0.00 EUR; \
         staged in the ERP, not posted yet: 3 items, 10.00 EUR"
    );
}

#[test]
fn what_timing_does_not_explain_is_a_discrepancy() {
    let proof = books(json!({
        "currency": "JPY", "stripe_minor": 990, "posted": {"items": 4, "minor": 1_000},
        "erp_posted": {"items": 3, "minor": 800},
    }));
    assert!(!proof.holds());
    assert_eq!(
        proof.to_string(),
        "Stripe 990 JPY, our entries 1000 JPY, posted in the ERP 800 JPY; \
         Stripe's balance and our entries differ, not explained: -10 JPY; \
         our entries and the ERP differ, not explained: 200 JPY"
    );
    // Two errors that cancel out are still an error.
    let cancelled = books(json!({
        "currency": "JPY", "stripe_minor": 1_000, "posted": {"items": 4, "minor": 1_000},
        "erp_posted": {"items": 5, "minor": 1_000},
    }));
    assert!(!cancelled.holds());
}

#[test]
fn sums_that_do_not_fit_are_an_error() {
    let most = Tally {
        items: 1,
        minor: i64::MAX,
    };
    let mut books: Books =
        serde_json::from_value(json!({"currency": "EUR", "stripe_minor": 0})).unwrap();
    books.sent = most;
    books.posted = most;
    assert!(prove(&books).is_err());
}

#[test]
fn vouchers_name_the_difference() {
    let voucher = |(reference, minor): &(&str, i64)| Voucher {
        reference: (*reference).into(),
        minor: *minor,
    };
    let ours = [
        ("A", 100),
        ("B", 200),
        ("C", 300),
        ("D", 400),
        ("F", 10),
        ("F", -4),
    ];
    let theirs = [("A", 100), ("B", 400), ("C", 299), ("E", 7), ("F", 6)];
    let ours: Vec<Voucher> = ours.iter().map(voucher).collect();
    let theirs: Vec<Voucher> = theirs.iter().map(voucher).collect();
    let found = compare(Currency::EUR, &ours, &theirs).unwrap();
    let named: Vec<(&str, Cause, i64)> = found
        .iter()
        .map(|d| (d.key.as_deref().unwrap(), d.cause, d.amount.minor))
        .collect();
    assert_eq!(
        named,
        [
            ("B", Cause::Twice, -200),
            ("C", Cause::Amount, 1),
            ("D", Cause::Missing, 400),
            ("E", Cause::Unknown, -7),
        ]
    );
    // They explain the difference of the sums to the cent.
    let sum = |list: &[Voucher]| -> i64 { list.iter().map(|v| v.minor).sum() };
    let off = Money::sum(Currency::EUR, found.iter().map(|d| d.amount)).unwrap();
    assert_eq!(off.minor, sum(&ours) - sum(&theirs));
    assert_eq!(found[2].to_string(), "D is not in the ERP: 4.00 EUR");
}
