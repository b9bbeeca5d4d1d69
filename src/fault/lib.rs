//! Faults on demand, as pure interceptors: an actor shows its [`Plan`] each place where something may go wrong, and does
//! what the [`Verdict`] says.
//!
//! Actors know sites and verdicts only, so a new fault touches none of them: it is one file in `kinds` and one line in
//! [`FAULTS`]. Where to read what:
//!
//! - `site` where a fault may strike, and what it may do; `kinds` the faults themselves
//! - `trigger` when a fault strikes, and when it is over; `duration` times in words; `rng` chance
//! - `plan` the faults armed in one actor; `parse` from words to an armed fault; `manual` the page about them

mod duration;
pub mod kinds;
mod manual;
mod parse;
mod plan;
mod rng;
mod site;
mod trigger;

pub use kinds::{FAULTS, Fault, Kind, Usage};
pub use manual::manual;
pub use parse::{Injection, On, Victim, parse};
pub use plan::{Armed, Plan, Strike};
pub use rng::Rng;
pub use site::{Moment, Site, Verdict};
pub use trigger::{End, LONGEST, MOST_TIMES, PATIENCE, Trigger, When};
