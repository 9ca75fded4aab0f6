//! Stripe: webhook verification, triggers, operations.
