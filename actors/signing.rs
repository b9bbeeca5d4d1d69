//! Whose segments are signed, and how: TCP MD5 (RFC 2385) or TCP-AO (RFC 5925).

use std::{
    collections::HashMap,
    fmt, io,
    net::{IpAddr, SocketAddr},
    os::fd::AsFd,
};

use config::{Md5, Neighbor, TcpAo};

use crate::sockopt::{self, Role};

/// What signs segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    /// TCP MD5.
    Md5(Md5),
    /// TCP-AO.
    TcpAo(TcpAo),
}

impl Key {
    /// That of a neighbor, if it has one.
    pub(crate) fn of(neighbor: &Neighbor) -> Option<Self> {
        let md5 = neighbor.md5.clone().map(Self::Md5);
        md5.or_else(|| neighbor.tcp_ao.clone().map(Self::TcpAo))
    }

    /// Has the segments exchanged with these peers signed.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn set(&self, socket: &impl AsFd, peers: Network, role: Role) -> io::Result<()> {
        match self {
            Self::Md5(md5) => {
                sockopt::sign(socket, peers.address, peers.mask, &md5.key).map_err(|why| told("MD5", why))
            }
            Self::TcpAo(option) => {
                let set = sockopt::authenticate(socket, peers.address, peers.mask, option, role);
                set.map_err(|why| told("TCP-AO", why))
            }
        }
    }

    /// Ends that.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn unset(&self, socket: &impl AsFd, peers: Network) -> io::Result<()> {
        match self {
            Self::Md5(_) => sockopt::sign(socket, peers.address, peers.mask, &[]),
            Self::TcpAo(option) => sockopt::forget(socket, peers.address, peers.mask, option.key_id),
        }
    }

    /// Whether setting a new key is enough for this one to be gone.
    pub(crate) fn gives_way_to(&self, new: &Self) -> bool {
        matches!((self, new), (Self::Md5(_), Self::Md5(_)))
    }
}

fn told(what: &str, why: io::Error) -> io::Error {
    let kind = why.kind();
    if why.raw_os_error() == Some(libc::ENOPROTOOPT) {
        return io::Error::new(kind, format!("this kernel has no {what}"));
    }
    io::Error::new(kind, format!("no key of {what} can be set: {why}"))
}

/// A peer, or the peers of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Network {
    address: IpAddr,
    /// None for a single address.
    mask: Option<u8>,
}

impl Network {
    /// A single peer.
    pub(crate) const fn peer(address: IpAddr) -> Self {
        Self { address, mask: None }
    }

    /// Those that a neighbor consists of: a range may start within one network and end within another.
    fn of(neighbor: &Neighbor) -> Vec<Self> {
        let first = neighbor.peer_address;
        let Some(mask) = neighbor.peer_mask else { return vec![Self::peer(first)] };
        let (start, bits) = number(first);
        let host = bits - u32::from(mask).min(bits);
        if start.trailing_zeros() >= host {
            return vec![Self { address: first, mask: Some(mask) }];
        }
        let size = u128::MAX.checked_shr(128 - host).unwrap_or(0);
        let last = start.saturating_add(size).min(u128::MAX >> (128 - bits));
        let (mut networks, mut at) = (Vec::new(), Some(start));
        while let Some(from) = at.filter(|from| *from <= last) {
            let fitting = (last - from).saturating_add(1).ilog2();
            let host = from.trailing_zeros().min(fitting);
            networks.push(Self { address: address(from, first), mask: u8::try_from(bits - host).ok() });
            at = from.checked_add(1 << host);
        }
        networks
    }

    /// Whether they are those of `other`, and more.
    fn exceeds(&self, other: &Self) -> bool {
        self.length() < other.length() && self.contains(other.address)
    }

    /// How many bits they have in common.
    fn length(&self) -> u32 {
        self.mask.map_or_else(|| number(self.address).1, u32::from)
    }

    /// Whether a peer is one of them.
    pub(crate) fn contains(&self, peer: IpAddr) -> bool {
        let ((ours, bits), (theirs, width)) = (number(self.address), number(peer));
        let host = bits - self.mask.map_or(bits, u32::from).min(bits);
        let part = |address: u128| address.checked_shr(host).unwrap_or(0);
        bits == width && part(ours) == part(theirs)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.address)?;
        self.mask.iter().try_for_each(|mask| write!(f, "/{mask}"))
    }
}

/// An address as a number, and how many bits it has.
fn number(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u32::from(address).into(), 32),
        IpAddr::V6(address) => (address.into(), 128),
    }
}

/// The address of a number, in the family of another one.
fn address(number: u128, like: IpAddr) -> IpAddr {
    match (like, u32::try_from(number)) {
        (IpAddr::V4(_), Ok(number)) => IpAddr::V4(number.into()),
        _ => IpAddr::V6(number.into()),
    }
}

