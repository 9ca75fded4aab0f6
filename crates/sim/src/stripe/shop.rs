//! A shop for people at `/_sandbox/shop`: products, every test card, refund, dispute, time.

use super::DEFAULT_KEY;
use super::magic::{CARDS, Card, Effect};
use axum::response::{Html, IntoResponse, Response};

const PAGE: &str = include_str!("shop.html");

/// The page. Its buttons use the same administrators' calls as tests do.
pub fn page() -> Response {
    let cards: String = CARDS.iter().filter_map(option).collect();
    let page = PAGE
        .replace("STYLE", crate::PAGE_STYLE)
        .replace("CARDS", &cards)
        .replace("DEFAULT_KEY", DEFAULT_KEY);
    Html(page).into_response()
}

fn option(card: &Card) -> Option<String> {
    let name = card.names.first()?;
    let number = card.number;
    let does = match card.effect {
        Effect::Succeeds | Effect::Available => "pays",
        Effect::Declines(..) => "declines",
        Effect::NeedsAction => "asks the shopper",
        Effect::Disputed(..) => "is disputed later",
        Effect::RefundPends | Effect::RefundFails => "pays, its refunds are troubled",
    };
    Some(format!(
        "<option value=\"{name}\">{number} {does} ({name})</option>"
    ))
}
