//! Routes that are stale: announced before the peer restarted (RFC 4724 section 4.2), or before it began to send its routes
//! again (RFC 7313 section 4), and not since.
//!
//! A route knows when it came, so one number a family tells those that are stale from those that are not.

use wire::{
    AnyAttribute, AnyNlri, Attribute as _, Attributes, Family, attribute::AttributesBuilder, attribute::Communities,
};

use super::{AdjRibIn, Held};

/// Which routes of a family are stale: those that came before the mark was set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    /// The order of the last of them.
    pub(super) last: u32,
    /// How many are left.
    pub(super) left: usize,
    /// They have been stale for long.
    pub(super) long: bool,
}

impl Mark {
    /// Whether that route is stale.
    pub(super) const fn is_on(&self, held: &Held) -> bool {
        held.order <= self.last
    }
}

impl AdjRibIn {
    /// From now on all routes of the family are stale.
    pub fn mark(&mut self, family: Family) {
        if self.orders > MANY {
            self.count_anew();
        }
        let left = self.counts().into_iter().find_map(|(of, count)| (of == family).then_some(count)).unwrap_or(0);
        self.stale.insert(family, Mark { last: self.orders, left, long: false });
    }

    /// From now on all routes of the family have been stale for long (RFC 9494 section 4.2); those that may not be are gone.
    pub fn mark_for_long(&mut self, family: Family) {
        self.mark(family);
        let paths = &self.paths;
        let leaves = |held: &Held| has_community(&paths.get(held.path).1, NO_LLGR);
        let gone = self.found(family, leaves);
        self.drop_all(&gone);
        if let Some(mark) = self.stale.get_mut(&family) {
            mark.long = true;
        }
    }

    /// Forgets what is stale of the family, and returns how many routes that were.
    pub fn sweep(&mut self, family: Family) -> usize {
        let Some(mark) = self.stale.remove(&family) else { return 0 };
        if mark.left == 0 {
            return 0;
        }
        let gone = self.found(family, |held| mark.is_on(held));
        self.drop_all(&gone);
        gone.len()
    }

    /// Forgets all routes of the family.
    pub fn forget(&mut self, family: Family) {
        self.stale.remove(&family);
        let gone = self.found(family, |_| true);
        self.drop_all(&gone);
    }

    /// Nothing of the family is stale after all.
    pub fn unmark(&mut self, family: Family) {
        self.stale.remove(&family);
    }

    fn found(&self, family: Family, wanted: impl Fn(&Held) -> bool) -> Vec<AnyNlri> {
        self.entries(family).filter(|(held, _)| wanted(held)).map(|(_, nlri)| nlri).collect()
    }

    fn drop_all(&mut self, gone: &[AnyNlri]) {
        for nlri in gone {
            if let Some(held) = self.remove(nlri) {
                self.let_go(nlri.family(), held);
            }
        }
    }

    /// Numbers the routes from one on: there is an end to numbers.
    fn count_anew(&mut self) {
        let mut orders: Vec<u32> = self.every(|held| held.order).collect();
        orders.sort_unstable();
        let place = |order: u32| u32::try_from(orders.partition_point(|it| *it < order)).unwrap_or(MANY);
        for mark in self.stale.values_mut() {
            mark.last = place(mark.last.saturating_add(1));
        }
        for held in self.every_mut() {
            held.order = place(held.order).saturating_add(1);
        }
        self.orders = u32::try_from(orders.len()).unwrap_or(MANY);
    }

    fn every<T>(&self, what: impl Fn(&Held) -> T) -> impl Iterator<Item = T> {
        let plain = self.ipv4.values().chain(self.ipv6.values());
        plain.chain(self.others.values().map(|(_, held)| held)).map(what)
    }

    fn every_mut(&mut self) -> impl Iterator<Item = &mut Held> {
        let plain = self.ipv4.values_mut().chain(self.ipv6.values_mut());
        plain.chain(self.others.values_mut().map(|(_, held)| held))
    }
}

/// The attributes of a route that has been stale for long.
pub(super) fn stale_for_long(attributes: &Attributes) -> Attributes {
    if has_community(attributes, LLGR_STALE) {
        return attributes.clone();
    }
    let mut builder = AttributesBuilder::default();
    attributes.iter().for_each(|attribute| builder.add(attribute.clone()));
    let mut communities = match builder.remove(Communities::CODE) {
        Some(AnyAttribute::Communities(Communities(list))) => list,
        _ => Vec::new(),
    };
    communities.push(LLGR_STALE);
    builder.add(AnyAttribute::Communities(Communities(communities)));
    builder.finish()
}

fn has_community(attributes: &Attributes, wanted: u32) -> bool {
    let communities = attributes.get(Communities::CODE);
    matches!(communities, Some(AnyAttribute::Communities(Communities(list))) if list.contains(&wanted))
}

