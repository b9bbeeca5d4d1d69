//! exactix: session.
