//! The connector contract: operations, triggers, recipes, faults, the HTTP client, the contract test suite.
