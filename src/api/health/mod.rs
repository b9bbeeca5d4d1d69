//! A health check as a program of the API: results of a command in, commands about routes out.

mod lines;
mod machine;

pub use lines::lines;
pub use machine::{Condition, Machine, Outcome};
