//! Exact sums.

use super::path::members;
use crate::functions::{Function, fail, list, text};
use crate::number::{self, Arithmetic};
use crate::value::Value;

pub const SUM: Function = Function {
    name: "sum",
    signature: "sum(values: list) -> number",
    doc: "The exact sum of the numbers in the list; 0 for none.",
    examples: &[
        ("sum([1, 2, number('0.10')])", "\"3.10\""),
        ("sum([])", "0"),
        ("sum([1, 'a'])", "!does not go"),
        ("sum([9223372036854775807, 1])", "!more digits"),
    ],
    run: |a, _| {
        list(a, 0).iter().try_fold(Value::Int(0), |sum, item| {
            number::combine(Arithmetic::Add, &sum, item).map_err(fail("sum"))
        })
    },
};

pub const SUM_BY: Function = Function {
    name: "sum_by",
    signature: "sum_by(items: list, path: text) -> number",
    doc: "The exact sum of the numbers at the path; 0 for no items.",
    examples: &[
        ("sum_by(steps.session.lines, 'amount_total')", "12345"),
        (
            "sum_by([{'tax': {'amount': number('0.10')}}, {'tax': {'amount': 2}}], 'tax.amount')",
            "\"2.10\"",
        ),
        ("sum_by([], 'x')", "0"),
        (
            "sum_by([{'n': '1'}], 'n')",
            "!item 0: `n` is a text; make it a number with number(x)",
        ),
        ("sum_by([{'m': 1}], 'n')", "!item 0: `n` is missing"),
    ],
    run: |a, _| {
        let fail = || fail("sum_by");
        let path = text(a, 1);
        super::check_path(path).map_err(fail())?;
        let mut sum = Value::Int(0);
        for (n, found) in members(list(a, 0), path).enumerate() {
            let (_, member) = found.map_err(fail())?;
            if member.as_decimal().is_none() {
                let (path, kind) = (crate::number::shorten(path), member.kind());
                let cure = "make it a number with number(x)";
                return Err(fail()(format!("item {n}: `{path}` is {kind}; {cure}")));
            }
            sum = number::combine(Arithmetic::Add, &sum, member).map_err(fail())?;
        }
        Ok(sum)
    },
};
