//! Prometheus' text format.

use std::fmt::{Display, Write};

/// A page of metrics.
#[derive(Default)]
pub struct Text(String);

/// One family of the page.
pub struct Family<'a> {
    page: &'a mut String,
    name: String,
}

impl Text {
    pub fn counter(&mut self, name: &str, help: &str) -> Family<'_> {
        self.family(name, help, "counter")
    }

    pub fn gauge(&mut self, name: &str, help: &str) -> Family<'_> {
        self.family(name, help, "gauge")
    }

    pub fn histogram(&mut self, name: &str, help: &str) -> Family<'_> {
        self.family(name, help, "histogram")
    }

    pub fn into_string(self) -> String {
        self.0
    }

    fn family(&mut self, name: &str, help: &str, kind: &str) -> Family<'_> {
        write(
            &mut self.0,
            format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"),
        );
        Family {
            page: &mut self.0,
            name: name.to_owned(),
        }
    }
}

impl Family<'_> {
    pub fn value(&mut self, value: impl Display) {
        self.part("", &[], value);
    }

    pub fn labelled(&mut self, labels: &[(&str, &str)], value: impl Display) {
        self.part("", labels, value);
    }

    /// One line, of a part of the family such as `_sum`.
    pub fn part(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        write(self.page, format_args!("{}{suffix}", self.name));
        for (n, (name, text)) in labels.iter().enumerate() {
            let open = if n == 0 { '{' } else { ',' };
            let text = text
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            write(self.page, format_args!("{open}{name}=\"{text}\""));
        }
        let close = if labels.is_empty() { "" } else { "}" };
        write(self.page, format_args!("{close} {value}\n"));
    }
}

fn write(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text)
        .expect("a String takes all that is written to it");
}
