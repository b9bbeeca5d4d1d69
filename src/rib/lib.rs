//! exactix: rib.
