//! Neighbors that a command created: their seats are like others, but no file speaks of them. A reload leaves them alone,
//! unless the file has a neighbor of the same name: then the seat is that one's, with what helpers announced.

use std::sync::Arc;

use actix::Context;
use api::{ApiError, Selector};
use config::{Created, Neighbor, NeighborChange};
use slog::info;

use super::Supervisor;
use crate::messages::{Action, Reply, SeatId};

impl Supervisor {
    /// All neighbors that can be called or can call: those of the configuration and those created.
    pub(super) fn neighbors(&self) -> impl Iterator<Item = &Neighbor> {
        let created = self.seats.values().filter(|seat| seat.created && !seat.leaving);
        self.config.neighbors.iter().chain(created.map(|seat| &*seat.neighbor))
    }

    pub(super) fn create(
        &mut self,
        action: &Action,
        created: &Created,
        context: &mut Context<Self>,
    ) -> Result<(), ApiError> {
        if self.waiting || self.tree.is_ending() {
            return Err(ApiError::new("neighbors are not called now"));
        }
        let neighbor = created.neighbor(&self.env).map_err(ApiError::new)?;
        let name = neighbor.name();
        let ranges = self.config.neighbors.iter().filter(|range| range.peer_mask.is_some());
        if ranges.map(Neighbor::name).any(|range| range == name) || self.seat_called(&name).is_some() {
            return Err(ApiError::new(format!("peer already exists: {name}")));
        }
        info!(self.log, "neighbor created"; "source" => "api", "neighbor" => name);
        let id = self.seat(neighbor, None, context);
        self.seats.entry(id).and_modify(|seat| seat.created = true);
        self.resettle(context);
        action.reply.do_send(Reply { ticket: action.ticket, answer: api::Answer::done() });
        Ok(())
    }

    /// Neighbors of the configuration stay, whatever the selector says.
    pub(super) fn delete(
        &mut self,
        action: &Action,
        selector: &Selector,
        context: &mut Context<Self>,
    ) -> Result<(), ApiError> {
        let selected = self.targets(action, selector)?;
        let created = |id: &SeatId| self.seats.get(id).is_some_and(|seat| seat.created && !seat.leaving);
        let leaving: Vec<SeatId> = selected.iter().copied().filter(created).collect();
        if leaving.is_empty() {
            return Err(ApiError::new(
                "the neighbors selected are those of the configuration, which a command cannot delete",
            ));
        }
        leaving.into_iter().for_each(|id| self.leave(id, context));
        self.resettle(context);
        action.reply.do_send(Reply { ticket: action.ticket, answer: api::Answer::done() });
        Ok(())
    }

    /// The file has a neighbor of that name now: the seat is its from here on. `false` when there is none to take over.
    pub(super) fn adopt(&mut self, neighbor: &Neighbor) -> bool {
        let Some(id) = self.seat_called(&neighbor.name()) else { return false };
        let Some(seat) = self.seats.get_mut(&id).filter(|seat| seat.created) else { return false };
        let how = NeighborChange::between(&seat.neighbor, neighbor);
        (seat.created, seat.of) = (false, Arc::new(neighbor.id()));
        self.reconfigure(id, neighbor, &how);
        true
    }

    fn seat_called(&self, name: &str) -> Option<SeatId> {
        self.seats.values().find(|seat| !seat.leaving && *seat.name == *name).map(|seat| seat.id)
    }

    /// What follows from another set of neighbors.
    fn resettle(&mut self, context: &mut Context<Self>) {
        self.selections.clear();
        self.tell_rates();
        self.settle_ports(context);
    }
}
