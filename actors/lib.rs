//! exactix: actors.
