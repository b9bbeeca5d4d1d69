//! One BGP session as a value (RFC 4271 section 8): inputs and time go in, effects come out.

mod counters;
mod event;
mod report;
mod settings;
pub mod stand_in;
mod state;
mod timers;

pub use counters::{Counters, Status};
pub use event::{Effect, Endpoints, Input};
pub use report::{Cause, Flow, Interest, MessageReport, Parsed, Report, StopReason};
pub use settings::Settings;
pub use state::{Direction, Side, State};
pub use timers::{Backoff, Timer, Timers};
