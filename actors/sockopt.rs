//! What no safe interface has: socket options for MD5 signatures, TCP-AO and the least TTL, taking descriptors over, and keeping
//! them to oneself. The only file with unsafe code.
#![allow(
    unsafe_code,
    reason = "setsockopt takes a pointer, close_range may close what is in use, an inherited descriptor has no owner"
)]

use std::{
    io,
    net::IpAddr,
    os::fd::{AsFd, AsRawFd as _, FromRawFd as _, OwnedFd, RawFd},
};

use config::{TcpAo, TcpAoAlgorithm};

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

/// A key of TCP-AO, as TCP_AO_ADD_KEY takes it (struct tcp_ao_add of linux/tcp.h).
///
/// ```text
/// | sockaddr_storage (128) | Algorithm (64) | Interface (4) | Current, RNext, reserved (32 bits) | Reserved (2) |
/// | Prefix length (1) | SendID (1) | RecvID (1) | MAC length (1) | Flags (1) | Key length (1) | Key (80) |
/// ```
#[repr(C, align(8))]
struct MasterKey {
    address: [u8; 128],
    algorithm: [u8; 64],
    interface: i32,
    choice: u32,
    reserved: u16,
    prefix: u8,
    send_id: u8,
    receive_id: u8,
    mac_length: u8,
    flags: u8,
    key_length: u8,
    key: [u8; LONGEST_KEY],
}

/// Which key of TCP-AO is meant, as TCP_AO_DEL_KEY takes it (struct tcp_ao_del).
///
/// ```text
/// | sockaddr_storage (128) | Interface (4) | Current, RNext, asynchronous, reserved (32 bits) | Reserved (2) |
/// | Prefix length (1) | SendID (1) | RecvID (1) | New Current (1) | New RNext (1) | Flags (1) |
/// ```
#[repr(C, align(8))]
struct KeyName {
    address: [u8; 128],
    interface: i32,
    choice: u32,
    reserved: u16,
    prefix: u8,
    send_id: u8,
    receive_id: u8,
    current: u8,
    next: u8,
    flags: u8,
}

/// Not among the constants of libc.
const TCP_AO_ADD_KEY: libc::c_int = 38;
/// The same.
const TCP_AO_DEL_KEY: libc::c_int = 39;
/// The bits that choose a key for what is sent, and ask the peer to use it: the first two of a bit field.
const CURRENT_AND_NEXT: u32 = if cfg!(target_endian = "big") { 3 << 30 } else { 3 };
/// Octets of the message authentication code: each algorithm is cut to 96 bits (RFC 5926 section 3.2).
const MAC_LENGTH: u8 = 12;

/// What a socket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It connects to the peer, with this key.
    Connects,
    /// It listens, where the peer chooses among the keys there are.
    Listens,
}

/// Has the segments exchanged with this address, or with those of its network, signed by this key (RFC 5925).
///
/// # Errors
/// What the system says; a key that is too long is invalid input.
pub(crate) fn authenticate(
    socket: &impl AsFd,
    peer: IpAddr,
    mask: Option<u8>,
    option: &TcpAo,
    role: Role,
) -> io::Result<()> {
    let mut key = MasterKey {
        address: storage(peer),
        algorithm: [0; 64],
        interface: 0,
        choice: if role == Role::Connects { CURRENT_AND_NEXT } else { 0 },
        reserved: 0,
        prefix: mask.unwrap_or(full(peer)),
        send_id: option.key_id,
        receive_id: option.key_id,
        mac_length: MAC_LENGTH,
        flags: 0,
        key_length: u8::try_from(option.key.len()).map_err(|_| io::ErrorKind::InvalidInput)?,
        key: [0; LONGEST_KEY],
    };
    let place = key.key.get_mut(..option.key.len()).ok_or(io::ErrorKind::InvalidInput)?;
    place.copy_from_slice(&option.key);
    key.algorithm.iter_mut().zip(kernel_name(option.algorithm).bytes()).for_each(|(to, from)| *to = from);
    set(socket, libc::IPPROTO_TCP, TCP_AO_ADD_KEY, &key)
}

