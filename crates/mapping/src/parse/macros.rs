//! Which macro a fold was written as.
//!
//! The parser expands `list.map(x, f)` and its like into folds over an accumulator `@result`, a name
//! that no source can spell; so the shapes below are all there are.

use crate::expression::EachKind;
use cel::common::ast::{ComprehensionExpr, Expr, IdedExpr, LiteralValue, operators};

/// The macro that a fold was written as, its filter and its body.
pub fn recognise(fold: &ComprehensionExpr) -> Option<(EachKind, Option<&IdedExpr>, &IdedExpr)> {
    let Expr::Call(step) = &fold.loop_step.expr else {
        return None;
    };
    let appended = |expr: &'_ IdedExpr| -> bool {
        matches!(&expr.expr, Expr::Call(add) if add.func_name == operators::ADD)
    };
    match (&fold.accu_init.expr, &step.args[..]) {
        (Expr::Literal(LiteralValue::Boolean(start)), [_, body]) => {
            let kind = if *start.inner() {
                EachKind::All
            } else {
                EachKind::Exists
            };
            Some((kind, None, body))
        }
        (Expr::Literal(LiteralValue::Int(_)), [body, _, _]) => {
            Some((EachKind::ExistsOne, None, body))
        }
        (Expr::List(_), [filter, add, _]) if appended(add) => {
            Some((EachKind::Map, Some(filter), item_of(add)?))
        }
        (Expr::List(_), [_, _]) => Some((EachKind::Map, None, item_of(&fold.loop_step)?)),
        _ => None,
    }
}

/// The item in `@result + [item]`.
fn item_of(add: &IdedExpr) -> Option<&IdedExpr> {
    let Expr::Call(add) = &add.expr else {
        return None;
    };
    match &add.args.get(1)?.expr {
        Expr::List(list) => list.elements.first(),
        _ => None,
    }
}
