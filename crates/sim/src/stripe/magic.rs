//! Test payment methods and what each brings about. Source: docs.stripe.com/testing.

/// What happens when a card is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Succeeds,
    /// Succeeds, and the funds are available at once.
    Available,
    /// 402 with this code, decline code and message.
    Declines(&'static str, Option<&'static str>, &'static str),
    /// The shopper has to authenticate.
    NeedsAction,
    /// Succeeds, then the cardholder disputes: reason, and whether it is only an inquiry.
    Disputed(&'static str, bool),
    /// Refunds stay pending for a while.
    RefundPends,
    /// Refunds succeed first and fail later.
    RefundFails,
}

/// A test card.
#[derive(Debug)]
pub struct Card {
    /// Names it goes by, without `pm_card_` or `tok_`.
    pub names: &'static [&'static str],
    pub number: &'static str,
    pub brand: &'static str,
    pub country: &'static str,
    pub effect: Effect,
}

const DECLINED: &str = "Your card was declined.";

const fn card(names: &'static [&'static str], number: &'static str, effect: Effect) -> Card {
    Card {
        names,
        number,
        brand: "visa",
        country: "US",
        effect,
    }
}

/// Every card this sandbox knows. Numbers that the documentation does not give are unverified.
pub const CARDS: &[Card] = &[
    card(&["visa"], "4242424242424242", Effect::Succeeds),
    card(&["visa_debit"], "4000056655665556", Effect::Succeeds),
    Card {
        names: &["mastercard"],
        number: "5555555555554444",
        brand: "mastercard",
        country: "US",
        effect: Effect::Succeeds,
    },
    Card {
        names: &["amex"],
        number: "378282246310005",
        brand: "amex",
        country: "US",
        effect: Effect::Succeeds,
    },
    Card {
        names: &["de"],
        number: "4000002760000016",
        brand: "visa",
        country: "DE",
        effect: Effect::Succeeds,
    },
    Card {
        names: &["jp"],
        number: "4000003920000003",
        brand: "visa",
        country: "JP",
        effect: Effect::Succeeds,
    },
    card(&["bypassPending"], "4000000000000077", Effect::Available),
    card(
        &["visa_chargeDeclined", "chargeDeclined"],
        "4000000000000002",
        Effect::Declines("card_declined", Some("generic_decline"), DECLINED),
    ),
    card(
        &[
            "visa_chargeDeclinedInsufficientFunds",
            "chargeDeclinedInsufficientFunds",
        ],
        "4000000000009995",
        Effect::Declines(
            "card_declined",
            Some("insufficient_funds"),
            "Your card has insufficient funds.",
        ),
    ),
    card(
        &["visa_chargeDeclinedLostCard", "chargeDeclinedLostCard"],
        "4000000000009987",
        Effect::Declines("card_declined", Some("lost_card"), DECLINED),
    ),
    card(
        &["visa_chargeDeclinedStolenCard", "chargeDeclinedStolenCard"],
        "4000000000009979",
        Effect::Declines("card_declined", Some("stolen_card"), DECLINED),
    ),
    card(
        &["chargeDeclinedExpiredCard"],
        "4000000000000069",
        Effect::Declines("expired_card", None, "Your card has expired."),
    ),
    card(
        &["chargeDeclinedIncorrectCvc"],
        "4000000000000127",
        Effect::Declines(
            "incorrect_cvc",
            None,
            "Your card's security code is incorrect.",
        ),
    ),
    card(
        &["chargeDeclinedProcessingError"],
        "4000000000000119",
        Effect::Declines(
            "processing_error",
            None,
            "An error occurred while processing your card. Try again in a little bit.",
        ),
    ),
    card(
        &["chargeCustomerFail"],
        "4000000000000341",
        Effect::Declines("card_declined", Some("generic_decline"), DECLINED),
    ),
    card(
        &["authenticationRequired", "threeDSecure2Required"],
        "4000002760003184",
        Effect::NeedsAction,
    ),
    card(
        &["createDispute"],
        "4000000000000259",
        Effect::Disputed("fraudulent", false),
    ),
    card(
        &["createDisputeProductNotReceived"],
        "4000000000002685",
        Effect::Disputed("product_not_received", false),
    ),
    card(
        &["createDisputeInquiry"],
        "4000000000001976",
        Effect::Disputed("general", true),
    ),
    card(&["pendingRefund"], "4000000000007726", Effect::RefundPends),
    card(&["refundFail"], "4000000000005126", Effect::RefundFails),
];

/// The card behind `pm_card_…`, `tok_…` or a bare number.
pub fn find(given: &str) -> Option<&'static Card> {
    let name = given
        .strip_prefix("pm_card_")
        .or_else(|| given.strip_prefix("tok_"));
    CARDS.iter().find(|c| match name {
        Some(name) => c.names.contains(&name),
        None => c.number == given,
    })
}

/// Why a payout to a bank account with this number fails, if it does.
/// Source: stripe.com/docs/connect/testing.
pub fn bank_failure(account_number: &str) -> Option<(&'static str, &'static str)> {
    match account_number.get(account_number.len().saturating_sub(4)..)? {
        "1116" => Some(("no_account", "The bank account could not be located.")),
        "1113" => Some(("account_closed", "The bank account has been closed.")),
        "2227" => Some((
            "insufficient_funds",
            "The bank account has insufficient funds.",
        )),
        _ => None,
    }
}
