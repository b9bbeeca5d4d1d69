//! The control pipes: where a daemon finds them, and how a client talks through them.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read as _},
    os::{
        fd::AsFd as _,
        unix::fs::{FileTypeExt as _, OpenOptionsExt as _},
    },
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use actors::ControlPipes;
use anyhow::{Context as _, anyhow, bail};
use config::Env;
use nix::{
    libc,
    poll::{PollFd, PollFlags, PollTimeout, poll},
};

use super::{
    client::{Client, PATIENCE, said},
    folders,
};

/// How long what others left in the pipe is listened to.
const STALE: Duration = Duration::from_millis(1500);
/// How long to wait until another client is asked again whether it has finished.
const ANOTHER: Duration = Duration::from_millis(20);

/// The pipes for a daemon to open, which are there already; else where they were looked for.
/// The name of an instance, one of several daemons that were started together, is a part of that of its pipes.
///
/// # Errors
/// The folders without them; none when they are forbidden.
pub(crate) fn offered(env: &Env, instance: Option<&Path>) -> Result<ControlPipes, Vec<PathBuf>> {
    if !env.api.cli {
        return Err(Vec::new());
    }
    match instance.and_then(Path::file_stem) {
        Some(instance) => find(&format!("{}-{}", env.api.pipename, instance.to_string_lossy())),
        None => find(&env.api.pipename),
    }
}

/// What the administrator may do about it.
pub(crate) fn advice(env: &Env, searched: &[PathBuf]) -> String {
    let name = env.api.pipename.as_str();
    let folder = searched.first().map_or_else(String::new, |folder| folder.display().to_string());
    format!(
        "for them: mkdir -p {folder} && mkfifo -m 600 {folder}/{name}.in {folder}/{name}.out && chown {} {folder}/{name}.*",
        env.daemon.user
    )
}

/// Where was looked.
pub(crate) fn listed(searched: &[PathBuf]) -> String {
    folders::listed(searched)
}

fn find(name: &str) -> Result<ControlPipes, Vec<PathBuf>> {
    let named = std::env::var_os("exabgp_cli_pipe").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let searched: Vec<PathBuf> = named.map_or_else(|| folders::all().collect(), |folder| vec![folder]);
    searched.iter().find_map(|folder| both(folder, name)).ok_or(searched)
}

/// The pipes in a folder that has both.
fn both(folder: &Path, name: &str) -> Option<ControlPipes> {
    let fifo = |end: &str| {
        let path = folder.join(format!("{name}.{end}"));
        path.metadata().is_ok_and(|there| there.file_type().is_fifo()).then_some(path)
    };
    Some(ControlPipes { commands: fifo("in")?, answers: fifo("out")? })
}

/// Whether there are any.
pub(super) fn exist(env: &Env) -> bool {
    find(&env.api.pipename).is_ok()
}

/// Talks to the daemon through them, once what others left is gone.
///
/// # Errors
/// When they are not there, nobody is at their other end, or another client does not finish.
pub(super) fn connect(env: &Env) -> anyhow::Result<Client> {
    let pipes = find(&env.api.pipename).map_err(|searched| {
        anyhow!("no control pipes {}.in and {0}.out: looked in {}", env.api.pipename, folders::listed(&searched))
    })?;
    let mut answers = open(OpenOptions::new().read(true), &pipes.answers)
        .with_context(|| format!("cannot open {}", pipes.answers.display()))?;
    alone(&answers)?;
    drain(&mut answers)?;
    let commands = open(OpenOptions::new().write(true), &pipes.commands).map_err(|error| {
        if error.raw_os_error() == Some(libc::ENXIO) {
            anyhow!("no daemon reads {}: it is not running", pipes.commands.display())
        } else {
            anyhow!("cannot open {}: {error}", pipes.commands.display())
        }
    })?;
    Ok(Client::new(answers.into(), Box::new(Steady(commands))))
}

fn open(options: &mut OpenOptions, path: &Path) -> std::io::Result<File> {
    options.custom_flags(libc::O_NONBLOCK).open(path)
}

/// Two clients would take each other's answers: those that are ours wait for each other.
fn alone(answers: &File) -> anyhow::Result<()> {
    let start = Instant::now();
    while let Err(error) = answers.try_lock() {
        match error {
            std::fs::TryLockError::WouldBlock if start.elapsed() < PATIENCE => std::thread::sleep(ANOTHER),
            std::fs::TryLockError::WouldBlock => bail!("another client uses the control pipes"),
            std::fs::TryLockError::Error(error) => return Err(error).context("the control pipes cannot be locked"),
        }
    }
    Ok(())
}

/// Reads what is there, until that is a whole answer, nothing, or more than there is time for.
fn drain(answers: &mut File) -> anyhow::Result<()> {
    let (start, mut read, mut octets) = (Instant::now(), Vec::new(), [0; 4096]);
    loop {
        match answers.read(&mut octets) {
            Ok(0) => return Ok(()),
            Ok(count) => read.extend_from_slice(octets.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let left = STALE.saturating_sub(start.elapsed());
                if is_whole(&read) || left.is_zero() {
                    return Ok(());
                }
                wait(answers, PollFlags::POLLIN, left)?;
            }
            Err(error) => return Err(error).context("the answers of others cannot be read"),
        }
    }
}

fn is_whole(read: &[u8]) -> bool {
    let text = String::from_utf8_lossy(read);
    text.is_empty() || (text.ends_with('\n') && text.lines().last().is_some_and(|line| said(line).is_some()))
}

/// Whether something happened within that time.
fn wait(file: &File, event: PollFlags, within: Duration) -> std::io::Result<bool> {
    let timeout = PollTimeout::try_from(within).unwrap_or(PollTimeout::MAX);
    let happened = poll(&mut [PollFd::new(file.as_fd(), event)], timeout)?;
    Ok(happened > 0)
}

/// Writes whole lines, and gives up on a daemon that takes nothing.
struct Steady(File);

impl std::io::Write for Steady {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        loop {
            match self.0.write(octets) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if !wait(&self.0, PollFlags::POLLOUT, PATIENCE)? {
                        return Err(ErrorKind::TimedOut.into());
                    }
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use nix::{sys::stat::Mode, unistd::mkfifo};

    use super::*;

    #[test]
    fn both_have_to_be_fifos() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(both(folder.path(), "exabgp"), None);
        mkfifo(&folder.path().join("exabgp.in"), Mode::S_IRWXU).unwrap();
        std::fs::write(folder.path().join("exabgp.out"), "").unwrap();
        assert_eq!(both(folder.path(), "exabgp"), None);
        std::fs::remove_file(folder.path().join("exabgp.out")).unwrap();
        mkfifo(&folder.path().join("exabgp.out"), Mode::S_IRWXU).unwrap();
        assert!(both(folder.path(), "exabgp").is_some());
        assert_eq!(both(folder.path(), "other"), None);
    }

    #[test]
    fn whole_answers() {
        for (text, whole) in [("", true), ("a\ndone\n", true), ("a\ndone", false), ("a\n", false), ("error\n", true)] {
            assert_eq!(is_whole(text.as_bytes()), whole, "{text}");
        }
    }
}
