//! Attributes without a route: what `attributes` says when no `nlri` follows.

use std::fmt;

use crate::{Attributes, NextHop};

/// The content of an UPDATE that announces nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AttributesOnly {
    /// The value of NEXT_HOP, if it is of IPv4; another one is not sent.
    pub next_hop: NextHop,
    /// The other attributes.
    pub attributes: Attributes,
}

/// In the words that are read behind `attributes`.
impl fmt::Display for AttributesOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let next_hop = match self.next_hop {
            NextHop::None => None,
            next_hop => Some(format!("next-hop {next_hop}")),
        };
        let attributes = self.attributes.iter().map(|attribute| attribute.typed().to_string());
        f.write_str(&next_hop.into_iter().chain(attributes).collect::<Vec<_>>().join(" "))
    }
}
