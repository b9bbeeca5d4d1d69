//! Reads an UPDATE, with the error handling of RFC 7606.
//!
//! ```text
//! +-------------------------------+
//! | Withdrawn routes length (2)   |  Withdrawn routes
//! +-------------------------------+
//! | Path attribute length (2)     |  Path attributes
//! +-------------------------------+
//! | NLRI (what is left)           |
//! +-------------------------------+
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bytes::Bytes;

use crate::{
    AnyAttribute, AnyNlri, Attributes, Family, FamilyCode, Negotiated, NextHop, Notify, Reader,
    attribute::{
        Aggregator, As4Aggregator, As4Path, Attribute, AttributesBuilder, EXTENDED, Generic, OPTIONAL, PARTIAL, Rules,
        TRANSITIVE, code,
    },
};

/// A decoded UPDATE.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Update {
    /// Attributes of the announced routes.
    pub attributes: Attributes,
    /// Announced routes.
    pub announced: Vec<Reach>,
    /// What NEXT_HOP says, whether or not there are routes that it is for.
    pub next_hop: Option<Ipv4Addr>,
    /// Withdrawn routes.
    pub withdrawn: Vec<AnyNlri>,
    /// The message says that all routes of this family have been sent (RFC 4724 section 2).
    pub end_of_rib: Option<Family>,
    /// What a malformed attribute did to the message.
    pub fault: Option<UpdateFault>,
    /// What was wrong, for the log.
    pub complaints: Vec<String>,
}

/// Announced routes of one family with one next hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The family.
    pub family: Family,
    /// The next hop.
    pub next_hop: NextHop,
    /// The same on the link to the peer, where it is told as well (RFC 2545 section 3).
    pub link_local: Option<Ipv6Addr>,
    /// What can be reached.
    pub nlris: Vec<AnyNlri>,
}

/// What a malformed attribute did to the message (RFC 7606 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UpdateFault {
    /// An attribute was forgotten.
    Discard,
    /// All announced routes became withdrawals.
    TreatAsWithdraw,
}

impl UpdateFault {
    /// The word used in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Discard => "discard",
            Self::TreatAsWithdraw => "treat-as-withdraw",
        }
    }
}

impl Update {
    /// Reads a body.
    ///
    /// # Errors
    /// The NOTIFICATION for an error that leaves no way to go on.
    pub fn decode(body: &[u8], with: &Negotiated) -> Result<Self, Notify> {
        let (withdrawn, attributes, nlri) = sections(body)?;
        let mut decoder = Decoder::new(with);
        decoder.attributes(attributes)?;
        decoder.classic(withdrawn, nlri)?;
        Ok(decoder.finish())
    }

    /// Whether the message announces or withdraws nothing and marks no end.
    pub const fn is_empty(&self) -> bool {
        self.announced.is_empty() && self.withdrawn.is_empty() && self.end_of_rib.is_none()
    }
}

/// The three parts of a body.
fn sections(body: &[u8]) -> Result<(Reader<'_>, Reader<'_>, Reader<'_>), Notify> {
    let overrun = || Notify::with_text(3, 1, "error in BGP message length, not enough data for the size announced");
    let mut reader = Reader::new(body);
    let withdrawn = reader.u16().and_then(|length| reader.sub(length.into())).ok_or_else(overrun)?;
    let attributes = reader.u16().and_then(|length| reader.sub(length.into())).ok_or_else(overrun)?;
    Ok((withdrawn, attributes, reader))
}

struct Decoder<'a> {
    with: &'a Negotiated,
    update: Update,
    builder: AttributesBuilder,
    reach: Option<Reach>,
    /// The family of the multiprotocol attributes, which an End-of-RIB names.
    family: Option<Family>,
    seen_reach: bool,
    seen_unreach: bool,
    any_attribute: bool,
}

/// One attribute as it stands in the block.
struct Raw<'a> {
    flags: u8,
    code: u8,
    value: Reader<'a>,
    whole: &'a [u8],
}

impl<'a> Raw<'a> {
    fn read(block: &mut Reader<'a>) -> Option<Self> {
        let start = *block;
        let (flags, code) = (block.u8()?, block.u8()?);
        let length = if flags & EXTENDED != 0 { usize::from(block.u16()?) } else { usize::from(block.u8()?) };
        let value = block.sub(length)?;
        let whole = start.rest().get(..start.len() - block.len())?;
        Some(Self { flags, code, value, whole })
    }
}

