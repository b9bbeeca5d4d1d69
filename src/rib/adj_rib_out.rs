//! What a peer has been told or will be told (RFC 4271 section 3.2).
//!
//! The table holds the newest state of each NLRI; passes hold tickets for what is still to be sent. Memory is
//! bounded by the table: however often an NLRI changes while the peer does not read, it waits once to be announced
//! and once to be withdrawn.

mod sending;

use std::{collections::VecDeque, sync::Arc};

use wire::{
    AnyNlri, Attributes, AttributesOnly, Family, FamilySet, Key, Negotiated, NextHop, Quirk, Refresh, Route,
    WatchdogTag,
};

use crate::{
    Change, Fresh, Op, Place, StaticChange, StaticRoutes,
    bare::Bare,
    interner::Interner,
    names::Names,
    notices::Notices,
    pass::{Entry, Pass},
    superseded::Superseded,
    table::{Slot, Table},
    watchdog::Watchdogs,
};

/// How the table is kept, from the configuration of the neighbor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Routes are remembered once they are sent (`adj-rib-out`); those of the configuration always are.
    pub keep: bool,
    /// End-of-RIB is sent by command only.
    pub manual_eor: bool,
}

/// The session that routes are sent on.
#[derive(Debug)]
struct Outlet {
    families: FamilySet,
    enhanced_refresh: bool,
    group_updates: bool,
    /// Nothing has been told on it: what is withdrawn now the peer cannot have.
    blank: bool,
}

/// Routes for one peer.
#[derive(Debug)]
pub struct AdjRibOut {
    policy: Policy,
    table: Table,
    watchdogs: Watchdogs,
    interner: Interner,
    configured: StaticRoutes,
    outlet: Option<Outlet>,
    /// The pass being sent.
    current: Pass,
    /// What waits for the next pass.
    next: Pass,
    /// End-of-RIB markers to send once nothing of `current` is left.
    markers: VecDeque<Family>,
    /// Families to refresh in the next pass.
    refresh: FamilySet,
    tickets: u32,
    /// The last ticket of what was asked for before the operations that come now.
    before: u32,
    /// What is to be said beside routes.
    notices: Notices,
    /// Attributes to send that belong to no route.
    bare: Bare,
    /// What the reference would send before the newest states.
    superseded: Superseded,
}

impl AdjRibOut {
    /// An empty table.
    pub fn new(policy: Policy) -> Self {
        Self::sharing(policy, Names::default())
    }

    /// An empty table that shares its names with others on this thread.
    pub fn sharing(policy: Policy, names: Names) -> Self {
        Self {
            policy,
            table: Table::sharing(names),
            watchdogs: Watchdogs::default(),
            interner: Interner::default(),
            configured: StaticRoutes::default(),
            outlet: None,
            current: Pass::default(),
            next: Pass::default(),
            markers: VecDeque::new(),
            refresh: FamilySet::new(),
            tickets: 0,
            before: 0,
            notices: Notices::default(),
            bare: Bare::default(),
            superseded: Superseded::default(),
        }
    }

    /// Changes the policy, as a reload may.
    pub const fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// The operations that follow were asked for in one breath. What a route was before counts only if another breath
    /// had it so.
    pub const fn begin(&mut self) {
        self.before = self.tickets;
    }

    /// Carries out one operation. Without a session it only changes what will be sent on the next one.
    pub fn apply(&mut self, op: Op) {
        match op {
            Op::Announce(route) | Op::Leased(route, _) => self.announce(route, false),
            Op::Withdraw(withdrawal) => {
                self.watchdogs.forget(&withdrawal.nlri.key());
                self.withdraw(&withdrawal.nlri, withdrawal.next_hop, &withdrawal.attributes);
            }
            Op::Resend(family) => self.resend(family),
            Op::Clear => self.clear(),
            Op::ClearIn => {}
            Op::EndOfRib(family) if self.outlet.is_some() => self.markers.push_back(family),
            Op::EndOfRib(_) => {}
            Op::Tagged(route, tag) => self.tagged(route, tag, false),
            Op::Watchdog { name, announce } => self.turn(&name, announce),
            Op::ReplaceStatic(routes) => self.replace_static(routes),
            Op::ChangeStatic(change) if Arc::ptr_eq(change.from(), &self.configured) => self.change_static(&change),
            Op::ChangeStatic(change) => self.replace_static(change.to().clone()),
            Op::Bare(update) => self.bare.send(update),
            Op::ReplaceBare(updates) => self.bare.configure(updates),
            Op::Say(message) => self.notices.say(message),
            Op::ReplaceNotices(messages) => self.notices.configure(messages),
        }
        self.compact();
    }

