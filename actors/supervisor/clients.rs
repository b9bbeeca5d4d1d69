//! Programs that connect to the control socket: helpers by another way in, each with a stream and answers of its own. Those
//! that come by the control pipes share one.

use std::sync::Arc;

use actix::{Context, Handler};
use config::{Encoder, Process};
use slog::{info, warn};

use super::{Helper, Supervisor};
use crate::messages::{ChildId, Joined, ProcessId};

impl Supervisor {
    /// Opens the control pipes, if there are any.
    pub(super) fn start_pipes(&mut self, context: &mut Context<Self>) {
        let Some(pipes) = self.pipes.take() else { return };
        let id = ProcessId(self.fresh());
        let (commands, answers) = (pipes.commands.display(), pipes.answers.display());
        info!(self.log, "control pipes"; "source" => "api", "commands" => %commands, "answers" => %answers);
        let process = internal(format!("{}-pipe-{:x}", api::INTERNAL, id.0));
        let helper = Helper { pipes: Some(Arc::new(pipes)), ..Helper::new(Arc::new(process)) };
        self.helpers.insert(id, helper);
        self.add(ChildId::Process(id), context);
    }

    /// The same is said once.
    pub(super) fn pipes_failed(&mut self, id: ProcessId, reason: String) {
        let Some(helper) = self.helpers.get_mut(&id) else { return };
        if helper.told.as_deref() != Some(reason.as_str()) {
            warn!(self.log, "the control pipes are opened anew"; "source" => "api", "reason" => &reason);
        }
        helper.told = Some(reason);
    }
}

/// Somebody at a terminal, as a helper.
fn internal(name: String) -> Process {
    Process { name, respawn: false, encoder: Encoder::Text, ..Process::default() }
}

impl Handler<Joined> for Supervisor {
    type Result = ();

    fn handle(&mut self, joined: Joined, context: &mut Context<Self>) {
        let Joined { stream, uid, pid } = joined;
        let clients = self.helpers.values().filter(|helper| helper.client).count();
        if clients >= usize::from(self.env.api.max_clients) || self.tree.is_ending() {
            warn!(self.log, "a client is turned away"; "source" => "api", "uid" => uid, "clients" => clients);
            return turn_away(&stream);
        }
        let id = ProcessId(self.fresh());
        let name = format!("{}-socket-{:x}", api::INTERNAL, id.0);
        info!(self.log, "client"; "source" => "api", "name" => &name, "uid" => uid, "pid" => pid);
        let process = internal(name);
        let line = stream.try_clone().ok();
        let helper = Helper { client: true, stream: Some(stream), line, ..Helper::new(Arc::new(process)) };
        self.helpers.insert(id, helper);
        self.add(ChildId::Process(id), context);
    }
}

/// Without waiting for anybody.
fn turn_away(mut stream: &std::os::unix::net::UnixStream) {
    use std::io::Write as _;
    let _ = stream.set_nonblocking(true);
    let _ = stream.write_all(b"error: maximum concurrent clients reached\nerror\n");
}
