//! The account itself.

use crate::stripe::operation::{Answer, Call, Operation, get};
use crate::stripe::state::State;
use serde_json::json;

pub const OPERATIONS: &[Operation] = &[get("/v1/account", own), get("/v1/accounts/{}", by_id)];

fn by_id(state: &mut State, call: &Call) -> Answer {
    if call.id() == state.account_id {
        return own(state, call);
    }
    Err(crate::stripe::error::ApiError::no_such(
        "account",
        call.id(),
        "account",
    ))
}

fn own(state: &mut State, _: &Call) -> Answer {
    let interval = if state.settings.daily_payouts {
        "daily"
    } else {
        "manual"
    };
    Ok(json!({
        "id": state.account_id,
        "object": "account",
        "business_profile": {
            "annual_revenue": null, "estimated_worker_count": null, "mcc": null,
            "minority_owned_business_designation": null, "name": "Sandbox",
            "product_description": null, "support_address": null, "support_email": null,
            "support_phone": null, "support_url": null, "url": null,
        },
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": true,
        "controller": {"type": "account"},
        "country": "US",
        "created": 1_700_000_000,
        "default_currency": "usd",
        "details_submitted": true,
        "email": "sandbox@example.com",
        "external_accounts": {
            "object": "list", "data": [], "has_more": false,
            "url": format!("/v1/accounts/{}/external_accounts", state.account_id),
        },
        "future_requirements": requirements(),
        "metadata": {},
        "payouts_enabled": true,
        "requirements": requirements(),
        "settings": {
            "bacs_debit_payments": {"display_name": null, "service_user_number": null},
            "branding": {
                "icon": null, "logo": null, "primary_color": null, "secondary_color": null,
            },
            "card_issuing": {"tos_acceptance": {"date": null, "ip": null}},
            "card_payments": {
                "decline_on": {"avs_failure": true, "cvc_failure": true},
                "statement_descriptor_prefix": null, "statement_descriptor_prefix_kana": null,
                "statement_descriptor_prefix_kanji": null,
            },
            "dashboard": {"display_name": "Sandbox", "timezone": "Etc/UTC"},
            "invoices": {"default_account_tax_ids": null, "hosted_payment_method_save": null},
            "payments": {
                "statement_descriptor": "SANDBOX", "statement_descriptor_kana": null,
                "statement_descriptor_kanji": null, "statement_descriptor_prefix_kana": null,
                "statement_descriptor_prefix_kanji": null,
            },
            "payouts": {
                "debit_negative_balances": state.settings.debit_negative,
                "schedule": {"delay_days": 2, "interval": interval},
                "statement_descriptor": null,
            },
            "sepa_debit_payments": {},
        },
        "tos_acceptance": {"date": null, "ip": null, "user_agent": null},
        "type": "standard",
    }))
}

fn requirements() -> serde_json::Value {
    json!({
        "alternatives": [], "current_deadline": null, "currently_due": [],
        "disabled_reason": null, "errors": [], "eventually_due": [], "past_due": [],
        "pending_verification": [],
    })
}
