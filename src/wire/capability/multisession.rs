//! Capabilities 68 and 131: a session for each group of families (draft-ietf-idr-bgp-multisession).
//!
//! One session is run all the same; the capability is sent and read so that the other side does not refuse us.

use std::fmt;

use super::Capability;
use crate::{
    Reader,
    json::{self, Style},
};

/// Codes of the capabilities that sessions are told apart by; 0 stands for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multisession(pub Vec<u8>);

/// The same by its number from before the draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CiscoMultisession(pub Vec<u8>);

/// The first octet is of flags where the value stands alone, else it is a code.
fn codes(value: &Reader<'_>) -> Vec<u8> {
    value.rest().to_vec()
}

fn write(out: &mut String, variant: &str, codes: &[u8]) {
    json::write(out, format_args!("{{ \"name\": \"multisession\", \"variant\": \"{variant}\", \"capabilities\": [ "));
    let shown = codes.iter().filter(|code| **code != 0);
    json::separated(out, ", ", shown, |out, code| json::write(out, format_args!("\"{code}\"")));
    out.push_str(" ] }");
}

macro_rules! multisession {
    ($name:ident = $code:literal, $key:literal, $variant:literal, $text:literal) => {
        impl Capability for $name {
            const CODE: u8 = $code;
            const NAME: &'static str = $key;

            fn decode(value: &mut Reader<'_>) -> Result<Self, String> {
                Ok(Self(codes(value)))
            }

            fn encode(&self, value: &mut dyn FnMut(&[u8])) {
                if self.0.is_empty() {
                    value(&[]);
                }
                self.0.iter().for_each(|code| value(&[*code]));
            }

            fn join(&mut self, later: Self) {
                self.0.extend(later.0);
            }

            fn json(&self, out: &mut String, _: &Style) {
                write(out, $variant, &self.0);
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($text)
            }
        }
    };
}

multisession!(Multisession = 68, "multi-session", "RFC", "multisession");
// The key is misspelt in events, and scripts look for it as it is.
multisession!(CiscoMultisession = 131, "cisco-multi-sesion", "Cisco", "cisco multisession");
