//! What an UPDATE says, as the commands that would send it.
//!
//! The words are those of the API; their order is the reference's, which is neither that of its text form nor that of
//! the octets.

use std::net::Ipv4Addr;

use wire::{
    AnyAttribute, AnyNlri, Attributes, Family, NextHop, Reach, Update,
    attribute::{AsPath, LocalPreference, Origin, SegmentKind},
    nlri::{
        inet::Inet,
        label::{Labels, WITHDRAWN},
        rd::RouteDistinguisher,
    },
};

/// An UPDATE that no command says; the sentence tells why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unsayable(String);

/// The commands, one a line: withdrawals, then announcements, or the End-of-RIB.
///
/// # Errors
/// When a family or an attribute has no words; attributes we do not know have some only if `generic`.
pub fn commands(update: &Update, generic: bool) -> Result<Vec<String>, Unsayable> {
    if let Some(family) = update.end_of_rib {
        return Ok(vec![format!("announce eor {family}")]);
    }
    let mut lines = withdrawals(update, generic)?;
    for reach in &update.announced {
        announcements(reach, &update.attributes, generic, &mut lines)?;
    }
    if lines.is_empty() {
        let words =
            Said { attributes: &update.attributes, next_hop: update.next_hop, defaults: true }.words(generic)?;
        lines.push(format!("attributes{words}"));
    }
    Ok(lines)
}

/// What is withdrawn in a message that says nothing else may carry attributes: they are told in the same line.
fn withdrawals(update: &Update, generic: bool) -> Result<Vec<String>, Unsayable> {
    let lines = update.withdrawn.iter().map(withdrawal).collect::<Result<Vec<_>, _>>()?;
    if lines.is_empty() || update.attributes.is_empty() || !update.announced.is_empty() || update.fault.is_some() {
        return Ok(lines);
    }
    let words = Said { attributes: &update.attributes, next_hop: update.next_hop, defaults: true }.words(generic)?;
    Ok(vec![format!("group attributes{words} ; {}", lines.join(" ; "))])
}

/// A prefix, with what its family adds to it.
struct Prefix<'a> {
    inet: Inet,
    rd: Option<RouteDistinguisher>,
    labels: Option<&'a Labels>,
}

impl<'a> Prefix<'a> {
    fn of(nlri: &'a AnyNlri) -> Option<Self> {
        Some(match nlri {
            AnyNlri::Ipv4Unicast(inet)
            | AnyNlri::Ipv6Unicast(inet)
            | AnyNlri::Ipv4Multicast(inet)
            | AnyNlri::Ipv6Multicast(inet) => Self { inet: *inet, rd: None, labels: None },
            AnyNlri::Ipv4NlriMpls(nlri) | AnyNlri::Ipv6NlriMpls(nlri) => {
                Self { inet: nlri.prefix, rd: None, labels: Some(&nlri.labels) }
            }
            AnyNlri::Ipv4MplsVpn(nlri) | AnyNlri::Ipv6MplsVpn(nlri) => {
                Self { inet: nlri.prefix, rd: nlri.rd, labels: Some(&nlri.labels) }
            }
            _ => return None,
        })
    }

    /// The prefix alone.
    fn network(&self) -> String {
        Inet { path: None, ..self.inet }.to_string()
    }

    /// What stands behind prefix and next hop, each part behind a blank.
    fn rest(&self) -> String {
        let whole = self.inet.to_string();
        let path = whole.strip_prefix(&self.network()).unwrap_or_default();
        let rd = self.rd.map(|rd| format!(" rd {rd}")).unwrap_or_default();
        let labels = self.labels.filter(|labels| !labels.is_empty() && labels.0.as_slice() != [WITHDRAWN]);
        let labels = labels.map(|labels| format!(" {}", tight(&labels.to_string()))).unwrap_or_default();
        format!("{path}{rd}{labels}")
    }
}

/// The words before an NLRI, each with a blank behind it: IPv4 prefixes are told by what they look like, VPLS by its own first word, the rest by the
/// family.
fn subject(family: Family, prefix: Option<&Prefix<'_>>) -> String {
    match prefix {
        Some(prefix) if family.afi() == 1 && (family.safi() != 2 || prefix.inet.family() == family) => {
            "route ".to_owned()
        }
        None if family == Family::L2vpnVpls => String::new(),
        // The rd makes it one of a VPN.
        None if family.safi() == 134 => format!("{} flow ", family.afi_name()),
        _ => format!("{family} "),
    }
}

fn withdrawal(nlri: &AnyNlri) -> Result<String, Unsayable> {
    let family = nlri.family();
    let prefix = Prefix::of(nlri);
    let subject = subject(family, prefix.as_ref());
    match prefix {
        Some(prefix) => Ok(format!("withdraw {subject}{}{}", prefix.network(), prefix.rest())),
        // The reference's words have a next hop here.
        None => Ok(format!("withdraw {subject}{} next-hop 0.0.0.0", named(nlri)?)),
    }
}

