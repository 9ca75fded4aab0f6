//! The HTTP face: webhook ingress, the API, metrics.
