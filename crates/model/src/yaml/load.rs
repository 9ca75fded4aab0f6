//! Reads YAML into a tree with places.

use super::node::{Kind, Member, Node};
use super::scalar;
use crate::problem::{Place, Problem};
use granit_parser::{Event, Marker, Options, Parser, Placement, ScalarStyle, Span};

/// The deepest nesting that is read.
const DEPTH_MAX: usize = 64;
/// The most comments that are read.
const COMMENTS_MAX: usize = 10_000;

/// A text that was read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The document, unless it is no YAML or empty.
    pub root: Option<Node>,
    pub comments: Vec<Comment>,
    pub problems: Vec<Problem>,
}

/// A comment of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub place: Place,
    /// Without `#` and the blanks around it.
    pub text: String,
    /// It stands behind something on its line.
    pub is_trailing: bool,
}

/// Reads `text`.
pub fn load(text: &str) -> Loaded {
    let mut options = Options::default();
    options.block_nesting_limit = DEPTH_MAX * 2;
    options.flow_nesting_limit = DEPTH_MAX;
    options.max_buffered_comment_events = COMMENTS_MAX;
    let mut loader = Loader {
        events: Parser::new_from_str_with_options(text, options),
        loaded: Loaded::default(),
    };
    if let Err(problem) = loader.document() {
        loader.loaded.problems.push(problem);
        loader.loaded.root = None;
    }
    loader.loaded
}

struct Loader<'a> {
    events: Parser<'a, granit_parser::StrInput<'a>>,
    loaded: Loaded,
}

impl<'a> Loader<'a> {
    fn document(&mut self) -> Result<(), Problem> {
        while let Some((event, span)) = self.event()? {
            match event {
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                _ if self.loaded.root.is_some() => {
                    let message = "the text holds more than one document";
                    let cure = "keep one document in one file";
                    return Err(Problem::error("", "several_documents", message, cure)
                        .at(place(span.start)));
                }
                event => {
                    let root = self.node(event, span, 0)?;
                    self.loaded.root = Some(root);
                }
            }
        }
        Ok(())
    }

