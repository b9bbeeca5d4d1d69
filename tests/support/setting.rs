//! What whoever runs a test may choose, by the environment.

use std::env;

/// The number that this variable says, or the usual one.
pub(crate) fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name}={value} is no number")))
}
