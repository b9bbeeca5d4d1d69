//! Where the log goes: a terminal, a file that is rotated, the local syslog or one on the network.

use std::{
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
};

use anyhow::Context as _;
use config::LogEnv;
use nix::unistd::User;
use slog::Level;

use super::{lines::Layout, rotating::Rotating, syslog::Syslog};

/// Takes lines. What becomes of them is nobody's concern: a log that cannot be written to must not end the daemon.
pub(super) trait Sink: Send {
    /// Takes a line and the newline behind it.
    fn take(&mut self, level: Level, line: &[u8]);
}

/// What `log.destination` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    /// Standard error. As in ExaBGP `stdout` is that as well: standard output belongs to nobody.
    Stderr,
    /// The syslog of this host.
    Syslog,
    /// That of another one.
    Host(String),
    /// A file.
    File(PathBuf),
    /// Nothing that is known: standard error, after a warning.
    Unknown,
}

impl Destination {
    /// Reads the name.
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "stdout" | "stderr" => Self::Stderr,
            "" | "syslog" => Self::Syslog,
            _ => match (name.strip_prefix("host:"), name.strip_prefix("file:")) {
                (Some(host), _) => Self::Host(host.to_owned()),
                (_, Some(path)) => Self::File(at_home(path)),
                _ if name.starts_with(['/', '~']) => Self::File(at_home(name)),
                _ => Self::Unknown,
            },
        }
    }

    /// Whether lines go to whoever started the daemon.
    pub(crate) const fn is_stderr(&self) -> bool {
        matches!(self, Self::Stderr | Self::Unknown)
    }

    /// Opens it, and says how lines look there.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn open(&self, settings: &LogEnv) -> anyhow::Result<(Box<dyn Sink>, Layout)> {
        Ok(match self {
            Self::Stderr | Self::Unknown => (Box::new(Stderr), on_stderr(settings)),
            Self::Syslog => {
                let syslog = Syslog::local("/dev/log").context("the local syslog cannot be reached at /dev/log")?;
                (Box::new(syslog), Layout::Short)
            }
            Self::Host(host) => {
                let syslog = Syslog::remote(host).with_context(|| format!("the syslog of {host} cannot be reached"))?;
                (Box::new(syslog), Layout::Short)
            }
            Self::File(path) => {
                let file = Rotating::open(path.clone())
                    .with_context(|| format!("the log file {} cannot be opened", path.display()))?;
                (Box::new(file), Layout::Long)
            }
        })
    }
}

fn on_stderr(settings: &LogEnv) -> Layout {
    let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    match (settings.short, colours) {
        (false, _) => Layout::Long,
        (true, true) => Layout::Coloured,
        (true, false) => Layout::Short,
    }
}

/// A path as a shell would have it: `~` is our home, `~name` that of another user.
fn at_home(path: &str) -> PathBuf {
    let Some(rest) = path.strip_prefix('~') else { return PathBuf::from(path) };
    let (name, inside) = rest.split_once('/').unwrap_or((rest, ""));
    let home = match name {
        "" => std::env::var_os("HOME").map(PathBuf::from),
        _ => User::from_name(name).ok().flatten().map(|user| user.dir),
    };
    home.map_or_else(|| PathBuf::from(path), |home| home.join(inside))
}

struct Stderr;

impl Sink for Stderr {
    fn take(&mut self, _: Level, line: &[u8]) {
        let mut out = io::stderr().lock();
        let _ = out.write_all(line).and_then(|()| out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let file = |path: &str| Destination::File(PathBuf::from(path));
        for (name, expected) in [
            ("stdout", Destination::Stderr),
            ("stderr", Destination::Stderr),
            ("", Destination::Syslog),
            ("syslog", Destination::Syslog),
            ("host:192.0.2.1:1514", Destination::Host("192.0.2.1:1514".to_owned())),
            ("/var/log/exactix", file("/var/log/exactix")),
            ("file:exactix.log", file("exactix.log")),
            ("~no-such-user/log", file("~no-such-user/log")),
            ("exactix.log", Destination::Unknown),
        ] {
            assert_eq!(Destination::of(name), expected, "{name}");
        }
        let root = User::from_name("root").unwrap().unwrap().dir;
        assert_eq!(Destination::of("~root/log"), Destination::File(root.join("log")));
    }
}
