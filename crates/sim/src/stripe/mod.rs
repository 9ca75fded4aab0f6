//! The sandbox Stripe.
