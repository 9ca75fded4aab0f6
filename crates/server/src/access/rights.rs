//! Which call needs which role: one table, so that nobody has to look for it.

use axum::http::Method;
use model::Role;

/// What a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To sign in is everybody's.
    Nothing,
    Role(Role),
}

const fn role(role: Role) -> Need {
    Need::Role(role)
}

const VIEWER: Need = role(Role::Viewer);
const OPERATOR: Need = role(Role::Operator);
const EDITOR: Need = role(Role::Editor);
const APPROVER: Need = role(Role::Approver);
const ADMIN: Need = role(Role::Admin);

/// Method (`*` is any), path below `/api/v1` (`…` at its end: everything below), need. The first
/// that fits counts. What is in no row: a viewer may read, only an administrator may write.
const TABLE: &[(&str, &str, Need)] = &[
    ("*", "/session…", Need::Nothing),
    // The API's own description says nothing of what is stored.
    ("GET", "/openapi.json", VIEWER),
    // These change nothing, whatever their method.
    ("POST", "/flows/check", VIEWER),
    ("POST", "/flows/diff", VIEWER),
    ("POST", "/flows/edit", VIEWER),
    ("POST", "/flows/preview", VIEWER),
    ("POST", "/formulas…", VIEWER),
    ("POST", "/lookups/{table}/derive", VIEWER),
    ("POST", "/audit/verify", VIEWER),
    // They read at the peers.
    ("POST", "/flows/dry-run", OPERATOR),
    ("POST", "/flows/pin", OPERATOR),
    ("POST", "/flows/{flow}/samples/run", OPERATOR),
    ("POST", "/connections/{connection}/check", OPERATOR),
    (
        "POST",
        "/environments/{environment}/connections/{connection}/check",
        OPERATOR,
    ),
    ("*", "/what_ifs…", OPERATOR),
    ("POST", "/completeness", OPERATOR),
    // Repair.
    ("POST", "/flows/{flow}/runs", OPERATOR),
    ("POST", "/runs…", OPERATOR),
    // The flow names the role that decides; the handler asks for it.
    ("POST", "/approvals/{id}", OPERATOR),
    ("POST", "/dead-letters…", OPERATOR),
    ("PUT", "/dead-letters/causes/{fingerprint}/care", OPERATOR),
    (
        "PUT",
        "/dead-letters/causes/{fingerprint}/tags/{tag}",
        OPERATOR,
    ),
    (
        "DELETE",
        "/dead-letters/causes/{fingerprint}/tags/{tag}",
        OPERATOR,
    ),
    ("POST", "/repairs…", OPERATOR),
    ("POST", "/lookups/{table}/replay-missing", OPERATOR),
    // Drafts and tables.
    ("GET", "/accounts", ADMIN),
    ("POST", "/flows", EDITOR),
    ("PUT", "/flows/{flow}/draft", EDITOR),
    ("DELETE", "/flows/{flow}/draft", EDITOR),
    ("PUT", "/lookups…", EDITOR),
    ("POST", "/lookups…", EDITOR),
    ("POST", "/environments/{environment}/folder/preview", EDITOR),
    // What goes into force. With the rule of the second person on, an editor proposes it.
    ("POST", "/flows/{flow}/versions", EDITOR),
    ("POST", "/flows/{flow}/deployments", EDITOR),
    ("POST", "/flows/{flow}/deployments/preview", VIEWER),
    ("POST", "/flows/{flow}/promote", EDITOR),
    ("POST", "/flows/{flow}/promote/preview", VIEWER),
    ("POST", "/flows/{flow}/rollback", APPROVER),
    ("POST", "/proposals/{id}/approve", APPROVER),
    ("POST", "/proposals/{id}/reject", EDITOR),
    // Everybody has an own password and own tokens; the handlers see to that.
    ("PATCH", "/accounts/{id}", VIEWER),
    ("*", "/tokens…", VIEWER),
];

/// What a call needs; `path` is the route's, with its placeholders.
pub fn need(method: &Method, path: &str) -> Need {
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    let fits = |(own, pattern, _): &&(&str, &str, Need)| {
        let same_path = match pattern.strip_suffix('…') {
            Some(start) => path
                .strip_prefix(start)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            None => path == *pattern,
        };
        same_path && (*own == "*" || *own == method.as_str())
    };
    match TABLE.iter().find(fits) {
        Some((_, _, need)) => *need,
        None if matches!(*method, Method::GET | Method::HEAD) => VIEWER,
        None => ADMIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_no_row_is_read_by_all_and_written_by_administrators() {
        let cases = [
            (Method::GET, "/api/v1/runs/{run}", VIEWER),
            (Method::GET, "/api/v1/accounts", ADMIN),
            (Method::PUT, "/api/v1/rules", ADMIN),
            (Method::POST, "/api/v1/environments", ADMIN),
            (Method::POST, "/api/v1/runs/{run}/replay", OPERATOR),
            (Method::PUT, "/api/v1/lookups/{table}", EDITOR),
            (Method::POST, "/api/v1/lookups/{table}/derive", VIEWER),
            (Method::POST, "/api/v1/session/first_admin", Need::Nothing),
            (Method::POST, "/api/v1/sessions", ADMIN),
            (Method::DELETE, "/api/v1/tokens/{id}", VIEWER),
        ];
        for (method, path, expected) in cases {
            assert_eq!(need(&method, path), expected, "{method} {path}");
        }
    }
}
