//! What the tests of the whole daemon share: a place to run it, speakers to talk to it, helpers to command it.
//!
//! - `lab` a directory, and `daemon` the process under test, started in it; `group` how processes end with the test
//! - `conf` configuration text; `net` loopback ports, `link` a way between two of them that delays
//! - `speaker` scripted neighbors, each a `session` that fills a `record`; `raw` connections that a test leads octet by octet, `rows` of UPDATEs sent on them
//! - `helper` the programs the daemon runs; `door` the ways for a client to get at it, `client` one at the control socket
//! - `place` a daemon with neighbors that may do what they like and one that is not to notice
//! - `town` a daemon with helpers and neighbors to be disturbed, `oracle` what has to hold however that is done
//! - `setting` what whoever runs a test may choose; `wait` waiting with a deadline; `interop` other implementations, `bird`, `frr` and `gobgp` three of them
//! - `exchange` routes of more than a prefix, to and from another implementation, `evpn`, `flow` and `vpn` some of them
#![allow(dead_code, reason = "each test uses its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that cannot go on says so and ends"
)]

pub(crate) mod bird;
pub(crate) mod client;
pub(crate) mod conf;
pub(crate) mod daemon;
pub(crate) mod door;
pub(crate) mod evpn;
pub(crate) mod exchange;
pub(crate) mod flow;
pub(crate) mod frr;
pub(crate) mod gobgp;
pub(crate) mod group;
pub(crate) mod helper;
pub(crate) mod interop;
pub(crate) mod lab;
pub(crate) mod link;
pub(crate) mod malformed;
pub(crate) mod net;
pub(crate) mod oracle;
pub(crate) mod place;
pub(crate) mod raw;
pub(crate) mod record;
pub(crate) mod rows;
mod session;
pub(crate) mod setting;
pub(crate) mod speaker;
pub(crate) mod town;
pub(crate) mod vpn;
pub(crate) mod wait;
