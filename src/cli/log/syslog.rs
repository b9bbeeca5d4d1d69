//! The syslog protocol as everybody reads it (RFC 3164): to the socket of this host, or as UDP to another one.
//!
//! Nothing here waits: a syslog that is not there or does not read loses lines, and is tried again with the next.

use std::{
    io,
    net::{IpAddr, SocketAddr, ToSocketAddrs as _, UdpSocket},
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
};

use slog::Level;

use super::destination::Sink;

/// RFC 3164 section 4.1.1: daemon, times eight.
const FACILITY: u8 = 3 << 3;

/// The number of a facility, times eight, by the name that syslog(3) has for it.
pub(crate) fn facility(name: &str) -> Option<u8> {
    let name = name.to_ascii_lowercase();
    let local = name.strip_prefix("local").and_then(|digit| digit.parse::<u8>().ok()).filter(|digit| *digit < 8);
    let numbered = |place| u8::try_from(place).ok();
    local
        .map(|digit| 16 + digit)
        .or_else(|| NAMES.iter().position(|known| *known == name).and_then(numbered))
        .map(|n| n << 3)
}

/// Facilities 0 to 11; the rest is for the use of each site.
const NAMES: [&str; 12] =
    ["kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp"];
/// RFC 5426 section 3.3.
const PORT: u16 = 514;

/// A connected socket.
pub(crate) enum Syslog {
    /// On this host; the path is where it is found again after a restart of the syslog.
    Local(UnixDatagram, PathBuf),
    /// On another one.
    Remote(UdpSocket),
}

impl Syslog {
    /// That of this host.
    pub(crate) fn local(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        Ok(Self::Local(connect(path)?, path.to_owned()))
    }

    /// That of `host`, `host:port`, `[address]:port`, or an address.
    pub(super) fn remote(host: &str) -> io::Result<Self> {
        let address = resolve(host)?;
        let here: SocketAddr = if address.is_ipv4() { ([0; 4], 0).into() } else { ([0_u16; 8], 0).into() };
        let socket = UdpSocket::bind(here)?;
        socket.connect(address)?;
        socket.set_nonblocking(true)?;
        Ok(Self::Remote(socket))
    }

    /// Sends a line in the name of `tag`.
    pub(crate) fn log(&mut self, facility: u8, level: Level, tag: &str, line: &[u8]) {
        let head = format!("<{}>{tag}[{}]: ", facility + severity(level), std::process::id());
        let _ = self.send(&[head.as_bytes(), line.trim_ascii_end()].concat());
    }

    fn send(&mut self, message: &[u8]) -> io::Result<usize> {
        match self {
            Self::Remote(socket) => socket.send(message),
            Self::Local(socket, path) => match socket.send(message) {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
                    *socket = connect(path)?;
                    socket.send(message)
                }
                sent => sent,
            },
        }
    }
}

fn connect(path: &Path) -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.connect(path)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn resolve(host: &str) -> io::Result<SocketAddr> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(SocketAddr::new(address, PORT));
    }
    let mut found = if host.contains(':') { host.to_socket_addrs()? } else { (host, PORT).to_socket_addrs()? };
    found.next().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the name has no address"))
}

/// RFC 3164 section 4.1.1.
const fn severity(level: Level) -> u8 {
    match level {
        Level::Critical => 2,
        Level::Error => 3,
        Level::Warning => 4,
        Level::Info => 6,
        Level::Debug | Level::Trace => 7,
    }
}

impl Sink for Syslog {
    fn take(&mut self, level: Level, line: &[u8]) {
        self.log(FACILITY, level, "exactix", line);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn hear(socket: &UnixDatagram) -> String {
        let mut buffer = [0; 256];
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }

    fn listen(path: &Path) -> UnixDatagram {
        let socket = UnixDatagram::bind(path).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        socket
    }

    #[test]
    fn a_syslog_that_comes_back_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        assert!(Syslog::local(&path).is_err());
        let first = listen(&path);
        let mut syslog = Syslog::local(&path).unwrap();
        syslog.take(Level::Warning, b"one\n");
        assert_eq!(hear(&first), format!("<28>exactix[{}]: one", std::process::id()));

        drop(first);
        std::fs::remove_file(&path).unwrap();
        syslog.take(Level::Info, b"lost\n");
        let second = listen(&path);
        syslog.take(Level::Info, b"three\n");
        assert_eq!(hear(&second), format!("<30>exactix[{}]: three", std::process::id()));
    }

    #[test]
    fn one_that_does_not_read_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let _deaf = listen(&path);
        let mut syslog = Syslog::local(&path).unwrap();
        (0..10_000).for_each(|_| syslog.take(Level::Info, &[b'x'; 1000]));
    }

    #[test]
    fn hosts() {
        for (host, expected) in [
            ("192.0.2.1", "192.0.2.1:514"),
            ("192.0.2.1:1514", "192.0.2.1:1514"),
            ("2001:db8::1", "[2001:db8::1]:514"),
            ("[2001:db8::1]", "[2001:db8::1]:514"),
            ("[2001:db8::1]:1514", "[2001:db8::1]:1514"),
        ] {
            assert_eq!(resolve(host).unwrap().to_string(), expected, "{host}");
        }
        assert!(resolve("127.0.0.1:many").is_err() && resolve("").is_err());
    }

    #[test]
    fn over_the_network() {
        let heard = UdpSocket::bind("127.0.0.1:0").unwrap();
        heard.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut syslog = Syslog::remote(&heard.local_addr().unwrap().to_string()).unwrap();
        syslog.take(Level::Critical, b"daemon          x\n");
        let mut buffer = [0; 256];
        let length = heard.recv(&mut buffer).unwrap();
        let expected = format!("<26>exactix[{}]: daemon          x", std::process::id());
        assert_eq!(String::from_utf8_lossy(&buffer[..length]), expected);
    }
}
