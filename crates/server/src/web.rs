//! The web app: files that `cargo xtask web` builds and that are part of the program.
//!
//! A page of the app has an address of its own, so a browser that asks for a page which is no file
//! gets the app, and the app shows the page.

use crate::problem::ApiError;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

/// A file of the app, and what was packed of it when it was built.
struct File {
    path: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// Sorted by path; empty if the app was not built.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/web.rs"));

/// The app's scripts come from here and nowhere else. Its styles are also made by scripts (Mantine
/// and the editor write style elements while they run), which no list of sources can name; a style
/// cannot run anything.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// Names of these files contain a hash of what is in them.
const HASHED: &str = "assets/";

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
    <title>Towpath</title>\n<h1>Towpath</h1>\n<p>The web app is not part of this program. Build it \
    with <code>cargo xtask web</code>, then build the program again.</p>\n\
    <p>The API is there: <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>.</p>\n</html>\n";

/// Answers what no route matches: the app, one of its files, or that there is no such page.
pub async fn show(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let is_read = matches!(method, Method::GET | Method::HEAD);
    let found = if is_read {
        find(FILES, uri.path(), &headers)
    } else {
        None
    };
    found.unwrap_or_else(|| ApiError::not_found("page", uri.path()).into_response())
}

fn find(files: &[File], path: &str, headers: &HeaderMap) -> Option<Response> {
    let name = path.strip_prefix('/')?;
    if let Some(file) = file(files, name) {
        return Some(answer(file, headers));
    }
    let is_ours = name.starts_with("api/") || name.starts_with("hooks/");
    let is_page = name.is_empty() || accepts(headers, &header::ACCEPT, "text/html");
    if is_ours || !is_page {
        return None;
    }
    let page = match file(files, "index.html") {
        Some(index) => answer(index, headers),
        None => page(Bytes::from_static(NOT_BUILT.as_bytes())),
    };
    Some(page)
}

fn file<'a>(files: &'a [File], name: &str) -> Option<&'a File> {
    let place = files.binary_search_by(|file| file.path.cmp(name)).ok()?;
    files.get(place)
}

fn page(body: Bytes) -> Response {
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    (StatusCode::OK, headers, body).into_response()
}

fn answer(file: &File, asked: &HeaderMap) -> Response {
    let takes = |coding| accepts(asked, &header::ACCEPT_ENCODING, coding);
    let packed =
        |body: Option<&'static [u8]>, coding| Some((body?, coding)).filter(|_| takes(coding));
    let (body, coding) = match packed(file.brotli, "br").or_else(|| packed(file.gzip, "gzip")) {
        Some((body, coding)) => (body, Some(coding)),
        None => (file.plain, None),
    };
    let mut response = page(Bytes::from_static(body));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(kind(file.path)),
    );
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    if file.brotli.is_some() || file.gzip.is_some() {
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    let keep = if file.path.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    response
}

/// Whether a list such as `br;q=1, gzip;q=0` names `wanted` and does not refuse it.
fn accepts(headers: &HeaderMap, name: &header::HeaderName, wanted: &str) -> bool {
    let lines = headers.get_all(name).iter();
    let texts = lines.filter_map(|line| line.to_str().ok());
    texts.flat_map(|text| text.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let refused = |weight: &str| {
            let zero = weight.strip_prefix("q=0");
            zero.is_some_and(|rest| rest.chars().all(|c| matches!(c, '.' | '0')))
        };
        parts
            .next()
            .is_some_and(|own| own.eq_ignore_ascii_case(wanted))
            && !parts.any(refused)
    })
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT: &[File] = &[
        File {
            path: "assets/index-Bx1.js",
            plain: b"plain",
            brotli: Some(b"br"),
            gzip: Some(b"gz"),
        },
        File {
            path: "index.html",
            plain: b"<app>",
            brotli: None,
            gzip: None,
        },
    ];

    async fn ask(
        files: &[File],
        path: &str,
        asked: &[(&'static str, &'static str)],
    ) -> Option<(HeaderMap, Bytes)> {
        let pairs = asked.iter().map(|(name, value)| {
            let name = header::HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        });
        let response = find(files, path, &pairs.collect())?;
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 10_000).await.expect("a body");
        Some((head.headers, body))
    }

    #[tokio::test]
    async fn files_come_packed_and_are_kept() {
        let path = "/assets/index-Bx1.js";
        let cases: [(&str, &[u8]); 5] = [
            ("br, gzip", b"br"),
            ("gzip, deflate", b"gz"),
            ("br;q=0, gzip;q=0.5", b"gz"),
            ("br;q=0.000", b"plain"),
            ("", b"plain"),
        ];
        for (coding, expected) in cases {
            let asked = [("accept-encoding", coding)];
            let (headers, body) = ask(BUILT, path, &asked).await.expect("it is there");
            assert_eq!(body, expected, "{coding}");
            assert_eq!(headers["vary"], "accept-encoding");
            assert!(
                headers["content-type"]
                    .to_str()
                    .expect("text")
                    .starts_with("text/javascript")
            );
            assert!(
                headers["cache-control"]
                    .to_str()
                    .expect("text")
                    .contains("immutable")
            );
        }
    }

    #[tokio::test]
    async fn a_page_of_the_app_is_the_app_and_nothing_else_is() {
        let browser = [("accept", "text/html,application/xhtml+xml;q=0.9")];
        for (path, asked) in [
            ("/", &[][..]),
            ("/runs/run_1?x=1", &browser),
            ("/index.html", &[]),
        ] {
            let path = path.split('?').next().expect("a path");
            let (headers, body) = ask(BUILT, path, asked).await.expect("the app");
            assert_eq!(body, &b"<app>"[..], "{path}");
            assert_eq!(headers["cache-control"], "no-cache");
            let policy = headers["content-security-policy"].to_str().expect("text");
            assert!(policy.contains("script-src 'self';"), "{policy}");
        }
        assert!(ask(BUILT, "/assets/index-old.js", &[]).await.is_none());
        assert!(ask(BUILT, "/api/v1/nothing", &browser).await.is_none());
        assert!(ask(BUILT, "/hooks/nothing", &browser).await.is_none());
        let (_, body) = ask(&[], "/", &[]).await.expect("a page");
        assert!(body.starts_with(b"<!doctype html>"));
    }
}
