//! One BGP session as a value (RFC 4271): inputs and time go in, effects come out.
//!
//! A [`Session`] knows no socket, clock, thread or logger. Its owner tells it what happened ([`Input`]) and when, and does
//! what it says ([`Effect`]). Where to read what:
//!
//! - `session` the session and its calls; `event` what goes in and comes out
//! - `fsm` the six states; `connection` from Idle to OpenConfirm; `ending` Established and the ways out
//! - `collision` which of two connections stays; `link` one connection
//! - `negotiate`, `capability` our OPEN, the peer's, and what both agree on
//! - `timers` deadlines and the waits between attempts
//! - `report`, `tell` what helpers hear of it; `counters` what is counted

mod capability;
pub mod collision;
mod connection;
mod counters;
mod ending;
mod event;
mod fsm;
mod limit;
mod link;
pub mod negotiate;
mod report;
mod session;
mod settings;
mod state;
mod tell;
mod timers;

pub use counters::{Counters, Status};
pub use event::{Effect, Endpoints, Input};
pub use report::{Cause, Flow, Interest, MessageReport, Parsed, Report, StopReason};
pub use session::Session;
pub use settings::{PrefixLimit, Settings};
pub use state::{Direction, Side, State};
pub use timers::{Backoff, Timer, Timers};
