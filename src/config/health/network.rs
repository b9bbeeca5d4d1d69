//! Addresses and networks as a health check has them: what is announced, and what an interface may be given.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// A network, all bits of whose address behind its length are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network {
    address: IpAddr,
    length: u8,
}

impl Network {
    /// A single address.
    pub const fn host(address: IpAddr) -> Self {
        let length = if address.is_ipv4() { 32 } else { 128 };
        Self { address, length }
    }

    /// The lowest address.
    pub const fn address(self) -> IpAddr {
        self.address
    }

    /// How many addresses there are, and at most 2^127.
    pub fn size(self) -> u128 {
        1 << (Self::host(self.address).length - self.length).min(127)
    }

    /// Each of its addresses, from the lowest on.
    pub fn hosts(self) -> impl Iterator<Item = Self> {
        let address = move |offset: u128| match self.address {
            IpAddr::V4(first) => {
                let offset = u32::try_from(offset).unwrap_or(u32::MAX);
                IpAddr::V4(Ipv4Addr::from_bits(first.to_bits().saturating_add(offset)))
            }
            IpAddr::V6(first) => IpAddr::V6(Ipv6Addr::from_bits(first.to_bits().saturating_add(offset))),
        };
        (0..self.size()).map(move |offset| Self::host(address(offset)))
    }

    fn is_sound(self) -> bool {
        match self.address {
            IpAddr::V4(address) => {
                let behind = u32::MAX.checked_shr(self.length.into()).unwrap_or(0);
                address.to_bits() & behind == 0
            }
            IpAddr::V6(address) => {
                let behind = u128::MAX.checked_shr(self.length.into()).unwrap_or(0);
                address.to_bits() & behind == 0
            }
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl FromStr for Network {
    type Err = ();

    /// An address, alone or with a length. Bits behind the length are an error.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let whole = Self::host(address.parse().map_err(|_| ())?);
        let length = length.map_or(Some(whole.length), wire::number::u8).filter(|length| *length <= whole.length);
        let network = Self { length: length.ok_or(())?, ..whole };
        if network.is_sound() { Ok(network) } else { Err(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_behind_the_length_are_refused() {
        for (text, told) in [
            ("192.0.2.1", Some("192.0.2.1/32")),
            ("192.0.2.0/24", Some("192.0.2.0/24")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("2001:DB8::/32", Some("2001:db8::/32")),
            ("::/0", Some("::/0")),
            ("192.0.2.1/24", None),
            ("2001:db8::1/64", None),
            ("192.0.2.1/33", None),
            ("192.0.2.1/", None),
            ("localhost", None),
        ] {
            assert_eq!(text.parse::<Network>().ok().map(|network| network.to_string()).as_deref(), told, "{text}");
        }
    }

    #[test]
    fn hosts_of_a_network() {
        let hosts = |text: &str| -> Vec<String> {
            text.parse::<Network>().unwrap().hosts().map(|host| host.to_string()).collect()
        };
        assert_eq!(hosts("192.0.2.254/31"), ["192.0.2.254/32", "192.0.2.255/32"]);
        assert_eq!(hosts("2001:db8::8/127"), ["2001:db8::8/128", "2001:db8::9/128"]);
        assert_eq!(hosts("255.255.255.255"), ["255.255.255.255/32"]);
        assert_eq!("::/0".parse::<Network>().unwrap().size(), 1 << 127);
    }
}