/// Whose segments are signed, and the keys.
pub(crate) type Signed = HashMap<Network, Key>;

/// The order in which keys are set: where the system refuses one of two that overlap, it is better that of a peer than that
/// of a range.
pub(crate) fn ranges_first(signed: &Signed) -> Vec<(&Network, &Key)> {
    let mut keys: Vec<(&Network, &Key)> = signed.iter().collect();
    keys.sort_by_key(|(peers, _)| peers.length());
    keys
}

/// Leaves out peers whom a range with the same key has: a key of TCP-AO is refused where one of its name is set already.
fn without_covered(mut signed: Signed) -> Signed {
    let ranges = signed.iter().filter(|(peers, _)| peers.mask.is_some());
    let ranges: Vec<(Network, Key)> = ranges.map(|(peers, key)| (*peers, key.clone())).collect();
    signed.retain(|peers, key| !ranges.iter().any(|(range, of)| of == key && range.exceeds(peers)));
    signed
}

/// The keys of those neighbors that may call this address.
pub(crate) fn signed<'n>(neighbors: impl IntoIterator<Item = &'n Neighbor>, address: SocketAddr) -> Signed {
    let here = |neighbor: &&Neighbor| {
        let ours = neighbor.md5_ip.or(neighbor.local_address);
        let reaches = address.ip().is_unspecified() || ours.is_none_or(|ours| ours == address.ip());
        reaches && neighbor.peer_address.is_ipv4() == address.is_ipv4()
    };
    let keyed = neighbors.into_iter().filter(here).filter_map(|neighbor| Some((neighbor, Key::of(neighbor)?)));
    let each =
        keyed.flat_map(|(neighbor, key)| Network::of(neighbor).into_iter().map(move |peers| (peers, key.clone())));
    without_covered(each.collect())
}

#[cfg(test)]
mod tests {
    use config::{Env, Origin, load_str};

    use super::*;

    fn networks(range: &str) -> Vec<String> {
        let text = format!("neighbor {range} {{ local-as 1; peer-as 2; router-id 1.1.1.1; passive; }}");
        let config = load_str(&text, &Origin::named("test.conf"), &Env::default()).unwrap();
        let networks = Network::of(&config.neighbors[0]);
        for network in &networks {
            assert!(network.contains(network.address) && config.neighbors[0].peer_address <= network.address);
        }
        networks.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_range_is_the_networks_it_consists_of() {
        assert_eq!(networks("10.0.0.1"), ["10.0.0.1"]);
        assert_eq!(networks("10.0.0.0/24"), ["10.0.0.0/24"]);
        assert_eq!(networks("0.0.0.0/0"), ["0.0.0.0/0"]);
        assert_eq!(networks("::/0"), ["::/0"]);
        assert_eq!(networks("10.0.0.6/30"), ["10.0.0.6/31", "10.0.0.8/31"]);
        assert_eq!(networks("2001:db8::3/126"), ["2001:db8::3/128", "2001:db8::4/127", "2001:db8::6/128"]);
        assert_eq!(networks("255.255.255.254/24"), ["255.255.255.254/31"]);
        assert_eq!(
            networks("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/0"),
            ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"]
        );
    }

    #[test]
    fn a_range_has_the_key_of_its_members() {
        let ao = |password: &str| format!("tcp-ao {{ keyid 1; algorithm hmac-sha-256; password {password}; }}");
        let neighbor = |peer: &str, password: &str| {
            format!("neighbor {peer} {{ local-as 1; peer-as 2; router-id 1.1.1.1; passive; {} }}\n", ao(password))
        };
        let whom =
            [("10.0.0.0/24", "a"), ("10.0.0.0/25", "a"), ("10.0.0.1", "a"), ("10.0.0.2", "b"), ("10.0.1.1", "a")];
        let text: String = whom.iter().map(|(peer, password)| neighbor(peer, password)).collect();
        let config = load_str(&text, &Origin::named("test.conf"), &Env::default()).unwrap();
        let signed = signed(&config.neighbors, "0.0.0.0:179".parse().unwrap());
        let mut peers: Vec<_> = signed.keys().map(ToString::to_string).collect();
        peers.sort();
        assert_eq!(peers, ["10.0.0.0/24", "10.0.0.2", "10.0.1.1"]);
    }

    #[test]
    fn a_network_has_members() {
        let network = Network { address: "10.0.0.0".parse().unwrap(), mask: Some(24) };
        assert!(network.contains("10.0.0.255".parse().unwrap()));
        assert!(!network.contains("10.0.1.0".parse().unwrap()) && !network.contains("::a00:1".parse().unwrap()));
        let one = Network::peer("::1".parse().unwrap());
        assert!(one.contains("::1".parse().unwrap()) && !one.contains("::2".parse().unwrap()));
    }
}
