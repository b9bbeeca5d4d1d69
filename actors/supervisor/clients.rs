//! Programs that connect to the control socket: helpers by another way in, each with a stream and answers of its own.

use std::sync::Arc;

use actix::{Context, Handler};
use config::{Encoder, Process};
use slog::{info, warn};

use super::{Helper, Phase, Supervisor};
use crate::{
    messages::{Joined, ProcessId},
    restart::Ledger,
};

/// Clients at a time; a further one is told so.
const MOST: usize = 64;

impl Handler<Joined> for Supervisor {
    type Result = ();

    fn handle(&mut self, joined: Joined, context: &mut Context<Self>) {
        let Joined { stream, uid, pid } = joined;
        let clients = self.helpers.values().filter(|helper| helper.client).count();
        if clients >= MOST || self.phase > Phase::Running {
            warn!(self.log, "a client is turned away"; "source" => "api", "uid" => uid, "clients" => clients);
            return turn_away(&stream);
        }
        let id = ProcessId(self.fresh());
        let name = format!("{}-socket-{:x}", api::INTERNAL, id.0);
        info!(self.log, "client"; "source" => "api", "name" => &name, "uid" => uid, "pid" => pid);
        let process = Process { name, encoder: Encoder::Text, ..Process::default() };
        let ledger = Ledger::new(self.config.restart.process, u64::from(id.0));
        let helper = Helper { client: true, ..Helper::new(Arc::new(process), ledger) };
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
