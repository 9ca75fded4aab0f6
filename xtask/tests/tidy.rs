//! Conventions that no compiler keeps: the layers, the words, the invariants of
//! docs/ARCHITECTURE.md.

use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The layers of docs/ARCHITECTURE.md: a crate uses only crates of lower layers.
const LAYERS: &[&[&str]] = &[
    &["model"],
    &["finance", "vault"],
    &["mapping", "connector", "store"],
    &["engine"],
    &[
        "server",
        "connector-stripe",
        "connector-infor",
        "connector-basic",
        "sim",
    ],
    &["towpath"],
];

/// Crates that stand beside the layers: developer tools.
const BESIDE: &[&str] = &["xtask", "bench"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is in the workspace")
        .into()
}

fn layers() -> BTreeMap<&'static str, usize> {
    let numbered = LAYERS.iter().enumerate();
    numbered
        .flat_map(|(n, crates)| crates.iter().map(move |c| (*c, n)))
        .collect()
}

#[test]
fn a_crate_uses_only_lower_layers() {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata");
    let layers = layers();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        if BESIDE.contains(&name) {
            continue;
        }
        let Some(layer) = layers.get(name) else {
            wrong.push(format!(
                "{name}: is in no layer; add it to LAYERS and to ARCHITECTURE.md"
            ));
            continue;
        };
        for dependency in &package.dependencies {
            let Some(lower) = layers.get(dependency.name.as_str()) else {
                continue;
            };
            // Tests may use the sandboxes and their neighbours; the product may not.
            let ok = dependency.kind == DependencyKind::Development || lower < layer;
            if !ok {
                wrong.push(format!(
                    "{name} (layer {layer}) uses {} (layer {lower})",
                    dependency.name
                ));
            }
            if name == "sim" {
                wrong.push(format!(
                    "sim depends on {}: only HTTP joins them",
                    dependency.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_map_in_the_docs_names_every_crate() {
    let text = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).expect("the map");
    for name in layers().keys() {
        assert!(
            text.contains(&format!("`{name}`")),
            "docs/ARCHITECTURE.md does not name `{name}`"
        );
    }
}

fn sources(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, ending: &str, out: &mut Vec<(PathBuf, String)>) {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() && name != "target" && name != "node_modules" {
                walk(&path, ending, out);
            } else if path.extension().is_some_and(|e| e == ending) {
                let text = std::fs::read_to_string(&path).expect("a source file is text");
                out.push((path, text));
            }
        }
    }
    let mut out = Vec::new();
    walk(&root().join(folder), ending, &mut out);
    assert!(!out.is_empty(), "{folder} has no .{ending} files");
    out
}

#[test]
fn the_core_names_no_connector() {
    for krate in ["engine", "server", "store", "mapping", "model"] {
        for (path, text) in sources(&format!("crates/{krate}/src"), "rs") {
            // Comments, docs and tests may give examples from the field.
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code = code_only(product);
            for word in ["stripe", "Stripe", "infor_", "infor::", "Infor"] {
                let found = code.lines().position(|line| line.contains(word));
                assert!(
                    found.is_none(),
                    "{}:{}: the core names a connector: `{word}`",
                    path.display(),
                    found.unwrap_or(0) + 1
                );
            }
        }
    }
}

/// Titles and ids come from data. Tests may give examples from the field.
#[test]
fn the_web_app_names_no_connector() {
    for (path, text) in [sources("web/src", "ts"), sources("web/src", "tsx")].concat() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // What is made from the API's description has its examples.
        if name.contains(".test.") || name == "schema.d.ts" {
            continue;
        }
        for word in ["stripe", "Stripe", "Infor ", "infor.", "infor_"] {
            let found = text.lines().position(|line| line.contains(word));
            assert!(
                found.is_none(),
                "{}:{}: the web app names a connector: `{word}`",
                path.display(),
                found.unwrap_or(0) + 1
            );
        }
    }
}

/// A source without its comments and the insides of its texts; lines stay where they are.
fn code_only(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => {
                while chars.peek().is_some_and(|c| *c != '\n') {
                    chars.next();
                }
            }
            // A quote as a character is no text.
            '\'' if chars.peek() == Some(&'"') => {
                chars.next();
            }
            '"' => {
                while let Some(c) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => drop(chars.next()),
                        '\n' => out.push('\n'),
                        _ => {}
                    }
                }
            }
            c => out.push(c),
        }
    }
    out
}

#[test]
fn only_the_store_has_sql() {
    for (path, text) in sources("crates", "rs") {
        let at = path
            .strip_prefix(root().join("crates"))
            .expect("below crates");
        if at.starts_with("store") || at.components().any(|c| c.as_os_str() == "tests") {
            continue;
        }
        for words in [
            "INSERT INTO ",
            "UPDATE run ",
            "DELETE FROM ",
            "CREATE TABLE ",
        ] {
            assert!(
                !text.contains(words),
                "{}: has SQL: {words}",
                path.display()
            );
        }
    }
}

#[test]
fn files_are_short_enough_to_read() {
    for (path, text) in sources("crates", "rs") {
        let lines = text.lines().count();
        assert!(
            lines <= 900,
            "{}: {lines} lines; are there two nouns?",
            path.display()
        );
    }
}
