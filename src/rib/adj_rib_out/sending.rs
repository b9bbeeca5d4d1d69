//! What is sent next: withdrawals before announcements, in passes over what is pending.

use wire::{AnyNlri, Family, Route};

use super::AdjRibOut;
use crate::{
    Batch, Change, Place,
    pass::{Entry, Pass, Resend},
    table::Slot,
};

impl AdjRibOut {
    pub(super) fn begin_pass(&mut self) {
        self.current = std::mem::take(&mut self.next);
        self.current.close();
        let refresh = std::mem::take(&mut self.refresh);
        if refresh.is_empty() {
            return;
        }
        let places = self.table.places();
        for family in refresh.iter() {
            let of_family = |place: &Place| self.table.get(*place).is_some_and(|slot| slot.nlri.family() == family);
            let places = places.iter().copied().filter(of_family).collect();
            self.current.refresh.push_back(Resend { family, begun: false, places });
        }
    }

    /// Whether nothing is pending.
    pub fn is_idle(&self) -> bool {
        let routes = is_spent(&self.current) && is_spent(&self.next);
        let beside = self.superseded.is_empty() && self.notices.is_idle() && self.bare.is_idle();
        routes && beside && self.markers.is_empty() && self.refresh.is_empty()
    }

    /// The next changes to send, about `budget` of them, in the order in which they have to be sent.
    pub fn take(&mut self, budget: usize) -> Batch {
        let mut batch = Batch::default();
        while batch.changes.len() < budget {
            let superseded = self.superseded.take();
            let some = superseded.is_some();
            batch.changes.extend(superseded);
            if !some && !self.take_one(&mut batch) {
                break;
            }
        }
        batch.more = !self.is_idle();
        self.has_told(&batch);
        batch
    }

    /// The place of an NLRI that is about to change. What is pending is sent before, if that is wanted and the change
    /// replaces a part of it.
    pub(super) fn occupy(&mut self, nlri: &AnyNlri, replaces: impl FnOnce(&Slot) -> bool) -> Place {
        let place = self.table.occupy(nlri);
        if self.superseded.room() == 0 || !self.table.get(place).is_some_and(replaces) {
            return place;
        }
        self.supersede();
        self.table.occupy(nlri)
    }

    fn supersede(&mut self) {
        let mut batch = Batch::default();
        while batch.changes.len() < self.superseded.room() {
            if !self.take_one(&mut batch) {
                break;
            }
        }
        self.has_told(&batch);
        self.superseded.extend(batch.changes);
    }

    /// From the first route on the peer may have some.
    fn has_told(&mut self, batch: &Batch) {
        if let Some(outlet) = self.outlet.as_mut().filter(|outlet| outlet.blank) {
            outlet.blank = !batch.changes.iter().any(Change::is_of_routes);
        }
    }

    /// Moves one piece of pending work into the batch; `false` when nothing is left.
    fn take_one(&mut self, batch: &mut Batch) -> bool {
        if let Some(message) = self.notices.take() {
            batch.changes.push(Change::Say(message));
            return true;
        }
        if let Some(update) = self.bare.take() {
            batch.changes.push(Change::Bare(update));
            return true;
        }
        if is_spent(&self.current) {
            if let Some(family) = self.markers.pop_front() {
                batch.changes.push(Change::EndOfRib(family));
                return true;
            }
            if is_spent(&self.next) && self.refresh.is_empty() {
                return false;
            }
            self.begin_pass();
        }
        batch.continues = false;
        if !self.take_refresh(batch) && !self.take_withdrawal(batch) {
            self.take_announcement(batch);
        }
        true
    }

    fn take_refresh(&mut self, batch: &mut Batch) -> bool {
        let marked = self.outlet.as_ref().is_some_and(|outlet| outlet.enhanced_refresh);
        let Some(resend) = self.current.refresh.front_mut() else { return false };
        if !std::mem::replace(&mut resend.begun, true) && marked {
            batch.changes.push(Change::RefreshBegins(resend.family));
            return true;
        }
        if let Some(place) = resend.places.pop_front() {
            // What has changed meanwhile is sent with the others: the peer forgets what is not between the markers.
            if let Some(slot) = self.table.get_mut(place).filter(|slot| marked && slot.told && slot.route.is_some()) {
                slot.announce = 0;
            }
            let route = self.table.get(place).filter(|slot| slot.announce == 0).and_then(Slot::route);
            batch.changes.extend(route.map(Change::AnnounceAlone));
            return true;
        }
        if marked {
            batch.changes.push(Change::RefreshEnds(resend.family));
        }
        self.current.refresh.pop_front();
        true
    }

    fn take_withdrawal(&mut self, batch: &mut Batch) -> bool {
        let Some(mut queue) = self.current.withdrawals.first_entry() else { return false };
        let family = *queue.key();
        let Some(entry) = queue.get_mut().pop_front() else {
            queue.remove();
            return true;
        };
        if let Some(slot) = self.table.get_mut(entry.place).filter(|slot| slot.withdraw == entry.ticket) {
            (slot.withdraw, slot.told) = (0, false);
            let (next_hop, attributes) = slot.parting.take().map(|parting| *parting).unwrap_or_default();
            if self.outlet.as_ref().is_some_and(|outlet| outlet.families.contains(family)) {
                batch.changes.push(Change::Withdraw(Route { nlri: slot.nlri.clone(), next_hop, attributes }));
            }
        }
        self.table.release(entry.place);
        true
    }

    fn take_announcement(&mut self, batch: &mut Batch) {
        let groups = self.outlet.as_ref().is_some_and(|outlet| outlet.group_updates);
        let Some(bucket) = self.current.buckets.front_mut() else { return };
        let Some((family, queue)) = bucket.families.front_mut() else {
            self.current.buckets.pop_front();
            return;
        };
        let family = *family;
        if groups && family.groups() && !bucket.sorted {
            let table = &self.table;
            queue.make_contiguous().sort_by_cached_key(|entry| table.get(entry.place).map(|slot| slot.nlri.key()));
        }
        bucket.sorted = true;
        let Some(entry) = queue.pop_front() else {
            bucket.families.pop_front();
            bucket.sorted = false;
            return;
        };
        batch.continues = !queue.is_empty();
        self.announce_entry(entry, family, batch);
    }

    fn announce_entry(&mut self, entry: Entry, family: Family, batch: &mut Batch) {
        let Some(slot) = self.table.get_mut(entry.place).filter(|slot| slot.announce == entry.ticket) else { return };
        slot.announce = 0;
        if self.outlet.as_ref().is_some_and(|outlet| outlet.families.contains(family)) {
            slot.told = true;
            batch.changes.extend(slot.route().map(Change::Announce));
        }
        if !self.policy.keep && !slot.configured {
            slot.route = None;
            self.table.release(entry.place);
        }
    }
}

fn is_spent(pass: &Pass) -> bool {
    pass.refresh.is_empty() && pass.withdrawals.is_empty() && pass.buckets.is_empty()
}
