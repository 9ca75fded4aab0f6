//! The folder of sample bodies and signature cases, which is not part of the project.

use std::path::PathBuf;

/// The corpus, if `TOWPATH_CORPUS` names it. With `TOWPATH_REQUIRE_CORPUS=1` it must be there.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment where it is"
)]
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var("TOWPATH_CORPUS").ok().map(PathBuf::from);
    let required = std::env::var("TOWPATH_REQUIRE_CORPUS").is_ok_and(|v| v == "1");
    match &folder {
        Some(path) => assert!(path.is_dir(), "TOWPATH_CORPUS is no folder"),
        None if required => panic!("TOWPATH_REQUIRE_CORPUS=1, but TOWPATH_CORPUS was not given"),
        None => eprintln!("TOWPATH_CORPUS was not given: this check did not run"),
    }
    folder
}

/// The JSON files of a folder within the corpus, by name.
pub fn files(part: &str) -> Vec<(String, Vec<u8>)> {
    let Some(folder) = folder() else {
        return Vec::new();
    };
    let mut files: Vec<_> = std::fs::read_dir(folder.join(part))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{part} of the corpus is empty");
    files
}
