//! exactix: config.
