//! exactix: cli.
