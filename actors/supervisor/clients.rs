//! Programs that connect to the control socket: helpers by another way in, each with a stream and answers of its own. Those
//! that come by the control pipes share one.

use std::{sync::Arc, time::Duration};

use actix::{Context, Handler};
use config::{Encoder, Process};
use slog::{info, warn};

use super::{Helper, Phase, Supervisor};
use crate::{
    messages::{Cause, Joined, ProcessId},
    restart::Ledger,
};

/// How long to do without the control pipes after they could not be opened, or nobody read the answers.
const REOPEN: Duration = Duration::from_secs(1);

impl Supervisor {
    /// Opens the control pipes, if there are any.
    pub(super) fn start_pipes(&mut self, context: &Context<Self>) {
        let Some(pipes) = self.pipes.take() else { return };
        let id = ProcessId(self.fresh());
        let (commands, answers) = (pipes.commands.display(), pipes.answers.display());
        info!(self.log, "control pipes"; "source" => "api", "commands" => %commands, "answers" => %answers);
        let process = internal(format!("{}-pipe-{:x}", api::INTERNAL, id.0));
        let ledger = Ledger::new(self.config.restart.process, u64::from(id.0));
        let helper = Helper { pipes: Some(Arc::new(pipes)), ..Helper::new(Arc::new(process), ledger) };
        self.helpers.insert(id, helper);
        self.start_process(id, None, context);
    }

    /// They are opened anew as long as the daemon runs: they are for people, who may move them and put them back.
    pub(super) fn pipes_exited(&mut self, id: ProcessId, cause: &Cause, context: &mut Context<Self>) {
        let Some(helper) = self.helpers.get_mut(&id) else { return };
        let reason = if *cause == Cause::Stopped { helper.status.clone() } else { cause.to_string() };
        if helper.told.as_deref() != Some(reason.as_str()) {
            warn!(self.log, "the control pipes are opened anew"; "source" => "api", "reason" => &reason);
        }
        helper.told = Some(reason);
        let generation = helper.generation;
        self.start_process_after(id, generation, REOPEN, context);
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
        if clients >= usize::from(self.env.api.max_clients) || self.phase > Phase::Running {
            warn!(self.log, "a client is turned away"; "source" => "api", "uid" => uid, "clients" => clients);
            return turn_away(&stream);
        }
        let id = ProcessId(self.fresh());
        let name = format!("{}-socket-{:x}", api::INTERNAL, id.0);
        info!(self.log, "client"; "source" => "api", "name" => &name, "uid" => uid, "pid" => pid);
        let process = internal(name);
        let ledger = Ledger::new(self.config.restart.process, u64::from(id.0));
        let helper = Helper { client: true, line: stream.try_clone().ok(), ..Helper::new(Arc::new(process), ledger) };
        self.helpers.insert(id, helper);
        self.start_process(id, Some(stream), context);
    }
}

/// Without waiting for anybody.
fn turn_away(mut stream: &std::os::unix::net::UnixStream) {
    use std::io::Write as _;
    let _ = stream.set_nonblocking(true);
    let _ = stream.write_all(b"error: maximum concurrent clients reached\nerror\n");
}
