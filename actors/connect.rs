//! Outgoing TCP connections.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use config::Neighbor;
use session::Endpoints;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use crate::{
    descriptors,
    signing::{Key, Network},
    sockopt::{self, Role},
};

/// Where to connect to, and from where.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The peer.
    pub peer: SocketAddr,
    /// Our end, if it is fixed.
    pub local: Option<IpAddr>,
    /// TTL, if it is not the system's.
    pub ttl: Option<u8>,
    /// The least TTL of what the peer sends, if there is one (RFC 5082).
    pub least_ttl: Option<u8>,
    /// What signs the segments, if anything does (RFC 2385, RFC 5925).
    pub key: Option<Key>,
    /// The network interface, if it is fixed.
    pub interface: Option<String>,
}

impl Target {
    /// The target of a neighbor; `port` is used unless the neighbor has one of its own.
    pub(crate) fn of(neighbor: &Neighbor, port: u16) -> Self {
        let port = if neighbor.connect == 0 { port } else { neighbor.connect };
        Self {
            peer: SocketAddr::new(neighbor.peer_address, port),
            local: neighbor.md5_ip.or(neighbor.local_address),
            ttl: neighbor.outgoing_ttl,
            least_ttl: neighbor.incoming_ttl,
            key: Key::of(neighbor),
            interface: neighbor.source_interface.clone(),
        }
    }

    fn socket(&self) -> io::Result<TcpSocket> {
        let socket = Socket::new(Domain::for_address(self.peer), Type::STREAM, Some(Protocol::TCP))?;
        descriptors::may_have(&socket)?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        socket.set_reuse_address(true)?;
        self.set_ttls(&socket)?;
        if let Some(key) = &self.key {
            key.set(&socket, Network::peer(self.peer.ip()), Role::Connects)?;
        }
        if let Some(interface) = &self.interface {
            socket.bind_device(Some(interface.as_bytes()))?;
        }
        if let Some(local) = self.local {
            sockopt::choose_port_late(&socket)?;
            socket.bind(&SocketAddr::new(local, 0).into())?;
        }
        Ok(TcpSocket::from_std_stream(socket.into()))
    }

    fn set_ttls(&self, socket: &Socket) -> io::Result<()> {
        match (self.ttl, self.peer) {
            (Some(ttl), SocketAddr::V4(_)) => socket.set_ttl_v4(ttl.into())?,
            (Some(ttl), SocketAddr::V6(_)) => socket.set_unicast_hops_v6(ttl.into())?,
            (None, _) => {}
        }
        self.least_ttl.map_or(Ok(()), |ttl| sockopt::least_ttl(socket, self.peer.ip(), ttl))
    }

    /// Makes a connection from the peer one of this arbiter, with the TTLs of those to it.
    ///
    /// # Errors
    /// When the connection is gone already.
    pub(crate) fn adopt(&self, stream: std::net::TcpStream) -> io::Result<(TcpStream, Endpoints)> {
        let socket = Socket::from(stream);
        self.set_ttls(&socket)?;
        adopt(socket.into())
    }
}

/// Why there is no connection.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What the system says, with the address it says it of.
    pub why: String,
    /// The configuration cannot be carried out here, or not now, whatever the peer does.
    pub is_ours: bool,
}

/// Connects.
///
/// # Errors
/// What stands in the way.
pub(crate) async fn connect(target: Target) -> Result<(TcpStream, Endpoints), Failure> {
    let failure = |is_ours| {
        move |error: io::Error| {
            // The port is chosen late: that none is left is heard of as late.
            let is_ours = is_ours || error.kind() == io::ErrorKind::AddrNotAvailable;
            Failure { why: format!("{}: {error}", target.peer), is_ours }
        }
    };
    let socket = target.socket().map_err(failure(true))?;
    let stream = timeout(PATIENCE, socket.connect(target.peer)).await.unwrap_or_else(|_| Err(unanswered(&target)));
    let stream = stream.map_err(failure(false))?;
    let endpoints = endpoints(&stream).map_err(failure(false))?;
    Ok((stream, endpoints))
}

/// The system would go on asking, at ever longer intervals: whoever could not answer, and can now, would wait for the next.
const PATIENCE: Duration = Duration::from_secs(5);

fn unanswered(target: &Target) -> io::Error {
    let key = if target.key.is_some() { ", as from a peer with another key" } else { "" };
    io::Error::new(io::ErrorKind::TimedOut, format!("no answer{key}"))
}

/// Makes a connection accepted elsewhere one of this arbiter.
///
/// # Errors
/// When the connection is gone already.
pub(crate) fn adopt(stream: std::net::TcpStream) -> io::Result<(TcpStream, Endpoints)> {
    stream.set_nonblocking(true)?;
    stream.set_nodelay(true)?;
    let stream = TcpStream::from_std(stream)?;
    let endpoints = endpoints(&stream)?;
    Ok((stream, endpoints))
}

fn endpoints(stream: &TcpStream) -> io::Result<Endpoints> {
    Ok(Endpoints { local: stream.local_addr()?, peer: stream.peer_addr()? })
}

/// An address as it was meant: IPv4 inside IPv6 is IPv4.
pub(crate) const fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// The address that stands for all of the family.
pub(crate) const fn unspecified(of: IpAddr) -> IpAddr {
    match of {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_answer_is_not_waited_for() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            // A connection more than the listener has room for gets no answer.
            let full = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP)).unwrap();
            full.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
            full.listen(0).unwrap();
            let peer = full.local_addr().unwrap().as_socket().unwrap();
            let _first = std::net::TcpStream::connect(peer).unwrap();
            let target = Target { peer, local: None, ttl: None, least_ttl: None, key: None, interface: None };
            let began = tokio::time::Instant::now();
            let failure = connect(target).await.unwrap_err();
            assert_eq!(failure.why, format!("{peer}: no answer"));
            assert!(!failure.is_ours && began.elapsed() >= PATIENCE);
        });
    }
}
