//! The faults, one a file, and the table of them.

use std::{fmt, time::Duration};

use wire::{WordError, Words};

use crate::{
    parse::Victim,
    rng::Rng,
    site::{Moment, Site, Verdict},
    trigger::End,
};

mod bad_attribute;
mod bad_length;
mod corrupt_marker;
mod deny_grants;
mod drop_keepalives;
mod duplicate;
mod frames;
mod freeze_timers;
mod half_open;
mod hang;
mod held_back;
mod kill_helper;
mod late_keepalives;
mod mute;
mod panic;
mod poison;
mod refuse_connect;
mod reorder;
mod reset;
mod slow_drain;
mod stall_helper;
mod stop;
#[cfg(test)]
mod trial;
mod truncate;
mod unknown_type;

/// Every fault there is. Help, documentation and the check that each has a test of its recovery come from here.
pub const FAULTS: &[&dyn Kind] = &[
    &corrupt_marker::ENTRY,
    &bad_length::ENTRY,
    &unknown_type::ENTRY,
    &truncate::ENTRY,
    &duplicate::ENTRY,
    &reorder::ENTRY,
    &bad_attribute::ENTRY,
    &drop_keepalives::ENTRY,
    &late_keepalives::ENTRY,
    &mute::ENTRY,
    &reset::ENTRY,
    &half_open::ENTRY,
    &refuse_connect::ENTRY,
    &slow_drain::ENTRY,
    &freeze_timers::ENTRY,
    &panic::ENTRY,
    &poison::ENTRY,
    &stop::ENTRY,
    &hang::ENTRY,
    &kill_helper::ENTRY,
    &stall_helper::ENTRY,
    &deny_grants::ENTRY,
];

/// Only sessions of neighbors.
const PEERS: &[Victim] = &[Victim::Peer];
/// Every actor that shows a plan.
const ANYONE: &[Victim] = &[Victim::Peer, Victim::Process, Victim::Listener, Victim::RateLimiter];
/// The usual end of what strikes at once.
const ONCE: End = End::Times(1);
/// The usual end of what lasts.
const A_WHILE: End = End::For(Duration::from_secs(5));

/// A fault as it can be asked for.
pub trait Kind: Sync {
    /// Its first word.
    fn name(&self) -> &'static str;

    /// How it is asked for, and what comes of it.
    fn usage(&self) -> Usage;

    /// Whom it can be for.
    fn victims(&self) -> &'static [Victim];

    /// How it ends when nothing is said of that.
    fn end(&self) -> End;

    /// Reads the words between its name and its trigger.
    ///
    /// # Errors
    /// Names the word that does not belong.
    fn parse(&self, words: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError>;
}

/// A fault that is asked for: what it does when its trigger is pulled. It reads back as the words it came from.
pub trait Fault: fmt::Debug + fmt::Display + Send + Sync {
    /// Whether this is a site of this fault's: its trigger is pulled nowhere else.
    fn is_at(&self, at: Moment, site: &Site<'_>) -> bool;

    /// What happens at a site of its own.
    fn strike(&mut self, at: Moment, site: &Site<'_>, rng: &mut Rng) -> Verdict;

    /// Whether `after` and `every` count this site. It is what comes in, unless the fault says otherwise.
    fn counts(&self, site: &Site<'_>) -> bool {
        matches!(site, Site::FrameIn(_) | Site::Line(_) | Site::Accept | Site::Grant)
    }

    /// Another of it, for another actor.
    fn copy(&self) -> Box<dyn Fault>;
}

/// How a fault is asked for, and what comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The words, trigger aside.
    pub syntax: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Words that can be typed as they are.
    pub example: &'static str,
    /// What the daemon does about it.
    pub recovery: &'static str,
}

/// A line of the table.
struct Entry {
    name: &'static str,
    victims: &'static [Victim],
    end: End,
    usage: Usage,
    parse: fn(&mut Words<'_>) -> Result<Box<dyn Fault>, WordError>,
}

impl Kind for Entry {
    fn name(&self) -> &'static str {
        self.name
    }

    fn usage(&self) -> Usage {
        self.usage
    }

    fn victims(&self) -> &'static [Victim] {
        self.victims
    }

    fn end(&self) -> End {
        self.end
    }

    fn parse(&self, words: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError> {
        (self.parse)(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_explains_itself() {
        for kind in FAULTS {
            let usage = kind.usage();
            assert!(usage.syntax.starts_with(kind.name()), "{}", kind.name());
            assert!(!usage.about.is_empty() && !usage.recovery.is_empty(), "{}", kind.name());
            let example = crate::parse(&mut Words::new(usage.example)).unwrap_or_else(|error| panic!("{error}"));
            assert!(usage.example.contains(kind.name()));
            let again = crate::parse(&mut Words::new(&format!("{} {}", target(&example), example.armed))).unwrap();
            assert_eq!(again, example, "{}", usage.example);
            assert_eq!(FAULTS.iter().filter(|other| other.name() == kind.name()).count(), 1);
        }
    }

    fn target(injection: &crate::Injection) -> String {
        let on = injection.on.to_string();
        if on == "peers" || on == "helpers" { String::new() } else { on }
    }
}
