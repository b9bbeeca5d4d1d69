//! Waiting until something is so, with a deadline.

use std::{
    fmt::Display,
    io::{self, Write as _},
    thread,
    time::{Duration, Instant},
};

/// What a look at the world may say: that it is not yet so, and why.
pub(crate) trait Look {
    /// What there is once it is so.
    type Found;

    /// The thing found, or what is missing.
    fn found(self) -> Result<Self::Found, String>;
}

impl Look for bool {
    type Found = ();

    fn found(self) -> Result<(), String> {
        self.then_some(()).ok_or_else(String::new)
    }
}

impl<T> Look for Option<T> {
    type Found = T;

    fn found(self) -> Result<T, String> {
        self.ok_or_else(String::new)
    }
}

impl<T, E: Display> Look for Result<T, E> {
    type Found = T;

    fn found(self) -> Result<T, String> {
        self.map_err(|error| error.to_string())
    }
}

/// Looks again and again until `look` finds something, and fails the test when it is not there in time.
pub(crate) fn eventually<L: Look>(within: Duration, what: &str, mut look: impl FnMut() -> L) -> L::Found {
    let start = Instant::now();
    loop {
        let missing = match look().found() {
            Ok(found) => return found,
            Err(missing) => missing,
        };
        assert!(start.elapsed() < within, "not within {within:?}: {what}; {missing}");
        thread::sleep(PAUSE);
    }
}

/// Looks for as long as `during`, and fails the test as soon as `holds` does not.
pub(crate) fn always<L: Look>(during: Duration, what: &str, mut holds: impl FnMut() -> L) {
    let start = Instant::now();
    while start.elapsed() < during {
        if let Err(missing) = holds().found() {
            panic!("after {:?} no longer: {what}; {missing}", start.elapsed());
        }
        thread::sleep(PAUSE);
    }
}

/// Tells whoever runs the tests, also of one that passes: what the print macros write is shown of failing ones only.
pub(crate) fn note(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// `Duration::from_secs`, as short as it has to be in a test.
pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(5);
