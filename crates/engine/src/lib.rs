//! Runs flows: ingress to inbox, lanes, steps, effects, retries, dead letters, recovery.
