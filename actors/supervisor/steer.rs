//! The tree, to see and to steer: `show supervisor` and the orders people give it.

use std::time::{Duration, Instant};

use actix::{Addr, Context, Handler};
use api::{Answer, ApiError, Form, Steer, TreeOrder, report::tree::Branch};
use futures_util::future::join_all;
use slog::{crit, error, warn};
use tokio::time::timeout;
use wire::json::Dialect;

use super::{Supervisor, children::peer_log};
use crate::{
    messages::{Action, AskBacklog, ChildId, Poisoned, Reply},
    now,
    poison::Poison,
    process::ApiProcess,
    tree::{self, Child, Event, Standing},
};

/// How long a helper may take to say what waits for it.
const PATIENCE: Duration = Duration::from_secs(2);

impl Supervisor {
    /// Carries out a command about the tree.
    pub(super) fn tree_order(
        &mut self,
        action: &Action,
        order: &TreeOrder,
        context: &mut Context<Self>,
    ) -> Result<(), ApiError> {
        match order {
            TreeOrder::Show(form) => self.show_tree(action, *form),
            TreeOrder::Steer(steer, word) => {
                let child = self.meant(word).and_then(|child| self.may(*steer, child).map(|()| child));
                let child = child.inspect_err(|why| explain(action, why))?;
                warn!(self.log, "order for a part of the daemon"; "source" => "reactor", "order" => steer.name(),
                    "child" => %child, "name" => self.name_of_child(child), "by" => &*self.name_of(action.process));
                action.reply.do_send(Reply { ticket: action.ticket, answer: Answer::done() });
                let event = match steer {
                    Steer::Restart => Event::Restart(child),
                    Steer::Quarantine => Event::Quarantine(child),
                    Steer::Release => Event::Release(child),
                };
                if *steer != Steer::Quarantine {
                    self.forgive(child);
                }
                self.tell_tree(event, context);
            }
        }
        Ok(())
    }

    /// Who starts a session anew wants its poisonous routes tried again.
    fn forgive(&mut self, child: ChildId) {
        if let ChildId::Peer(id) | ChildId::Rib(id) = child
            && let Some(seat) = self.seats.get_mut(&id)
        {
            seat.poison = Poison::default();
        }
    }

    /// The child of this id, or the only one of this name. A neighbor's name means its session.
    fn meant(&self, word: &str) -> Result<ChildId, ApiError> {
        let ids: Vec<ChildId> = self.tree.children().map(|(id, _)| id).collect();
        if let Some(id) = ids.iter().find(|id| id.to_string() == word) {
            return Ok(*id);
        }
        let named = |id: &&ChildId| !matches!(id, ChildId::Rib(_)) && self.name_of_child(**id) == word;
        match &ids.iter().filter(named).collect::<Vec<_>>()[..] {
            [] => Err(ApiError::new(format!("nothing is called \"{word}\"; show supervisor lists what there is"))),
            [one] => Ok(**one),
            several => {
                let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
                Err(ApiError::new(format!("\"{word}\" may be any of {}", ids.join(", "))))
            }
        }
    }

    /// Refuses what would do nothing, or what nobody could undo.
    fn may(&self, steer: Steer, child: ChildId) -> Result<(), ApiError> {
        let refuse = |why: &str| Err(ApiError::new(format!("{child} {why}")));
        let standing = self.tree.child(child).map(Child::standing);
        let client = matches!(child, ChildId::Process(id) if self.helpers.get(&id).is_some_and(|helper| helper.client));
        match (steer, standing) {
            _ if self.tree.is_ending() => refuse("ends: the daemon stops"),
            _ if client => refuse("has connected by itself, and is not ours to start"),
            (Steer::Quarantine, _) if child == ChildId::Signals => refuse("is what stops the daemon, and has to stay"),
            (Steer::Quarantine, Some(Standing::Quarantined(None))) => refuse("is in quarantine already"),
            (Steer::Release, standing) if !matches!(standing, Some(Standing::Quarantined(_))) => {
                refuse("is not in quarantine")
            }
            _ => Ok(()),
        }
    }

    /// What people call a child.
    fn name_of_child(&self, child: ChildId) -> String {
        match child {
            ChildId::Signals | ChildId::RateLimiter => String::new(),
            ChildId::Control => self.control.as_ref().map(|(path, _)| path.display().to_string()).unwrap_or_default(),
            ChildId::Listener(id) => self.ports.get(&id).map(|port| port.address.to_string()).unwrap_or_default(),
            ChildId::Process(id) => self.name_of(id).to_string(),
            ChildId::Rib(id) | ChildId::Peer(id) => {
                self.seats.get(&id).map(|seat| seat.neighbor.peer_address.to_string()).unwrap_or_default()
            }
        }
    }

