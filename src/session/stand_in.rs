#![allow(missing_docs, dead_code, clippy::all, clippy::use_self)]
//! Placeholder for the types of `wire`.
use bytes::Bytes;
use std::net::Ipv4Addr;
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    Ipv4Unicast,
    Ipv6Unicast,
}
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FamilySet;
impl FamilySet {
    pub fn new() -> Self {
        Self
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quirks;
impl Quirks {
    pub const NONE: Quirks = Quirks;
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnyCapability {
    Asn4(u32),
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Open = 1,
    Update,
    Notification,
    Keepalive,
    Refresh,
    Operational,
}
#[derive(Clone, Debug)]
pub struct Frame;
#[derive(Clone, Debug)]
pub struct Notify {
    pub code: u8,
    pub subcode: u8,
    pub data: Bytes,
}
#[derive(Clone, Debug)]
pub struct Open {
    pub version: u8,
    pub asn16: u16,
    pub hold_time: u16,
    pub router_id: Ipv4Addr,
    pub capabilities: Vec<AnyCapability>,
}
#[derive(Clone, Debug)]
pub struct RouteRefresh;
#[derive(Clone, Debug)]
pub struct Reach {
    pub nlris: Vec<u8>,
}
#[derive(Clone, Debug)]
pub struct Update {
    pub announced: Vec<Reach>,
    pub withdrawn: Vec<u8>,
}
#[derive(Clone, Debug)]
pub struct Negotiated;
