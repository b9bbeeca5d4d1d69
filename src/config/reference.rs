//! Every keyword there is, for documentation and completion, out of the tables that read them.

use crate::{
    exabgp::{
        announce, api, capability, family, flow, l2vpn, neighbor, next_hop, operational, paths, process, static_routes,
        tcp_ao,
    },
    key::Key,
};

/// One keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyword {
    /// The section it belongs to.
    pub section: &'static str,
    /// The keyword; the native form has underscores in place of its hyphens.
    pub name: &'static str,
    /// What its value has to be.
    pub expects: &'static str,
    /// What it is for, one line.
    pub doc: &'static str,
}

/// The keywords, section by section.
pub fn keywords() -> Vec<Keyword> {
    let mut all = Vec::new();
    all.extend(rows("process", process::KEYS));
    all.extend(rows("neighbor", neighbor::KEYS));
    all.extend(rows("capability", capability::KEYS));
    all.extend(rows("tcp-ao", tcp_ao::KEYS));
    all.extend(rows("family", family::KEYS));
    all.extend(rows("static", static_routes::KEYS));
    all.extend(rows("add-path", paths::KEYS));
    all.extend(rows("nexthop", next_hop::KEYS));
    all.extend(rows("flow", flow::KEYS));
    all.extend(rows("announce", announce::KEYS));
    all.extend(rows("l2vpn", l2vpn::KEYS));
    all.extend(rows("operational", operational::KEYS));
    all.extend(rows("api", api::KEYS));
    all.extend(rows("receive, send", api::FLAGS));
    all
}

fn rows<T>(section: &'static str, keys: &'static [Key<T>]) -> impl Iterator<Item = Keyword> {
    keys.iter().map(move |key| Keyword { section, name: key.name, expects: key.expects, doc: key.doc })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_keyword_is_documented_once() {
        let mut seen = HashSet::new();
        for keyword in keywords() {
            assert!(seen.insert((keyword.section, keyword.name)), "{keyword:?}");
            assert!(!keyword.expects.is_empty() && keyword.doc.ends_with('.'), "{keyword:?}");
        }
    }
}
