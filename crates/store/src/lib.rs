//! Everything durable: SQLite and PostgreSQL behind one trait of batch verbs.
