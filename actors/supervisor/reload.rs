//! A new configuration: read beside the running one, compared with it, and only the difference carried out.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use actix::{ActorFutureExt as _, AsyncContext as _, Context, Handler, WrapFuture as _};
use api::{ApiError, Form, report::plan};
use config::{Change, Config, Hup, Neighbor, NeighborChange, NeighborId};
use slog::{error, info, warn};

use super::{Helper, Supervisor, tell};
use crate::{
    connect::Target,
    messages::{Action, ChildId, Command, Loaded, Order, Plan, ProcessId, Reply, SeatId, Signal},
    process::Surroundings,
    rate::Limits,
    seat,
    tree::Event,
};

/// The Cease subcode for a session whose configuration changed, as ExaBGP sends it.
const DECONFIGURED: u8 = 3;

/// The seats of each neighbor: one, or those of the members of a range.
type Places = HashMap<NeighborId, Vec<SeatId>>;

impl Supervisor {
    /// Reads the configuration off this thread; a request that comes meanwhile is carried out afterwards.
    pub(super) fn load(&mut self, order: Order, context: &mut Context<Self>) {
        if self.loading {
            self.queued = Some(self.queued.map_or(order, |queued| queued.max(order)));
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
        self.notifier.reloading();
        info!(self.log, "reading the configuration"; "source" => "configuration", "file" => %path.display());
        let (env, running) = (self.env.clone(), self.config.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let mut config = config::load(&path, &env).map_err(|error| error.to_string())?;
            config::share(&running, &mut config);
            Ok(Plan { changes: config::diff(&running, &config), config })
        });
        context.spawn(reading.into_actor(self).map(move |result, _, context| {
            let result = result.unwrap_or_else(|error| Err(error.to_string()));
            context.address().do_send(Loaded { order, result });
        }));
    }

    /// Compares the configuration with the file that a reload would read, or with another one, and says the difference.
    pub(super) fn check(&self, action: &Action, file: Option<&str>, form: Form) -> Result<(), ApiError> {
        let path = file.map(PathBuf::from).or_else(|| self.files.get(self.file).cloned());
        let path = path.ok_or_else(|| ApiError::new("there is no file to read again"))?;
        let (env, running) = (self.env.clone(), self.config.clone());
        let (reply, ticket) = (action.reply.clone(), action.ticket);
        drop(tokio::task::spawn_blocking(move || {
            let answer = plan::answer(&running, &config::load(&path, &env), form);
            reply.do_send(Reply { ticket, answer });
        }));
        Ok(())
    }

    fn carry_out(&mut self, Plan { config, changes }: Plan, order: Order, context: &mut Context<Self>) {
        for warning in &config.warnings {
            warn!(self.log, "configuration"; "source" => "configuration", "file" => &warning.file,
                "line" => warning.line, "warning" => &warning.message);
        }
        info!(self.log, "configuration changed"; "source" => "configuration", "changes" => changes.len());
        let old = std::mem::replace(&mut self.config, Arc::new(config));
        self.selections.clear();
        let places = self.places();
        let helpers: Vec<_> = self.helpers.iter().map(|(id, helper)| (*id, helper.generation)).collect();
        changes.into_iter().for_each(|change| self.change(change, &old, &places, context));
        // A table of routes takes a while to take apart.
        drop(tokio::task::spawn_blocking(move || drop(old)));
        self.subscribe_all();
        self.tell_rates();
        self.settle_ports(context);
        if order == Order::Restart {
            self.seats.values().for_each(|seat| tell(seat.peer.as_ref(), Command::Restart(DECONFIGURED)));
        }
        if order != Order::Reload {
            helpers.into_iter().for_each(|(id, generation)| self.replace_helper(id, generation, context));
        }
    }

    fn places(&self) -> Places {
        let mut places = Places::new();
        for seat in self.seats.values().filter(|seat| !seat.leaving) {
            places.entry((*seat.of).clone()).or_default().push(seat.id);
        }
        places
    }

    fn change(&mut self, change: Change, old: &Config, places: &Places, context: &mut Context<Self>) {
        let running = |index: usize| {
            let id = old.neighbors.get(index).map(Neighbor::id);
            id.and_then(|id| places.get(&id)).map_or(&[][..], Vec::as_slice)
        };
        match change {
            Change::NeighborAdded { new } => {
                if let Some(neighbor) = self.config.neighbors.get(new).cloned()
                    && !self.adopt(&neighbor)
                {
                    self.add_seat(neighbor, context);
                }
            }
            Change::NeighborRemoved { old } => running(old).iter().for_each(|id| self.leave(*id, context)),
            Change::NeighborChanged { old, new, how } => {
                if let Some(neighbor) = self.config.neighbors.get(new).cloned() {
                    running(old).iter().for_each(|id| self.reconfigure(*id, &neighbor, &how));
                }
            }
            Change::ProcessAdded { new } => {
                if let Some(process) = self.config.processes.get(new).cloned() {
                    self.add_helper(process, context);
                }
            }
            Change::ProcessRemoved { old: index } => {
                let name = old.processes.get(index).map(|process| &process.name);
                name.and_then(|name| self.helper_of(name)).into_iter().for_each(|id| self.end_helper(id, context));
            }
            Change::ProcessChanged { new } => self.redefine_helper(new, context),
            Change::RestartChanged => self.set_policies(),
            Change::QuirksChanged => self.set_quirks(),
            // These are looked up when they matter.
            Change::FaultsChanged | Change::SignalsChanged => {}
        }
    }

