//! exactix: fault.
