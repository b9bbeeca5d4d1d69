//! Capabilities we do not know: kept as they came, shown, never refused.

use std::fmt;

use bytes::Bytes;

use crate::json;

/// A capability code without meaning to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The code.
    pub code: u8,
    /// The value.
    pub value: Bytes,
}

impl Unknown {
    /// What the registry says of the code range (RFC 5492 section 6).
    pub const fn iana(&self) -> &'static str {
        match self.code {
            70..=127 => "unassigned",
            128..=255 => "reserved",
            _ => "unknown",
        }
    }

    /// Writes the object for events.
    pub fn json(&self, out: &mut String) {
        let (iana, code) = (self.iana(), self.code);
        json::write(
            out,
            format_args!("{{ \"name\": \"unknown\", \"iana\": \"{iana}\", \"value\": {code}, \"raw\": \""),
        );
        json::hex(out, &self.value);
        out.push_str("\" }");
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.iana(), self.code)
    }
}