    fn announce(&mut self, route: Route, configured: bool) {
        let family = route.nlri.family();
        let attributes = self.interner.intern(route.attributes);
        let state = Some((route.next_hop, attributes.clone()));
        let place =
            self.occupy(&route.nlri, |slot| slot.announce != 0 && (slot.route != state || slot.nlri != route.nlri));
        let ticket = self.ticket();
        let (live, keep) = (self.outlet.is_some(), self.policy.keep);
        let Some(slot) = self.table.get_mut(place) else { return };
        slot.configured |= configured;
        let same = slot.route == state && slot.nlri == route.nlri;
        if same && (keep || slot.announce != 0) {
            return;
        }
        // NLRIs of one identity may differ, such as by their labels.
        slot.nlri = route.nlri;
        slot.route = state;
        if live {
            slot.announce = ticket;
            self.next.announce((attributes, route.next_hop), family, Entry { place, ticket });
        }
    }

    /// The NLRI of the announcement is withdrawn, if there was one: its labels may be missing here. A session does not begin
    /// with a withdrawal. Where it would have attributes the reference sends these alone before it.
    fn withdraw(&mut self, nlri: &AnyNlri, next_hop: NextHop, attributes: &Attributes) {
        let before = 1..=self.before;
        let place = self.occupy(nlri, |slot| before.contains(&slot.announce) || before.contains(&slot.withdraw));
        let (ticket, family) = (self.ticket(), nlri.family());
        let Some(slot) = self.table.get_mut(place) else { return };
        (slot.route, slot.announce, slot.configured) = (None, 0, false);
        let blank = self.outlet.as_ref().is_some_and(|outlet| outlet.blank);
        let early = blank && !slot.told && slot.withdraw == 0;
        if early && !family.withdraws_bare() {
            self.bare.send(AttributesOnly { next_hop: NextHop::None, attributes: attributes.clone() });
        }
        if self.outlet.is_some() && !(early && family.withdraws_bare()) {
            slot.withdraw = ticket;
            if !family.withdraws_bare() {
                slot.parting = Some(Box::new((next_hop, attributes.clone())));
            }
            self.next.withdraw(family, Entry { place, ticket });
        }
        self.table.release(place);
    }

    /// Withdraws a route as it was announced, if it is.
    pub fn retract(&mut self, nlri: &AnyNlri) {
        self.watchdogs.forget(&nlri.key());
        let route = self.table.find_mut(nlri).and_then(|slot| slot.route.clone());
        if let Some((next_hop, attributes)) = route {
            self.withdraw(nlri, next_hop, &attributes);
            self.compact();
        }
    }

    fn clear(&mut self) {
        for place in self.table.places() {
            let Some(slot) = self.table.get_mut(place) else { continue };
            if slot.told {
                let (nlri, route) = (slot.nlri.clone(), slot.route.take());
                let (next_hop, attributes) = route.unwrap_or_default();
                self.withdraw(&nlri, next_hop, &attributes);
            } else {
                // What the peer never heard of needs no withdrawal.
                (slot.route, slot.announce, slot.configured) = (None, 0, false);
                self.table.release(place);
            }
        }
    }

    fn resend(&mut self, family: Option<Family>) {
        let Some(outlet) = &self.outlet else { return };
        let wanted = outlet.families.iter().filter(|of| family.is_none_or(|family| family == *of));
        wanted.for_each(|family| self.refresh.insert(family));
    }

    fn tagged(&mut self, route: Route, tag: WatchdogTag, configured: bool) {
        let held = tag.held;
        self.watchdogs.add(route.clone(), tag);
        if !held {
            self.announce(route, configured);
        }
    }

    fn turn(&mut self, name: &str, announce: bool) {
        for route in self.watchdogs.turn(name, announce) {
            if announce {
                self.announce(route, false);
            } else {
                self.withdraw(&route.nlri, route.next_hop, &route.attributes);
            }
        }
    }

    /// Routes that only the old configuration had are withdrawn, new and changed ones announced; what helpers did
    /// to the others stays.
    fn replace_static(&mut self, routes: StaticRoutes) {
        if self.configured.is_empty() {
            // Each definition takes the place of the one before: there is nothing to look up.
            self.configured = routes.clone();
            return routes.iter().for_each(|now| self.define(Fresh { now, before: None }));
        }
        self.change_static(&StaticChange::between(self.configured.clone(), routes));
    }

    fn change_static(&mut self, change: &StaticChange) {
        self.configured = change.to().clone();
        change.fresh().for_each(|fresh| self.define(fresh));
        for route in change.gone() {
            self.watchdogs.forget(&route.nlri.key());
            self.take_back(route);
        }
    }

