//! A directory in which one daemon is tried out.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::daemon::{Daemon, Launch};

/// A directory of its own, gone when dropped.
#[derive(Debug)]
pub(crate) struct Lab {
    directory: TempDir,
}

impl Lab {
    /// A new, empty one.
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::Builder::new().prefix("exactix-lab-").tempdir().unwrap() }
    }

    /// The directory.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A path inside.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory().join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Starts the daemon with this configuration; `port` is the one its neighbors listen on, and its own.
    pub(crate) fn start(&self, config: &str, port: u16) -> Daemon {
        self.launch(config, port).start()
    }

    /// The same, for more settings before the start. The form of the configuration is told by its first character.
    pub(crate) fn launch(&self, config: &str, port: u16) -> Launch {
        let name = if config.starts_with('(') { "exactix.ron" } else { "exactix.conf" };
        let config = self.write(name, config);
        Launch::new(&program(), self.directory(), &config).set("tcp_port", port.to_string())
    }
}

/// The daemon under test: ours, unless EXACTIX names another.
pub(crate) fn program() -> PathBuf {
    env::var_os("EXACTIX").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_exactix")), PathBuf::from)
}
