//! A new configuration: read beside the running one, compared with it, and only the difference carried out.

use std::sync::Arc;

use actix::{ActorFutureExt as _, AsyncContext as _, Context, Handler, WrapFuture as _};
use config::{Change, Config, Hup, Neighbor};
use session::StopReason;
use slog::{error, info, warn};

use super::{Supervisor, tell};
use crate::{
    connect::Target,
    messages::{Command, Loaded, Order, ProcessId, SeatId, Signal, StopProcess},
    seat,
};

/// The Cease subcode for a session whose configuration changed, as ExaBGP sends it.
const DECONFIGURED: u8 = 3;

impl Supervisor {
    /// Reads the configuration off this thread; a request that comes meanwhile is carried out afterwards.
    pub(super) fn load(&mut self, order: Order, context: &mut Context<Self>) {
        if self.loading {
            self.queued = Some(order);
            return;
        }
        self.loading = true;
        if self.env.debug.rotate && self.files.len() > 1 {
            self.file = (self.file + 1) % self.files.len();
        }
        let Some(path) = self.files.get(self.file).cloned() else {
            self.loading = false;
            return warn!(self.log, "there is no file to read again"; "source" => "configuration");
        };
        info!(self.log, "reading the configuration"; "source" => "configuration", "file" => %path.display());
        let env = self.env.clone();
        let reading = tokio::task::spawn_blocking(move || config::load(&path, &env).map_err(|error| error.to_string()));
        context.spawn(reading.into_actor(self).map(move |result, _, context| {
            let result = result.unwrap_or_else(|error| Err(error.to_string()));
            context.address().do_send(Loaded { order, result });
        }));
    }

    fn carry_out(&mut self, new: Config, order: Order, context: &mut Context<Self>) {
        for warning in &new.warnings {
            warn!(self.log, "configuration"; "source" => "configuration", "file" => &warning.file,
                "line" => warning.line, "warning" => &warning.message);
        }
        let changes = config::diff(&self.config, &new);
        info!(self.log, "configuration changed"; "source" => "configuration", "changes" => changes.len());
        self.config = new;
        self.selections.clear();
        changes.into_iter().for_each(|change| self.change(change, context));
        let seats: Vec<SeatId> = self.seats.keys().copied().collect();
        seats.into_iter().for_each(|id| self.subscribe(id));
        self.tell_rates();
        self.settle_ports(context);
        if order == Order::Restart {
            self.seats.values().for_each(|seat| tell(seat.peer.as_ref(), Command::Restart(DECONFIGURED)));
        }
    }

    fn change(&mut self, change: Change, context: &mut Context<Self>) {
        match change {
            Change::Added(index) => {
                if let Some(neighbor) = self.config.neighbors.get(index).cloned() {
                    self.add_seat(neighbor, context);
                }
            }
            Change::Removed(name) => self.remove_neighbor(&name),
            Change::SessionChanged { name, index } => self.reconfigure(&name, index, Some(DECONFIGURED)),
            Change::RoutesChanged { name, index }
            | Change::ApiChanged { name, index }
            | Change::SettingsChanged { name, index } => self.reconfigure(&name, index, None),
            Change::ProcessAdded(index) => {
                if let Some(process) = self.config.processes.get(index).cloned() {
                    self.add_helper(process, context);
                }
            }
            Change::ProcessRemoved(name) => self.end_helper(&name),
            Change::ProcessChanged(index) => self.replace_helper(index),
            Change::RestartChanged | Change::FaultsChanged | Change::SignalsChanged | Change::QuirksChanged => {}
        }
    }

    /// The seats of a neighbor: one, or those of the members of a range.
    fn seats_of(&self, name: &str) -> Vec<SeatId> {
        self.seats.values().filter(|seat| seat.is_of(name)).map(|seat| seat.id).collect()
    }

    fn remove_neighbor(&mut self, name: &str) {
        self.seats_of(name).into_iter().for_each(|id| self.leave(id));
    }

