//! `poison`: a route that makes whoever packs it panic, as it would on a bug of ours.

use std::fmt;

use super::{A_WHILE, Entry, Fault, PEERS, Usage};
use crate::{
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "poison",
    victims: PEERS,
    end: A_WHILE,
    usage: Usage {
        syntax: "poison <nlri>",
        about: "the actor panics each time that it packs the route to this prefix, or whatever its NLRI is in words",
        example: "poison 10.0.0.0/24 for 10s",
        recovery: "after the third panic the route is withheld from that peer: `show supervisor` has it, and the session comes back with all the others; `supervisor restart` of the peer tries the route again",
    },
    parse: |words| {
        let nlri = words.expect("the prefix of a route")?;
        Ok(Box::new(Poison(nlri.text.to_owned())))
    },
};

#[derive(Clone, Debug)]
struct Poison(String);

impl Fault for Poison {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        matches!(site, Site::Route(nlri) if nlri.to_string() == self.0)
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Panic(format!("injected fault: {} is poison", self.0))
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(self.clone())
    }
}

impl fmt::Display for Poison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "poison {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use wire::{Intent, Words, route};

    use super::super::trial::verdicts;
    use super::*;

    #[test]
    fn only_its_route_will_do() {
        let nlri = |text: &str| {
            let spec = route::parse_route(&mut Words::new(&format!("{text} next-hop 192.0.2.1")), Intent::Announce);
            spec.unwrap().routes.remove(0).nlri
        };
        let (poison, other) = (nlri("10.0.0.0/24"), nlri("10.0.1.0/24"));
        let found = verdicts("poison 10.0.0.0/24", &[Site::Grant, Site::Route(&other), Site::Route(&poison)]);
        assert_eq!(
            found,
            [Verdict::Pass, Verdict::Pass, Verdict::Panic("injected fault: 10.0.0.0/24 is poison".into())]
        );
    }
}