/// Takes such a key away.
///
/// # Errors
/// What the system says.
pub(crate) fn forget(socket: &impl AsFd, peer: IpAddr, mask: Option<u8>, key_id: u8) -> io::Result<()> {
    let name = KeyName {
        address: storage(peer),
        interface: 0,
        choice: 0,
        reserved: 0,
        prefix: mask.unwrap_or(full(peer)),
        send_id: key_id,
        receive_id: key_id,
        current: 0,
        next: 0,
        flags: 0,
    };
    set(socket, libc::IPPROTO_TCP, TCP_AO_DEL_KEY, &name)
}

/// What the kernel calls an algorithm.
const fn kernel_name(algorithm: TcpAoAlgorithm) -> &'static str {
    match algorithm {
        TcpAoAlgorithm::HmacSha1 => "hmac(sha1)",
        TcpAoAlgorithm::Aes128Cmac => "cmac(aes128)",
        TcpAoAlgorithm::HmacSha256 => "hmac(sha256)",
    }
}

/// The length of the mask that leaves one address.
const fn full(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
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

/// Has the port chosen with the peer known, rather than when the socket is bound: the same one serves for many peers, and
/// thousands of connections that have just ended are not in the way.
///
/// # Errors
/// What the system says.
pub(crate) fn choose_port_late(socket: &impl AsFd) -> io::Result<()> {
    let yes: libc::c_int = 1;
    set(socket, libc::IPPROTO_IP, libc::IP_BIND_ADDRESS_NO_PORT, &yes)
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

/// The descriptors that this process was started with beyond the standard ones, `count` of them, to be asked for once; an
/// error where there is none.
pub(crate) fn inherited(count: u32) -> impl Iterator<Item = io::Result<OwnedFd>> {
    const FIRST: RawFd = 3;
    (FIRST..).take(usize::try_from(count).unwrap_or(0)).map(|number| {
        // SAFETY: it takes two integers, and says whether there is such a descriptor.
        if unsafe { libc::fcntl(number, libc::F_GETFD) } < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: it is open, and the environment says that it was opened for us: nobody else knows of it.
        Ok(unsafe { OwnedFd::from_raw_fd(number) })
    })
}

/// Keeps what this process was started with, beyond the standard descriptors, from the programs that it starts. A kernel
/// before 5.11 cannot, and then they have it.
pub(crate) fn keep_descriptors() {
    const FIRST: libc::c_uint = 3;
    // SAFETY: with this flag nothing is closed now; it takes three integers and no pointer.
    unsafe { libc::syscall(libc::SYS_close_range, FIRST, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC) };
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write as _,
        net::{Ipv4Addr, Ipv6Addr},
    };

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
    fn a_key_of_tcp_ao_is_laid_out_as_the_system_has_it() {
        assert_eq!((size_of::<MasterKey>(), size_of::<KeyName>()), (288, 144));
        assert_eq!(std::mem::offset_of!(MasterKey, choice), 196);
        assert_eq!((std::mem::offset_of!(MasterKey, prefix), std::mem::offset_of!(MasterKey, key)), (202, 208));
        assert_eq!((std::mem::offset_of!(KeyName, choice), std::mem::offset_of!(KeyName, prefix)), (132, 138));
    }

    #[test]
    fn the_system_takes_a_key_of_tcp_ao() {
        for (domain, peer, mask) in [
            (Domain::IPV4, Ipv4Addr::LOCALHOST.into(), None),
            (Domain::IPV4, Ipv4Addr::new(127, 0, 0, 0).into(), Some(8)),
            (Domain::IPV6, Ipv6Addr::LOCALHOST.into(), None),
        ] {
            for (role, algorithm) in [Role::Connects, Role::Listens].into_iter().cycle().zip(TcpAoAlgorithm::ALL) {
                let socket = Socket::new(domain, Type::STREAM, None).unwrap();
                let option = TcpAo { key_id: 7, algorithm, key: b"secret".to_vec() };
                match authenticate(&socket, peer, mask, &option, role) {
                    Err(error) if error.raw_os_error() == Some(libc::ENOPROTOOPT) => {
                        return unable("the_system_takes_a_key_of_tcp_ao: the kernel has no TCP-AO");
                    }
                    taken => taken.unwrap(),
                }
                let long = TcpAo { key: vec![7; 81], ..option };
                let refused = authenticate(&socket, peer, mask, &long, role).unwrap_err();
                assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
                if role == Role::Listens {
                    forget(&socket, peer, mask, 7).unwrap();
                }
            }
        }
    }

    fn unable(what: &str) {
        let _ = writeln!(io::stderr(), "UNABLE {what}");
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
