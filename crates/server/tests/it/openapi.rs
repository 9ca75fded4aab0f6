//! The OpenAPI document is sound: every reference leads somewhere, every call has its own name.
//!
//! The web app's client is made from `web/openapi.json`; `cargo xtask openapi` writes it anew.

use crate::app::App;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(text) if name == "$ref" => drop(found.insert(text)),
                    _ => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// The Rust files under a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Of two schemas of one name the document would show one, in the place of both.
#[test]
fn every_schema_has_a_name_of_its_own() {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    let mut names: BTreeMap<String, PathBuf> = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("it is text");
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if !(line.starts_with("#[derive(") && line.contains("ToSchema")) {
                continue;
            }
            let mut given = None;
            let item = lines.by_ref().find(|line| {
                let named = line.strip_prefix("#[schema(as = ");
                given = named
                    .map(|n| n.trim_end_matches(")]").to_owned())
                    .or(given.take());
                line.contains("struct ") || line.contains("enum ")
            });
            let mut words = item.expect("what is derived for").split(' ');
            words.find(|word| matches!(*word, "struct" | "enum"));
            let own = words.next().expect("a name");
            let own = own.split(|c: char| !c.is_alphanumeric()).next();
            let name = given.unwrap_or_else(|| own.unwrap_or_default().to_owned());
            let other = names.insert(name.clone(), file.clone());
            assert!(other.is_none(), "{name}: {} and {other:?}", file.display());
        }
    }
    assert!(names.len() > 100, "{}", names.len());
}

#[tokio::test]
async fn the_document_is_sound_and_every_path_answers() {
    let app = App::start().await;
    let document = app.get("/api/v1/openapi.json").await.json();
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|v| v.starts_with("3.")),
        "{document}"
    );
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference
            .strip_prefix('#')
            .expect("a place in this document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let mut names = BTreeSet::new();
    let paths = document["paths"].as_object().expect("paths");
    for (path, item) in paths {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in item.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("a name");
            assert!(names.insert(name.to_owned()), "{name} twice");
            assert!(operation["tags"][0].is_string(), "{name} has no tag");
            let text = operation["summary"]
                .as_str()
                .or(operation["description"].as_str());
            assert!(text.is_some(), "{name} is not described");
            // Each placeholder is a described parameter.
            let parameters = operation["parameters"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            for part in path.split('/').filter_map(|p| p.strip_prefix('{')) {
                let part = part.trim_end_matches('}');
                let described = |p: &Value| p["name"] == part && p["in"] == "path";
                assert!(parameters.iter().any(described), "{name}: {part}");
            }
            // What goes on for ever is another test's.
            let goes_on = operation.to_string().contains("text/event-stream");
            if method == "get" && !goes_on {
                let reply = app.get(&path.replace(['{', '}'], "x")).await;
                assert_ne!(reply.json()["detail"], format!("there is no page `{path}`"));
                assert!(reply.status < 500, "{path}: {}", reply.text);
            }
        }
    }
    assert!(names.len() >= 24, "{names:?}");
}

#[test]
fn the_web_app_has_this_document() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/openapi.json");
    let mut text = serde_json::to_string_pretty(&server::document()).expect("a document");
    text.push('\n');
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &text).expect("web/openapi.json is written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == text,
        "web/openapi.json is not of this API: run `cargo xtask openapi` and read the difference"
    );
}
