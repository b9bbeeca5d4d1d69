//! exactix: api.
