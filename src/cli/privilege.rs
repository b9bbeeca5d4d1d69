//! What a daemon leaves behind: the terminal it was started from, the permissions of its files, the rights of root.

use std::{os::fd::AsRawFd as _, path::Path};

use anyhow::{Context as _, anyhow, bail};
use config::{DaemonEnv, LogEnv};
use nix::{
    sys::{
        socket::{SockaddrStorage, getsockname},
        stat::{Mode, umask},
    },
    unistd::{Gid, Uid, User, chown, daemon, getgid, getppid, getuid, setgid, setgroups, setuid},
};

use crate::log::Destination;

/// Sets the permissions that new files lack.
pub(crate) fn set_umask(env: &DaemonEnv) {
    umask(Mode::from_bits_truncate(env.umask));
}

/// Goes to the background if that is asked for; it has to be before the first thread. Where the log needs the terminal, or
/// another program watches over this one, it stays, and the reason is returned.
///
/// # Errors
/// What the system says.
pub(crate) fn detach(env: &DaemonEnv, log: &LogEnv) -> anyhow::Result<Option<&'static str>> {
    if !env.daemonize {
        return Ok(None);
    }
    if Destination::of(&log.destination).is_stderr() {
        return Ok(Some("the log goes to the terminal"));
    }
    if getppid().as_raw() == 1 || is_socket_in() {
        return Ok(Some("it was started by a program that watches it"));
    }
    daemon(false, false).context("the daemon cannot go to the background")?;
    Ok(None)
}

fn is_socket_in() -> bool {
    getsockname::<SockaddrStorage>(std::io::stdin().as_raw_fd()).is_ok()
}

/// Leaves a file to the user of the environment, if we are root: it is removed by who we shall be.
pub(crate) fn give(file: Option<&Path>, env: &DaemonEnv) {
    let user = User::from_name(&env.user).ok().flatten().filter(|_| getuid().is_root());
    if let Some((file, user)) = file.zip(user) {
        let _ = chown(file, Some(user.uid), Some(user.gid));
    }
}

/// Becomes the user of the environment, if we are root; whoever is not root stays who he is.
///
/// # Errors
/// When there is no such user, or the system does not let us.
pub(crate) fn drop_root(env: &DaemonEnv) -> anyhow::Result<Option<String>> {
    let (root, wheel) = (getuid().is_root(), getgid().as_raw() == 0);
    if !root && !wheel {
        return Ok(None);
    }
    let user = User::from_name(&env.user)?.ok_or_else(|| anyhow!("there is no user {} to run as", env.user))?;
    if user.uid.is_root() {
        return Ok(None);
    }
    if root {
        setgroups(&[user.gid]).context("the groups of root cannot be left")?;
    }
    if wheel {
        setgid(user.gid).with_context(|| format!("the group of {} cannot be entered", env.user))?;
    }
    if root {
        setuid(user.uid).with_context(|| format!("the user {} cannot be become", env.user))?;
    }
    verify(user.uid, user.gid, root, wheel)?;
    Ok(Some(user.name))
}

/// A call that succeeds and changes nothing would leave the daemon with the rights of root.
fn verify(uid: Uid, gid: Gid, root: bool, wheel: bool) -> anyhow::Result<()> {
    if (root && getuid() != uid) || (wheel && getgid() != gid) {
        bail!("the rights of root could not be dropped");
    }
    Ok(())
}

/// Has the system stop this process when the one that started it ends, as if it were asked to. Where there is no such
/// thing it goes on.
pub(crate) fn end_with_parent() {
    #[cfg(target_os = "linux")]
    {
        use nix::sys::{prctl::set_pdeathsig, signal::Signal};
        let _ = set_pdeathsig(Signal::SIGTERM);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_that_is_not_there_is_named() {
        let env = DaemonEnv { user: "no-such-user".to_owned(), ..DaemonEnv::default() };
        match drop_root(&env) {
            Err(error) => assert!(error.to_string().contains("no-such-user"), "{error}"),
            Ok(changed) => assert!(changed.is_none() && !getuid().is_root()),
        }
    }

    #[test]
    fn a_log_on_the_terminal_keeps_the_daemon_there() {
        let (env, log) = (DaemonEnv { daemonize: true, ..DaemonEnv::default() }, LogEnv::default());
        for destination in ["stdout", "stderr", "nonsense"] {
            let log = LogEnv { destination: destination.to_owned(), ..log.clone() };
            assert!(detach(&env, &log).unwrap().is_some());
        }
        assert!(detach(&DaemonEnv::default(), &log).unwrap().is_none());
    }
}
