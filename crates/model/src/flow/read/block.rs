//! The blocks: what a step can be.

use super::start::at_most;
use super::{Reader, join};
use crate::flow::document::{
    Approve, Body, Branch, Call, Case, Check, Coerce, Each, Else, StepKind, Steps, Use, Wait,
};
use crate::flow::limits;
use crate::yaml::{Kind, Node};

/// The keys that a case has beside those of its block.
const CASE: [&str; 2] = ["note", "when"];

impl Reader {
    pub(super) fn block(
        &mut self,
        kind: &str,
        path: &str,
        node: &Node,
        depth: usize,
    ) -> Option<StepKind> {
        match kind {
            "use" => self.use_(path, node).map(StepKind::Use),
            "set" => {
                let values = self.templates(path, node, "set")?;
                Some(StepKind::Set { values })
            }
            "check" => Some(StepKind::Check(Check {
                condition: node.get("check").map(Node::to_value)?,
                otherwise: self.otherwise(path, node),
            })),
            "each" => self.each(path, node, depth).map(StepKind::Each),
            "parallel" => self.parallel(path, node, depth),
            "wait" => self.wait(path, node).map(StepKind::Wait),
            "approve" => self.approve(path, node).map(StepKind::Approve),
            "call" => {
                let with = self.templates(path, node, "with");
                let flow = self.required_text(path, node, "call")?;
                Some(StepKind::Call(Call { flow, with: with? }))
            }
            _ => self.choose(path, node, depth),
        }
    }

    fn use_(&mut self, path: &str, node: &Node) -> Option<Use> {
        let with = self.templates(path, node, "with");
        let connection = self.short_text(path, node, "connection", limits::ID_CHARS);
        let coerce = self.coerce(path, node);
        let operation = self.required_text(path, node, "use")?;
        Some(Use {
            operation,
            with: with?,
            connection,
            coerce,
        })
    }

    fn coerce(&mut self, path: &str, node: &Node) -> Coerce {
        let Some(member) = node.member("coerce") else {
            return Coerce::All;
        };
        let at = join(path, "coerce");
        let cure = "write `off` or a list of names";
        match &member.value.kind {
            Kind::Text(word) if word == "off" => Coerce::Off,
            Kind::List(_) => {
                let items = self.items(&at, &member.value, cure).unwrap_or_default();
                Coerce::Only(items.iter().filter_map(|i| self.text(&at, i)).collect())
            }
            _ => {
                let message = "`coerce` does not say what to convert";
                self.error(member.value.place, &at, "bad_coerce", message, cure);
                Coerce::All
            }
        }
    }

    fn otherwise(&mut self, path: &str, node: &Node) -> Else {
        let given = node.member("else").map(|m| &m.value);
        let cure = "write `else: skip` or `else: reject <a sentence>`";
        let at = join(path, "else");
        match given.and_then(Node::text) {
            Some("skip") => Else::Skip,
            Some(text) if text.starts_with("reject ") && text.trim().len() > "reject ".len() => {
                let sentence = text["reject ".len()..].trim().to_owned();
                if sentence.chars().count() > limits::SENTENCE_CHARS || sentence.contains('\n') {
                    let message = format!(
                        "the sentence is not one line of at most {} characters",
                        limits::SENTENCE_CHARS
                    );
                    let place = given.map_or(node.place, |n| n.place);
                    self.error(place, &at, "too_long", &message, "shorten it");
                }
                Else::Reject(sentence)
            }
            _ => {
                let place = given.map_or(node.place, |n| n.place);
                let message = "the check does not say what happens when it does not hold";
                self.error(place, &at, "missing", message, cure);
                Else::Skip
            }
        }
    }

    fn each(&mut self, path: &str, node: &Node, depth: usize) -> Option<Each> {
        let list = node.get("each").map(Node::to_value)?;
        if !list.as_str().is_some_and(|text| text.starts_with('=')) {
            let place = node.get("each").map_or(node.place, |n| n.place);
            let at = join(path, "each");
            let message = "`each` is no formula";
            let cure = "write a formula whose value is a list: `each: =steps.session.lines`";
            self.error(place, &at, "not_a_formula", message, cure);
        }
        let name = self.required_text(path, node, "as");
        if let (Some(name), Some(at)) = (&name, node.get("as")) {
            self.name(at.place, &join(path, "as"), name);
        }
        let at_once = self.number(path, node, "at_once", limits::AT_ONCE);
        let body = self.body(path, node, depth);
        Some(Each {
            list,
            name: name?,
            at_once,
            body,
        })
    }

    /// `steps:` and `output:` of an `each` or a case.
    fn body(&mut self, path: &str, node: &Node, depth: usize) -> Steps {
        let at = join(path, "steps");
        let steps = match node.member("steps") {
            Some(member) => self.steps(&at, &member.value, depth + 1),
            None => {
                self.missing(node.place, &at, "steps");
                Vec::new()
            }
        };
        let output = node.get("output").map(Node::to_value);
        Steps { steps, output }
    }