    /// A configured route is new or other than it was. What helpers made of its watchdog group stays.
    fn define(&mut self, Fresh { now, before }: Fresh<'_>) {
        let (route, key) = (now.route.clone(), now.route.nlri.key());
        let Some(tag) = now.watchdog.as_deref() else {
            self.watchdogs.forget(&key);
            return self.announce(route, true);
        };
        let same_group = before.is_some_and(|before| before.watchdog == now.watchdog);
        let held = self.watchdogs.is_held(&tag.name, &key).filter(|_| same_group).unwrap_or(tag.held);
        if !same_group {
            self.watchdogs.forget(&key);
        }
        self.tagged(route, WatchdogTag { held, ..tag.clone() }, true);
        if held {
            self.take_back(&now.route);
        }
    }

    /// Withdraws a configured route, unless a helper has done that already.
    fn take_back(&mut self, Route { nlri, next_hop, attributes }: &Route) {
        if self.table.find_mut(nlri).is_some_and(|slot| slot.route.is_some()) {
            self.withdraw(nlri, *next_hop, attributes);
        }
    }

    /// A session is up: every route is to be sent on it, then its End-of-RIB markers.
    pub fn session_up(&mut self, with: &Negotiated) {
        self.drop_pending();
        self.notices.session_up(with.operational);
        self.bare.session_up();
        self.outlet = Some(Outlet {
            families: with.families.iter().copied().collect(),
            enhanced_refresh: with.refresh == Refresh::Enhanced,
            group_updates: with.group_updates,
            blank: true,
        });
        for place in self.table.places() {
            self.queue(place);
        }
        self.superseded.restart(with.quirks.has(Quirk::EveryDefinition));
        self.define_again();
        self.begin_pass();
        if !self.policy.manual_eor {
            self.markers =
                if with.families.is_empty() { [Family::Ipv4Unicast].into() } else { with.families.clone().into() };
        }
    }

    /// The configuration may define a route several times.
    fn define_again(&mut self) {
        if !self.superseded.is_wanted() {
            return;
        }
        for entry in self.configured.iter().filter(|entry| entry.watchdog.is_none()) {
            let newest = self.table.find_mut(&entry.route.nlri).filter(|slot| slot.configured);
            let other = newest.is_some_and(|slot| slot.route().is_some_and(|route| route != entry.route));
            let spoken = self.outlet.as_ref().is_some_and(|outlet| outlet.families.contains(entry.route.nlri.family()));
            if other && spoken && self.superseded.room() > 0 {
                self.superseded.extend([Change::AnnounceAlone(entry.route.clone())]);
            }
        }
    }

    /// The session is gone: nothing is pending any more, and without `keep` only configured routes stay.
    pub fn session_down(&mut self) {
        self.outlet = None;
        self.notices.session_down();
        self.bare.session_down();
        self.superseded.restart(false);
        self.drop_pending();
    }

    fn drop_pending(&mut self) {
        (self.current, self.next) = (Pass::default(), Pass::default());
        (self.markers, self.refresh) = (VecDeque::new(), FamilySet::new());
        for place in self.table.all() {
            if let Some(slot) = self.table.get_mut(place) {
                (slot.announce, slot.withdraw, slot.told) = (0, 0, false);
                slot.parting = None;
            }
            self.table.release(place);
        }
    }

    fn queue(&mut self, place: Place) {
        let ticket = self.ticket();
        let Some(slot) = self.table.get_mut(place) else { return };
        let Some((next_hop, attributes)) = slot.route.clone() else { return };
        slot.announce = ticket;
        let family = slot.nlri.family();
        self.next.announce((attributes, next_hop), family, Entry { place, ticket });
    }

    /// The ticket for the next entry; 0 means none.
    const fn ticket(&mut self) -> u32 {
        self.tickets = match self.tickets.checked_add(1) {
            Some(ticket) => ticket,
            None => 1,
        };
        self.tickets
    }

    fn compact(&mut self) {
        if self.next.entries() > 4 * self.table.len() + 1024 {
            let table = &self.table;
            self.next.compact(
                |entry| table.get(entry.place).is_some_and(|slot| slot.withdraw == entry.ticket),
                |entry| table.get(entry.place).is_some_and(|slot| slot.announce == entry.ticket),
            );
        }
    }

    /// The number of routes told or to be told.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is no route.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Places of all routes, by family and then in the order in which they came; [`AdjRibOut::route`] reads them.
    pub fn places(&self) -> Vec<Place> {
        let mut places = self.table.places();
        places.sort_by_cached_key(|place| self.table.get(*place).map(|slot| slot.nlri.family()));
        places
    }

    /// The route of this identity, told or to be told.
    pub fn find(&self, key: &Key) -> Option<Route> {
        self.table.find(key).and_then(Slot::route)
    }

    /// The route at a place, if it is still there.
    pub fn route(&self, place: Place) -> Option<Route> {
        self.table.get(place).and_then(Slot::route)
    }
}

#[cfg(test)]
mod tests;
