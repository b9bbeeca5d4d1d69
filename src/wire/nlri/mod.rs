//! Address families: one file a family kind, one line in the table.

mod assigned;
pub mod bgp_ls;
mod boxed;
pub mod evpn;
mod fields;
pub mod flow;
pub mod inet;
mod key;
pub mod label;
pub mod labelled;
pub mod mcast_vpn;
pub mod mup;
pub(crate) mod path_id;
pub mod rd;
pub mod rtc;
mod rules;
pub mod sr_policy;
pub mod vpls;
pub mod vpn;

use std::fmt;

use bytes::BytesMut;

pub use key::{Key, KeyBuf};

use crate::{Intent, Malformed, NextHop, Quirks, Reader, WordError, Words, json::Style, route::Action};

/// What a family's NLRI can do: bytes, words, JSON, identity. `Display` is the text encoder's form.
pub trait Nlri: Sized + fmt::Display {
    /// Reads one NLRI from the front of `octets`; `add_path` says whether a path identifier precedes it.
    ///
    /// # Errors
    /// When the octets do not form one. Where the next NLRI starts is then unknown, unless the error was made by
    /// [`Malformed::skipped`].
    fn decode(family: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed>;

    /// Reads one NLRI from a session with these quirks in force.
    ///
    /// # Errors
    /// Those of [`Nlri::decode`].
    fn decode_for(family: Family, octets: &mut Reader<'_>, add_path: bool, _quirks: Quirks) -> Result<Self, Malformed> {
        Self::decode(family, octets, add_path)
    }

    /// Writes the NLRI, behind its path identifier if `add_path`.
    fn encode(&self, out: &mut BytesMut, add_path: bool);

    /// Writes the NLRI for a session with these quirks in force.
    fn encode_for(&self, out: &mut BytesMut, add_path: bool, _quirks: Quirks) {
        self.encode(out, add_path);
    }

    /// Writes the NLRI as withdrawals name it.
    fn encode_withdrawn(&self, out: &mut BytesMut, add_path: bool, quirks: Quirks) {
        self.encode_for(out, add_path, quirks);
    }

    /// Reads the words that it begins with in configuration and commands.
    ///
    /// # Errors
    /// When the words do not say one.
    fn parse(family: Family, words: &mut Words<'_>) -> Result<Self, WordError>;

    /// Writes its object for events.
    fn json(&self, out: &mut String, style: &Style);

    /// Writes its identity in a RIB: equal for an NLRI which replaces this one. Keys of one family sort in
    /// the order in which NLRIs stand in an UPDATE.
    fn key(&self, out: &mut KeyBuf);

    /// Keywords of the kind which do more than describe the NLRI, such as setting attributes of the route.
    const ACTIONS: &'static [Action] = &[];

    /// Reads what follows `keyword`, if it belongs to the NLRI; such keywords stand behind it in any order, among
    /// those of attributes.
    fn word(&mut self, _keyword: &str, _words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        None
    }

    /// Whether enough has been said; the error says what is missing.
    ///
    /// # Errors
    /// When the NLRI cannot be sent as it is.
    fn complete(&self, _intent: Intent) -> Result<(), String> {
        Ok(())
    }

    /// The more specific NLRIs of this length which together cover this one: itself alone when the length is not
    /// longer than its own, nothing when there can be none.
    fn split(&self, _length: u8) -> Option<Vec<Self>> {
        None
    }

    /// The part of the text form that stands before the next hop.
    ///
    /// # Errors
    /// Those of the formatter.
    fn before_next_hop(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt(f)
    }

    /// The part of the text form that stands behind the next hop, with a blank before it.
    ///
    /// # Errors
    /// Those of the formatter.
    fn behind_next_hop(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

macro_rules! families {
    ($($variant:ident = ($afi:literal, $safi:literal), $afi_name:literal $safi_name:literal, $kind:ty;)+) => {
        /// An address family that can be exchanged.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Family {
            $(#[doc = concat!("AFI ", $afi, ", SAFI ", $safi, ": ", $afi_name, " ", $safi_name, ".")] $variant,)+
        }

        impl Family {
            /// Every family, by AFI and SAFI.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Address family identifier.
            pub const fn afi(self) -> u16 {
                match self { $(Self::$variant => $afi,)+ }
            }

            /// Subsequent address family identifier.
            pub const fn safi(self) -> u8 {
                match self { $(Self::$variant => $safi,)+ }
            }

            /// The first word of the family's name.
            pub const fn afi_name(self) -> &'static str {
                match self { $(Self::$variant => $afi_name,)+ }
            }

            /// The second word of the family's name.
            pub const fn safi_name(self) -> &'static str {
                match self { $(Self::$variant => $safi_name,)+ }
            }

            /// The family of two codes.
            pub const fn from_codes(afi: u16, safi: u8) -> Option<Self> {
                match (afi, safi) {
                    $(($afi, $safi) => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl fmt::Display for Family {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => concat!($afi_name, " ", $safi_name),)+ })
            }
        }

        /// An NLRI of any family.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum AnyNlri {
            $(#[doc = concat!("Of ", $afi_name, " ", $safi_name, ".")] $variant($kind),)+
        }

        impl AnyNlri {
            /// The family it belongs to.
            pub const fn family(&self) -> Family {
                match self { $(Self::$variant(_) => Family::$variant,)+ }
            }

            /// Reads one NLRI from the front of `octets`.
            ///
            /// # Errors
            /// When the octets do not form one.
            pub fn decode(family: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed> {
                match family { $(Family::$variant => <$kind>::decode(family, octets, add_path).map(Self::$variant),)+ }
            }

            /// Reads one NLRI from a session with these quirks in force.
            ///
            /// # Errors
            /// When the octets do not form one.
            pub fn decode_for(
                family: Family,
                octets: &mut Reader<'_>,
                add_path: bool,
                quirks: Quirks,
            ) -> Result<Self, Malformed> {
                match family {
                    $(Family::$variant => {
                        <$kind>::decode_for(family, octets, add_path, quirks).map(Self::$variant)
                    })+
                }
            }

            /// Reads NLRIs into `out` until nothing is left. The family is looked at once, not for each of them.
            ///
            /// # Errors
            /// When the octets at the front do not form one; those before it are in `out`.
            pub(crate) fn decode_all(
                family: Family,
                octets: &mut Reader<'_>,
                add_path: bool,
                quirks: Quirks,
                out: &mut Vec<Self>,
            ) -> Result<(), Malformed> {
                match family {
                    $(Family::$variant => read_all(octets, out, |octets| {
                        <$kind>::decode_for(Family::$variant, octets, add_path, quirks).map(Self::$variant)
                    }),)+
                }
            }

            /// Writes the NLRI, behind its path identifier if `add_path`.
            pub fn encode(&self, out: &mut BytesMut, add_path: bool) {
                match self { $(Self::$variant(nlri) => nlri.encode(out, add_path),)+ }
            }

            /// Writes the NLRI for a session with these quirks in force.
            pub fn encode_for(&self, out: &mut BytesMut, add_path: bool, quirks: Quirks) {
                match self { $(Self::$variant(nlri) => nlri.encode_for(out, add_path, quirks),)+ }
            }

            /// Writes the NLRI as withdrawals name it.
            pub fn encode_withdrawn(&self, out: &mut BytesMut, add_path: bool, quirks: Quirks) {
                match self { $(Self::$variant(nlri) => nlri.encode_withdrawn(out, add_path, quirks),)+ }
            }

            /// Reads the words of an NLRI of `family`.
            ///
            /// # Errors
            /// When the words do not say one.
            pub fn parse(family: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
                match family { $(Family::$variant => <$kind>::parse(family, words).map(Self::$variant),)+ }
            }

            /// Writes the NLRI's object for events.
            pub fn json(&self, out: &mut String, style: &Style) {
                match self { $(Self::$variant(nlri) => nlri.json(out, style),)+ }
            }

            /// The identity in a RIB.
            pub fn key(&self) -> Key {
                let mut out = KeyBuf::new(self.family());
                match self { $(Self::$variant(nlri) => nlri.key(&mut out),)+ }
                out.finish()
            }

            pub(crate) const fn actions(&self) -> &'static [Action] {
                match self { $(Self::$variant(_) => <$kind>::ACTIONS,)+ }
            }

            pub(crate) fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
                match self { $(Self::$variant(nlri) => nlri.word(keyword, words),)+ }
            }

            /// Whether enough has been said of it for this intent; the error says what is missing.
            ///
            /// # Errors
            /// When it cannot be sent as it is.
            pub fn complete(&self, intent: Intent) -> Result<(), String> {
                match self { $(Self::$variant(nlri) => nlri.complete(intent),)+ }
            }

            pub(crate) fn split(&self, length: u8) -> Option<Vec<Self>> {
                match self {
                    $(Self::$variant(nlri) => {
                        nlri.split(length).map(|parts| parts.into_iter().map(Self::$variant).collect())
                    })+
                }
            }
        }

        impl fmt::Display for WithNextHop<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.0 { $(AnyNlri::$variant(nlri) => nlri.before_next_hop(f)?,)+ }
                if self.1 != NextHop::None {
                    write!(f, " next-hop {}", self.1)?;
                }
                match self.0 { $(AnyNlri::$variant(nlri) => nlri.behind_next_hop(f),)+ }
            }
        }

