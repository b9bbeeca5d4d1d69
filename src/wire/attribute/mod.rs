//! Path attributes: one file each, one line in the table.
//!
//! ```text
//! +---------------+---------------+----------------+
//! |     Flags     |     Type      | Length (1 or 2)|  Value
//! +---------------+---------------+----------------+
//! ```

mod aggregator;
mod aigp;
mod as_path;
mod atomic_aggregate;
mod bgp_ls;
mod cluster_list;
mod community;
mod extended_community;
mod generic;
mod ipv6_extended_community;
mod large_community;
mod local_preference;
mod med;
mod origin;
mod originator_id;
mod pmsi_tunnel;
pub mod prefix_sid;
mod set;
mod tlv;
pub mod tunnel_encap;

use std::fmt;

use bytes::{BufMut, BytesMut};

pub use aggregator::{Aggregator, As4Aggregator};
pub use aigp::Aigp;
pub use as_path::{As4Path, AsPath, Segment, SegmentKind};
pub use atomic_aggregate::AtomicAggregate;
pub use bgp_ls::BgpLs;
pub use cluster_list::ClusterList;
pub use community::Communities;
pub use extended_community::{ExtendedCommunities, ExtendedCommunity};
pub use generic::Generic;
pub use ipv6_extended_community::{Ipv6ExtendedCommunities, Ipv6ExtendedCommunity};
pub use large_community::LargeCommunities;
pub use local_preference::LocalPreference;
pub use med::Med;
pub use origin::Origin;
pub use originator_id::OriginatorId;
pub use pmsi_tunnel::PmsiTunnel;
pub use prefix_sid::PrefixSid;
pub use set::{Attributes, AttributesBuilder};
pub use tlv::UnknownTlv;
pub use tunnel_encap::TunnelEncap;

use crate::{Malformed, Negotiated, OnError, Reader, WordError, Words, json::Style};

/// Type codes of attributes which are not in the table because they belong to the routes of a message.
pub mod code {
    /// ORIGIN.
    pub const ORIGIN: u8 = 1;
    /// AS_PATH.
    pub const AS_PATH: u8 = 2;
    /// NEXT_HOP.
    pub const NEXT_HOP: u8 = 3;
    /// LOCAL_PREF.
    pub const LOCAL_PREF: u8 = 5;
    /// MP_REACH_NLRI.
    pub const MP_REACH: u8 = 14;
    /// MP_UNREACH_NLRI.
    pub const MP_UNREACH: u8 = 15;
}

/// The optional flag.
pub const OPTIONAL: u8 = 0x80;
/// The transitive flag.
pub const TRANSITIVE: u8 = 0x40;
/// The partial flag: somebody on the way did not know the attribute.
pub const PARTIAL: u8 = 0x20;
/// The length has two octets.
pub const EXTENDED: u8 = 0x10;

/// What an attribute can do: bytes, words, JSON. `Display` is its text form; without the keyword, if it is the only one.
pub trait Attribute: Sized + fmt::Display {
    /// Type code (IANA "BGP Path Attributes").
    const CODE: u8;
    /// Optional and transitive flags, as the RFC fixes them.
    const FLAGS: u8;
    /// The word for it in configuration, commands, text and JSON.
    const WORD: &'static str;
    /// The keywords a value is typed with. With more than one, or none, the text form says them itself.
    const KEYWORDS: &'static [&'static str] = &[Self::WORD];
    /// What a value that cannot be read leads to (RFC 7606 section 7).
    const ON_ERROR: OnError = OnError::Withdraw;
    /// What flags other than [`Attribute::FLAGS`] lead to (RFC 7606 section 3 c).
    const ON_FLAGS: OnError = OnError::Withdraw;
    /// Only internal peers may send it: from others it is discarded (RFC 7606 section 7).
    const INTERNAL_ONLY: bool = false;

    /// Reads a value.
    ///
    /// # Errors
    /// When the octets do not form one.
    fn decode(value: &mut Reader<'_>, with: &Negotiated) -> Result<Self, Malformed>;

    /// Writes the value.
    fn encode(&self, out: &mut BytesMut, with: &Negotiated);

    /// Reads the words behind the keyword.
    ///
    /// # Errors
    /// When the words do not say a value.
    fn parse(words: &mut Words<'_>) -> Result<Self, WordError>;

    /// Reads the words behind one of [`Attribute::KEYWORDS`], for kinds that have several.
    ///
    /// # Errors
    /// When the words do not say a value.
    fn parse_keyword(_keyword: &str, words: &mut Words<'_>) -> Result<Self, WordError> {
        Self::parse(words)
    }

    /// Writes the value for events; `false` when there is nothing to show.
    fn json(&self, out: &mut String, style: &Style) -> bool;

    /// Takes in what a later keyword of the same route says. The first one given wins, unless the kind accumulates.
    fn join(&mut self, later: Self) {
        drop(later);
    }
}

/// What a kind says about itself in its constants, see [`Attribute`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) flags: u8,
    pub(crate) on_error: OnError,
    pub(crate) on_flags: OnError,
    pub(crate) internal_only: bool,
}

