//! Capability 75: which program the speaker is (draft-abraitis-bgp-version-capability).
//!
//! ```text
//! +---------------+-----------------+
//! | Length (1)    |  Version        |
//! +---------------+-----------------+
//! ```

use std::fmt;

use super::{Capability, text};
use crate::{
    Reader,
    json::{self, Style},
};

/// Octets of a version that are sent.
const LONGEST: usize = 64;

/// The program and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftwareVersion(pub String);

impl Capability for SoftwareVersion {
    const CODE: u8 = 75;
    const NAME: &'static str = "software-version";

    fn decode(value: &mut Reader<'_>) -> Result<Self, String> {
        text::read(value).map(Self)
    }

    fn encode(&self, value: &mut dyn FnMut(&[u8])) {
        let mut octets = Vec::new();
        if self.0.len() <= LONGEST {
            text::write(&mut octets, &self.0);
        } else {
            text::write(&mut octets, &format!("{}...", text::cut(&self.0, LONGEST - 3)));
        }
        value(&octets);
    }

    fn json(&self, out: &mut String, _: &Style) {
        out.push_str("{ \"software\": ");
        json::string(out, &self.0);
        out.push_str(" }");
    }
}

impl fmt::Display for SoftwareVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "software({})", text::plain(&self.0))
    }
}
