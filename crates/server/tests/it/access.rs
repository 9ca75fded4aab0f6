//! Who is answered, and how every answer is dressed.

use crate::app::App;

#[tokio::test]
async fn with_a_token_every_call_shows_it() {
    let app = App::with_token(Some("sesame")).await;
    assert_eq!(app.get("/api/v1/flows").await.status, 200);
    let reply = app.ask("GET", "/api/v1/flows", &[]).await;
    reply.problem(401, "unauthorized");
    assert_eq!(reply.header("www-authenticate"), "Bearer");
    let wrong = [("authorization", "Bearer sesam")];
    app.ask("GET", "/api/v1/openapi.json", &wrong)
        .await
        .problem(401, "unauthorized");
    // Health and metrics are for machines that have no token.
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(app.ask("GET", path, &[]).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn without_a_token_a_web_page_of_another_site_is_not_answered() {
    let app = App::start().await;
    assert_eq!(app.get("/api/v1/flows").await.status, 200);
    for headers in [
        [("host", "evil.example")],
        [("origin", "https://evil.example")],
        [("sec-fetch-site", "cross-site")],
    ] {
        app.ask("GET", "/api/v1/flows", &headers)
            .await
            .problem(403, "forbidden");
    }
}

#[tokio::test]
async fn every_answer_tells_browsers_to_keep_still() {
    let app = App::start().await;
    for path in ["/api/v1/flows", "/healthz", "/nothing"] {
        let reply = app.get(path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(
            reply
                .header("content-security-policy")
                .contains("default-src 'none'")
        );
    }
    app.get("/nothing").await.problem(404, "not_found");
    let page = app.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(
        page.header("content-security-policy")
            .contains("script-src 'self'")
    );
    let reply = app.ask("DELETE", "/api/v1/flows", &[]).await;
    reply.problem(405, "method_not_allowed");
    assert!(reply.header("allow").contains("GET"), "{reply:?}");
}

#[tokio::test]
async fn it_is_ready_while_the_store_answers() {
    let app = App::start().await;
    let ready = app.get("/readyz").await;
    assert_eq!(ready.status, 200);
    assert_eq!(ready.json()["connections"][0]["paused"], false);
}
