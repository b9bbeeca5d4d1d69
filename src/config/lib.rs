//! Configuration: a file in one of two forms, and the environment, become one [`Config`].
//!
//! [`load()`] sees whether a file is in our own form (RON) or in ExaBGP's and reads it; both end in the same model
//! and the same validation. [`diff()`] says what has to change to get from one configuration to another. Nothing here
//! logs: what is worth a line is in [`Config::warnings`].

mod authentication;
mod bind;
mod check;
mod created;
mod diff;
mod draft;
mod env;
mod error;
mod exabgp;
mod faults;
mod health;
mod key;
mod load;
pub mod migrate;
mod model;
mod neighbor;
mod place;
mod program;
mod reference;
mod restart;
mod ron;
mod source;
mod suggest;
mod tcp_ao;
mod value;
mod write;

pub use created::Created;
pub use diff::{Change, NeighborChange, Step, diff, share, steps};
pub use env::{
    ApiEnv, BgpEnv, DaemonEnv, DebugEnv, Env, ExactixEnv, LogEnv, Lookup, OPTIONS, TcpEnv, Variable, VariableKind,
    Which, explained,
};
pub use error::Error;
pub use health::{HEALTH_OPTIONS, HealthCheck, HealthOption, LOOPBACK, MOST_ADDRESSES, Network, Standing, Takes};
pub use load::{examine, examine_str, is_standard_input, load, load_str};
pub use model::{Config, Encoder, Fate, Form, Hup, Process, Signals, Warning};
pub use neighbor::{AddPath, Api, ApiFlags, Capability, Md5, Neighbor, NeighborId};
pub use place::Place;
pub use reference::{Keyword, keywords};
pub use restart::{OnExceed, Policy, Restart};
pub use rib::{StaticRoute, StaticRoutes};
pub use ron::{Entry, Shape, Struct, structs};
pub use source::Origin;
pub use suggest::nearest;
pub use tcp_ao::{TcpAo, TcpAoAlgorithm};
pub use value::duration;
pub use write::{Unsayable, Written, difference, write};
