//! The file that says which process the daemon is.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process,
};

use anyhow::{Context as _, bail};
use nix::{errno::Errno, sys::signal::kill, unistd::Pid};

/// The file, as long as the daemon runs: removed when dropped.
#[derive(Debug)]
pub(crate) struct PidFile(PathBuf);

impl PidFile {
    /// Writes the file; none without a path.
    ///
    /// # Errors
    /// When the process of an earlier file still runs, or the file cannot be written.
    pub(crate) fn write(path: &str) -> anyhow::Result<Option<Self>> {
        if path.is_empty() {
            return Ok(None);
        }
        let path = Path::new(path);
        let mut file = match create(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                replace(path)?;
                create(path)
            }
            created => created,
        }
        .with_context(|| format!("the pid file {} cannot be written", path.display()))?;
        writeln!(file, "{}", process::id())?;
        Ok(Some(Self(path.to_owned())))
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        // Somebody else's file is left alone.
        if fs::read_to_string(&self.0).is_ok_and(|text| text.trim() == process::id().to_string()) {
            let _ = fs::remove_file(&self.0);
        }
    }
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o640).open(path)
}

/// Removes a file that a daemon has left behind.
fn replace(path: &Path) -> anyhow::Result<()> {
    let pid = fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok());
    if let Some(pid) = pid.filter(|pid| *pid > 0 && runs(Pid::from_raw(*pid))) {
        bail!("the pid file {} names process {pid}, which runs: is the daemon running already?", path.display());
    }
    fs::remove_file(path).with_context(|| format!("the stale pid file {} cannot be removed", path.display()))
}

fn runs(process: Pid) -> bool {
    process != Pid::this() && !matches!(kill(process, None), Err(Errno::ESRCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("exactix-{}-{name}", process::id()))
    }

    #[test]
    fn it_is_there_while_the_daemon_runs() {
        let path = path("pid");
        let file = PidFile::write(&path.to_string_lossy()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap().trim(), process::id().to_string());
        drop(file);
        assert!(!path.exists());
        assert!(PidFile::write("").unwrap().is_none());
    }

    #[test]
    fn a_stale_one_is_replaced_and_a_living_one_is_not() {
        let path = path("stale");
        for stale in ["4194305", "nonsense", ""] {
            fs::write(&path, stale).unwrap();
            drop(PidFile::write(&path.to_string_lossy()).unwrap());
        }
        fs::write(&path, "1").unwrap();
        let error = PidFile::write(&path.to_string_lossy()).unwrap_err().to_string();
        assert!(error.contains("process 1"), "{error}");
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_place_that_is_not_there_is_named() {
        let error = PidFile::write("/nonexistent/exactix.pid").unwrap_err().to_string();
        assert!(error.contains("/nonexistent/exactix.pid"), "{error}");
    }
}