    /// The next event that is no comment.
    fn event(&mut self) -> Result<Option<(Event<'a>, Span)>, Problem> {
        loop {
            match self.events.next() {
                None => return Ok(None),
                Some(Err(error)) => {
                    let cure = "quote a formula that holds `: ` or ` #`, and indent with blanks";
                    let message = error.info();
                    return Err(
                        Problem::error("", "not_yaml", message, cure).at(place(*error.marker()))
                    );
                }
                Some(Ok((Event::Comment(text, placement), span))) => {
                    self.loaded.comments.push(Comment {
                        place: place(span.start),
                        text: text.trim().to_owned(),
                        is_trailing: placement == Placement::Right,
                    });
                }
                Some(Ok(event)) => return Ok(Some(event)),
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Problem> {
        let at = place(span.start);
        if depth > DEPTH_MAX {
            let message = format!("the document is nested more than {DEPTH_MAX} deep");
            let cure = "name a part with a step of its own";
            return Err(Problem::error("", "too_deep", message, cure).at(at));
        }
        self.refuse_properties(&event, at);
        let kind = match event {
            Event::Scalar(text, ScalarStyle::Plain, ..) => scalar::resolve(&text),
            Event::Scalar(text, ..) => Kind::Text(text.into_owned()),
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match self.inner(at)? {
                        (Event::SequenceEnd, _) => break Kind::List(items),
                        (event, span) => items.push(self.node(event, span, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(..) => Kind::Map(self.members(at, depth)?),
            Event::Alias(_) => {
                self.refuse("anchor", at, "`*name` repeats a value from elsewhere");
                Kind::Null
            }
            _ => {
                let message = "the document ends in the middle";
                return Err(Problem::error("", "not_yaml", message, "complete it").at(at));
            }
        };
        Ok(Node { place: at, kind })
    }

    fn inner(&mut self, at: Place) -> Result<(Event<'a>, Span), Problem> {
        let ends = || {
            let message = "the document ends in the middle";
            Problem::error("", "not_yaml", message, "complete it").at(at)
        };
        self.event()?.ok_or_else(ends)
    }

    fn members(&mut self, at: Place, depth: usize) -> Result<Vec<Member>, Problem> {
        let mut members: Vec<Member> = Vec::new();
        let mut known = std::collections::HashSet::new();
        loop {
            let (event, span) = self.inner(at)?;
            let key_at = place(span.start);
            let key = match event {
                Event::MappingEnd => return Ok(members),
                Event::Scalar(text, ..) if !text.is_empty() => text.into_owned(),
                _ => {
                    let message = "a key is not a text";
                    let cure = "write `name: value`";
                    return Err(Problem::error("", "bad_key", message, cure).at(key_at));
                }
            };
            let (event, span) = self.inner(key_at)?;
            let value = self.node(event, span, depth + 1)?;
            if !known.insert(key.clone()) {
                let message = format!("the key `{key}` stands twice in one map");
                let problem = Problem::error(&key, "duplicate_key", message, "keep one of them");
                self.loaded.problems.push(problem.at(key_at));
                continue;
            }
            members.push(Member {
                key,
                place: key_at,
                value,
            });
        }
    }

    fn refuse_properties(&mut self, event: &Event<'_>, at: Place) {
        let (anchor, tag) = match event {
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(_, anchor, tag)
            | Event::MappingStart(_, anchor, tag) => (*anchor != 0, tag.is_some()),
            _ => (false, false),
        };
        if anchor {
            self.refuse("anchor", at, "`&name` gives a value a name");
        }
        if tag {
            self.refuse("tag", at, "`!type` gives a value another type");
        }
    }

    fn refuse(&mut self, code: &str, at: Place, what: &str) {
        let message = format!("{what}, which is not read here");
        let problem = Problem::error("", code, message, "write the value itself");
        self.loaded.problems.push(problem.at(at));
    }
}

fn place(marker: Marker) -> Place {
    Place {
        line: u32::try_from(marker.line()).unwrap_or(u32::MAX),
        column: u32::try_from(marker.col() + 1).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_values_with_their_places() {
        let loaded = load("a: 1\nb:\n  - x # first\n  - 'NO'\n# last\n");
        assert_eq!(loaded.problems, []);
        let root = loaded.root.expect("a document");
        assert_eq!(
            root.to_value(),
            serde_json::json!({"a": 1, "b": ["x", "NO"]})
        );
        let b = root.get("b").and_then(Node::list).expect("a list");
        assert_eq!(b[1].place, Place { line: 4, column: 5 });
        let comments: Vec<(&str, bool)> = loaded
            .comments
            .iter()
            .map(|c| (c.text.as_str(), c.is_trailing))
            .collect();
        assert_eq!(comments, [("first", true), ("last", false)]);
    }

    #[test]
    fn says_where_it_is_no_yaml() {
        let loaded = load("a: 1\nb: x: y\n");
        assert_eq!(loaded.root, None);
        let place = loaded.problems[0].place.expect("a place");
        assert_eq!(
            (loaded.problems[0].code.as_str(), place.line),
            ("not_yaml", 2)
        );
    }

    #[test]
    fn refuses_what_a_value_does_not_need() {
        let codes = |text: &str| -> Vec<String> {
            load(text).problems.into_iter().map(|p| p.code).collect()
        };
        assert_eq!(codes("a: &x 1\nb: *x\n"), ["anchor", "anchor"]);
        assert_eq!(codes("a: !!str 1\n"), ["tag"]);
        assert_eq!(codes("a: 1\na: 2\n"), ["duplicate_key"]);
        assert_eq!(codes("a: 1\n---\nb: 2\n"), ["several_documents"]);
        assert_eq!(codes("[a]: 1\n"), ["bad_key"]);
        assert_eq!(codes(&"[".repeat(100)), ["not_yaml"]);
    }
}
