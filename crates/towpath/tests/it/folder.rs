//! `towpath env pull | diff | push | check` and `towpath flow diff`, as a pipeline calls them.

use crate::lookup::{FLOW, Person, config, serve};
use crate::program::{call, folder};
use std::collections::BTreeMap;
use std::path::Path;

/// The files below a folder, by path.
fn files(folder: &Path) -> BTreeMap<String, String> {
    fn gather(folder: &Path, name: &str, found: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let own = path.file_name().expect("a name").to_string_lossy();
            let name = format!("{name}/{own}");
            if path.is_dir() {
                gather(&path, &name, found);
            } else {
                let text = std::fs::read_to_string(&path).expect("a text");
                found.insert(name, text);
            }
        }
    }
    let mut found = BTreeMap::new();
    gather(folder, "", &mut found);
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipeline_pulls_checks_compares_and_pushes() {
    let folder = folder(&config());
    let at = folder.path();
    std::fs::create_dir(at.join("flows")).expect("a folder");
    std::fs::write(at.join("flows/note-charges.yaml"), FLOW).expect("written");
    let serving = serve(at);
    let person = Person {
        folder: at,
        url: &serving.url,
    };
    let expect = |line: &str, code: i32, told: &str| {
        let called = person.call(line);
        assert_eq!(
            called.code,
            Some(code),
            "{line}: {}{}",
            called.out,
            called.err
        );
        let all = called.out + &called.err;
        assert!(all.contains(told), "{line}: {all}");
    };
    let change = |path: &str, from: &str, to: &str| {
        let path = at.join(path);
        let text = std::fs::read_to_string(&path).expect("a text");
        assert!(text.contains(from), "{text}");
        std::fs::write(path, text.replace(from, to)).expect("written");
    };

    person.does("lookup put items --key mug --value MUG-1");
    expect("env pull books", 2, "Name it with `--environment`");
    expect("env pull books --environment test", 0, "3 files, 3 written");
    expect("env check books", 0, "3 files are in order");
    expect(
        "env diff books",
        0,
        "the environment is what the folder says",
    );
    expect("env pull books", 0, "3 files, 0 written");

    let flow = "books/flows/note-charges/flow.yaml";
    change(
        flow,
        "title: Note charges",
        "title:   \"Take charges down\"",
    );
    change("books/lookups/items.yaml", "MUG-1", "MUG-2");
    expect(
        "env check books",
        1,
        "the file is not in its one form [not_formatted]",
    );
    expect("env check books --write", 0, "3 files are in order");
    expect(
        "env diff books",
        1,
        "title: Note charges → Take charges down",
    );
    expect("env push books --reason test", 2, "add `--yes`");
    expect(
        "env push books --reason test --yes",
        0,
        "flow `note-charges` deployed, version 2",
    );
    expect(
        "env diff books",
        0,
        "the environment is what the folder says",
    );
    expect("env pull copy --environment test", 0, "3 written");
    assert_eq!(files(&at.join("books")), files(&at.join("copy")));

    // Nothing is removed without a word, here or there.
    std::fs::write(at.join("books/README.md"), "Ours").expect("written");
    std::fs::create_dir(at.join("books/flows/other")).expect("a folder");
    let other = FLOW.replace("note-charges", "other");
    std::fs::write(at.join("books/flows/other/flow.yaml"), other).expect("written");
    expect(
        "env pull books",
        1,
        "flows/other/flow.yaml: not in the environment; it stays",
    );
    expect(
        "env pull books --remove",
        0,
        "flows/other/flow.yaml: removed",
    );
    assert!(at.join("books/README.md").exists());
    assert!(!at.join("books/flows/other").exists());
    std::fs::remove_file(at.join("books/lookups/items.yaml")).expect("removed");
    expect(
        "env push books --reason test --yes",
        1,
        "--remove lookups/items",
    );
    expect(
        "env push books --reason test --yes --remove lookups/items",
        0,
        "1 rows written",
    );

    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(at.join("copy/flows"), at.join("books/flows/link"))
            .expect("a link");
        expect("env check books", 2, "`flows/link` is a link");
        std::fs::remove_file(at.join("books/flows/link")).expect("removed");
    }
    let away = call(
        at,
        &[],
        &["env", "diff", "copy", "--url", "http://127.0.0.1:9"],
    );
    assert_eq!(away.code, Some(2), "{}", away.err);
}

#[test]
fn two_versions_of_a_flow_are_compared() {
    let folder = folder(&config());
    let at = folder.path();
    let other = FLOW.replace("id: noted", "id: kept");
    for (name, text) in [("a.yaml", FLOW), ("b.yaml", &other), ("c.yaml", "flow: x")] {
        std::fs::write(at.join(name), text).expect("written");
    }
    let diff = |args: &[&str]| call(at, &[], &[&["flow", "diff"], args].concat());
    assert_eq!(diff(&["a.yaml", "a.yaml"]).code, Some(0));
    let differs = diff(&["a.yaml", "b.yaml"]);
    assert_eq!(differs.code, Some(1), "{}", differs.err);
    assert_eq!(differs.out, "step `noted` renamed to `kept`\n");
    let json = diff(&["a.yaml", "b.yaml", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(told["changes"][0]["kind"], "renamed");
    let wrong = diff(&["a.yaml", "c.yaml"]);
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.err.contains("`c.yaml` cannot be read"),
        "{}",
        wrong.err
    );
}
