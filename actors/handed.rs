//! Listening sockets that the service manager has opened for us, as `sd_listen_fds(3)` has it: a port below 1024 needs no
//! rights then, and who calls while the daemon is restarted waits.

use std::{
    collections::HashMap,
    env, io,
    net::{IpAddr, SocketAddr, TcpListener as SystemListener},
    os::fd::OwnedFd,
};

use socket2::Socket;

use crate::sockopt;

/// Listening sockets by address. They stay open as long as the daemon runs: nobody could bind the addresses anew.
#[derive(Debug, Default)]
pub(crate) struct Handed(HashMap<SocketAddr, SystemListener>);

impl Handed {
    /// Takes over what the environment tells of. To be called once.
    ///
    /// # Errors
    /// When one of them is no socket that listens for TCP.
    pub(crate) fn take() -> io::Result<Self> {
        let variable = |name| env::var(name).ok().and_then(|value| value.parse::<u32>().ok());
        let count = variable("LISTEN_FDS").filter(|_| variable("LISTEN_PID") == Some(std::process::id()));
        sockopt::inherited(count.unwrap_or(0)).map(listening).collect::<io::Result<_>>().map(Self)
    }

    /// Their addresses.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.0.keys().copied()
    }

    /// Whether connections to this address come by one of them.
    pub(crate) fn covers(&self, address: SocketAddr) -> bool {
        let any = |handed: &SocketAddr| match (handed.ip(), address.ip()) {
            (IpAddr::V4(handed), IpAddr::V4(_)) => handed.is_unspecified(),
            (IpAddr::V6(handed), IpAddr::V6(_)) => handed.is_unspecified(),
            _ => false,
        };
        self.0.keys().any(|handed| *handed == address || (handed.port() == address.port() && any(handed)))
    }

    /// One of them.
    pub(crate) fn get(&self, address: SocketAddr) -> Option<io::Result<SystemListener>> {
        self.0.get(&address).map(SystemListener::try_clone)
    }
}

fn listening(socket: io::Result<OwnedFd>) -> io::Result<(SocketAddr, SystemListener)> {
    let socket = Socket::from(socket?);
    let listens = socket.is_listener().unwrap_or(false);
    let address = socket.local_addr().ok().and_then(|address| address.as_socket());
    let Some(address) = address.filter(|_| listens) else {
        let why = "a descriptor of LISTEN_FDS is no socket that listens for TCP";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    };
    socket.set_nonblocking(true)?;
    Ok((address, socket.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handed(at: &str) -> Handed {
        let (address, socket) = listening(Ok(SystemListener::bind(at).unwrap().into())).unwrap();
        Handed([(address, socket)].into())
    }

    #[test]
    fn an_unspecified_address_stands_for_all_of_its_family() {
        let handed = handed("0.0.0.0:0");
        let port = handed.addresses().next().unwrap().port();
        assert!(handed.covers(SocketAddr::new("127.0.0.1".parse().unwrap(), port)));
        assert!(!handed.covers(SocketAddr::new("::1".parse().unwrap(), port)));
        assert!(!handed.covers(SocketAddr::new("127.0.0.1".parse().unwrap(), port ^ 1)));
    }

    #[test]
    fn one_address_stands_for_itself() {
        let handed = handed("127.0.0.1:0");
        let address = handed.addresses().next().unwrap();
        assert!(handed.covers(address) && handed.get(address).unwrap().is_ok());
        assert!(!handed.covers(SocketAddr::new("127.0.0.2".parse().unwrap(), address.port())));
    }

    #[test]
    fn what_does_not_listen_is_an_error() {
        let file = std::fs::File::open("/dev/null").unwrap();
        assert!(listening(Ok(file.into())).is_err());
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        assert!(listening(Ok(socket.into())).is_err());
    }
}
