//! End-of-RIB as a word of helpers (RFC 4724 section 4.1): a neighbor that kept our routes over a restart forgets, at that
//! marker, those it was not told again, and so the marker waits until helpers have said theirs once more.

use std::time::Duration;

use wire::{Family, FamilySet, Negotiated};

/// What is known of the markers of the present session.
#[derive(Debug, Default)]
pub(crate) struct EndOfRib {
    /// How long a marker waits for the helper that is to ask for it.
    pub within: Option<Duration>,
    asked: FamilySet,
}

impl EndOfRib {
    /// A session begins.
    pub(crate) fn session_up(&mut self) {
        self.asked = FamilySet::new();
    }

    /// A helper asks for the marker of a family.
    pub(crate) const fn asked(&mut self, family: Family) {
        self.asked.insert(family);
    }

    /// The markers that nobody asked for in time.
    pub(crate) fn overdue(&self, with: &Negotiated) -> Vec<Family> {
        let families = if with.families.is_empty() { &[Family::Ipv4Unicast][..] } else { &with.families };
        families.iter().copied().filter(|family| !self.asked.contains(*family)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_sent_once() {
        let both = vec![Family::Ipv4Unicast, Family::Ipv6Unicast];
        let with = Negotiated { families: both.clone(), ..Negotiated::unnegotiated() };
        let mut markers = EndOfRib::default();
        assert_eq!(markers.overdue(&with), both);
        markers.asked(Family::Ipv4Unicast);
        assert_eq!(markers.overdue(&with), [Family::Ipv6Unicast]);
        markers.session_up();
        assert_eq!(markers.overdue(&with), both);
    }
}
