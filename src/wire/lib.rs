//! BGP in bytes, in words and in JSON.
//!
//! The pure codec: it knows no socket, clock, thread or logger. A byte enters through [`frame::split`] and
//! [`Message::decode`], a word through [`Words`] and [`route`], and both leave through [`Packer`] or the
//! `json` methods. One file a message, a family kind, an attribute, a capability; one table a kind.

pub mod attribute;
pub mod capability;
mod error;
mod family;
pub mod frame;
pub mod json;
mod message;
mod negotiated;
mod next_hop;
pub mod nlri;
pub mod notification;
pub mod number;
mod open;
pub mod operational;
mod pack;
mod quirks;
mod reader;
mod refresh;
pub mod route;
mod tlv;
mod update;
mod words;

pub use attribute::{AnyAttribute, Attribute, Attributes};
pub use capability::{AnyCapability, Capability};
pub use error::{Malformed, OnError};
pub use family::{FamilyCode, FamilySet};
pub use frame::{Frame, Kind};
pub use message::{Message, keepalive};
pub use negotiated::{Negotiated, Refresh};
pub use next_hop::NextHop;
pub use nlri::{AnyNlri, Family, Key, Nlri};
pub use notification::Notify;
pub use open::Open;
pub use operational::Operational;
pub use pack::{PackError, Packer};
pub use quirks::{Quirk, Quirks};
pub use reader::Reader;
pub use refresh::RouteRefresh;
pub use route::{AttributesOnly, Intent, Route, RouteBuilder, RouteSpec, WatchdogTag};
pub use update::{Reach, Update, UpdateFault};
pub use words::{Word, WordError, Words};

/// AS_TRANS, which stands for a four-octet AS number where only two octets fit (RFC 6793 section 9).
pub const AS_TRANS: u16 = 23456;