/// The words of an NLRI of a family that is always named.
fn named(nlri: &AnyNlri) -> Result<String, Unsayable> {
    let family = nlri.family();
    if family.afi() == 16388 {
        return Err(Unsayable(format!("routes of {family} are only received")));
    }
    let text = nlri.to_string();
    // The conditions of a flow have their blanks, and its word is that of the family.
    Ok(text.strip_prefix("flow ").map_or_else(|| tight(&text), str::to_owned))
}

fn announcements(
    reach: &Reach,
    attributes: &Attributes,
    generic: bool,
    lines: &mut Vec<String>,
) -> Result<(), Unsayable> {
    let hop = match reach.next_hop {
        NextHop::None => String::new(),
        hop => format!(" next-hop {hop}"),
    };
    let of_prefixes = reach.nlris.first().is_some_and(|nlri| Prefix::of(nlri).is_some());
    let words = Said { attributes, next_hop: None, defaults: of_prefixes || reach.family == Family::L2vpnVpls }
        .words(generic)?;
    let plain = |nlri: &AnyNlri| Prefix::of(nlri).is_some_and(|prefix| prefix.rest().is_empty());
    if reach.nlris.len() > 1 && reach.nlris.iter().all(plain) && reach.family.safi() == 1 {
        let prefixes = reach.nlris.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        lines.push(format!("announce attributes{hop}{words} nlri {prefixes}"));
        return Ok(());
    }
    let one = |nlri: &AnyNlri| {
        let prefix = Prefix::of(nlri);
        let subject = subject(reach.family, prefix.as_ref());
        Ok(match prefix {
            Some(prefix) => format!("announce {subject}{}{hop}{}{words}", prefix.network(), prefix.rest()),
            None => format!("announce {subject}{}{hop}{words}", named(nlri)?),
        })
    };
    let mut all = reach.nlris.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    if of_prefixes || all.len() == 1 {
        lines.append(&mut all);
    } else {
        lines.push(format!("group {}", all.join(" ; ")));
    }
    Ok(())
}

/// The codes whose order is not that of their numbers: with defaults, without.
const ORDER: [&[u8]; 2] = [&[1, 2, 5, 4, 8, 16], &[1, 2, 5, 4, 16]];

/// The attributes of a command.
struct Said<'a> {
    attributes: &'a Attributes,
    /// Told among them.
    next_hop: Option<Ipv4Addr>,
    /// What every route gets is told as well: behind prefixes.
    defaults: bool,
}

impl Said<'_> {
    /// The words, each attribute behind a blank.
    fn words(&self, generic: bool) -> Result<String, Unsayable> {
        let [whole, short] = ORDER;
        let order = if self.defaults { whole } else { short };
        let mut sorted: Vec<&AnyAttribute> = self.attributes.iter().collect();
        sorted.sort_by_key(|attribute| order.iter().position(|code| *code == attribute.code()).unwrap_or(order.len()));
        let mut next_hop = self.next_hop;
        let mut out = String::new();
        for attribute in sorted.into_iter().filter(|attribute| self.defaults || !is_default(attribute)) {
            if attribute.code() > 2
                && let Some(next_hop) = next_hop.take()
            {
                out.push_str(&format!(" next-hop {next_hop}"));
            }
            let text = word(attribute, generic)?;
            if !text.is_empty() {
                out.push(' ');
                out.push_str(&text);
            }
        }
        next_hop.iter().for_each(|next_hop| out.push_str(&format!(" next-hop {next_hop}")));
        Ok(out)
    }
}

const fn is_default(attribute: &AnyAttribute) -> bool {
    matches!(attribute, AnyAttribute::Origin(Origin::Igp) | AnyAttribute::LocalPreference(LocalPreference(100)))
}

/// Attributes whose value is a list, in brackets even if it has one item.
const LISTS: &[u8] = &[8, 10, 16, 25, 32];

fn word(attribute: &AnyAttribute, generic: bool) -> Result<String, Unsayable> {
    match attribute {
        AnyAttribute::AsPath(path) => Ok(as_path(path)),
        AnyAttribute::BgpLs(_) => Err(Unsayable("the attribute bgp-ls is only received".to_owned())),
        AnyAttribute::Generic(unknown) if !generic => {
            let code = unknown.code;
            Err(Unsayable(format!("attribute {code} is not known; --generic says it by its octets")))
        }
        AnyAttribute::Generic(unknown) => Ok(tight(&unknown.to_string())),
        _ => {
            let text = attribute.to_string();
            Ok(match text.split_once(' ').filter(|_| LISTS.contains(&attribute.code())) {
                Some((keyword, one)) if !one.starts_with('[') => format!("{keyword} [{one}]"),
                Some(_) => tight(&text),
                None => text,
            })
        }
    }
}

