//! Form bodies and queries with brackets, in every form that clients really send: `x[]=a`,
//! `x[0]=a`, `x[0][k]=v`, `x[][k]=v`, `x[k]=v`, brackets escaped or not, blanks as `+` or `%20`.

use percent_encoding::percent_decode;
use serde_json::{Map, Value};

/// What stands under one name: a text, or names (or numbers) below it, in the order sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Leaf(String),
    Branch(Vec<(String, Node)>),
}

/// Why a form could not be read.
#[derive(Debug, PartialEq)]
pub struct Malformed(pub String);

/// Deeper nesting than this is refused.
const DEPTH: usize = 8;

/// Reads `text` into a tree. The root is always a branch.
pub fn parse(text: &str) -> Result<Node, Malformed> {
    let mut root = Vec::new();
    for pair in text.split('&').filter(|p| !p.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        let segments = segments(&name)?;
        insert(&mut root, &segments, value, &name)?;
    }
    Ok(Node::Branch(root))
}

fn decode(part: &str) -> Result<String, Malformed> {
    let spaced = part.replace('+', " ");
    percent_decode(spaced.as_bytes())
        .decode_utf8()
        .map(|text| text.into_owned())
        .map_err(|_| Malformed("Invalid UTF-8 in the request".into()))
}

/// `a[b][]` is `a`, `b`, and an empty segment.
fn segments(name: &str) -> Result<Vec<&str>, Malformed> {
    let bad = || Malformed(format!("Invalid parameter name: {name}"));
    let Some(open) = name.find('[') else {
        return Ok(vec![name]);
    };
    let mut found = vec![&name[..open]];
    let mut rest = &name[open..];
    while !rest.is_empty() {
        let inner = rest.strip_prefix('[').ok_or_else(bad)?;
        let close = inner.find(']').ok_or_else(bad)?;
        found.push(&inner[..close]);
        rest = &inner[close + 1..];
    }
    if found[0].is_empty() || found.len() > DEPTH {
        return Err(bad());
    }
    Ok(found)
}

fn insert(
    branch: &mut Vec<(String, Node)>,
    path: &[&str],
    value: String,
    name: &str,
) -> Result<(), Malformed> {
    let Some((first, rest)) = path.split_first() else {
        return Ok(());
    };
    let key = if first.is_empty() {
        slot(branch, rest)
    } else {
        (*first).to_owned()
    };
    let place = branch.iter().position(|(k, _)| *k == key);
    match (place, rest.is_empty()) {
        (None, true) => branch.push((key, Node::Leaf(value))),
        (Some(at), true) => branch[at].1 = Node::Leaf(value),
        (None, false) => {
            let mut below = Vec::new();
            insert(&mut below, rest, value, name)?;
            branch.push((key, Node::Branch(below)));
        }
        (Some(at), false) => match &mut branch[at].1 {
            Node::Branch(below) => insert(below, rest, value, name)?,
            Node::Leaf(_) => return Err(Malformed(format!("Invalid object: {name}"))),
        },
    }
    Ok(())
}

/// The number of the element that an empty bracket means: the last one while it lacks the next
/// name, else a new one.
fn slot(branch: &[(String, Node)], rest: &[&str]) -> String {
    if let (Some((key, Node::Branch(last))), Some(next)) = (branch.last(), rest.first())
        && !next.is_empty()
        && !last.iter().any(|(k, _)| k == next)
    {
        return key.clone();
    }
    branch.len().to_string()
}

impl Node {
    /// The branch's children in order of their numbers, if all names are numbers.
    pub fn elements(&self) -> Option<Vec<&Node>> {
        let Node::Branch(children) = self else {
            return None;
        };
        let mut numbered = Vec::with_capacity(children.len());
        for (name, node) in children {
            numbered.push((name.parse::<u32>().ok()?, node));
        }
        numbered.sort_by_key(|(n, _)| *n);
        Some(numbered.into_iter().map(|(_, node)| node).collect())
    }

    /// The same as JSON, every leaf a text.
    pub fn to_json(&self) -> Value {
        match self {
            Node::Leaf(text) => Value::String(text.clone()),
            Node::Branch(children) => match self.elements() {
                Some(items) if !items.is_empty() => {
                    Value::Array(items.into_iter().map(Node::to_json).collect())
                }
                _ => Value::Object(
                    children
                        .iter()
                        .map(|(k, n)| (k.clone(), n.to_json()))
                        .collect::<Map<_, _>>(),
                ),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_bracket_form_means_the_same() {
        for (text, want) in [
            ("x[]=a&x[]=b", json!({"x": ["a", "b"]})),
            ("x[0]=a&x[1]=b", json!({"x": ["a", "b"]})),
            ("x[1]=b&x[0]=a", json!({"x": ["a", "b"]})),
            ("x%5B0%5D=a&x%5B1%5D=b", json!({"x": ["a", "b"]})),
            (
                "i[0][p]=1&i[0][q]=2&i[1][p]=3",
                json!({"i": [{"p": "1", "q": "2"}, {"p": "3"}]}),
            ),
            (
                "i[][p]=1&i[][q]=2&i[][p]=3",
                json!({"i": [{"p": "1", "q": "2"}, {"p": "3"}]}),
            ),
            (
                "m[infor_order_no]=1000123",
                json!({"m": {"infor_order_no": "1000123"}}),
            ),
            ("n=a+b%20c", json!({"n": "a b c"})),
            ("n=%C3%A9&k=", json!({"n": "é", "k": ""})),
            ("", json!({})),
        ] {
            let got = parse(text).expect(text).to_json();
            assert_eq!(got, want, "{text}");
        }
    }

    #[test]
    fn broken_names_are_refused() {
        for text in ["x[=1", "x]a[=1&[a]=2", "[a]=1", "a=1&a[b]=2", "a=%FF"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