        impl fmt::Display for AnyNlri {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$variant(nlri) => nlri.fmt(f),)+ }
            }
        }
    };
}

/// Reads by `one` until nothing is left.
fn read_all<'a>(
    octets: &mut Reader<'a>,
    out: &mut Vec<AnyNlri>,
    one: impl Fn(&mut Reader<'a>) -> Result<AnyNlri, Malformed>,
) -> Result<(), Malformed> {
    while !octets.is_empty() {
        out.push(one(octets)?);
    }
    Ok(())
}

/// An NLRI and its next hop as text, see [`AnyNlri::with_next_hop`].
#[derive(Debug, Clone, Copy)]
pub struct WithNextHop<'a>(&'a AnyNlri, NextHop);

impl AnyNlri {
    /// The text form of a route without its attributes: some kinds say a part of theirs behind the next hop.
    pub const fn with_next_hop(&self, next_hop: NextHop) -> WithNextHop<'_> {
        WithNextHop(self, next_hop)
    }

    /// The NLRI once all has been said: the family of a flow specification follows from its words.
    pub(crate) fn settled(self) -> Result<Self, String> {
        match self {
            Self::Ipv4Flow(flow) | Self::Ipv6Flow(flow) => flow.settled(false),
            Self::Ipv4FlowVpn(flow) | Self::Ipv6FlowVpn(flow) => flow.settled(true),
            other => Ok(other),
        }
    }
}

