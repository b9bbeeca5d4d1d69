//! The real actors, all on one thread, under a clock that jumps to the next timer whenever nobody has anything to do.

mod invented;
mod model;
mod orphans;
mod reloads;
