//! exactix: a BGP daemon made of supervised actors.

fn main() {}
