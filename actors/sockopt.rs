//! Socket options that no safe interface has: MD5 signatures and the least TTL. The only file with unsafe code.
#![allow(unsafe_code, reason = "setsockopt takes a pointer")]

use std::{
    io,
    net::IpAddr,
    os::fd::{AsFd, AsRawFd as _},
};

/// What signs the segments exchanged with an address, as TCP_MD5SIG takes it.
///
/// ```text
/// | sockaddr_storage (128) | Flags (1) | Prefix length (1) | Key length (2) | Interface (4) | Key (80) |
/// ```
#[repr(C, align(8))]
struct Signature {
    address: [u8; 128],
    flags: u8,
    prefix: u8,
    length: u16,
    interface: i32,
    key: [u8; LONGEST_KEY],
}

/// The flag of a key for a network.
const PREFIX: u8 = 1;
/// Octets of the longest key.
const LONGEST_KEY: usize = 80;

/// Has the segments exchanged with this address, or with those of its network, signed by this key (RFC 2385); an empty
/// key ends that.
///
/// # Errors
/// What the system says; a key that is too long is invalid input.
pub(crate) fn sign(socket: &impl AsFd, peer: IpAddr, mask: Option<u8>, key: &[u8]) -> io::Result<()> {
    let mut signature =
        Signature { address: storage(peer), flags: 0, prefix: 0, length: 0, interface: 0, key: [0; LONGEST_KEY] };
    let place = signature.key.get_mut(..key.len()).ok_or(io::ErrorKind::InvalidInput)?;
    place.copy_from_slice(key);
    signature.length = u16::try_from(key.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let Some(mask) = mask else { return set(socket, libc::IPPROTO_TCP, libc::TCP_MD5SIG, &signature) };
    (signature.flags, signature.prefix) = (PREFIX, mask);
    set(socket, libc::IPPROTO_TCP, libc::TCP_MD5SIG_EXT, &signature)
}

/// Has segments dropped that come with a smaller TTL, or hop limit (RFC 5082).
///
/// # Errors
/// What the system says.
pub(crate) fn least_ttl(socket: &impl AsFd, peer: IpAddr, ttl: u8) -> io::Result<()> {
    let (level, option) = match peer {
        IpAddr::V4(_) => (libc::IPPROTO_IP, libc::IP_MINTTL),
        IpAddr::V6(_) => (libc::IPPROTO_IPV6, libc::IPV6_MINHOPCOUNT),
    };
    set(socket, level, option, &libc::c_int::from(ttl))
}

/// A socket address without port, as it lies in memory.
fn storage(address: IpAddr) -> [u8; 128] {
    let mut octets = [0; 128];
    let mut put = |at: usize, from: &[u8]| {
        octets.iter_mut().skip(at).zip(from).for_each(|(to, from)| *to = *from);
    };
    match address {
        IpAddr::V4(address) => {
            put(0, &family(libc::AF_INET));
            put(4, &address.octets());
        }
        IpAddr::V6(address) => {
            put(0, &family(libc::AF_INET6));
            put(8, &address.octets());
        }
    }
    octets
}

fn family(of: libc::c_int) -> [u8; 2] {
    u16::try_from(of).unwrap_or_default().to_ne_bytes()
}

/// Sets an option whose value is a plain struct or number.
fn set<T>(socket: &impl AsFd, level: libc::c_int, option: libc::c_int, value: &T) -> io::Result<()> {
    let length = libc::socklen_t::try_from(size_of::<T>()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let pointer: *const T = value;
    // SAFETY: the descriptor is open as long as it is borrowed, and the pointer is to `length` octets which are read
    // before the call returns.
    let status = unsafe { libc::setsockopt(socket.as_fd().as_raw_fd(), level, option, pointer.cast(), length) };
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use socket2::{Domain, Socket, Type};

    use super::*;

    #[test]
    fn the_signature_is_laid_out_as_the_system_has_it() {
        assert_eq!(size_of::<Signature>(), 216);
        assert_eq!(storage(Ipv4Addr::LOCALHOST.into())[..8], [2, 0, 0, 0, 127, 0, 0, 1]);
        assert_eq!(storage(Ipv6Addr::LOCALHOST.into())[..2], [10, 0]);
        assert_eq!(storage(Ipv6Addr::LOCALHOST.into())[23], 1);
    }

    #[test]
    fn the_system_takes_both_options() {
        for (domain, peer) in [(Domain::IPV4, Ipv4Addr::LOCALHOST.into()), (Domain::IPV6, Ipv6Addr::LOCALHOST.into())] {
            let socket = Socket::new(domain, Type::STREAM, None).unwrap();
            least_ttl(&socket, peer, 255).unwrap();
            for mask in [None, Some(8)] {
                sign(&socket, peer, mask, b"secret").unwrap();
                sign(&socket, peer, mask, b"").unwrap();
            }
            assert_eq!(sign(&socket, peer, None, &[7; 81]).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
    }
}
