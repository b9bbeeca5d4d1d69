//! `panic`: the actor panics, as it would on a bug of ours.

use std::fmt;

use super::{ANYONE, Entry, Fault, ONCE, Usage};
use crate::{
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "panic",
    victims: ANYONE,
    end: ONCE,
    usage: Usage {
        syntax: "panic",
        about: "the actor panics",
        example: "panic after 10 frames",
        recovery: "its Supervisor starts a new one after a short wait; a session is set up again and its routes sent anew, a helper is started again, a listener listens again",
    },
    parse: |_| Ok(Box::new(Panic)),
};

#[derive(Clone, Copy, Debug)]
struct Panic;

impl Fault for Panic {
    /// A route that is at hand by chance is not to blame.
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        !matches!(site, Site::Route(_))
    }

    fn strike(&mut self, at: Moment, site: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Panic(format!("injected fault: panic at {} in {}", site.name(), at.state))
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("panic")
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::verdicts;
    use super::*;

    #[test]
    fn any_site_will_do() {
        let found = verdicts("panic", &[Site::Grant]);
        assert_eq!(found, [Verdict::Panic("injected fault: panic at grant in ESTABLISHED".into())]);
    }
}
