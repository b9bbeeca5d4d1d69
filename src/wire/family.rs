//! Address families as codes and as sets; the table itself is in [`crate::nlri`].

use std::fmt;

use crate::nlri::Family;

/// An (AFI, SAFI) pair as it stands in a message, known to us or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FamilyCode {
    /// Address family identifier.
    pub afi: u16,
    /// Subsequent address family identifier.
    pub safi: u8,
}

impl FamilyCode {
    /// The family, if it is one of ours.
    pub fn family(self) -> Option<Family> {
        Family::from_codes(self.afi, self.safi)
    }
}

impl From<Family> for FamilyCode {
    fn from(family: Family) -> Self {
        Self { afi: family.afi(), safi: family.safi() }
    }
}

/// The name of an AFI (IANA "Address Family Numbers").
pub(crate) fn afi_name(afi: u16) -> &'static str {
    match afi {
        1 => "ipv4",
        2 => "ipv6",
        25 => "l2vpn",
        16388 => "bgp-ls",
        _ => "unknown afi",
    }
}

/// The name of a SAFI, for those that have one.
pub(crate) fn safi_name(safi: u8) -> Option<&'static str> {
    Some(match safi {
        1 => "unicast",
        2 => "multicast",
        4 => "nlri-mpls",
        5 => "mcast-vpn",
        65 => "vpls",
        70 => "evpn",
        71 => "bgp-ls",
        72 => "bgp-ls-vpn",
        73 => "sr-policy",
        85 => "mup",
        128 => "mpls-vpn",
        132 => "rtc",
        133 => "flow",
        134 => "flow-vpn",
        _ => return None,
    })
}

impl FamilyCode {
    /// The names joined by `separator`, as `ipv4/unicast`.
    pub fn joined(self, separator: char) -> String {
        let afi = afi_name(self.afi);
        match safi_name(self.safi) {
            Some(safi) => format!("{afi}{separator}{safi}"),
            None => format!("{afi}{separator}unknown safi {}", self.safi),
        }
    }
}

impl fmt::Display for FamilyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.joined('/'))
    }
}

/// A set of families.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct FamilySet(u32);

impl FamilySet {
    /// The empty set.
    pub const fn new() -> Self {
        Self(0)
    }

    /// Adds a family.
    pub const fn insert(&mut self, family: Family) {
        self.0 |= 1 << family.index();
    }

    /// Removes a family.
    pub const fn remove(&mut self, family: Family) {
        self.0 &= !(1 << family.index());
    }

    /// Whether the family is in the set.
    pub const fn contains(self, family: Family) -> bool {
        self.0 & (1 << family.index()) != 0
    }

    /// Whether the set has no family.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The families, by AFI and SAFI.
    pub fn iter(self) -> impl Iterator<Item = Family> {
        Family::ALL.iter().copied().filter(move |family| self.contains(*family))
    }
}

impl FromIterator<Family> for FamilySet {
    fn from_iter<T: IntoIterator<Item = Family>>(families: T) -> Self {
        let mut set = Self::new();
        families.into_iter().for_each(|family| set.insert(family));
        set
    }
}

impl fmt::Debug for FamilySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