families! {
//  variant          AFI SAFI    names               kind
    Ipv4Unicast   = (1, 1),      "ipv4" "unicast",   inet::Inet;
    Ipv4Multicast = (1, 2),      "ipv4" "multicast", inet::Inet;
    Ipv4NlriMpls  = (1, 4),      "ipv4" "nlri-mpls", Box<labelled::Labelled>;
    Ipv4McastVpn  = (1, 5),      "ipv4" "mcast-vpn", Box<mcast_vpn::McastVpn>;
    Ipv4SrPolicy  = (1, 73),     "ipv4" "sr-policy", Box<sr_policy::SrPolicy>;
    Ipv4Mup       = (1, 85),     "ipv4" "mup",       Box<mup::Mup>;
    Ipv4MplsVpn   = (1, 128),    "ipv4" "mpls-vpn",  Box<vpn::Vpn>;
    Ipv4Rtc       = (1, 132),    "ipv4" "rtc",       Box<rtc::RouteTargetConstraint>;
    Ipv4Flow      = (1, 133),    "ipv4" "flow",      Box<flow::Flow>;
    Ipv4FlowVpn   = (1, 134),    "ipv4" "flow-vpn",  Box<flow::Flow>;
    Ipv6Unicast   = (2, 1),      "ipv6" "unicast",   inet::Inet;
    Ipv6Multicast = (2, 2),      "ipv6" "multicast", inet::Inet;
    Ipv6NlriMpls  = (2, 4),      "ipv6" "nlri-mpls", Box<labelled::Labelled>;
    Ipv6McastVpn  = (2, 5),      "ipv6" "mcast-vpn", Box<mcast_vpn::McastVpn>;
    Ipv6SrPolicy  = (2, 73),     "ipv6" "sr-policy", Box<sr_policy::SrPolicy>;
    Ipv6Mup       = (2, 85),     "ipv6" "mup",       Box<mup::Mup>;
    Ipv6MplsVpn   = (2, 128),    "ipv6" "mpls-vpn",  Box<vpn::Vpn>;
    Ipv6Flow      = (2, 133),    "ipv6" "flow",      Box<flow::Flow>;
    Ipv6FlowVpn   = (2, 134),    "ipv6" "flow-vpn",  Box<flow::Flow>;
    L2vpnVpls     = (25, 65),    "l2vpn" "vpls",     Box<vpls::Vpls>;
    L2vpnEvpn     = (25, 70),    "l2vpn" "evpn",     Box<evpn::Evpn>;
    BgpLs         = (16388, 71), "bgp-ls" "bgp-ls",  Box<bgp_ls::LinkState>;
    BgpLsVpn      = (16388, 72), "bgp-ls" "bgp-ls-vpn", Box<bgp_ls::LinkState>;
}

/// What the reference also calls `nlri-mpls`.
const LABELED_UNICAST: &str = "labeled-unicast";

impl Family {
    /// The family of two names; the second in any case, `labeled-unicast` for `nlri-mpls` included.
    pub fn from_names(afi: &str, safi: &str) -> Option<Self> {
        let safi = if safi.eq_ignore_ascii_case(LABELED_UNICAST) { "nlri-mpls" } else { safi };
        let named = |family: &Self| family.afi_name() == afi && family.safi_name().eq_ignore_ascii_case(safi);
        Self::ALL.iter().copied().find(named)
    }

    /// The place in [`Family::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family;

    #[test]
    fn the_table_is_sorted_by_codes() {
        assert!(Family::ALL.is_sorted_by_key(|family| (family.afi(), family.safi())));
    }

    #[test]
    fn names_and_codes_agree_with_the_registry() {
        for family in Family::ALL {
            assert_eq!(Family::from_codes(family.afi(), family.safi()), Some(*family));
            assert_eq!(Family::from_names(family.afi_name(), family.safi_name()), Some(*family));
            assert_eq!(family::afi_name(family.afi()), family.afi_name());
            assert_eq!(family::safi_name(family.safi()), Some(family.safi_name()));
            assert_eq!(Family::ALL[family.index()], *family);
        }
    }

    #[test]
    fn a_list_of_prefixes_is_small() {
        assert!(size_of::<AnyNlri>() <= 32);
    }
}
