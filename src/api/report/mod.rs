//! Inspections: what `show neighbor`, `show adj-rib` and `help` print.
//!
//! Actors send rows; here they become lines. The layouts are ExaBGP's, and scripts read them by column.

pub mod adj_rib;
mod capability;
mod configuration;
mod extensive;
pub mod help;
pub mod neighbor;
mod object;
pub mod plan;
mod row;
mod second;
pub mod tree;

pub use row::{Offer, PeerRow};
