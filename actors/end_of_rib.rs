//! End-of-RIB as a word of helpers (RFC 4724 section 4.1): a neighbor that kept our routes over a restart forgets, at that
//! marker, those it was not told again, and so the marker waits until helpers have said theirs once more.

use std::time::Duration;

use wire::{Family, FamilySet, Negotiated};

/// Which markers need not be waited for.
#[derive(Debug, Default)]
pub(crate) struct EndOfRib {
    /// How long a marker waits for the helper that is to ask for it. Nothing: that is not waited for, or for ever.
    pub within: Option<Duration>,
    /// Once asked for, a marker follows the routes of each session: what helpers have said is in the table.
    asked: FamilySet,
}

impl EndOfRib {
    /// A helper asks for the marker of a family.
    pub(crate) const fn asked(&mut self, family: Family) {
        self.asked.insert(family);
    }

    /// The markers of a session that begins, without those that wait.
    pub(crate) fn session_up(&self, with: &Negotiated) -> Vec<Family> {
        let known = families(with).iter().copied().filter(|family| self.asked.contains(*family));
        if self.within.is_some() { known.collect() } else { Vec::new() }
    }

    /// The markers that nobody asked for in time. They are waited for no more.
    pub(crate) fn overdue(&mut self, with: &Negotiated) -> Vec<Family> {
        let overdue: Vec<_> = families(with).iter().copied().filter(|family| !self.asked.contains(*family)).collect();
        overdue.iter().for_each(|family| self.asked.insert(*family));
        overdue
    }
}

fn families(with: &Negotiated) -> &[Family] {
    if with.families.is_empty() { &[Family::Ipv4Unicast] } else { &with.families }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_waits_until_it_was_asked_for_once() {
        let both = vec![Family::Ipv4Unicast, Family::Ipv6Unicast];
        let with = Negotiated { families: both.clone(), ..Negotiated::unnegotiated() };
        let mut markers = EndOfRib { within: Some(Duration::from_secs(1)), ..EndOfRib::default() };
        assert_eq!(markers.session_up(&with), []);
        markers.asked(Family::Ipv4Unicast);
        assert_eq!(markers.session_up(&with), [Family::Ipv4Unicast]);
        assert_eq!(markers.overdue(&with), [Family::Ipv6Unicast]);
        assert_eq!(markers.overdue(&with), []);
        assert_eq!(markers.session_up(&with), both);
        markers.within = None;
        assert_eq!(markers.session_up(&with), []);
    }
}
