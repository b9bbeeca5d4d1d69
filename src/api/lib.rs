//! The API of the daemon: what helpers may ask, and what they are told.
//!
//! A line is cut by [`mod@line`], read by [`parse`] into a [`Verb`], carried out elsewhere, and answered through
//! [`encode::answer`]; events leave through [`encode`], inspections through [`report`]. All of it is pure.

mod acks;
pub mod command;
pub mod encode;
mod error;
pub mod group;
pub mod health;
pub mod line;
pub mod report;
mod selector;
mod subscription;
mod verb;

pub use acks::Acks;
pub use command::{COMMANDS, Command, Context, Group as Chapter, parse};
pub use encode::answer::{Answer, End};
pub use error::ApiError;
pub use group::{Group, Processed};
pub use selector::{FILTERS, Selector};
pub use subscription::{Authority, INTERNAL, Subscription, Wanted, authority, interest, subscription};
pub use verb::{
    AdjRibView, Class, DaemonOrder, Detail, FaultOrder, Form, PeerOrder, ProcessOrder, Removal, Show, Steer, Table,
    TreeOrder, Verb,
};
