//! What a condition proves: the paths that are there if it holds, or if it does not.

use crate::expression::Node;
use crate::path::Path;

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
