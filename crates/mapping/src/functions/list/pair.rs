//! Lists side by side and in pieces.

use crate::functions::{Function, fail, length, list};
use crate::value::Value;

pub const ZIP: Function = Function {
    name: "zip",
    signature: "zip(a: list, b: list) -> list",
    doc: "The items of two lists of the same length, side by side: [[a0, b0], [a1, b1]].",
    examples: &[
        ("zip(['a', 'b'], [1, 2])", r#"[["a",1],["b",2]]"#),
        ("zip(['a'], [1, 2])", "!1 and 2 items"),
    ],
    run: |a, _| {
        let (left, right) = (list(a, 0), list(a, 1));
        if left.len() != right.len() {
            let message = format!("the lists have {} and {} items", left.len(), right.len());
            return Err(fail("zip")(message));
        }
        let pairs = left.iter().zip(right);
        let pair = |(a, b): (&Value, &Value)| Value::list(vec![a.clone(), b.clone()]);
        Ok(Value::list(pairs.map(pair).collect()))
    },
};

pub const CHUNK: Function = Function {
    name: "chunk",
    signature: "chunk(items: list, count: int) -> list",
    doc: "The items in lists of so many each; the last may be shorter.",
    examples: &[
        ("chunk([1, 2, 3, 4, 5], 2)", "[[1,2],[3,4],[5]]"),
        ("chunk([], 2)", "[]"),
        ("chunk([1], 0)", "!1 or more"),
    ],
    run: |a, _| {
        let count = length("chunk", a, 1)?;
        if count == 0 {
            return Err(fail("chunk")("a piece has 1 or more items".to_owned()));
        }
        let pieces = list(a, 0)
            .chunks(count)
            .map(|piece| Value::list(piece.to_vec()));
        Ok(Value::list(pieces.collect()))
    },
};
