//! The TCP Authentication Option (RFC 5925) as configured: one master key tuple, the same for both directions.

use std::fmt;

/// A key and what it is used with.
#[derive(Clone, PartialEq, Eq)]
pub struct TcpAo {
    /// The SendID and the RecvID of the key (RFC 5925 section 3.1).
    pub key_id: u8,
    /// How segments are authenticated.
    pub algorithm: TcpAoAlgorithm,
    /// The master key, decoded; 1 to 80 octets.
    pub key: Vec<u8>,
}

/// The key is not shown.
impl fmt::Debug for TcpAo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TcpAo({} {}, {} octets)", self.key_id, self.algorithm.name(), self.key.len())
    }
}

/// A message authentication code; each is cut to 96 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TcpAoAlgorithm {
    /// HMAC-SHA-1-96 (RFC 5926 section 3.2.1).
    HmacSha1,
    /// AES-128-CMAC-96 (RFC 5926 section 3.2.2).
    Aes128Cmac,
    /// HMAC-SHA-256.
    HmacSha256,
}

impl TcpAoAlgorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::HmacSha1, Self::Aes128Cmac, Self::HmacSha256];

    /// The algorithm of a name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| name.eq_ignore_ascii_case(algorithm.name()))
    }

    /// The name in a configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacSha1 => "hmac-sha-1-96",
            Self::Aes128Cmac => "aes-128-cmac-96",
            Self::HmacSha256 => "hmac-sha-256",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_in_any_case() {
        for algorithm in TcpAoAlgorithm::ALL {
            assert_eq!(TcpAoAlgorithm::from_name(&algorithm.name().to_uppercase()), Some(algorithm));
        }
        assert_eq!(TcpAoAlgorithm::from_name("hmac-md5"), None);
    }

    #[test]
    fn the_key_is_not_shown() {
        let option = TcpAo { key_id: 7, algorithm: TcpAoAlgorithm::HmacSha1, key: b"secret".to_vec() };
        assert_eq!(format!("{option:?}"), "TcpAo(7 hmac-sha-1-96, 6 octets)");
    }
}