    /// Starts the task that answers `show supervisor`: helpers are asked what waits for them.
    fn show_tree(&self, action: &Action, form: Form) {
        let now = now();
        let mut ids: Vec<(ChildId, &Child)> = self.tree.children().collect();
        // The session of a neighbor stands below its routes.
        ids.sort_by_key(|(id, _)| match id {
            ChildId::Rib(seat) | ChildId::Peer(seat) => (1, Some(*seat), *id),
            _ => (0, None, *id),
        });
        let branches: Vec<(Branch, Option<Addr<ApiProcess>>)> =
            ids.into_iter().map(|(id, child)| (self.branch(id, child, now), self.helper_behind(id))).collect();
        let (reply, ticket) = (action.reply.clone(), action.ticket);
        self.placement.processes().handle.spawn(async move {
            let asked = branches.into_iter().map(|(branch, helper)| with_backlog(branch, helper));
            let lines = api::report::tree::show(&join_all(asked).await, form);
            reply.do_send(Reply { ticket, answer: Answer::lines(lines) });
        });
    }

    fn helper_behind(&self, child: ChildId) -> Option<Addr<ApiProcess>> {
        match child {
            ChildId::Process(id) => self.helpers.get(&id)?.address.clone(),
            _ => None,
        }
    }

    fn branch(&self, id: ChildId, child: &Child, now: Instant) -> Branch {
        let (state, until) = match child.standing() {
            Standing::Waiting => ("waiting", None),
            Standing::Running => ("running", None),
            Standing::Stopping(_) => ("stopping", None),
            Standing::Resting(until) => ("resting", Some(until)),
            Standing::Quarantined(until) => ("quarantined", until),
            Standing::Over => ("ended", None),
        };
        Branch {
            id: id.to_string(),
            parent: tree::elder(id).map(|elder| elder.to_string()),
            name: self.name_of_child(id),
            state,
            generation: child.generation(),
            restarts: child.recent(now),
            limit: self.policy(id).intensity,
            failures: child.total(),
            up: child.since().map(|since| now.saturating_duration_since(since)),
            wait: until.map(|until| until.saturating_duration_since(now)),
            queued: None,
            late: self.place_of(id).pulse.late(),
            cause: child.last().map(ToString::to_string),
            withheld: self.withheld(id),
        }
    }

    /// Routes that are withheld from a neighbor, and why.
    fn withheld(&self, child: ChildId) -> Vec<String> {
        let ChildId::Peer(id) = child else { return Vec::new() };
        let withheld = self.seats.get(&id).map(|seat| seat.poison.withheld()).into_iter().flatten();
        withheld.map(|(route, place)| format!("{route}: packing it panics at {place}")).collect()
    }

    fn place_of(&self, child: ChildId) -> &crate::placement::Place {
        match child {
            ChildId::Peer(id) => self.placement.peer(id),
            ChildId::Rib(_) => self.placement.ribs(),
            ChildId::Process(_) => self.placement.processes(),
            ChildId::Signals | ChildId::RateLimiter | ChildId::Control | ChildId::Listener(_) => self.placement.main(),
        }
    }
}

/// Who gives orders to the tree is told why one is refused, in the older dialect as well: no script of old gives any.
fn explain(action: &Action, why: &ApiError) {
    if action.dialect == Dialect::V5 {
        action.reply.do_send(Reply { ticket: action.ticket, answer: Answer::part(format!("error: {why}\n")) });
    }
}

async fn with_backlog(branch: Branch, helper: Option<Addr<ApiProcess>>) -> Branch {
    let Some(helper) = helper else { return branch };
    let told = timeout(PATIENCE, helper.send(AskBacklog)).await;
    Branch { queued: told.ok().and_then(Result::ok).map(|backlog| backlog.items), ..branch }
}

impl Handler<Poisoned> for Supervisor {
    type Result = ();

    fn handle(&mut self, poisoned: Poisoned, _: &mut Context<Self>) {
        let Poisoned { seat, generation, key, route, place } = poisoned;
        let Some(seat) = self.seats.get_mut(&seat).filter(|seat| seat.peer_generation == generation) else { return };
        let log = peer_log(&self.log, seat.neighbor.peer_address, generation);
        if seat.poison.suspect(key, route.clone(), place.clone()) {
            crit!(log, "route is withheld: packing it panics again and again"; "route" => route, "place" => place);
        } else {
            error!(log, "packing a route has panicked"; "route" => route, "place" => place);
        }
    }
}
