//! Faults that need no memory: what they do follows from the place alone.

use std::time::Duration;

use bytes::BytesMut;
use wire::{Frame, WordError, Words};

use super::{Fault, Kind, Usage};
use crate::rng::Rng;
use crate::site::{Moment, Site, Verdict};
use crate::trigger::parse_duration;

/// Such a fault.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain {
    pub(super) name: &'static str,
    pub(super) usage: Usage,
    /// It takes a time; this one unless another is given.
    pub(super) time: Option<Duration>,
    pub(super) strike: fn(&Site<'_>, Duration) -> Verdict,
}

impl Kind for Plain {
    fn name(&self) -> &'static str {
        self.name
    }

    fn usage(&self) -> Usage {
        self.usage
    }

    fn parse(&self, words: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError> {
        let begins_with_digit = |word: &str| word.starts_with(|letter: char| letter.is_ascii_digit());
        let given = self.time.is_some() && words.rest().next().is_some_and(|word| begins_with_digit(word.text));
        let time = if given { parse_duration(words)? } else { self.time.unwrap_or_default() };
        Ok(Box::new(Striking { kind: self.name, time, strike: self.strike }))
    }
}

#[derive(Clone, Copy)]
struct Striking {
    kind: &'static str,
    time: Duration,
    strike: fn(&Site<'_>, Duration) -> Verdict,
}

/// Two of them are the same if they read the same.
impl std::fmt::Debug for Striking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.kind, self.time)
    }
}

impl Fault for Striking {
    fn strike(&mut self, _: Moment, site: &Site<'_>, _: &mut Rng) -> Verdict {
        (self.strike)(site, self.time)
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

/// A message with some octets changed.
pub(super) fn mangle(frame: &Frame, change: impl FnOnce(&mut BytesMut)) -> Verdict {
    let mut octets = BytesMut::from(frame.bytes().as_ref());
    change(&mut octets);
    Verdict::Replace(octets.freeze())
}
