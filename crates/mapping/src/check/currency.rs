//! Amounts of two currencies, which no sum and no difference is of.

use crate::expression::Node;
use crate::value::Value;
use model::Problem;

/// In which currency an amount is, as far as the formula says it.
#[derive(PartialEq, Eq)]
enum Currency {
    /// `money(x, 'EUR')`.
    Written(String),
    /// `money(x, charge.currency)`: whatever stands there.
    Named(String),
}

/// What is wrong with a sum or difference of two amounts: an error if they are of two currencies, a
/// warning if they may be.
pub fn of_two(sign: &str, sides: &[Node; 2], at: &str) -> Option<Problem> {
    if !matches!(sign, "+" | "-") {
        return None;
    }
    let (a, b) = (currency(&sides[0])?, currency(&sides[1])?);
    if a == b {
        return None;
    }
    let (Currency::Written(x) | Currency::Named(x), Currency::Written(y) | Currency::Named(y)) =
        (&a, &b);
    let both = matches!((&a, &b), (Currency::Written(_), Currency::Written(_)));
    let message = format!("`{sign}` goes between amounts in `{x}` and in `{y}`");
    let cure = "bring both to one currency with convert(amount, rate, currency, mode)";
    Some(if both {
        Problem::error(at, "two_currencies", message, cure)
    } else {
        Problem::warning(at, "two_currencies", message, cure)
    })
}

fn currency(node: &Node) -> Option<Currency> {
    match node {
        Node::Call {
            function,
            arguments,
        } => {
            let currency = match (function.function.name, &arguments[..]) {
                ("money" | "iso_money", [_, currency]) => currency,
                ("abs", [amount]) => return self::currency(amount),
                _ => return None,
            };
            match currency {
                Node::Literal(Value::Text(code)) => Some(Currency::Written(code.to_uppercase())),
                Node::Name(_) | Node::Local { .. } | Node::Select(_) => {
                    Some(Currency::Named(currency.describe()))
                }
                _ => None,
            }
        }
        Node::Negate(of) => currency(of),
        Node::Arithmetic { op, sides } if matches!(op.sign(), "+" | "-") => {
            currency(&sides[0]).or_else(|| currency(&sides[1]))
        }
        _ => None,
    }
}
