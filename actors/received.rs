//! What the peer of a Rib announced, and how long that is kept when its session is gone.

use std::time::Instant;

use ::rib::{AdjRibIn, Received, Retention, SessionEnd, Terms};
use slog::{Logger, info, warn};
use wire::Family;

use crate::{messages::Lesson, now};

/// The Adj-RIB-In of one neighbor.
#[derive(Debug)]
pub(crate) struct ReceivedRoutes {
    log: Logger,
    routes: AdjRibIn,
    retention: Retention,
    /// When the alarm rings.
    pub(crate) alarm: Option<Instant>,
}

impl ReceivedRoutes {
    /// None yet.
    pub(crate) fn new(log: Logger) -> Self {
        Self { log, routes: AdjRibIn::default(), retention: Retention::default(), alarm: None }
    }

    /// A session begins.
    pub(crate) fn session_up(&mut self, terms: Option<Terms>) {
        self.retention.session_up(now(), terms, &mut self.routes);
    }

    /// The session ended.
    pub(crate) fn session_down(&mut self, ended: SessionEnd) {
        self.retention.session_down(now(), ended, &mut self.routes);
        let stale = self.routes.len() - self.routes.fresh().iter().map(|(_, count)| count).sum::<usize>();
        if stale > 0 {
            info!(self.log, "routes of the neighbor are kept for its return"; "routes" => stale);
        }
    }

    /// Takes in what the peer said.
    pub(crate) fn learn(&mut self, lesson: &Lesson) {
        match lesson {
            Lesson::Update(update) => {
                self.routes.learn(update);
                if let Some(family) = update.end_of_rib {
                    let gone = self.retention.end_of_rib(family, &mut self.routes);
                    self.tell(family, gone, "it has not announced them again");
                }
            }
            Lesson::RefreshBegins(family) => {
                if !self.retention.refresh_begins(now(), *family, &mut self.routes) {
                    warn!(self.log, "a refresh that begins before End-of-RIB is ignored"; "family" => %family);
                }
            }
            Lesson::RefreshEnds(family) => match self.retention.refresh_ends(*family, &mut self.routes) {
                Some(gone) => self.tell(*family, gone, "its refresh left them out"),
                None => warn!(self.log, "the end of a refresh that has not begun is ignored"; "family" => %family),
            },
        }
    }

    /// Forgets what has been stale for too long.
    pub(crate) fn expire(&mut self) {
        for (family, gone) in self.retention.expire(now(), &mut self.routes) {
            self.tell(family, gone, "it has not announced them again in time");
        }
    }

    fn tell(&self, family: Family, gone: usize, why: &'static str) {
        if gone > 0 {
            info!(self.log, "stale routes of the neighbor are forgotten"; "family" => %family, "routes" => gone, "reason" => why);
        }
    }

    /// When [`ReceivedRoutes::expire`] has something to do, if nobody waits for that yet.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.retention.next().filter(|next| self.alarm.is_none_or(|alarm| *next < alarm))
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.routes.clear();
    }

    /// The number of routes of each family; stale ones do not count.
    pub(crate) fn counts(&self) -> Vec<(Family, usize)> {
        self.routes.fresh()
    }

    /// All routes, in the order in which they came.
    pub(crate) fn all(&self) -> Vec<Received> {
        self.routes.routes()
    }
}