macro_rules! attributes {
    ($($variant:ident;)+) => {
        /// An attribute of any kind.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum AnyAttribute {
            $(#[doc = concat!("The attribute ", stringify!($variant), ".")] $variant($variant),)+
            /// One that we do not know, or given by its octets.
            Generic(Generic),
        }

        impl AnyAttribute {
            /// Codes of all known attributes.
            pub const CODES: &'static [u8] = &[$($variant::CODE),+];
            /// Names of all known attributes.
            pub const WORDS: &'static [&'static str] = &[$($variant::WORD),+];

            /// Keywords of all attributes.
            pub fn keywords() -> impl Iterator<Item = &'static str> {
                let known = [$($variant::KEYWORDS),+].into_iter().flatten().copied();
                known.chain([Generic::WORD])
            }

            /// The type code.
            pub const fn code(&self) -> u8 {
                match self {
                    $(Self::$variant(_) => $variant::CODE,)+
                    Self::Generic(generic) => generic.code,
                }
            }

            /// The flags to send, without the extended length.
            pub const fn flags(&self) -> u8 {
                match self {
                    $(Self::$variant(_) => $variant::FLAGS,)+
                    Self::Generic(generic) => generic.flags,
                }
            }

            /// Writes the value.
            pub(crate) fn value(&self, out: &mut BytesMut, with: &Negotiated) {
                match self {
                    $(Self::$variant(attribute) => attribute.encode(out, with),)+
                    Self::Generic(generic) => out.put_slice(&generic.value),
                }
            }

            /// The rules of a code.
            pub(crate) const fn rules(code: u8) -> Option<Rules> {
                match code {
                    $($variant::CODE => Some(Rules {
                        flags: $variant::FLAGS,
                        on_error: $variant::ON_ERROR,
                        on_flags: $variant::ON_FLAGS,
                        internal_only: $variant::INTERNAL_ONLY,
                    }),)+
                    _ => None,
                }
            }

            /// Reads the value of a known code.
            pub(crate) fn decode(code: u8, value: &mut Reader<'_>, with: &Negotiated) -> Result<Self, Malformed> {
                match code {
                    $($variant::CODE => $variant::decode(value, with).map(Self::$variant),)+
                    _ => Err(Malformed::new("the attribute is not known")),
                }
            }

            /// Reads the words behind `keyword`; `None` when it names no attribute.
            pub fn parse(keyword: &str, words: &mut Words<'_>) -> Option<Result<Self, WordError>> {
                $(if $variant::KEYWORDS.contains(&keyword) {
                    return Some($variant::parse_keyword(keyword, words).map(Self::$variant));
                })+
                (keyword == Generic::WORD).then(|| Generic::parse(words).map(Self::Generic))
            }

            /// Takes in a later one of the same code; of two kinds the first one given wins.
            pub(crate) fn join(&mut self, later: Self) {
                match (self, later) {
                    $((Self::$variant(attribute), Self::$variant(later)) => attribute.join(later),)+
                    _ => {}
                }
            }

            /// Writes the attribute as a member of the events' object; `false` when it is not shown.
            pub fn json(&self, out: &mut String, style: &Style) -> bool {
                match self {
                    $(Self::$variant(attribute) => member(out, $variant::WORD, |out| attribute.json(out, style)),)+
                    Self::Generic(generic) => generic.json(out),
                }
            }
        }

        impl fmt::Display for AnyAttribute {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    // An empty path says nothing in text.
                    Self::AsPath(path) if path.0.is_empty() => Ok(()),
                    $(Self::$variant(attribute) => keyword_and_value(f, attribute),)+
                    Self::Generic(generic) => generic.fmt(f),
                }
            }
        }
    };
}