    /// The neighbor of a seat is there no longer.
    pub(super) fn leave(&mut self, id: SeatId, context: &mut Context<Self>) {
        let Some(seat) = self.seats.get_mut(&id) else { return };
        seat.leaving = true;
        self.tell_tree(Event::Remove(ChildId::Rib(id)), context);
    }

    pub(super) fn reconfigure(&mut self, id: SeatId, neighbor: &Neighbor, how: &NeighborChange) {
        let Some(seat) = self.seats.get_mut(&id) else { return };
        seat.of = Arc::new(neighbor.id());
        let definition = match seat.range {
            true => neighbor.member(seat.neighbor.peer_address),
            false => neighbor.clone(),
        };
        self.reseat(id, definition, how.resets().then_some(DECONFIGURED));
        self.configure_rib(id, how.routes.clone());
    }

    /// Hands a definition to the Peer of a seat, which takes it for its next session, and resets that one if asked to.
    fn reseat(&mut self, id: SeatId, neighbor: Neighbor, reset: Option<u8>) {
        let mut settings = Box::new(self.settings(&neighbor, id));
        let target = Box::new(Target::of(&neighbor, self.env.tcp.connect()));
        let limits = Limits::of_neighbor(&neighbor);
        let Some(seat) = self.seats.get_mut(&id) else { return };
        seat.neighbor = Arc::new(neighbor);
        settings.interest = seat.interest();
        seat.exhausted &= reset.is_none();
        tell(seat.peer.as_ref(), Command::Reconfigure { settings, target, limits, reset });
    }

    fn settings(&self, neighbor: &Neighbor, id: SeatId) -> session::Settings {
        seat::settings(neighbor, &self.env, &self.surroundings.version, self.config.quirks, u64::from(id.0))
    }

    /// Sessions and helpers that start from now on keep to the new quirks.
    fn set_quirks(&mut self) {
        let mut surroundings = Surroundings::clone(&self.surroundings);
        surroundings.envelope.main = self.config.quirks.has(wire::Quirk::MainJson);
        self.surroundings = Arc::new(surroundings);
        let seats: Vec<_> = self.seats.values().map(|seat| (seat.id, Neighbor::clone(&seat.neighbor))).collect();
        seats.into_iter().for_each(|(id, neighbor)| self.reseat(id, neighbor, None));
    }

    fn helper_of(&self, name: &str) -> Option<ProcessId> {
        self.helpers.iter().find(|(_, helper)| &*helper.name == name && !helper.leaving).map(|(id, _)| *id)
    }

    fn end_helper(&mut self, id: ProcessId, context: &mut Context<Self>) {
        let Some(helper) = self.helpers.get_mut(&id) else { return };
        helper.leaving = true;
        self.tell_tree(Event::Remove(ChildId::Process(id)), context);
    }

    fn redefine_helper(&mut self, index: usize, context: &mut Context<Self>) {
        let Some(process) = self.config.processes.get(index).cloned() else { return };
        let Some(id) = self.helper_of(&process.name) else { return };
        let Some(helper) = self.helpers.get_mut(&id) else { return };
        helper.process = Arc::new(process);
        let generation = helper.generation;
        self.set_policy(ChildId::Process(id));
        self.replace_helper(id, generation, context);
    }

    /// Ends a helper and starts it anew, unless that has happened since the start called `generation`.
    fn replace_helper(&mut self, id: ProcessId, generation: u32, context: &mut Context<Self>) {
        let same = |helper: &Helper| {
            !helper.leaving && !helper.client && helper.pipes.is_none() && helper.generation == generation
        };
        if self.helpers.get(&id).is_some_and(same) {
            self.tell_tree(Event::Restart(ChildId::Process(id)), context);
        }
    }
}

impl Handler<Loaded> for Supervisor {
    type Result = ();

    fn handle(&mut self, loaded: Loaded, context: &mut Context<Self>) {
        self.loading = false;
        if self.tree.is_ending() {
            return;
        }
        match loaded.result {
            Ok(plan) => self.carry_out(plan, loaded.order, context),
            Err(why) => {
                error!(self.log, "the configuration is refused, nothing changes"; "source" => "configuration", "reason" => why);
            }
        }
        match self.queued.take() {
            Some(order) => self.load(order, context),
            None => self.notifier.tell("READY=1"),
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
