//! What faults have in common that hold messages back.

use std::{fmt, time::Duration};

use wire::{WordError, Words};

use super::{Fault, frames::Frames};
use crate::{
    duration::{self, Time},
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// A fault that holds messages back, each for the same time.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeldBack {
    /// The name of the fault.
    pub name: &'static str,
    /// Which messages.
    pub frames: Frames,
    /// Their kind goes without saying.
    pub one_kind: bool,
    /// For how long.
    pub by: Duration,
}

/// The time after `by`, or this one.
pub(super) fn by(words: &mut Words<'_>, usual: Duration) -> Result<Duration, WordError> {
    if words.keyword("by") { duration::parse(words, MOST) } else { Ok(usual) }
}

impl Fault for HeldBack {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        self.frames.are_at(site)
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Delay(self.by)
    }

    fn counts(&self, site: &Site<'_>) -> bool {
        self.frames.are_at(site)
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for HeldBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.name)?;
        if self.one_kind {
            write!(f, "{}", self.frames.direction())?;
        } else {
            write!(f, "{}", self.frames)?;
        }
        write!(f, " by {}", Time(self.by))
    }
}

/// The longest time.
const MOST: Duration = Duration::from_secs(60);