/// The brackets of the input, which are not those of the text form.
fn as_path(path: &AsPath) -> String {
    let segments = path.0.iter().map(|segment| {
        let asns = segment.asns.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
        match segment.kind {
            SegmentKind::Sequence => format!(" [{asns}]"),
            SegmentKind::Set => format!(" ({asns})"),
            SegmentKind::ConfedSequence => format!(" [ {{ {asns} }} ]"),
            SegmentKind::ConfedSet => format!(" ( {{ {asns} }} )"),
        }
    });
    let segments: String = segments.collect();
    if segments.is_empty() { segments } else { format!("as-path{segments}") }
}

/// Brackets without blanks inside.
fn tight(text: &str) -> String {
    text.replace("[ ", "[").replace(" ]", "]")
}

#[cfg(test)]
mod tests {
    use wire::{AnyAttribute, Intent, RouteSpec, Words, attribute::Generic, route};

    use super::*;

    fn update(line: &str) -> Update {
        let mut words = Words::new(line);
        let RouteSpec { routes, .. } = route::parse_attributes(&mut words, Intent::Announce).unwrap();
        let (attributes, next_hop) = (routes[0].attributes.clone(), routes[0].next_hop);
        let family = routes[0].nlri.family();
        let nlris = routes.into_iter().map(|route| route.nlri).collect();
        Update { attributes, announced: vec![Reach { family, next_hop, link_local: None, nlris }], ..Update::default() }
    }

    fn said(line: &str) -> String {
        commands(&update(line), true).unwrap().join("\n")
    }

    #[test]
    fn the_order_is_the_reference_s() {
        assert_eq!(
            said(
                "next-hop 1.1.1.1 community 2:1 med 5 local-preference 100 origin igp as-path [ 1 2 ] ( 3 ) nlri 10.0.0.0/8"
            ),
            "announce route 10.0.0.0/8 next-hop 1.1.1.1 origin igp as-path [1 2] (3) local-preference 100 med 5 \
             community [2:1]"
        );
        assert_eq!(said("next-hop ::1 nlri 2001:db8::/32"), "announce ipv6 unicast 2001:db8::/32 next-hop ::1");
        assert_eq!(
            said("next-hop 1.1.1.1 rd 1:1 label 5 nlri 10.0.0.0/8"),
            "announce route 10.0.0.0/8 next-hop 1.1.1.1 rd 1:1 label 5"
        );
    }

    #[test]
    fn prefixes_with_the_same_attributes_share_a_command() {
        let line = "next-hop 1.1.1.1 med 5 nlri 10.0.0.0/8 11.0.0.0/8";
        assert_eq!(said(line), format!("announce attributes {line}"));
        let with_paths = "next-hop 1.1.1.1 path-information 1 nlri 10.0.0.0/8 11.0.0.0/8";
        assert_eq!(said(with_paths).lines().count(), 2);
    }

    #[test]
    fn withdrawals_and_markers() {
        let mut gone = update("next-hop 1.1.1.1 rd 1:1 label 5 nlri 10.0.0.0/8");
        gone.withdrawn = gone.announced.remove(0).nlris;
        assert_eq!(commands(&gone, false).unwrap(), ["withdraw route 10.0.0.0/8 rd 1:1 label 5"]);
        let marker = Update { end_of_rib: Some(Family::Ipv6Unicast), ..Update::default() };
        assert_eq!(commands(&marker, false).unwrap(), ["announce eor ipv6 unicast"]);
        gone.attributes = update("next-hop 1.1.1.1 med 5 origin igp nlri 10.0.0.0/8").attributes;
        gone.next_hop = Some([1, 1, 1, 1].into());
        let line = "group attributes origin igp next-hop 1.1.1.1 med 5 ; withdraw route 10.0.0.0/8 rd 1:1 label 5";
        assert_eq!(commands(&gone, false).unwrap(), [line]);
        gone.withdrawn.clear();
        assert_eq!(commands(&gone, false).unwrap(), ["attributes origin igp next-hop 1.1.1.1 med 5"]);
    }

    #[test]
    fn what_is_not_known_is_said_by_its_octets() {
        let mut unknown = update("next-hop 1.1.1.1 nlri 10.0.0.0/8");
        let generic = Generic { code: 0x99, flags: 0xE0, value: vec![1].into() };
        let mut builder = wire::attribute::AttributesBuilder::default();
        builder.add(AnyAttribute::Generic(generic));
        unknown.attributes = builder.finish();
        assert!(commands(&unknown, false).is_err());
        let line = "announce route 10.0.0.0/8 next-hop 1.1.1.1 attribute [0x99 0xE0 0x01]";
        assert_eq!(commands(&unknown, true).unwrap(), [line]);
    }
}
