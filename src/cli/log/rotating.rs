//! A log in a file that starts anew when it is full, keeping the last few; and when somebody else has moved it away, as logrotate
//! does, whom nobody has to send a signal for it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::MetadataExt as _,
    path::PathBuf,
};

use slog::Level;

use super::destination::Sink;

/// A file is rotated before it is larger than this.
const ROTATE: u64 = 1024 * 1024;
/// Rotated files kept.
const BACKUPS: u32 = 3;

/// The file, and those that came before it, with numbers behind the name.
pub(super) struct Rotating {
    path: PathBuf,
    file: File,
    /// A device or a pipe has no size, and must keep its name.
    is_regular: bool,
    /// Device and inode.
    identity: (u64, u64),
    size: u64,
}

impl Rotating {
    /// Opens the file, and goes on behind what is there.
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let facts = file.metadata()?;
        Ok(Self { path, file, is_regular: facts.is_file(), identity: (facts.dev(), facts.ino()), size: facts.len() })
    }

    fn numbered(&self, number: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }

    fn rotate(&mut self) -> io::Result<()> {
        for number in (1..BACKUPS).rev() {
            // The older ones may not exist yet.
            let _ = fs::rename(self.numbered(number), self.numbered(number + 1));
        }
        fs::rename(&self.path, self.numbered(1))?;
        *self = Self::open(self.path.clone())?;
        Ok(())
    }

    /// Goes on in a new file if the name no longer means this one. As long as that cannot be opened, the old one takes the lines.
    fn follow(&mut self) {
        if !self.is_regular {
            return;
        }
        let there = fs::metadata(&self.path).ok().filter(|facts| (facts.dev(), facts.ino()) == self.identity);
        match there {
            // Somebody may have emptied it.
            Some(facts) => self.size = self.size.min(facts.len()),
            None => {
                if let Ok(new) = Self::open(self.path.clone()) {
                    *self = new;
                }
            }
        }
    }

    fn make_room(&mut self, length: u64) {
        if self.is_regular && self.size > 0 && self.size + length > ROTATE && self.rotate().is_err() {
            // A full log that cannot be rotated grows on: nothing is lost. It is tried again when as much has come.
            self.size = 0;
        }
    }
}

impl Sink for Rotating {
    fn take(&mut self, _: Level, line: &[u8]) {
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        self.follow();
        self.make_room(length);
        if self.file.write_all(line).is_ok() {
            self.size += length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_rotated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = Rotating::open(path).unwrap();
        let line = vec![b'x'; 300_000];
        (0..20).for_each(|_| log.take(Level::Info, &line));
        let sizes =
            ["log", "log.1", "log.2", "log.3"].map(|name| fs::metadata(folder.path().join(name)).unwrap().len());
        assert!(sizes.iter().all(|size| *size <= ROTATE && *size > 0), "{sizes:?}");
        assert!(!folder.path().join("log.4").exists());
    }

    #[test]
    fn a_file_that_cannot_be_rotated_grows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        // The names of the backups are taken by what cannot be replaced.
        for name in ["log.1/full", "log.2/full", "log.3/full"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let mut log = Rotating::open(path.clone()).unwrap();
        (0..5).for_each(|_| log.take(Level::Info, &[b'x'; 300_000]));
        assert_eq!(fs::metadata(path).unwrap().len(), 1_500_000);
    }

    #[test]
    fn a_file_that_was_moved_away_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let (path, moved) = (folder.path().join("log"), folder.path().join("log-20260101"));
        let mut log = Rotating::open(path.clone()).unwrap();
        log.take(Level::Info, b"one\n");
        fs::rename(&path, &moved).unwrap();
        log.take(Level::Info, b"two\n");
        assert_eq!((fs::read(&moved).unwrap(), fs::read(&path).unwrap()), (b"one\n".to_vec(), b"two\n".to_vec()));
        // As with copytruncate.
        File::options().write(true).truncate(true).open(&path).unwrap();
        log.take(Level::Info, b"three\n");
        assert_eq!((fs::read(&path).unwrap(), log.size), (b"three\n".to_vec(), 6));
        // Where no file can be, the old one is gone on with.
        fs::rename(&path, folder.path().join("log-20260102")).unwrap();
        fs::create_dir(&path).unwrap();
        log.take(Level::Info, b"four\n");
        assert_eq!(fs::read(folder.path().join("log-20260102")).unwrap(), b"three\nfour\n");
    }

    #[test]
    fn a_full_disk_loses_lines_and_a_device_keeps_its_name() {
        let mut log = Rotating::open(PathBuf::from("/dev/full")).unwrap();
        log.take(Level::Info, b"lost\n");
        assert_eq!(log.size, 0);
        assert!(!log.is_regular);
    }
}
