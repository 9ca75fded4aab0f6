//! Secrets: given as they are, or by the file that holds them.

use model::{Problem, Secret};
use std::path::Path;

/// The secret at `path`, from the value or from the file; nothing if neither is given.
///
/// # Errors
/// If both are given, the file cannot be read, or holds nothing.
pub fn read(
    path: &str,
    value: Option<&Secret>,
    file: Option<&Path>,
) -> Result<Option<Secret>, Problem> {
    match (value, file) {
        (Some(_), Some(_)) => Err(Problem::error(
            path,
            "given_twice",
            format!("`{path}` and `{path}_file` are both given"),
            "leave one of them out",
        )),
        (Some(value), None) => Ok(Some(value.clone())),
        (None, Some(file)) => from_file(&format!("{path}_file"), file).map(Some),
        (None, None) => Ok(None),
    }
}

/// The secret in a file, without the line end that editors add.
///
/// # Errors
/// If the file cannot be read or holds nothing.
pub fn from_file(path: &str, file: &Path) -> Result<Secret, Problem> {
    let problem = |message: String| {
        Problem::error(
            path,
            "unreadable_file",
            message,
            "name a file that holds the secret",
        )
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| problem(format!("`{}` cannot be read: {error}", file.display())))?;
    let secret = Secret::new(text.trim());
    if secret.is_empty() {
        return Err(problem(format!("`{}` is empty", file.display())));
    }
    Ok(secret)
}
