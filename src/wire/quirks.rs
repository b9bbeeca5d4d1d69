//! Places where a reference's bytes differ from the RFC's, by name.

use std::fmt;

/// One place where the reference's bytes may be asked for in place of the RFC's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// IPv6 FlowSpec prefixes with an offset carry unshifted octets (RFC 8956 wants them shifted).
    FlowIpv6Offset,
    /// Route targets of four-octet AS numbers use the IPv4 type (RFC 5668 wants type 2).
    RouteTargetAs4,
    /// An unknown message type is answered by NOTIFICATION 1/0 with a sentence (RFC 4271 6.1 wants 1/3).
    UnknownMessageType,
    /// A ROUTE-REFRESH of an unknown subtype is answered by NOTIFICATION 7/2 (RFC 7313 section 5 has it ignored).
    RefreshSubtype,
    /// JSON of API version 4 is that of the main line (4.0.1), where its members differ from those of 5.0.15.
    MainJson,
    /// A definition of a route is sent even if a newer one of the same route waits behind it.
    EveryDefinition,
    /// A withdrawal repeats all labels of a route (RFC 8277 section 2.4 has a single field there).
    WithdrawnLabels,
}

impl Quirk {
    /// Every quirk, with the name used in configuration and environment.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::FlowIpv6Offset, "flow-ipv6-offset"),
        (Self::RouteTargetAs4, "route-target-as4"),
        (Self::UnknownMessageType, "unknown-message-type"),
        (Self::RefreshSubtype, "refresh-subtype"),
        (Self::MainJson, "main-json"),
        (Self::EveryDefinition, "every-definition"),
        (Self::WithdrawnLabels, "withdrawn-labels"),
    ];

    const fn bit(self) -> u16 {
        match self {
            Self::FlowIpv6Offset => 1,
            Self::RouteTargetAs4 => 2,
            Self::UnknownMessageType => 4,
            Self::MainJson => 8,
            Self::EveryDefinition => 16,
            Self::WithdrawnLabels => 32,
            Self::RefreshSubtype => 64,
        }
    }
}

/// The set of quirks in force.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Quirks(u16);

impl Quirks {
    /// No quirk: the RFC everywhere.
    pub const NONE: Self = Self(0);
    /// Every quirk: the reference everywhere.
    pub const ALL: Self = Self(127);

    /// Whether `quirk` is in force.
    pub const fn has(self, quirk: Quirk) -> bool {
        self.0 & quirk.bit() != 0
    }

    /// Adds one quirk.
    #[must_use]
    pub const fn with(self, quirk: Quirk) -> Self {
        Self(self.0 | quirk.bit())
    }

    /// The names in force.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Quirk::ALL.iter().filter(move |(quirk, _)| self.has(*quirk)).map(|(_, name)| *name)
    }

    /// Reads a list of names separated by blanks or commas; `exabgp` means all of them.
    ///
    /// # Errors
    /// A sentence naming the word that is not a quirk.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut quirks = Self::NONE;
        for word in text.split([' ', ',', '\t']).filter(|word| !word.is_empty()) {
            quirks = match (word, Quirk::ALL.iter().find(|(_, name)| *name == word)) {
                ("exabgp", _) => Self::ALL,
                (_, Some((quirk, _))) => quirks.with(*quirk),
                (_, None) => return Err(format!("\"{word}\" is not a quirk; expected exabgp or one of {}", known())),
            };
        }
        Ok(quirks)
    }
}

impl fmt::Debug for Quirks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

fn known() -> String {
    Quirk::ALL.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_every_quirk() {
        assert_eq!(Quirk::ALL.iter().fold(Quirks::NONE, |set, (quirk, _)| set.with(*quirk)), Quirks::ALL);
        assert_eq!(Quirks::parse("exabgp"), Ok(Quirks::ALL));
    }

    #[test]
    fn an_unknown_name_is_refused() {
        assert!(Quirks::parse("route-target-as4, nonsense").unwrap_err().contains("nonsense"));
    }
}
