//! A folder on disk.

use anyhow::{Context, bail};
use engine::folder::{BYTES_MAX, FILES_MAX, Files, Place};
use std::path::Path;

/// What belongs to an environment; what else stands in the folder is left alone.
const TOPS: [&str; 3] = ["environment.yaml", "flows", "lookups"];
/// The deepest folder that is looked into: `flows/x/samples`.
const DEPTH_MAX: usize = 3;

/// The YAML and CSV files of a folder.
pub fn read(folder: &Path) -> anyhow::Result<Files> {
    let mut files = Files::new();
    let mut bytes = 0;
    for top in TOPS {
        let path = folder.join(top);
        if path.symlink_metadata().is_ok() {
            gather(&path, top, 0, &mut files, &mut bytes)?;
        }
    }
    Ok(files)
}

fn gather(
    path: &Path,
    name: &str,
    depth: usize,
    files: &mut Files,
    bytes: &mut u64,
) -> anyhow::Result<()> {
    let found = path
        .symlink_metadata()
        .with_context(|| format!("read `{name}`"))?;
    if found.is_symlink() {
        bail!("`{name}` is a link: a folder holds the files themselves");
    }
    if found.is_dir() {
        if depth > DEPTH_MAX {
            bail!("`{name}` is too deep: no file of an environment is there");
        }
        let listed = || format!("list `{name}`");
        for entry in std::fs::read_dir(path).with_context(listed)? {
            let entry = entry.with_context(listed)?;
            let own = entry.file_name();
            let Some(own) = own.to_str() else {
                bail!("a name in `{name}` is not UTF-8: {}", own.display());
            };
            if !own.starts_with('.') {
                let inner = format!("{name}/{own}");
                gather(&entry.path(), &inner, depth + 1, files, bytes)?;
            }
        }
        return Ok(());
    }
    let extension = path.extension().and_then(|e| e.to_str());
    if !matches!(extension, Some("yaml" | "yml" | "csv")) {
        return Ok(());
    }
    *bytes += found.len();
    if *bytes > BYTES_MAX as u64 || files.len() >= FILES_MAX {
        bail!("the folder is too large: {FILES_MAX} files and {BYTES_MAX} bytes at most");
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("read `{name}`"))?;
    files.insert(name.to_owned(), text);
    Ok(())
}

/// Writes a file of a folder; whoever reads it meanwhile sees the old or the new one.
pub fn write(folder: &Path, path: &str, text: &str) -> anyhow::Result<()> {
    // Whatever a server answers, nothing is written outside.
    if Place::parse(path).is_none() {
        bail!("`{path}` is no file of an environment");
    }
    let mut place = folder.to_owned();
    std::fs::create_dir_all(&place).with_context(|| format!("make `{}`", place.display()))?;
    let parts: Vec<&str> = path.split('/').collect();
    for (n, part) in parts.iter().enumerate() {
        place.push(part);
        let is_folder = n + 1 < parts.len();
        match place.symlink_metadata() {
            Ok(found) if found.is_symlink() => {
                bail!(
                    "`{}` is a link: nothing is written through it",
                    place.display()
                )
            }
            Ok(_) => {}
            Err(_) if is_folder => std::fs::create_dir(&place)
                .with_context(|| format!("make `{}`", place.display()))?,
            Err(_) => {
                let written = || format!("write `{}`", place.display());
                return std::fs::write(&place, text).with_context(written);
            }
        }
    }
    crate::command::flow::fmt::replace(&place, text)
}

/// Removes a file, and the folders that are empty without it.
pub fn remove(folder: &Path, path: &str) -> anyhow::Result<()> {
    let place = folder.join(path);
    std::fs::remove_file(&place).with_context(|| format!("remove `{path}`"))?;
    let around = place.ancestors().skip(1).take_while(|p| *p != folder);
    for around in around {
        if std::fs::remove_dir(around).is_err() {
            break;
        }
    }
    Ok(())
}
