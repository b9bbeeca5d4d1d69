//! EVPN routes of types 1 to 5, ours and theirs, and what tells them from others.

use super::exchange::{Announced, attributes, rest};

/// What an EVPN route says; what its type has not is `none`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evpn {
    pub(crate) rd: String,
    pub(crate) tag: String,
    /// `-` when all zeros.
    pub(crate) esi: String,
    pub(crate) mac: String,
    /// The prefix of type 5, the address of others.
    pub(crate) ip: String,
    pub(crate) gateway: String,
    /// The label fields, 24 bits each.
    pub(crate) labels: Vec<u64>,
}

/// An EVPN route of this type: what tells it from others (RFC 7432 section 7, RFC 9136 section 3.1), and the rest.
pub(crate) fn texts(code: u64, route: &Evpn) -> (String, String) {
    let Evpn { rd, tag, esi, mac, ip, gateway, labels } = route;
    let key = match code {
        1 => format!("{code} rd {rd} esi {esi} tag {tag}"),
        2 => format!("{code} rd {rd} tag {tag} mac {mac} ip {ip}"),
        4 => format!("{code} rd {rd} esi {esi} ip {ip}"),
        _ => format!("{code} rd {rd} tag {tag} ip {ip}"),
    };
    (key, format!("esi {esi} gateway {gateway} label {labels:?}"))
}

/// A route with its path.
#[derive(Debug, Clone)]
pub(crate) struct Numbered {
    /// Its type.
    pub(crate) code: u64,
    pub(crate) route: Evpn,
    pub(crate) next_hop: String,
    pub(crate) as_path: Vec<u32>,
    /// Targets, and communities as hexadecimal numbers.
    pub(crate) communities: Vec<String>,
}

impl Numbered {
    /// The route of this number. Its label field is a small number.
    pub(crate) fn new(index: u32, asn: u32) -> Self {
        let code = u64::from(1 + index % 5);
        let rd = if index.is_multiple_of(2) { format!("{asn}:{index}") } else { format!("192.0.2.1:{index}") };
        let segment = format!("00:11:22:33:44:55:66:77:88:{:02x}", index % 256);
        let v6 = index % 3 == 2;
        let host = if v6 { format!("2001:db8::{index:x}") } else { format!("10.0.0.{index}") };
        let none = || "none".to_owned();
        let empty = Evpn {
            rd,
            tag: (index * 7).to_string(),
            esi: none(),
            mac: none(),
            ip: none(),
            gateway: none(),
            labels: Vec::new(),
        };
        let labels = vec![u64::from(16 + index * 1000)];
        let route = match code {
            1 => Evpn { esi: segment, labels, ..empty },
            2 => {
                let esi = if index.is_multiple_of(4) { segment } else { "-".to_owned() };
                Evpn { esi, labels, mac: format!("aa:bb:cc:dd:ee:{index:02x}"), ip: host, ..empty }
            }
            3 => Evpn { ip: host, ..empty },
            4 => Evpn { esi: segment, ip: host, tag: none(), ..empty },
            _ => {
                let (ip, gateway) = match v6 {
                    true => (format!("2001:db8:{index:x}::/48"), format!("2001:db8::{index:x}")),
                    false => (format!("10.{index}.0.0/16"), format!("10.0.0.{index}")),
                };
                Evpn { esi: "-".to_owned(), labels, ip, gateway, ..empty }
            }
        };
        let next_hop = if index % 7 == 3 { "2001:db8::1".to_owned() } else { format!("192.0.2.{}", 1 + index % 10) };
        let as_path = [asn].into_iter().chain((0..index % 3).map(|hop| 65100 + hop + index)).collect();
        let communities = (0..=index % 2).map(|tag| format!("{asn}:{}", index + tag)).collect();
        Self { code, route, next_hop, as_path, communities }
    }

    /// Says its labels as labels in place of numbers of 24 bits: 20 bits, three of traffic class, and that this is the
    /// last.
    #[must_use]
    pub(crate) fn with_label(mut self) -> Self {
        self.route.labels.iter_mut().for_each(|field| *field = *field << 4 | 1);
        self
    }

    /// The command's words: those for the route, those for its next hop, and the attributes.
    pub(crate) fn words(&self) -> [String; 3] {
        let Self { code, route: Evpn { rd, tag, esi, mac, ip, gateway, labels }, next_hop, .. } = self;
        let plain = labels.iter().all(|field| field & 0xF == 1);
        let fields: Vec<_> = labels.iter().map(|field| if plain { field >> 4 } else { *field }.to_string()).collect();
        let label = format!("{} [ {} ]", if plain { "label" } else { "vni" }, fields.join(" "));
        let esi = if esi == "-" { String::new() } else { format!(" esi {esi}") };
        let ip = if ip == "none" { String::new() } else { format!(" ip {ip}") };
        let words = match code {
            1 => format!("ethernet-ad rd {rd}{esi} ethernet-tag {tag} {label}"),
            2 => format!("mac-ip rd {rd}{esi} ethernet-tag {tag} mac {mac}{ip} {label}"),
            3 => format!("multicast rd {rd} ethernet-tag {tag}{ip}"),
            4 => format!("ethernet-segment rd {rd}{esi}{ip}"),
            _ => format!(
                "ip-prefix rd {rd}{esi} ethernet-tag {tag} prefix{} gateway {gateway} {label}",
                ip.trim_start_matches(" ip")
            ),
        };
        [format!("l2vpn evpn {words}"), format!(" next-hop {next_hop}"), attributes(&self.as_path, &self.communities)]
    }

    /// As we announce it.
    pub(crate) fn announced(&self, held: (String, String)) -> Announced {
        let [short, next_hop, attributes] = self.words();
        Announced { route: format!("{short}{next_hop}"), short, attributes, held }
    }

    /// What tells it from others, and the rest.
    pub(crate) fn heard(&self) -> (String, String) {
        let (key, nlri) = texts(self.code, &self.route);
        (key, rest(&nlri, &self.next_hop, &self.as_path, &self.communities))
    }
}
