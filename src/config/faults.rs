//! What is refused of a configuration, when reading goes on behind it.

use std::cell::{Cell, RefCell};

use crate::error::Error;

/// Gathers what is refused, up to a point, or nothing at all: then the first error ends the reading.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    found: RefCell<Vec<Error>>,
    tolerant: bool,
    /// Something was refused that others refer to.
    blind: Cell<bool>,
}

/// Faults after which reading ends all the same.
pub(crate) const MOST: usize = 50;

impl Faults {
    /// One that gathers.
    pub(crate) fn tolerant() -> Self {
        Self { tolerant: true, ..Self::default() }
    }

    /// Keeps an error, so that reading goes on.
    ///
    /// # Errors
    /// The same one, when nothing is gathered or enough has been.
    pub(crate) fn note(&self, read: Result<(), Error>) -> Result<(), Error> {
        let Err(error) = read else { return Ok(()) };
        let mut found = self.found.borrow_mut();
        if !self.tolerant || found.len() >= MOST {
            return Err(error);
        }
        found.push(error);
        Ok(())
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> usize {
        self.found.borrow().len()
    }

    /// From now on references may lead nowhere, for a reason that is told already.
    pub(crate) fn blind(&self) {
        self.blind.set(true);
    }

    /// Whether references may lead nowhere for such a reason.
    pub(crate) fn is_blind(&self) -> bool {
        self.blind.get()
    }

    /// All of them.
    pub(crate) fn take(self) -> Vec<Error> {
        self.found.into_inner()
    }
}
