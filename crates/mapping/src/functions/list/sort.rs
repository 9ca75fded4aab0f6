//! Lists in order.

use super::path::members;
use crate::functions::{Function, fail, list, optional_text, text};
use crate::number;
use crate::value::Value;
use std::cmp::Ordering;

pub const SORT: Function = Function {
    name: "sort",
    signature: "sort(items: list) -> list",
    doc: "The items in rising order: all numbers, or all texts.",
    examples: &[
        ("sort([3, number('1.5'), 2])", r#"["1.5",2,3]"#),
        ("sort([1, 'a'])", "!compare"),
    ],
    run: |a, _| {
        number::comparable(list(a, 0)).map_err(fail("sort"))?;
        let mut items = list(a, 0).to_vec();
        items.sort_by(|x, y| number::compare(x, y).unwrap_or(Ordering::Equal));
        Ok(Value::list(items))
    },
};

pub const SORT_BY: Function = Function {
    name: "sort_by",
    signature: "sort_by(items: list, path: text, order?: text) -> list",
    doc: "The items by their value at the path: all numbers, or all texts (by code point). The \
          order is `rising`, which is meant if it is left out, or `falling`. Equals stay as they \
          stood.",
    examples: &[
        (
            "sort_by([{'n': 2, 'a': 'x'}, {'n': 1, 'a': 'y'}, {'n': 2, 'a': 'z'}], 'n')\
             .map(i, i.a)",
            r#"["y","x","z"]"#,
        ),
        (
            "sort_by([{'n': 2, 'a': 'x'}, {'n': 1, 'a': 'y'}, {'n': 2, 'a': 'z'}], 'n', 'falling')\
             .map(i, i.a)",
            r#"["x","z","y"]"#,
        ),
        ("sort_by([{'n': 1}, {'n': 'a'}], 'n')", "!does not compare"),
        ("sort_by([], 'n', 'desc')", "!`rising` or `falling`"),
    ],
    run: |a, _| {
        let fail = || fail("sort_by");
        super::check_path(text(a, 1)).map_err(fail())?;
        let order = optional_text(a, 2).unwrap_or("rising");
        check_order(order).map_err(fail())?;
        let pairs: Result<Vec<_>, String> = members(list(a, 0), text(a, 1)).collect();
        let mut pairs = pairs.map_err(fail())?;
        number::comparable(pairs.iter().map(|(_, value)| *value)).map_err(fail())?;
        pairs.sort_by(|(_, x), (_, y)| {
            let order_of = number::compare(x, y).unwrap_or(Ordering::Equal);
            if order == "falling" {
                order_of.reverse()
            } else {
                order_of
            }
        });
        Ok(Value::list(
            pairs.into_iter().map(|(item, _)| item.clone()).collect(),
        ))
    },
};

/// Whether the text is an order.
pub fn check_order(text: &str) -> Result<(), String> {
    if matches!(text, "rising" | "falling") {
        return Ok(());
    }
    let shown = crate::number::shorten(text);
    Err(format!("`{shown}` is no order: `rising` or `falling`"))
}
