//! Loopback addresses, and ports that the kernel chose.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use socket2::{Domain, Protocol, Socket, Type};

/// The `index`th address for a neighbor: 127.1.0.1 and on, none of them 127.0.0.1.
pub(crate) fn address(index: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(Ipv4Addr::new(127, 1, 0, 1).to_bits() + index)
}

/// Where the daemon is.
pub(crate) const DAEMON: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Listens on all of these addresses with one port that is free on each of them. A small receive buffer, where one
/// is asked for, makes a speaker that stops reading felt at once.
pub(crate) fn listen(addresses: &[IpAddr], receive_buffer: Option<usize>) -> (u16, Vec<TcpListener>) {
    raise_descriptor_limit();
    for _ in 0..ATTEMPTS {
        let mut port = 0;
        let mut listeners = Vec::with_capacity(addresses.len());
        for address in addresses {
            match listener(SocketAddr::new(*address, port), receive_buffer) {
                Ok(listener) => {
                    port = listener.local_addr().unwrap().port();
                    listeners.push(listener);
                }
                Err(_) => break,
            }
        }
        if listeners.len() == addresses.len() {
            return (port, listeners);
        }
    }
    panic!("no port is free on all of {addresses:?}");
}

/// A port that was free on `address` just now, for a program that has to be told one.
pub(crate) fn free_port(address: IpAddr) -> u16 {
    listen(&[address], None).0
}

/// A connection from this address, with which nothing is done.
pub(crate) fn connect(from: IpAddr, to: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, Some(Protocol::TCP)).unwrap();
    socket.bind(&SocketAddr::new(from, 0).into()).unwrap();
    socket.connect(&to.into()).unwrap();
    socket.into()
}

/// Listens there.
pub(crate) fn listener(address: SocketAddr, receive_buffer: Option<usize>) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if let Some(size) = receive_buffer {
        socket.set_recv_buffer_size(size)?;
    }
    // Sessions of a listener before may still be there.
    socket.set_reuse_address(address.port() != 0)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Hundreds of speakers need more descriptors than some systems give at first.
fn raise_descriptor_limit() {
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && soft < hard
    {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}

const ATTEMPTS: u32 = 50;
const BACKLOG: i32 = 128;
