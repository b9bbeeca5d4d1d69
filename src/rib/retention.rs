//! Which routes of a peer outlive its session, and for how long: the receiving speaker of Graceful Restart (RFC 4724
//! section 4.2, RFC 8538) and of its long-lived form (RFC 9494 section 4.2), and of enhanced route refresh (RFC 7313).
//!
//! A peer with which nothing of this was agreed on has its routes forgotten when its next session begins, as ExaBGP does it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use wire::{
    AnyCapability, Family, Open,
    capability::{GracefulRestart, LongLivedGracefulRestart},
};

use crate::AdjRibIn;

/// What both OPENs say of routes that outlive their session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms {
    /// A NOTIFICATION does not end it, unless it is a hard reset (RFC 8538).
    pub notification: bool,
    /// How long the peer's routes are kept for it to return.
    pub time: Duration,
    /// The families whose routes are kept.
    pub families: BTreeMap<Family, Kept>,
}

/// How routes of one family are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// The peer went on forwarding while it restarted.
    pub forwarding: bool,
    /// How long they are kept beyond the restart time, and whether the peer went on forwarding all that time.
    pub long: Option<(Duration, bool)>,
}

impl Terms {
    /// What the OPENs of a session agree on, `families` being those of the session. `None`: nothing is kept.
    #[must_use]
    pub fn agreed(local: &Open, remote: &Open, families: &[Family]) -> Option<Self> {
        let (ours, theirs) = (restart(local)?, restart(remote)?);
        let long = |family| {
            let all = long_lived(local).and(long_lived(remote))?;
            let one = all.0.iter().rev().find(|stale| stale.family.family() == Some(family))?;
            Some((Duration::from_secs(one.time.into()), one.forwarding))
        };
        let listed = theirs.families.iter().filter_map(|(code, flags)| Some((code.family()?, flags)));
        let kept = listed.filter(|(family, _)| families.contains(family)).map(|(family, flags)| {
            (family, Kept { forwarding: flags & GracefulRestart::FORWARDING != 0, long: long(family) })
        });
        Some(Self {
            notification: ours.flags & theirs.flags & GracefulRestart::NOTIFICATION != 0,
            time: Duration::from_secs(theirs.time.into()),
            families: kept.collect(),
        })
    }
}

fn restart(open: &Open) -> Option<&GracefulRestart> {
    open.capabilities.iter().rev().find_map(|capability| match capability {
        AnyCapability::GracefulRestart(restart) => Some(restart),
        _ => None,
    })
}

fn long_lived(open: &Open) -> Option<&LongLivedGracefulRestart> {
    open.capabilities.iter().rev().find_map(|capability| match capability {
        AnyCapability::LongLivedGracefulRestart(long) => Some(long),
        _ => None,
    })
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// TCP was lost, or what ran the session was.
    Silently,
    /// With a NOTIFICATION, or a HoldTimer that expired.
    Notified,
    /// With a hard reset, or for good.
    Hard,
}

/// Why routes of a family are stale, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// The peer restarts.
    Restart(Instant),
    /// It has not come back in time.
    Long(Instant),
    /// It sends its routes again.
    Refresh(Instant),
}

impl Wait {
    const fn until(self) -> Instant {
        match self {
            Self::Restart(at) | Self::Long(at) | Self::Refresh(at) => at,
        }
    }
}

/// Decides which routes of one peer are kept; see [`crate::Received::stale`].
#[derive(Debug, Default)]
pub struct Retention {
    /// Of the session, or of the last one.
    terms: Option<Terms>,
    up: bool,
    waits: BTreeMap<Family, Wait>,
    /// Families whose End-of-RIB is awaited in this session.
    awaited: Vec<Family>,
}

impl Retention {
    /// A session begins: what is not kept is forgotten.
    pub fn session_up(&mut self, now: Instant, terms: Option<Terms>, rib: &mut AdjRibIn) {
        self.up = true;
        if self.waits.is_empty() {
            rib.clear();
        }
        for (family, _) in rib.counts() {
            let stays = self.waits.get(&family).and_then(|wait| returned(*wait, now, terms.as_ref(), family));
            match stays {
                Some(wait) => _ = self.waits.insert(family, wait),
                None => {
                    self.waits.remove(&family);
                    rib.forget(family);
                }
            }
        }
        let held = rib.counts();
        self.waits.retain(|family, _| held.iter().any(|(of, _)| of == family));
        if held.is_empty() {
            rib.clear();
        }
        self.awaited = terms.iter().flat_map(|terms| terms.families.keys().copied()).collect();
        self.terms = terms;
    }

