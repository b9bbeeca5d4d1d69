//! Capability 73: the name of the router (draft-walton-bgp-hostname-capability).
//!
//! ```text
//! +---------------+--------------+---------------+--------------+
//! | Length (1)    |  Host name   | Length (1)    | Domain name  |
//! +---------------+--------------+---------------+--------------+
//! ```

use std::fmt;

use super::{Capability, text};
use crate::{
    Reader,
    json::{self, Style},
};

/// Octets of a name that are sent.
const LONGEST: usize = 64;

/// The name of a host, and of its domain, which may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName {
    /// Of the host.
    pub host: String,
    /// Of its domain.
    pub domain: String,
}

impl Capability for HostName {
    const CODE: u8 = 73;
    const NAME: &'static str = "hostname";

    fn decode(value: &mut Reader<'_>) -> Result<Self, String> {
        let host = text::read(value)?;
        // Some speakers leave an empty domain out altogether.
        let domain = if value.is_empty() { String::new() } else { text::read(value)? };
        Ok(Self { host, domain })
    }

    fn encode(&self, value: &mut dyn FnMut(&[u8])) {
        let mut octets = Vec::new();
        text::write(&mut octets, text::cut(&self.host, LONGEST));
        text::write(&mut octets, text::cut(&self.domain, LONGEST));
        value(&octets);
    }

    fn json(&self, out: &mut String, _: &Style) {
        out.push_str("{ \"host-name\": ");
        json::string(out, &self.host);
        out.push_str(", \"domain-name\": ");
        json::string(out, &self.domain);
        out.push_str(" }");
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hostname({} {})", text::plain(&self.host), text::plain(&self.domain))
    }
}