impl<'a> Decoder<'a> {
    fn new(with: &'a Negotiated) -> Self {
        Self {
            with,
            update: Update::default(),
            builder: AttributesBuilder::default(),
            reach: None,
            family: None,
            seen_reach: false,
            seen_unreach: false,
            any_attribute: false,
        }
    }

    fn fault(&mut self, fault: UpdateFault, complaint: impl Into<String>) {
        self.update.fault = self.update.fault.max(Some(fault));
        self.update.complaints.push(complaint.into());
    }

    fn withdraw(&mut self, complaint: impl Into<String>) {
        self.fault(UpdateFault::TreatAsWithdraw, complaint);
    }

    fn attributes(&mut self, mut block: Reader<'a>) -> Result<(), Notify> {
        self.any_attribute = !block.is_empty();
        while !block.is_empty() {
            match Raw::read(&mut block) {
                Some(raw) => self.attribute(raw)?,
                None => {
                    self.withdraw("an attribute is longer than the attributes of the message");
                    break;
                }
            }
        }
        Ok(())
    }

    fn attribute(&mut self, raw: Raw<'a>) -> Result<(), Notify> {
        match raw.code {
            code::MP_REACH => self.mp_reach(raw),
            code::MP_UNREACH => self.mp_unreach(raw),
            code::NEXT_HOP => {
                self.next_hop(raw);
                Ok(())
            }
            code if self.builder.has(code) => Ok(()),
            code => match AnyAttribute::rules(code) {
                Some(rules) => {
                    if rules.internal_only && !self.with.is_ibgp() {
                        self.fault(UpdateFault::Discard, format!("attribute {code} came from an external peer"));
                    } else {
                        self.known(raw, rules);
                    }
                    Ok(())
                }
                None => self.unknown(&raw),
            },
        }
    }

    fn known(&mut self, mut raw: Raw<'a>, rules: Rules) {
        let (on_error, why) = if flags_agree(raw.flags, rules.flags) {
            match AnyAttribute::decode(raw.code, &mut raw.value, self.with) {
                Ok(attribute) => return self.builder.add(attribute),
                Err(why) => (rules.on_error, why.0),
            }
        } else {
            (rules.on_flags, format!("attribute {} has the flags 0x{:02X}", raw.code, raw.flags))
        };
        let fault = if on_error.withdraws(self.with) { UpdateFault::TreatAsWithdraw } else { UpdateFault::Discard };
        self.fault(fault, why);
    }

    /// RFC 4271 sections 5 and 6.3: transitive ones are kept and marked, others ignored, and nobody may send a
    /// well-known one that is not known.
    fn unknown(&mut self, raw: &Raw<'a>) -> Result<(), Notify> {
        if raw.flags & OPTIONAL == 0 {
            return Err(Notify::with_data(3, 2, Bytes::copy_from_slice(raw.whole)));
        }
        if raw.flags & TRANSITIVE != 0 {
            let flags = (raw.flags | PARTIAL) & !EXTENDED;
            let value = Bytes::copy_from_slice(raw.value.rest());
            self.builder.add(AnyAttribute::Generic(Generic { code: raw.code, flags, value }));
        }
        Ok(())
    }

    fn next_hop(&mut self, mut raw: Raw<'a>) {
        if !flags_agree(raw.flags, TRANSITIVE) {
            return self.withdraw(format!("NEXT_HOP has the flags 0x{:02X}", raw.flags));
        }
        match (raw.value.ipv4(), raw.value.is_empty()) {
            (Some(address), true) => _ = self.update.next_hop.get_or_insert(address),
            _ => self.withdraw("NEXT_HOP has a length other than 4"),
        }
    }