    /// The session ended.
    pub fn session_down(&mut self, now: Instant, ended: SessionEnd, rib: &mut AdjRibIn) {
        if !std::mem::take(&mut self.up) {
            return;
        }
        let Some(terms) = self.terms.clone() else {
            self.waits.keys().for_each(|family| rib.unmark(*family));
            return self.waits.clear();
        };
        let ends = match ended {
            SessionEnd::Silently => false,
            SessionEnd::Notified => !terms.notification,
            SessionEnd::Hard => true,
        };
        for (family, _) in rib.counts() {
            match terms.families.get(&family).filter(|_| !ends) {
                Some(kept) => self.keep(now, family, terms.time, *kept, rib),
                None => rib.forget(family),
            }
        }
        let held = rib.counts();
        self.waits.retain(|family, _| held.iter().any(|(of, _)| of == family));
    }

    fn keep(&mut self, now: Instant, family: Family, time: Duration, kept: Kept, rib: &mut AdjRibIn) {
        match self.waits.get(&family) {
            // Its timer runs on until End-of-RIB (RFC 9494 section 4.2).
            Some(Wait::Long(_)) => return rib.mark_for_long(family),
            // What was not announced again before this restart either is gone.
            Some(Wait::Restart(_)) => _ = rib.sweep(family),
            Some(Wait::Refresh(_)) | None => {}
        }
        rib.mark(family);
        self.waits.insert(family, Wait::Restart(later(now, time)));
        if time.is_zero() {
            self.late(now, family, kept, rib);
        }
    }

    /// The peer has not returned within its restart time.
    fn late(&mut self, now: Instant, family: Family, kept: Kept, rib: &mut AdjRibIn) -> usize {
        match kept.long.filter(|(time, _)| !time.is_zero()) {
            Some((time, _)) => {
                rib.mark_for_long(family);
                self.waits.insert(family, Wait::Long(later(now, time)));
                0
            }
            None => {
                self.waits.remove(&family);
                rib.sweep(family)
            }
        }
    }

    /// The peer has sent all of the family: what is still stale is forgotten. Returns how many routes that were.
    pub fn end_of_rib(&mut self, family: Family, rib: &mut AdjRibIn) -> usize {
        self.awaited.retain(|awaited| *awaited != family);
        self.waits.remove(&family);
        rib.sweep(family)
    }

    /// BoRR: the peer begins to send all of the family again. `false`: out of place, for its End-of-RIB has not come.
    pub fn refresh_begins(&mut self, now: Instant, family: Family, rib: &mut AdjRibIn) -> bool {
        if !self.up || self.awaited.contains(&family) {
            return false;
        }
        rib.mark(family);
        self.waits.insert(family, Wait::Refresh(later(now, REFRESH)));
        true
    }

    /// EoRR: it has. Returns how many routes it did not send again. `None`: nothing had begun.
    pub fn refresh_ends(&mut self, family: Family, rib: &mut AdjRibIn) -> Option<usize> {
        self.waits.get(&family).filter(|wait| matches!(wait, Wait::Refresh(_)))?;
        self.waits.remove(&family);
        Some(rib.sweep(family))
    }

    /// When [`Retention::expire`] has something to do.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        self.waits.values().map(|wait| wait.until()).min()
    }

    /// Does what is due, and returns how many routes of which families were forgotten.
    pub fn expire(&mut self, now: Instant, rib: &mut AdjRibIn) -> Vec<(Family, usize)> {
        let due: Vec<_> =
            self.waits.iter().filter(|(_, wait)| wait.until() <= now).map(|(family, _)| *family).collect();
        let mut gone = Vec::new();
        for family in due {
            let kept = self.terms.as_ref().and_then(|terms| terms.families.get(&family)).copied().unwrap_or_default();
            let lengthens = !self.up && matches!(self.waits.get(&family), Some(Wait::Restart(_)));
            let count = self.late(now, family, if lengthens { kept } else { Kept::default() }, rib);
            gone.extend((count > 0).then_some((family, count)));
        }
        gone
    }
}

/// What becomes of stale routes when the peer is back and says this.
fn returned(wait: Wait, now: Instant, terms: Option<&Terms>, family: Family) -> Option<Wait> {
    let terms = terms?;
    let kept = terms.families.get(&family)?;
    match wait {
        // The time it takes to announce them all is not part of the time it took to return.
        Wait::Restart(at) => kept.forwarding.then(|| Wait::Restart(at.max(later(now, terms.time)))),
        Wait::Long(_) => kept.long.is_some_and(|(_, forwarding)| forwarding).then_some(wait),
        Wait::Refresh(_) => None,
    }
}

fn later(now: Instant, time: Duration) -> Instant {
    now.checked_add(time).unwrap_or(now)
}

/// How long a refresh may take (RFC 7313 section 4 leaves it open).
const REFRESH: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests;