    /// The neighbor of a seat is there no longer.
    pub(super) fn leave(&mut self, id: SeatId) {
        let Some(seat) = self.seats.get_mut(&id) else { return };
        seat.leaving = true;
        match &seat.peer {
            Some(peer) => peer.do_send(Command::Stop(StopReason::Removed)),
            None => drop(self.seats.remove(&id)),
        }
    }

    fn reconfigure(&mut self, name: &str, index: usize, reset: Option<u8>) {
        let Some(neighbor) = self.config.neighbors.get(index).cloned() else { return };
        for id in self.seats_of(name) {
            let Some(seat) = self.seats.get(&id) else { continue };
            let neighbor = match seat.range {
                Some(_) => neighbor.member(seat.neighbor.peer_address),
                None => neighbor.clone(),
            };
            self.reseat(id, neighbor, reset);
        }
    }

    fn reseat(&mut self, id: SeatId, neighbor: Neighbor, reset: Option<u8>) {
        let settings = Box::new(self.settings(&neighbor, id));
        let target = Box::new(Target::of(&neighbor, self.env.tcp.connect()));
        let rate_limit = neighbor.rate_limit;
        let Some(seat) = self.seats.get_mut(&id) else { return };
        seat.neighbor = Arc::new(neighbor);
        tell(seat.peer.as_ref(), Command::Reconfigure { settings, target, rate_limit, reset });
        self.configure_rib(id);
    }

    fn settings(&self, neighbor: &Neighbor, id: SeatId) -> session::Settings {
        seat::settings(neighbor, &self.env, &self.surroundings.version, self.config.quirks, u64::from(id.0))
    }

    fn helper_of(&self, name: &str) -> Option<ProcessId> {
        self.helpers.iter().find(|(_, helper)| &*helper.name == name && !helper.leaving).map(|(id, _)| *id)
    }

    fn end_helper(&mut self, name: &str) {
        let Some(id) = self.helper_of(name) else { return };
        let Some(helper) = self.helpers.get_mut(&id) else { return };
        helper.leaving = true;
        match &helper.address {
            Some(address) => address.do_send(StopProcess { shutdown: false }),
            None => drop(self.helpers.remove(&id)),
        }
    }

    fn replace_helper(&mut self, index: usize) {
        let Some(process) = self.config.processes.get(index).cloned() else { return };
        let Some(helper) = self.helper_of(&process.name).and_then(|id| self.helpers.get_mut(&id)) else { return };
        helper.process = Arc::new(process);
        helper.replacing = helper.address.is_some();
        tell(helper.address.as_ref(), StopProcess { shutdown: false });
    }
}

impl Handler<Loaded> for Supervisor {
    type Result = ();

    fn handle(&mut self, loaded: Loaded, context: &mut Context<Self>) {
        self.loading = false;
        match loaded.result {
            Ok(config) => self.carry_out(config, loaded.order, context),
            Err(why) => {
                error!(self.log, "the configuration is refused, nothing changes"; "source" => "configuration", "reason" => why);
            }
        }
        if let Some(order) = self.queued.take() {
            self.load(order, context);
        }
    }
}

impl Handler<Signal> for Supervisor {
    type Result = ();

    fn handle(&mut self, signal: Signal, context: &mut Context<Self>) {
        info!(self.log, "signal"; "source" => "reactor", "name" => signal.name);
        for seat in self.seats.values().filter(|seat| seat.subscriptions.iter().any(|(_, wanted)| wanted.signal)) {
            tell(seat.peer.as_ref(), Command::Signalled(signal));
        }
        match (signal.name, self.config.signals.hup) {
            ("SIGUSR1", _) | ("SIGHUP", Hup::Reload) => self.load(Order::Reload, context),
            ("SIGUSR2", _) => self.load(Order::FullReload, context),
            ("SIGALRM", _) => self.load(Order::Restart, context),
            _ => self.stop(0, context),
        }
    }
}
