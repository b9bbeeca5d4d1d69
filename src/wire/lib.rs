//! exactix: wire.