    fn mp_reach(&mut self, mut raw: Raw<'a>) -> Result<(), Notify> {
        if std::mem::replace(&mut self.seen_reach, true) {
            return Err(Notify::with_text(3, 1, "multiple attribute for mp-reach-nlri"));
        }
        if !flags_agree(raw.flags, OPTIONAL) {
            self.withdraw(format!("MP_REACH_NLRI has the flags 0x{:02X}", raw.flags));
        }
        let error = || Notify::with_data(3, 9, Bytes::copy_from_slice(raw.whole));
        let value = &mut raw.value;
        let (afi, safi) = value.u16().zip(value.u8()).ok_or_else(error)?;
        let next_hop = value.u8().and_then(|length| value.sub(length.into())).ok_or_else(error)?;
        value.u8().ok_or_else(error)?;
        let Some(family) = self.negotiated(FamilyCode { afi, safi }) else { return Ok(()) };
        let (next_hop, link_local) = read_next_hop(family, next_hop, self.with).ok_or_else(error)?;
        let nlris = self.nlris(family, *value)?;
        self.family = self.family.or(Some(family));
        self.reach = Some(Reach { family, next_hop, link_local, nlris });
        Ok(())
    }

    fn mp_unreach(&mut self, mut raw: Raw<'a>) -> Result<(), Notify> {
        if std::mem::replace(&mut self.seen_unreach, true) {
            return Err(Notify::with_text(3, 1, "multiple attribute for mp-unreach-nlri"));
        }
        let error = || Notify::with_data(3, 9, Bytes::copy_from_slice(raw.whole));
        let (afi, safi) = raw.value.u16().zip(raw.value.u8()).ok_or_else(error)?;
        let Some(family) = self.negotiated(FamilyCode { afi, safi }) else { return Ok(()) };
        self.family = Some(family);
        let nlris = self.nlris(family, raw.value)?;
        self.update.withdrawn = nlris;
        Ok(())
    }

    /// RFC 4760 section 7: routes of a family that was not negotiated are ignored.
    fn negotiated(&mut self, code: FamilyCode) -> Option<Family> {
        let family = code.family().filter(|family| self.with.has(*family));
        if family.is_none() {
            self.update.complaints.push(format!("routes of {code} are ignored: the family was not negotiated"));
        }
        family
    }

    /// RFC 7606 section 5.3: one that cannot be read does not hide those behind it if its end is known.
    fn nlris(&mut self, family: Family, mut octets: Reader<'a>) -> Result<Vec<AnyNlri>, Notify> {
        let add_path = self.with.add_path_receive.contains(family);
        // A prefix takes about four octets.
        let mut nlris = Vec::with_capacity(octets.len() / 4);
        while !octets.is_empty() {
            match AnyNlri::decode_all(family, &mut octets, add_path, self.with.quirks, &mut nlris) {
                Ok(()) => {}
                Err(why) if why.is_skipped() => self.withdraw(why.0),
                Err(why) => return Err(Notify::with_text(3, 10, &why.0)),
            }
        }
        Ok(nlris)
    }

    /// The fields of IPv4 unicast.
    fn classic(&mut self, withdrawn: Reader<'a>, nlri: Reader<'a>) -> Result<(), Notify> {
        let mut gone = self.nlris(Family::Ipv4Unicast, withdrawn)?;
        gone.append(&mut self.update.withdrawn);
        self.update.withdrawn = gone;
        let nlris = self.nlris(Family::Ipv4Unicast, nlri)?;
        if !nlris.is_empty() {
            if self.update.next_hop.is_none() && self.update.fault != Some(UpdateFault::TreatAsWithdraw) {
                self.withdraw("NEXT_HOP is missing");
            }
            let next_hop = self.update.next_hop.map_or(NextHop::None, |address| NextHop::Ip(IpAddr::V4(address)));
            let reach = Reach { family: Family::Ipv4Unicast, next_hop, link_local: None, nlris };
            self.update.announced.push(reach);
        }
        self.update.announced.extend(self.reach.take().filter(|reach| !reach.nlris.is_empty()));
        Ok(())
    }

    fn finish(mut self) -> Update {
        if self.update.announced.is_empty() {
            let nothing = self.update.withdrawn.is_empty() && self.update.fault.is_none();
            let only_markers = !self.any_attribute || self.family.is_some();
            if nothing && only_markers && self.update.complaints.is_empty() {
                self.update.end_of_rib = Some(self.family.unwrap_or(Family::Ipv4Unicast));
            }
        } else {
            self.check_mandatory();
        }
        self.merge_as4();
        self.ignore_impossible_next_hops();
        if self.update.fault == Some(UpdateFault::TreatAsWithdraw) {
            let announced = std::mem::take(&mut self.update.announced);
            self.update.withdrawn.extend(announced.into_iter().flat_map(|reach| reach.nlris));
        }
        self.update.attributes = self.builder.finish();
        self.update
    }

