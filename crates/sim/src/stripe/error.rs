//! Production's error bodies. Their shape is documented, their wording is unverified.

use serde_json::{Map, Value, json};

/// An answer that is not a success.
#[derive(Clone, Debug)]
pub struct ApiError {
    pub status: u16,
    /// What stands under `error`.
    pub body: Map<String, Value>,
    /// The endpoint had begun to execute: the answer is kept under the idempotency key.
    pub executed: bool,
}

impl ApiError {
    fn new(status: u16, kind: &str, message: impl Into<String>) -> Self {
        let mut body = Map::new();
        body.insert("message".into(), Value::String(message.into()));
        body.insert("type".into(), Value::String(kind.into()));
        Self {
            status,
            body,
            executed: false,
        }
    }

    /// Adds `key` to the error.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.body.insert(key.into(), value.into());
        if key == "code"
            && let Some(Value::String(code)) = self.body.get("code")
        {
            let url = format!(
                "https://stripe.com/docs/error-codes/{}",
                code.replace('_', "-")
            );
            self.body.insert("doc_url".into(), Value::String(url));
        }
        self
    }

    /// Marks the answer as that of an endpoint that had begun to execute.
    pub fn executed(mut self) -> Self {
        self.executed = true;
        self
    }

    /// 400 without a code.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", message)
    }

    /// 400 for a parameter whose value does not do.
    pub fn parameter(param: &str, code: &str, message: impl Into<String>) -> Self {
        let error = Self::bad_request(message).with("param", param);
        if code.is_empty() {
            error
        } else {
            error.with("code", code)
        }
    }

    /// 400 for a parameter that is needed and absent.
    pub fn missing(param: &str) -> Self {
        Self::parameter(
            param,
            "parameter_missing",
            format!("Missing required param: {param}."),
        )
    }

    /// 400 for parameters that the operation does not have.
    pub fn unknown(params: &[String]) -> Self {
        let s = if params.len() > 1 { "s" } else { "" };
        let message = format!("Received unknown parameter{s}: {}", params.join(", "));
        Self::parameter(&params[0], "parameter_unknown", message)
    }

    /// 404 for an object that is not there.
    pub fn no_such(kind: &str, id: &str, param: &str) -> Self {
        let kind = kind.replace('.', " ");
        Self::new(
            404,
            "invalid_request_error",
            format!("No such {kind}: '{id}'"),
        )
        .with("code", "resource_missing")
        .with("param", param)
    }

    /// 400 because the object's state does not allow it.
    pub fn state(code: &str, message: impl Into<String>) -> Self {
        let error = Self::bad_request(message).executed();
        if code.is_empty() {
            error
        } else {
            error.with("code", code)
        }
    }

    /// 402: the card was declined.
    pub fn card(code: &str, decline_code: Option<&str>, message: &str) -> Self {
        let error = Self::new(402, "card_error", message)
            .with("code", code)
            .executed();
        match decline_code {
            Some(reason) => error.with("decline_code", reason),
            None => error,
        }
    }

    /// 401. `hint` is what may be shown of the key.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(401, "invalid_request_error", message)
    }

    /// 403: a restricted key lacks a right.
    pub fn forbidden(right: &str) -> Self {
        Self::new(
            403,
            "invalid_request_error",
            format!(
                "The provided key does not have the required permissions for this endpoint. \
                 Having the '{right}' permission would allow this request to continue."
            ),
        )
    }

    /// 404 for a path that no operation has.
    pub fn unknown_url(method: &str, path: &str) -> Self {
        Self::new(
            404,
            "invalid_request_error",
            format!(
                "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs"
            ),
        )
    }

    /// 400: the idempotency key was used for something else.
    pub fn idempotency(message: impl Into<String>) -> Self {
        Self::new(400, "idempotency_error", message)
    }

    /// 409: a request with the same key is being executed. The code is unverified.
    pub fn in_flight() -> Self {
        Self::new(
            409,
            "idempotency_error",
            "There is currently another in-progress request using this Idempotent Key (that \
             probably means you submitted twice, and the other request is still going through). \
             Please try again later.",
        )
        .with("code", "idempotency_key_in_use")
    }

    /// 429.
    pub fn rate_limited() -> Self {
        Self::new(429, "invalid_request_error", "Request rate limit exceeded.")
            .with("code", "rate_limit")
    }

    /// Whatever a planted fault asks for.
    pub fn planted(status: u16, code: Option<&str>, message: Option<&str>) -> Self {
        let kind = if status >= 500 {
            "api_error"
        } else {
            "invalid_request_error"
        };
        let error = Self::new(
            status,
            kind,
            message.unwrap_or("An error occurred while processing your request."),
        );
        match code {
            Some(code) => error.with("code", code),
            None => error,
        }
    }

    /// The whole body.
    pub fn to_json(&self, request_id: &str) -> Value {
        let mut body = self.body.clone();
        body.insert(
            "request_log_url".into(),
            Value::String(format!(
                "https://dashboard.stripe.com/test/logs/{request_id}"
            )),
        );
        json!({ "error": body })
    }
}
