//! Lists the files of the built web app, so that they become part of the program.

use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    // Asked for when it runs: a copied target folder may hold a script of another checkout.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let built = Path::new(&here).join("../../web/dist");
    // Made when it is absent, because cargo builds again and again over a path that is not there.
    // Where that cannot be done the program comes without the app.
    if std::fs::create_dir_all(&built).is_ok() {
        println!("cargo::rerun-if-changed={}", built.display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    list(&built, &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&built).unwrap_or(file);
        let name = name.display().to_string().replace('\\', "/");
        if name.ends_with(".br") || name.ends_with(".gz") {
            continue;
        }
        let packed = |ending: &str| {
            let packed = PathBuf::from(format!("{}.{ending}", file.display()));
            let is_there = files.binary_search(&packed).is_ok();
            is_there.then(|| format!("include_bytes!({packed:?})"))
        };
        let packed = |ending| packed(ending).map_or("None".into(), |text| format!("Some({text})"));
        let (brotli, gzip) = (packed("br"), packed("gz"));
        writeln!(
            table,
            "File {{ path: {name:?}, plain: include_bytes!({file:?}), brotli: {brotli}, gzip: {gzip} }},"
        )
        .map_err(std::io::Error::other)?;
    }
    table.push(']');
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    std::fs::write(Path::new(&out).join("web.rs"), table)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
