//! File descriptors are finite, and neighbors may be many: the last ones are not for them but for clients, helpers, files and the
//! log, so that whoever has to mend that can.

use std::{
    io,
    os::fd::{AsFd, AsRawFd as _},
};

use nix::sys::resource::{Resource, getrlimit};

/// Descriptors kept from neighbors, or an eighth of all where these are few.
const KEPT: u64 = 64;

/// Whether a neighbor may have this one. The system gives out the lowest number that is free, so a high one tells that few are.
///
/// # Errors
/// When it may not.
pub(crate) fn may_have(socket: &impl AsFd) -> io::Result<()> {
    let (limit, _) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let number = u64::try_from(socket.as_fd().as_raw_fd()).unwrap_or(0);
    if number < most(limit) {
        return Ok(());
    }
    Err(io::Error::other(format!("waiting for a file descriptor: of {limit} the last are not for neighbors")))
}

fn most(limit: u64) -> u64 {
    limit - KEPT.min(limit / 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_kept() {
        assert_eq!([most(256), most(1024), most(65536)], [224, 960, 65472]);
        assert!(may_have(&io::stderr()).is_ok());
    }
}