    fn parallel(&mut self, path: &str, node: &Node, depth: usize) -> Option<StepKind> {
        let at = join(path, "parallel");
        let value = node.get("parallel")?;
        let members = self.members(&at, value, "name each branch: `mail:` with its steps")?;
        if !(2..=limits::BRANCHES).contains(&members.len()) {
            let most = limits::BRANCHES;
            let message = format!(
                "a `parallel` has 2 to {most} branches, not {}",
                members.len()
            );
            let cure = "one branch is a list of steps; many are an `each`";
            self.error(value.place, &at, "branches", &message, cure);
        }
        let mut branches = Vec::new();
        for member in members.iter().take(limits::BRANCHES) {
            let at = join(&at, &member.key);
            self.name(member.place, &at, &member.key);
            branches.push(Branch {
                name: member.key.clone(),
                steps: self.steps(&at, &member.value, depth + 1),
            });
        }
        Some(StepKind::Parallel { branches })
    }

    fn wait(&mut self, path: &str, node: &Node) -> Option<Wait> {
        let at = join(path, "wait");
        let value = node.get("wait")?;
        self.members(&at, value, "write `until:` and `at_most:` below it")?;
        self.unknown_keys(&at, value, &["until", "at_most"]);
        let until = value.get("until").map(Node::to_value);
        if until.is_none() {
            self.missing(value.place, &join(&at, "until"), "until");
        }
        let at_most = self.at_most(&at, value);
        Some(Wait {
            until: until?,
            at_most: at_most?,
        })
    }

    fn approve(&mut self, path: &str, node: &Node) -> Option<Approve> {
        let at = join(path, "approve");
        let value = node.get("approve")?;
        self.members(&at, value, "write `by:` and `at_most:` below it")?;
        self.unknown_keys(&at, value, &["by", "show", "at_most"]);
        let by = self.required_text(&at, value, "by");
        let at_most = self.at_most(&at, value);
        Some(Approve {
            by: by?,
            show: value.get("show").map(Node::to_value),
            at_most: at_most?,
        })
    }

    /// Nothing waits for ever.
    fn at_most(&mut self, path: &str, node: &Node) -> Option<std::time::Duration> {
        if node.get("at_most").is_none() {
            let message = "nothing says how long to wait at most";
            let at = join(path, "at_most");
            self.error(node.place, &at, "missing", message, "add `at_most: 30d`");
        }
        self.bounded_span(path, node, "at_most", at_most(limits::LONGEST_WAIT))
    }

    fn choose(&mut self, path: &str, node: &Node, depth: usize) -> Option<StepKind> {
        let at = join(path, "choose");
        let value = node.get("choose")?;
        let items = self.items(&at, value, "list the cases, each beginning with `- when:`")?;
        if items.len() > limits::CASES {
            let message = format!("{} cases, at most {}", items.len(), limits::CASES);
            let cure = "use a lookup table";
            self.error(value.place, &at, "too_many", &message, cure);
            return None;
        }
        let mut cases = Vec::new();
        for (n, item) in items.iter().enumerate() {
            let at = format!("{at}[{n}]");
            if self
                .members(&at, item, "begin the case with `when:`")
                .is_none()
            {
                continue;
            }
            if item.get("when").is_none() && n + 1 < items.len() {
                let message = "a case without `when` holds always, so those after it never do";
                let cure = "move it to the end or give it a `when`";
                self.error(item.place, &at, "unreachable", message, cure);
            }
            cases.extend(self.case(&at, item, depth));
        }
        Some(StepKind::Choose { cases })
    }

    fn case(&mut self, path: &str, node: &Node, depth: usize) -> Option<Case> {
        let note = self.short_text(path, node, "note", limits::NOTE_CHARS);
        let when = node.get("when").map(Node::to_value);
        // `each` has steps of its own; a case with `steps` alone is a list of them.
        let is_list = node.get("steps").is_some() && node.get("each").is_none();
        let body = if is_list {
            self.unknown_keys(path, node, &["note", "when", "steps", "output"]);
            Body::Steps(self.body(path, node, depth))
        } else {
            let kind = self.kind(path, node, &CASE, depth)?;
            if !kind.may_be_a_case() {
                let message = format!("`{}` cannot stand in a case by itself", kind.word());
                let cure = "write `steps:` and make it a step of its own";
                self.error(node.place, path, "nested_block", &message, cure);
            }
            Body::One(Box::new(kind))
        };
        Some(Case { note, when, body })
    }
}

impl StepKind {
    /// Blocks that hold steps or that a person answers need an id of their own.
    const fn may_be_a_case(&self) -> bool {
        matches!(
            self,
            Self::Use(_) | Self::Set { .. } | Self::Check(_) | Self::Wait(_) | Self::Call(_)
        )
    }
}
