//! The real actors, all on one thread, under a clock that jumps to the next timer whenever nobody has anything to do. Where
//! threads hang they are real as well, and so is the time.

mod clock;
mod invented;
mod model;
mod orphans;
mod reloads;
mod simulation;
mod stale;
mod wedged;
mod writing;
