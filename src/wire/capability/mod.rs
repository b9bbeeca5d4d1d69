//! Capabilities (RFC 5492): one file each, one line in the table.

mod add_path;
mod asn4;
mod by_family;
mod extended_next_hop;
mod graceful_restart;
mod host_name;
mod long_lived_graceful_restart;
mod multiprotocol;
mod multisession;
mod paths_limit;
mod presence;
mod role;
mod software_version;
mod text;
mod unknown;

use std::fmt;

use bytes::{Bytes, BytesMut};

pub use add_path::AddPath;
pub use asn4::Asn4;
pub use extended_next_hop::ExtendedNextHop;
pub use graceful_restart::GracefulRestart;
pub use host_name::HostName;
pub use long_lived_graceful_restart::{LongLivedGracefulRestart, StaleTime};
pub use multiprotocol::Multiprotocol;
pub use multisession::{CiscoMultisession, Multisession};
pub use paths_limit::PathsLimit;
pub use presence::{
    CiscoRouteRefresh, EnhancedRouteRefresh, ExtendedMessage, LinkLocalNextHop, Operational, RouteRefresh,
};
pub use role::Role;
pub use software_version::SoftwareVersion;
pub use unknown::Unknown;

use crate::{Notify, Reader, json::Style};

/// Something a speaker says it can do.
pub trait Capability: Sized + fmt::Display {
    /// The capability code (IANA "Capability Codes").
    const CODE: u8;
    /// The name used as a key in events.
    const NAME: &'static str;

    /// Reads one value.
    ///
    /// # Errors
    /// A sentence saying why the value cannot be one.
    fn decode(value: &mut Reader<'_>) -> Result<Self, String>;

    /// Writes one or more values: several stand in several optional parameters.
    fn encode(&self, value: &mut dyn FnMut(&[u8]));

    /// Joins with a capability of the same code that came later in the same OPEN. The later one replaces
    /// this one unless the capability is a list spread over several parameters.
    fn join(&mut self, later: Self) {
        *self = later;
    }

    /// Writes its object for events.
    fn json(&self, out: &mut String, style: &Style);
}

macro_rules! capabilities {
    ($($variant:ident;)+) => {
        /// A capability of any kind.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum AnyCapability {
            $(#[doc = concat!("The capability ", stringify!($variant), ".")] $variant($variant),)+
            /// One that we do not know, kept as it came.
            Unknown(Unknown),
        }

        impl AnyCapability {
            /// Codes of all known capabilities.
            pub const CODES: &'static [u8] = &[$($variant::CODE),+];

            /// The capability code.
            pub const fn code(&self) -> u8 {
                match self {
                    $(Self::$variant(_) => $variant::CODE,)+
                    Self::Unknown(unknown) => unknown.code,
                }
            }

            /// The name used as a key in events.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $variant::NAME,)+
                    Self::Unknown(_) => "unknown",
                }
            }

            /// Writes the capability's object for events.
            pub fn json(&self, out: &mut String, style: &Style) {
                match self {
                    $(Self::$variant(capability) => capability.json(out, style),)+
                    Self::Unknown(unknown) => unknown.json(out),
                }
            }

            /// The values to send: code and octets, each in an optional parameter of its own.
            pub(crate) fn values(&self, into: &mut Vec<(u8, BytesMut)>) {
                let code = self.code();
                let mut push = |value: &[u8]| into.push((code, BytesMut::from(value)));
                match self {
                    $(Self::$variant(capability) => capability.encode(&mut push),)+
                    Self::Unknown(unknown) => push(&unknown.value),
                }
            }

            fn decode(code: u8, value: &mut Reader<'_>) -> Result<Self, String> {
                match code {
                    $($variant::CODE =>
                        $variant::decode(value).map(Self::$variant),)+
                    _ => Ok(Self::Unknown(Unknown { code, value: Bytes::copy_from_slice(value.rest()) })),
                }
            }

            fn join(&mut self, later: Self) {
                match (self, later) {
                    $((Self::$variant(first), Self::$variant(later)) => first.join(later),)+
                    (first, later) => *first = later,
                }
            }
        }

        impl fmt::Display for AnyCapability {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant(capability) => capability.fmt(f),)+
                    Self::Unknown(unknown) => unknown.fmt(f),
                }
            }
        }
    };
}

capabilities! {
    Multiprotocol;
    RouteRefresh;
    ExtendedNextHop;
    ExtendedMessage;
    Role;
    GracefulRestart;
    Asn4;
    Multisession;
    AddPath;
    EnhancedRouteRefresh;
    LongLivedGracefulRestart;
    HostName;
    SoftwareVersion;
    PathsLimit;
    LinkLocalNextHop;
    CiscoRouteRefresh;
    CiscoMultisession;
    Operational;
}

/// Reads the capabilities of one optional parameter.
pub(crate) fn decode_all(reader: &mut Reader<'_>, into: &mut Vec<AnyCapability>) -> Result<(), Notify> {
    while !reader.is_empty() {
        let code = reader.u8().unwrap_or_default();
        let value = reader.u8().and_then(|length| reader.sub(usize::from(length)));
        let mut value = value.ok_or_else(|| refused(code, "is longer than its optional parameter"))?;
        let capability = AnyCapability::decode(code, &mut value).map_err(|why| refused(code, &why))?;
        match into.iter_mut().find(|earlier| earlier.code() == code) {
            Some(earlier) => earlier.join(capability),
            None => into.push(capability),
        }
    }
    Ok(())
}

fn refused(code: u8, why: &str) -> Notify {
    Notify::with_text(2, 0, &format!("capability {code} {why}"))
}
