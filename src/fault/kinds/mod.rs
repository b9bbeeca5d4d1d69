//! The faults, one a file, and the table of them.

use std::fmt;

use wire::{WordError, Words};

use plain::{Plain, mangle};

use crate::rng::Rng;
use crate::site::{Moment, Site, Verdict};

mod bad_attribute;
mod bad_length;
mod corrupt_marker;
mod deny_grants;
mod drop_keepalives;
mod duplicate;
mod freeze_timers;
mod half_open;
mod hang;
mod kill_helper;
mod late_keepalives;
mod mute;
mod panic;
mod plain;
mod refuse_connect;
mod reorder;
mod reset;
mod slow_drain;
mod stall_helper;
mod stop;
mod truncate;
mod unknown_type;

/// Every fault there is. Help, completion and the check that each has a test of its recovery come from here.
pub const FAULTS: &[&dyn Kind] = &[
    &corrupt_marker::KIND,
    &bad_length::KIND,
    &unknown_type::KIND,
    &truncate::KIND,
    &duplicate::KIND,
    &reorder::Reorder,
    &bad_attribute::KIND,
    &drop_keepalives::KIND,
    &late_keepalives::KIND,
    &mute::KIND,
    &reset::KIND,
    &half_open::KIND,
    &refuse_connect::KIND,
    &slow_drain::KIND,
    &freeze_timers::KIND,
    &panic::Panic,
    &stop::KIND,
    &hang::KIND,
    &kill_helper::KIND,
    &stall_helper::KIND,
    &deny_grants::KIND,
];

/// A fault as it can be asked for.
pub trait Kind: Sync {
    /// Its first word.
    fn name(&self) -> &'static str;

    /// How it is asked for, and what comes of it.
    fn usage(&self) -> Usage;

    /// Reads the words between its name and its trigger.
    ///
    /// # Errors
    /// Names the word that does not belong.
    fn parse(&self, words: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError>;
}

/// A fault that is asked for: what it does when its trigger is pulled.
pub trait Fault: fmt::Debug + Send + Sync {
    /// What happens at this site; [`Verdict::Pass`] at one that is not this fault's.
    fn strike(&mut self, at: Moment, site: &Site<'_>, rng: &mut Rng) -> Verdict;

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
    /// Who is struck.
    pub target: Target,
}

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The Peers of the neighbors that are meant.
    Peer,
    /// The helpers that are told of these neighbors, or may command them.
    Helper,
    /// The one that grants rates.
    RateLimiter,
}

impl Target {
    /// Its name in the reference.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Peer => "neighbors",
            Self::Helper => "helpers of neighbors",
            Self::RateLimiter => "the rate limiter",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use bytes::BytesMut;
    use session::State;
    use wire::Frame;

    use super::*;

    fn frames() -> [Frame; 2] {
        let mut update = BytesMut::new();
        // Nothing withdrawn, ORIGIN alone.
        wire::frame::write(&mut update, 2, |out| out.extend_from_slice(&[0, 0, 0, 4, 0x40, 1, 1, 0]));
        [Frame::new(update.freeze()), Frame::new(wire::keepalive())]
    }

    /// What a fault does at each place, by a letter: nothing, drop, replace, later, reset, half, stall, stop, kill, panic.
    fn verdicts(line: &str) -> String {
        let [update, keepalive] = frames();
        let sites = [
            Site::FrameIn(&update),
            Site::FrameOut(&update),
            Site::FrameOut(&keepalive),
            Site::Timer(None),
            Site::Connect,
            Site::Accept,
            Site::Message("any"),
            Site::Line("any"),
            Site::Grant,
            Site::Flush,
        ];
        let at = Moment { now: Instant::now(), state: State::Established };
        let letter = |site| {
            let mut plan = crate::Plan::new(1);
            plan.arm(crate::parse(&mut Words::new(line)).unwrap());
            match plan.strike(at, &site) {
                Verdict::Pass => '.',
                Verdict::Drop => 'd',
                Verdict::Replace(_) => 'r',
                Verdict::Delay(_) => 'l',
                Verdict::Reset => 'R',
                Verdict::HalfClose => 'h',
                Verdict::Stall(_) => 's',
                Verdict::Panic(_) => 'p',
                Verdict::Stop => 'S',
                Verdict::Kill => 'k',
            }
        };
        sites.map(letter).into_iter().collect()
    }