    /// RFC 7606 section 3 d.
    fn check_mandatory(&mut self) {
        if self.update.fault == Some(UpdateFault::TreatAsWithdraw) {
            return;
        }
        let internal = if self.with.is_ibgp() { Some((code::LOCAL_PREF, "LOCAL_PREF")) } else { None };
        let mandatory = [Some((code::ORIGIN, "ORIGIN")), Some((code::AS_PATH, "AS_PATH")), internal];
        if let Some((_, name)) = mandatory.into_iter().flatten().find(|(code, _)| !self.builder.has(*code)) {
            self.withdraw(format!("{name} is missing"));
        }
    }

    /// RFC 6793 section 4.2.3; confederations have no place in AS4_PATH (section 6).
    fn merge_as4(&mut self) {
        let path = self.builder.remove(As4Path::CODE);
        let aggregator = self.builder.remove(As4Aggregator::CODE);
        if self.with.asn4 {
            return;
        }
        if let Some(AnyAttribute::As4Aggregator(wide)) = aggregator
            && let Some(AnyAttribute::Aggregator(narrow)) = self.builder.remove(Aggregator::CODE)
        {
            if narrow.asn != u32::from(crate::AS_TRANS) {
                return self.builder.add(AnyAttribute::Aggregator(narrow));
            }
            self.builder.add(AnyAttribute::Aggregator(wide.0));
        }
        if let Some(AnyAttribute::As4Path(wide)) = path
            && let Some(AnyAttribute::AsPath(narrow)) = self.builder.remove(code::AS_PATH)
        {
            let carried = wide.0.without_confederations();
            if carried != wide.0 {
                self.update.complaints.push("confederations of AS4_PATH are ignored".to_owned());
            }
            self.builder.add(AnyAttribute::AsPath(narrow.merged(&carried)));
        }
    }

    /// RFC 4271 section 6.3: a next hop that is no host is logged and its routes are ignored.
    fn ignore_impossible_next_hops(&mut self) {
        let impossible = |reach: &Reach| matches!(reach.next_hop, NextHop::Ip(IpAddr::V4(address)) if address.is_unspecified() || address.is_multicast());
        let before = self.update.announced.len();
        self.update.announced.retain(|reach| !impossible(reach));
        if self.update.announced.len() < before {
            self.update.complaints.push("routes are ignored: their next hop is no host".to_owned());
        }
    }
}

/// RFC 7606 section 3 c: optional and transitive as the RFC says; partial only where it means something.
const fn flags_agree(received: u8, expected: u8) -> bool {
    let partial_allowed = expected == OPTIONAL | TRANSITIVE;
    received & (OPTIONAL | TRANSITIVE) == expected && (partial_allowed || received & PARTIAL == 0)
}

/// The next hop of MP_REACH_NLRI, of any kind where RFC 8950 was negotiated, and the link-local address that may follow one
/// of IPv6 (RFC 2545 section 3).
fn read_next_hop(family: Family, mut octets: Reader<'_>, with: &Negotiated) -> Option<(NextHop, Option<Ipv6Addr>)> {
    let (length, rd) = (octets.len(), if family.rd_in_next_hop() { 8 } else { 0 });
    let extended = || with.next_hops.iter().any(|(of, _)| *of == family);
    match family.next_hop_lengths().contains(&length) {
        true if length == 0 => return Some((NextHop::None, None)),
        false if !extended() => return None,
        _ => {}
    }
    if octets.take(rd)?.iter().any(|octet| *octet != 0) {
        return None;
    }
    // A second route distinguisher may stand before the link-local address.
    let between = match octets.len() {
        4 => return octets.ipv4().map(|address| (NextHop::Ip(IpAddr::V4(address)), None)),
        16 | 32 => 0,
        40 if rd > 0 => rd,
        _ => return None,
    };
    let address = octets.ipv6()?;
    Some((NextHop::Ip(IpAddr::V6(address)), octets.take(between).and_then(|_| octets.ipv6())))
}

#[cfg(test)]
mod tests;
