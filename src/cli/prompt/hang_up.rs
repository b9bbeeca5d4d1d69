//! A terminal that goes away takes the prompt with it, also where nobody is told by SIGHUP.

use std::{io, os::fd::AsFd, process, thread};

use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
};

/// The exit code: what the shell says of a program that SIGHUP has ended.
const HUNG_UP: i32 = 129;

/// Ends the program once its terminal is gone. The line editor would look for keys for ever.
pub(super) fn watch() {
    thread::spawn(|| {
        if is_gone(io::stdin()) {
            process::exit(HUNG_UP);
        }
    });
}

/// Waits until the other end of a terminal is closed; `false` if there is no waiting for it.
fn is_gone(terminal: impl AsFd) -> bool {
    loop {
        // Nothing is asked for: the end of it is told all the same, and only that.
        match poll(&mut [PollFd::new(terminal.as_fd(), PollFlags::empty())], PollTimeout::NONE) {
            Ok(count) if count > 0 => return true,
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, os::unix::net::UnixStream};

    use super::*;

    #[test]
    fn it_is_there_until_its_other_end_is_closed() {
        let (near, mut far) = UnixStream::pair().unwrap();
        let waiting = thread::spawn(move || is_gone(near));
        far.write_all(b"keys").unwrap();
        assert!(!waiting.is_finished());
        drop(far);
        assert!(waiting.join().unwrap());
    }
}