attributes! {
    Origin;
    AsPath;
    Med;
    LocalPreference;
    AtomicAggregate;
    Aggregator;
    Communities;
    OriginatorId;
    ClusterList;
    ExtendedCommunities;
    As4Path;
    As4Aggregator;
    PmsiTunnel;
    TunnelEncap;
    Ipv6ExtendedCommunities;
    Aigp;
    BgpLs;
    LargeCommunities;
    PrefixSid;
}

/// Writes `"word": value`, taking the key back when there is no value.
fn member(out: &mut String, word: &str, value: impl FnOnce(&mut String) -> bool) -> bool {
    let start = out.len();
    out.extend(["\"", word, "\": "]);
    let shown = value(out);
    if !shown {
        out.truncate(start);
    }
    shown
}

fn keyword_and_value<T: Attribute>(f: &mut fmt::Formatter<'_>, value: &T) -> fmt::Result {
    let [word] = T::KEYWORDS else { return value.fmt(f) };
    let text = value.to_string();
    if text.is_empty() { f.write_str(word) } else { write!(f, "{word} {text}") }
}

/// The text form of a value that words cannot say: that of a generic attribute with its octets.
fn fmt_octets<T: Attribute>(f: &mut fmt::Formatter<'_>, value: &T) -> fmt::Result {
    let mut octets = BytesMut::new();
    value.encode(&mut octets, &Negotiated::unnegotiated());
    write!(f, "{}", Generic { code: T::CODE, flags: T::FLAGS, value: octets.freeze() })
}

/// Appends flags, code, length and value. The length takes two octets when it has to, or when the flags say so.
pub(crate) fn write(out: &mut BytesMut, flags: u8, code: u8, value: &[u8]) {
    match u8::try_from(value.len()) {
        Ok(length) if flags & EXTENDED == 0 => out.put_slice(&[flags, code, length]),
        _ => {
            out.put_slice(&[flags | EXTENDED, code]);
            out.put_u16(u16::try_from(value.len()).unwrap_or(u16::MAX));
        }
    }
    out.put_slice(value);
}

/// A value of exactly four octets.
fn four(value: &mut Reader<'_>, what: &str) -> Result<u32, Malformed> {
    match (value.len(), value.u32()) {
        (4, Some(number)) => Ok(number),
        (length, _) => Err(Malformed::new(format!("{what} has {length} octets where 4 are expected"))),
    }
}

/// A list of items of `size` octets, at least one.
fn items<'a>(value: &Reader<'a>, size: usize, what: &str) -> Result<std::slice::ChunksExact<'a, u8>, Malformed> {
    let length = value.len();
    if length == 0 || !length.is_multiple_of(size) {
        return Err(Malformed::new(format!("{what} has {length} octets, which is no multiple of {size} above 0")));
    }
    Ok(value.rest().chunks_exact(size))
}

/// One value bare, several in brackets.
fn bracketed(f: &mut fmt::Formatter<'_>, items: &[String]) -> fmt::Result {
    match items {
        [one] => f.write_str(one),
        many => write!(f, "[ {} ]", many.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_by_code() {
        assert!(AnyAttribute::CODES.is_sorted());
    }

    #[test]
    fn long_values_have_a_long_length() {
        let mut out = BytesMut::new();
        write(&mut out, 0xC0, 8, &[0; 256]);
        assert_eq!(out[..4], [0xD0, 8, 1, 0]);
        out.clear();
        write(&mut out, 0x70, 0x99, &[1]);
        assert_eq!(out[..], [0x70, 0x99, 0, 1, 1]);
    }
}
