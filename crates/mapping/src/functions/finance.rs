//! From balance transactions to journal entries.

use super::{Function, fail, text};
use crate::shape::Shape;
use crate::value::Value;
use finance::posting::{BalanceTransaction, Context, PostingRules, Share};

pub const POST: Function = Function {
    name: "post",
    signature: "post(transaction: map, date: text, shares: list, deposit_left: int) -> map",
    doc: "The journal entry of a balance transaction on the books' date, with its notes: \
          {entry, notes}. `shares` spreads a charge's credit over accounts ({account, dimension, \
          amount_minor}; empty: all to the deposit account). `deposit_left` is what is left of the \
          charge's deposit in minor units, for refunds; -1 where there never was a deposit.",
    examples: &[
        (
            "post({'id': 'txn_1', 'amount': 10000, 'fee': 320, 'net': 9680, 'fee_details': \
             [{'amount': 320, 'currency': 'usd', 'kind': 'stripe_fee'}], 'currency': 'usd', \
             'reporting_category': 'charge', 'kind': 'charge', 'created': 0, 'available_on': 0}, \
             '2026-11-24', [], -1).entry.lines.map(l, l.account + ' ' + text(l.amount_minor))",
            "[\"1010 9680\", \"6000 320\", \"2300 -10000\"]",
        ),
        (
            "post({'id': 'txn_1', 'amount': 1, 'fee': 0, 'net': 2, 'fee_details': [], \
             'currency': 'usd', 'reporting_category': 'charge', 'kind': 'charge', 'created': 0, \
             'available_on': 0}, '2026-11-24', [], -1)",
            "!net 2 is not amount 1 less fee 0",
        ),
    ],
    run: |a, _| {
        let fail = || fail("post");
        let transaction: BalanceTransaction =
            serde_json::from_value(a[0].to_json()).map_err(|e| fail()(e.to_string()))?;
        let shares: Vec<Share> =
            serde_json::from_value(a[2].to_json()).map_err(|e| fail()(format!("shares: {e}")))?;
        let deposit_left_minor = a[3].as_int().filter(|left| *left >= 0);
        let context = Context {
            deposit_left_minor,
            shares,
            ..Context::default()
        };
        // One revision of the rules is known so far: the default chart.
        let rules = PostingRules::default();
        let posting = finance::posting::post(&transaction, &context, &rules, text(a, 1))
            .map_err(|e| fail()(e.to_string()))?;
        let json = serde_json::to_value(&posting).map_err(|e| fail()(e.to_string()))?;
        Value::from_json(&json, &Shape::plain()).map_err(fail())
    },
};
