//! CLUSTER_LIST (10): the reflectors a route has passed (RFC 4456 section 8).

use std::{fmt, net::Ipv4Addr};

use bytes::{BufMut, BytesMut};

use super::{Attribute, OPTIONAL, bracketed, items};
use crate::{Malformed, Negotiated, OnError, Reader, WordError, Words, json, json::Style};

/// Cluster identifiers, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClusterList(pub Vec<Ipv4Addr>);

impl Attribute for ClusterList {
    const CODE: u8 = 10;
    const FLAGS: u8 = OPTIONAL;
    const WORD: &'static str = "cluster-list";
    const ON_ERROR: OnError = OnError::WithdrawFromInternal;
    const INTERNAL_ONLY: bool = true;

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        let items = items(value, 4, "CLUSTER_LIST")?;
        Ok(Self(items.filter_map(|octets| Reader::new(octets).ipv4()).collect()))
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        self.0.iter().for_each(|cluster| out.put_slice(&cluster.octets()));
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let column = words.column();
        let clusters = words.list("the cluster identifier", false, |word| {
            word.text.parse().map_err(|_| WordError::expected(word, "an IPv4 address"))
        })?;
        if clusters.is_empty() { Err(WordError::missing(column, "a cluster identifier")) } else { Ok(Self(clusters)) }
    }

    fn json(&self, out: &mut String, _: &Style) -> bool {
        out.push_str("[ ");
        json::separated(out, ", ", &self.0, |out, cluster| json::write(out, format_args!("\"{cluster}\"")));
        out.push_str(" ]");
        true
    }
}

impl fmt::Display for ClusterList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bracketed(f, &self.0.iter().map(Ipv4Addr::to_string).collect::<Vec<_>>())
    }
}
