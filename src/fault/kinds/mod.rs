//! The faults, one a file, and the table of them.

use std::fmt;

use wire::{WordError, Words};

use crate::rng::Rng;
use crate::site::{Moment, Site, Verdict};

mod panic;

/// Every fault there is. Help, completion and the check that each has a test of its recovery come from here.
pub const FAULTS: &[&dyn Kind] = &[&panic::Panic];

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
            assert!(crate::parse(&mut Words::new(usage.example)).is_ok(), "{}", usage.example);
            assert_eq!(FAULTS.iter().filter(|other| other.name() == kind.name()).count(), 1);
        }
    }
}
