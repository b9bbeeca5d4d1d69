//! `show neighbor configuration`: a neighbor as a section of the configuration.

use std::fmt::Display;

use config::{AddPath, ApiFlags, Neighbor};
use wire::json::{self, Dialect};

use super::neighbor::word;
use crate::subscription::sections;

/// Appends the section.
pub(super) fn section(out: &mut String, neighbor: &Neighbor, dialect: Dialect) {
    let mut section = Section { out, depth: 1, absent: if dialect == Dialect::V5 { "None" } else { "" } };
    section.raw(&format!("neighbor {} {{", address(neighbor)));
    section.identity(neighbor);
    section.connection(neighbor);
    section.security(neighbor);
    section.capability(neighbor);
    section.families(neighbor);
    section.apis(neighbor);
    section.raw("}");
}

struct Section<'a> {
    out: &'a mut String,
    depth: usize,
    /// What stands for something that is not set.
    absent: &'static str,
}

impl Section<'_> {
    fn identity(&mut self, neighbor: &Neighbor) {
        self.key("description", format_args!("\"{}\"", printable(&neighbor.description)));
        self.key("router-id", neighbor.router_id);
        self.optional("host-name", neighbor.host_name.as_deref().map(printable));
        self.optional("domain-name", neighbor.domain_name.as_deref().map(printable));
        self.key("local-address", word(neighbor.local_address, "auto"));
        self.optional("source-interface", neighbor.source_interface.as_deref().map(printable));
        self.key("local-as", word(neighbor.local_as, "auto"));
        self.key("peer-as", word(neighbor.peer_as, "auto"));
        self.key("hold-time", neighbor.hold_time);
        self.key("rate-limit", word((neighbor.rate_limit > 0).then_some(neighbor.rate_limit), "disable"));
        self.key("manual-eor", neighbor.manual_eor);
        self.raw("");
    }

    /// An empty line stands before each port.
    fn connection(&mut self, neighbor: &Neighbor) {
        self.key("passive", neighbor.passive);
        for (key, port) in [("listen", neighbor.listen), ("connect", neighbor.connect)] {
            if port > 0 {
                self.raw("");
                self.key(key, port);
            }
        }
        self.key("group-updates", neighbor.group_updates);
        self.key("auto-flush", neighbor.auto_flush);
        self.key("adj-rib-in", neighbor.adj_rib_in);
        self.key("adj-rib-out", neighbor.adj_rib_out);
    }

    fn security(&mut self, neighbor: &Neighbor) {
        if let Some(md5) = &neighbor.md5 {
            self.key("md5-password", format_args!("\"{}\"", printable(&String::from_utf8_lossy(&md5.key))));
        }
        self.key("md5-base64", false);
        if let Some(address) = neighbor.md5_ip.or(neighbor.local_address) {
            self.key("md5-ip", format_args!("\"{address}\""));
        }
        if let Some(ttl) = neighbor.outgoing_ttl {
            self.key("outgoing-ttl", ttl);
        }
        if let Some(ttl) = neighbor.incoming_ttl {
            self.key("incoming-ttl", ttl);
        }
    }

    fn capability(&mut self, neighbor: &Neighbor) {
        let capability = &neighbor.capability;
        self.begin("capability");
        self.key("asn4", switch(capability.asn4));
        self.key("route-refresh", switch(capability.route_refresh));
        self.key("graceful-restart", word(capability.graceful_restart, "disable"));
        self.key("software-version", switch(capability.software_version));
        self.key("nexthop", switch(capability.nexthop.unwrap_or(!neighbor.next_hops.is_empty())));
        self.key("add-path", capability.add_path.name());
        self.key("multi-session", switch(capability.multi_session));
        self.key("operational", switch(capability.operational));
        self.key("aigp", switch(capability.aigp));
        self.end();
    }

    fn families(&mut self, neighbor: &Neighbor) {
        self.begin("family");
        neighbor.families.iter().for_each(|family| self.statement(family));
        self.end();
        self.begin("nexthop");
        for (family, afi) in &neighbor.next_hops {
            self.statement(format_args!("{family} {}", if *afi == 1 { "ipv4" } else { "ipv6" }));
        }
        self.end();
        self.begin("add-path");
        let families = neighbor.families.iter().filter(|_| neighbor.capability.add_path != AddPath::Disable);
        for family in families.filter(|family| neighbor.has_paths(**family)) {
            match neighbor.add_paths.iter().find(|(listed, _)| listed == family) {
                Some((_, Some(limit))) => self.statement(format_args!("{family} limit {limit}")),
                _ => self.statement(family),
            }
        }
        self.end();
    }

    /// A section for each helper, whichever sections it was named in.
    fn apis(&mut self, neighbor: &Neighbor) {
        for (process, api) in sections(neighbor) {
            self.begin("api");
            self.key("processes", format_args!("[ {} ]", printable(process)));
            self.flags(&[
                ("neighbor-changes", api.neighbor_changes),
                ("negotiated", api.negotiated),
                ("fsm", api.fsm),
                ("signal", api.signal),
            ]);
            self.messages("receive", &api.receive);
            self.messages("send", &api.send);
            self.end();
        }
    }

    fn messages(&mut self, direction: &str, flags: &ApiFlags) {
        if *flags == ApiFlags::default() {
            return;
        }
        self.begin(direction);
        self.flags(&[
            ("packets", flags.packets),
            ("parsed", flags.parsed),
            ("consolidate", flags.consolidate),
            ("notification", flags.notification),
            ("open", flags.open),
            ("keepalive", flags.keepalive),
            ("update", flags.update),
            ("refresh", flags.refresh),
            ("operational", flags.operational),
        ]);
        self.end();
    }

    fn flags(&mut self, flags: &[(&str, bool)]) {
        flags.iter().filter(|(_, on)| *on).for_each(|(name, _)| self.statement(name));
    }

    fn begin(&mut self, name: &str) {
        self.indented(format_args!("{name} {{"));
        self.depth += 1;
    }

    fn end(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.indented("}");
    }

    fn key(&mut self, key: &str, value: impl Display) {
        self.indented(format_args!("{key} {value};"));
    }

    fn optional(&mut self, key: &str, value: Option<String>) {
        let value = word(value, self.absent);
        self.key(key, value);
    }

    fn statement(&mut self, word: impl Display) {
        self.indented(format_args!("{word};"));
    }

    fn indented(&mut self, text: impl Display) {
        let width = 2 * self.depth;
        json::write(self.out, format_args!("{:width$}{text}\n", ""));
    }

    fn raw(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }
}

fn address(neighbor: &Neighbor) -> String {
    match neighbor.peer_mask {
        Some(mask) => format!("{}/{mask}", neighbor.peer_address),
        None => neighbor.peer_address.to_string(),
    }
}

const fn switch(on: bool) -> &'static str {
    if on { "enable" } else { "disable" }
}

/// Free text stays on its line.
fn printable(text: &str) -> String {
    text.chars().map(|character| if matches!(character, ' '..='~') { character } else { '?' }).collect()
}
