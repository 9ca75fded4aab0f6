//! What a condition proves if it holds, or if it does not: the paths that are there, and how long
//! their texts are at most.

use crate::expression::{Comparison, Node};
use crate::path::Path;
use crate::value::Value;

/// The paths that have a value if `node` is `value`: `has(a.b)`, and-ed and or-ed.
pub fn holds(node: &Node, value: bool, locals: &[Option<Path>], present: &mut Vec<String>) {
    match node {
        Node::Has(_) if value => present.extend(node.path(locals).map(|path| path.to_string())),
        Node::HasValue(of) if value => present.extend(of.path(locals).map(|p| p.to_string())),
        Node::Not(of) => holds(of, !value, locals, present),
        Node::And(sides) if value => sides.iter().for_each(|s| holds(s, true, locals, present)),
        Node::Or(sides) if !value => sides.iter().for_each(|s| holds(s, false, locals, present)),
        Node::Call {
            function,
            arguments,
        } if !value && function.function.name == "is_null" => {
            present.extend(
                arguments
                    .first()
                    .and_then(|a| a.path(locals))
                    .map(|p| p.to_string()),
            );
        }
        _ => {}
    }
}

/// A path, and the most characters of its text.
pub type Bound = (String, usize);

/// How long texts are at most if `node` is `value`: `fits(a.b, 36)`, `a.b.size() <= 36`.
pub fn bounds(node: &Node, value: bool, locals: &[Option<Path>], found: &mut Vec<Bound>) {
    match node {
        Node::Not(of) => bounds(of, !value, locals, found),
        Node::And(sides) if value => sides.iter().for_each(|s| bounds(s, true, locals, found)),
        Node::Or(sides) if !value => sides.iter().for_each(|s| bounds(s, false, locals, found)),
        Node::Call {
            function,
            arguments,
        } if value && function.function.name == "fits" => {
            if let [of, most] = &arguments[..] {
                found.extend(bound(of, most, 0, locals));
            }
        }
        Node::Compare { op, sides } => {
            let Node::Call {
                function,
                arguments,
            } = &sides[0]
            else {
                return;
            };
            let less = match (op, value) {
                (Comparison::LessOrEqual, true) | (Comparison::Greater, false) => 0,
                (Comparison::Less, true) | (Comparison::GreaterOrEqual, false) => 1,
                _ => return,
            };
            if let ("size", [of]) = (function.function.name, &arguments[..]) {
                found.extend(bound(of, &sides[1], less, locals));
            }
        }
        _ => {}
    }
}

fn bound(of: &Node, most: &Node, less: usize, locals: &[Option<Path>]) -> Option<Bound> {
    let Node::Literal(Value::Int(most)) = most else {
        return None;
    };
    let most = usize::try_from(*most).ok()?.checked_sub(less)?;
    Some((of.path(locals)?.to_string(), most))
}
