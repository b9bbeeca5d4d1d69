//! `panic`: the actor panics, as it would on a bug of ours.

use wire::{WordError, Words};

use super::{Fault, Kind, Target, Usage};
use crate::rng::Rng;
use crate::site::{Moment, Site, Verdict};

/// The kind.
pub(super) struct Panic;

impl Kind for Panic {
    fn name(&self) -> &'static str {
        "panic"
    }

    fn usage(&self) -> Usage {
        Usage {
            syntax: "panic",
            about: "the actor panics",
            example: "panic after 10 frames",
            recovery: "its Supervisor starts a new one after a short wait; a session is set up again and its routes sent anew",
            target: Target::Peer,
        }
    }

    fn parse(&self, _: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError> {
        Ok(Box::new(Panicking))
    }
}

#[derive(Debug)]
struct Panicking;

impl Fault for Panicking {
    fn strike(&mut self, at: Moment, site: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Panic(format!("injected fault: panic at {} in {}", site.name(), at.state))
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(Self)
    }
}