    /// In, UPDATE out, KEEPALIVE out, timer, connect, accept, message, line, grant, flush.
    #[test]
    fn each_strikes_in_its_place() {
        let expected = [
            ("corrupt-marker", ".rr......."),
            ("bad-length", ".rr......."),
            ("unknown-type", ".rr......."),
            ("truncate", ".rr......."),
            ("duplicate", ".rr......."),
            ("reorder", ".d........"),
            ("bad-attribute", ".r........"),
            ("drop-keepalives", "..d......."),
            ("late-keepalives 1s", "..l......."),
            ("mute", ".dd......."),
            ("reset", "RRRR..R..R"),
            ("half-open", "hhhh..h..h"),
            ("refuse-connect", "....dd...."),
            ("slow-drain", ".........l"),
            ("freeze-timers", "...d......"),
            ("panic", "pppppppppp"),
            ("stop", "SSSSSSS..S"),
            ("hang 1ms", "sssssss..s"),
            ("kill-helper", ".......k.."),
            ("stall-helper", ".......s.."),
            ("deny-grants", "........l."),
        ];
        assert_eq!(expected.len(), FAULTS.len());
        for (line, verdicts) in expected {
            assert_eq!(self::verdicts(line), verdicts, "{line}");
        }
    }

    #[test]
    fn messages_are_spoilt_in_one_place() {
        let spoilt = |line: &str| {
            let [update, _] = frames();
            let mut plan = crate::Plan::new(1);
            plan.arm(crate::parse(&mut Words::new(line)).unwrap());
            let at = Moment { now: Instant::now(), state: State::Established };
            let Verdict::Replace(octets) = plan.strike(at, &Site::FrameOut(&update)) else { panic!("{line}") };
            let changed = update.bytes().iter().zip(&octets).enumerate().filter(|(_, (was, is))| was != is);
            (octets.len(), changed.map(|(place, _)| place).collect::<Vec<_>>())
        };
        assert_eq!(spoilt("corrupt-marker"), (27, vec![0]));
        assert_eq!(spoilt("bad-length"), (27, vec![17]));
        assert_eq!(spoilt("unknown-type"), (27, vec![18]));
        assert_eq!(spoilt("bad-attribute"), (27, vec![23]));
        assert_eq!(spoilt("truncate"), (13, vec![]));
        assert_eq!(spoilt("duplicate"), (54, vec![]));
    }

    #[test]
    fn a_message_changes_places_with_the_next() {
        let [update, keepalive] = frames();
        let mut plan = crate::Plan::new(1);
        plan.arm(crate::parse(&mut Words::new("reorder for 1s")).unwrap());
        let at = Moment { now: Instant::now(), state: State::Established };
        assert_eq!(plan.strike(at, &Site::FrameOut(&update)), Verdict::Drop);
        let both = [keepalive.bytes().as_ref(), update.bytes()].concat();
        assert_eq!(plan.strike(at, &Site::FrameOut(&keepalive)), Verdict::Replace(both.into()));
    }

    #[test]
    fn each_fault_explains_itself() {
        for kind in FAULTS {
            let usage = kind.usage();
            assert!(usage.syntax.starts_with(kind.name()), "{}", kind.name());
            assert!(!usage.about.is_empty() && !usage.recovery.is_empty(), "{}", kind.name());
            assert!(crate::parse(&mut Words::new(usage.example)).is_ok(), "{}", usage.example);
            assert_eq!(FAULTS.iter().filter(|other| other.name() == kind.name()).count(), 1);
        }
    }
}
