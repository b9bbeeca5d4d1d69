//! Where the log goes: a terminal, a file that is rotated, the local syslog or one on the network.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    net::UdpSocket,
    os::unix::net::UnixDatagram,
    path::PathBuf,
};

use anyhow::Context as _;

/// A file is rotated when it reaches this size.
const ROTATE: u64 = 1024 * 1024;
/// Rotated files kept.
const BACKUPS: u32 = 3;
/// Facility daemon, severity informational (RFC 3164 section 4.1.1).
const PRIORITY: &str = "<30>exactix: ";

/// An open destination.
pub(super) struct Destination {
    /// Takes whole lines.
    pub(super) writer: Box<dyn Write + Send>,
    /// It is a file, whose lines need a time.
    pub(super) is_file: bool,
}

/// Opens what `log.destination` names. As in ExaBGP, `stdout` is standard error: standard output belongs to nobody.
pub(super) fn open(name: &str) -> anyhow::Result<Destination> {
    let elsewhere = |writer: Box<dyn Write + Send>| Destination { writer, is_file: false };
    match name {
        "stdout" | "stderr" => Ok(elsewhere(Box::new(io::stderr()))),
        "" | "syslog" => {
            let socket = UnixDatagram::unbound()?;
            socket.connect("/dev/log").context("the local syslog cannot be reached at /dev/log")?;
            Ok(elsewhere(Box::new(Syslog::Local(socket))))
        }
        _ => match name.strip_prefix("host:") {
            Some(host) => Ok(elsewhere(Box::new(remote(host)?))),
            None => file(name),
        },
    }
}

fn remote(host: &str) -> anyhow::Result<Syslog> {
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:514") };
    let socket = UdpSocket::bind("[::]:0").or_else(|_| UdpSocket::bind("0.0.0.0:0"))?;
    socket.connect(&address).with_context(|| format!("the syslog of {address} cannot be reached"))?;
    Ok(Syslog::Remote(socket))
}

fn file(name: &str) -> anyhow::Result<Destination> {
    let name = name.strip_prefix("file:").unwrap_or(name);
    let path = match (name.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(name),
    };
    let writer =
        Rotating::open(path.clone()).with_context(|| format!("the log file {} cannot be opened", path.display()))?;
    Ok(Destination { writer: Box::new(writer), is_file: true })
}

enum Syslog {
    Local(UnixDatagram),
    Remote(UdpSocket),
}

impl Write for Syslog {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let message = [PRIORITY.as_bytes(), line.trim_ascii_end()].concat();
        match self {
            Self::Local(socket) => socket.send(&message)?,
            Self::Remote(socket) => socket.send(&message)?,
        };
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that starts anew when it is full, keeping the last few.
struct Rotating {
    path: PathBuf,
    file: File,
    size: u64,
}

impl Rotating {
    fn open(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let size = file.metadata()?.len();
        Ok(Self { path, file, size })
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
}

impl Write for Rotating {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.size > 0 && self.size + line.len() as u64 > ROTATE {
            // A full log that cannot be rotated still grows: nothing is lost.
            let _ = self.rotate();
        }
        let written = self.file.write(line)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
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
        (0..20).for_each(|_| log.write_all(&line).unwrap());
        let sizes =
            ["log", "log.1", "log.2", "log.3"].map(|name| fs::metadata(folder.path().join(name)).unwrap().len());
        assert!(sizes.iter().all(|size| *size <= ROTATE && *size > 0), "{sizes:?}");
        assert!(!folder.path().join("log.4").exists());
    }
}
