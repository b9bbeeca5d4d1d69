//! What has been told to a peer and what it told us.
//!
//! [`AdjRibOut`] holds the routes for one peer and what of them is still to be sent; [`AdjRibIn`] holds what the
//! peer announced. Both are plain tables: operations go in, [`Batch`]es come out, nothing else happens.

mod adj_rib_in;
mod adj_rib_out;
mod bare;
mod batch;
mod interner;
mod names;
mod notices;
mod op;
mod owners;
mod pass;
mod paths;
mod retention;
mod static_route;
mod superseded;
mod table;
mod watchdog;

pub use adj_rib_in::{AdjRibIn, Received};
pub use adj_rib_out::{AdjRibOut, Policy};
pub use batch::{Batch, Change};
pub use names::Names;
pub use op::{Op, Withdrawal};
pub use owners::Owners;
pub use retention::{Retention, SessionEnd, Terms};
pub use static_route::{Fresh, StaticChange, StaticRoute, StaticRoutes};
pub use table::Place;