/// LLGR_STALE (RFC 9494 section 4.6).
const LLGR_STALE: u32 = 0xFFFF_0006;
/// NO_LLGR (RFC 9494 section 4.7): not to be kept for long.
const NO_LLGR: u32 = 0xFFFF_0007;
/// Numbers are given anew beyond so many.
const MANY: u32 = u32::MAX / 2;

#[cfg(test)]
mod tests {
    use wire::{Intent, Reach, Update, Words, route::parse_route};

    use super::*;

    fn announce(rib: &mut AdjRibIn, text: &str) {
        let route = parse_route(&mut Words::new(text), Intent::Announce).unwrap().routes.remove(0);
        let (family, next_hop) = (route.nlri.family(), route.next_hop);
        let reach = Reach { family, next_hop, link_local: None, nlris: vec![route.nlri] };
        rib.learn(&Update { announced: vec![reach], attributes: route.attributes, ..Update::default() });
    }

    fn shown(rib: &AdjRibIn) -> Vec<(String, bool)> {
        rib.routes().iter().map(|received| (received.route.nlri.to_string(), received.stale)).collect()
    }

    fn pair(prefix: &str, stale: bool) -> (String, bool) {
        (prefix.to_owned(), stale)
    }

    #[test]
    fn what_is_announced_again_is_not_stale() {
        let mut rib = AdjRibIn::default();
        for prefix in ["10.0.0.0/8", "11.0.0.0/8", "2001:db8::/32"] {
            announce(&mut rib, &format!("{prefix} next-hop ::1").replace("0/8 next-hop ::1", "0/8 next-hop 1.1.1.1"));
        }
        rib.mark(Family::Ipv4Unicast);
        assert_eq!(rib.fresh(), [(Family::Ipv6Unicast, 1)]);
        announce(&mut rib, "11.0.0.0/8 next-hop 1.1.1.1");
        assert_eq!(shown(&rib), [pair("10.0.0.0/8", true), pair("2001:db8::/32", false), pair("11.0.0.0/8", false)]);
        assert_eq!(rib.fresh(), [(Family::Ipv4Unicast, 1), (Family::Ipv6Unicast, 1)]);
        assert_eq!((rib.sweep(Family::Ipv4Unicast), rib.sweep(Family::Ipv4Unicast)), (1, 0));
        assert_eq!(shown(&rib), [pair("2001:db8::/32", false), pair("11.0.0.0/8", false)]);
        rib.forget(Family::Ipv6Unicast);
        assert_eq!(rib.len(), 1);
    }

    #[test]
    fn stale_for_long_is_told_by_a_community_and_can_be_forbidden() {
        let mut rib = AdjRibIn::default();
        announce(&mut rib, "10.0.0.0/8 next-hop 1.1.1.1 community [ 1:1 ]");
        announce(&mut rib, "11.0.0.0/8 next-hop 1.1.1.1 community [ 65535:7 ]");
        rib.mark_for_long(Family::Ipv4Unicast);
        let route = rib.routes().remove(0).route.to_string();
        assert!(rib.len() == 1 && route.contains("community [ 1:1 65535:6 ]"), "{route}");
        announce(&mut rib, "10.0.0.0/8 next-hop 1.1.1.1");
        assert_eq!((rib.sweep(Family::Ipv4Unicast), rib.len()), (0, 1));
    }

    #[test]
    fn numbers_do_not_run_out() {
        let mut rib = AdjRibIn::default();
        announce(&mut rib, "10.0.0.0/8 next-hop 1.1.1.1");
        announce(&mut rib, "2001:db8::/32 next-hop ::1");
        rib.mark(Family::Ipv4Unicast);
        rib.orders = u32::MAX - 1;
        announce(&mut rib, "11.0.0.0/8 next-hop 1.1.1.1");
        announce(&mut rib, "12.0.0.0/8 next-hop 1.1.1.1");
        rib.mark(Family::Ipv6Unicast);
        assert!(rib.orders < 10);
        announce(&mut rib, "13.0.0.0/8 next-hop 1.1.1.1");
        let stale: Vec<_> = shown(&rib).into_iter().map(|(_, stale)| stale).collect();
        assert_eq!(stale, [true, true, false, false, false]);
        assert_eq!((rib.sweep(Family::Ipv4Unicast), rib.sweep(Family::Ipv6Unicast)), (1, 1));
        let nlri = AnyNlri::parse(Family::Ipv4Unicast, &mut Words::new("13.0.0.0/8")).unwrap();
        rib.learn(&Update { withdrawn: vec![nlri], ..Update::default() });
        assert_eq!(rib.len(), 2);
    }
}
