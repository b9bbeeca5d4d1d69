//! A listening socket. An accept that fails puts it aside for a while rather than ending anything.

use std::{
    collections::{HashMap, HashSet},
    io,
    net::{SocketAddr, TcpListener as SystemListener},
    os::fd::{AsFd as _, OwnedFd},
    time::Duration,
};

use actix::{
    Actor, ActorContext as _, ActorFutureExt as _, Addr, AsyncContext as _, Context, Handler, WrapFuture as _,
};
use fault::{Site, Verdict};
use session::State;
use slog::{Logger, error, warn};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

use crate::{
    Supervisor, connect,
    faults::Faults,
    messages::{Accepted, Inject, Keys, Stop},
    signing::{Key, Network, Signed, ranges_first},
    sockopt::Role,
};

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;
/// How long a listener that cannot accept is put aside: without descriptors, trying at once only spins.
const ASIDE: Duration = Duration::from_millis(500);

/// A listening socket, and the peers whose segments the system does not sign although they have a key.
#[derive(Debug)]
pub(crate) struct Bound {
    socket: SystemListener,
    unsigned: HashMap<Network, io::Error>,
}

/// Binds a listening socket. Whose segments are to be signed is settled before the first can come.
///
/// # Errors
/// What the system says.
pub(crate) fn bind(address: SocketAddr, signed: &Signed) -> io::Result<Bound> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    let refused = |(peers, key): (&Network, &Key)| Some((*peers, key.set(&socket, *peers, Role::Listens).err()?));
    let unsigned = ranges_first(signed).into_iter().filter_map(refused).collect();
    socket.listen(BACKLOG)?;
    Ok(Bound { socket: socket.into(), unsigned })
}

/// Accepts connections and hands them over.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    /// Bound before the start; a restart binds anew.
    bound: Option<Bound>,
    /// The socket, for its options.
    socket: Option<OwnedFd>,
    signed: Signed,
    /// Those of them that are not: they are not let in.
    unsigned: HashSet<Network>,
    faults: Faults,
    supervisor: Addr<Supervisor>,
    log: Logger,
}

impl Listener {
    /// Listens on `address`, with a socket that is bound already or one of its own. The segments of these peers are signed.
    pub(crate) fn new(
        address: SocketAddr,
        bound: Option<Bound>,
        signed: Signed,
        supervisor: Addr<Supervisor>,
        log: Logger,
    ) -> Self {
        Self {
            address,
            bound,
            socket: None,
            signed,
            unsigned: HashSet::new(),
            faults: Faults::default(),
            supervisor,
            log,
        }
    }

    /// Has segments signed that were not, or by another key. Only what differs is set: a key that is set again ends the
    /// connections it signs.
    fn sign(&mut self, wanted: Signed) {
        let Some(socket) = &self.socket else { return };
        let mut refused = Vec::new();
        for (peers, old) in &self.signed {
            let new = wanted.get(peers);
            let stays = new.is_some_and(|new| new == old || old.gives_way_to(new));
            if !stays
                && !self.unsigned.contains(peers)
                && let Err(error) = old.unset(socket, *peers)
            {
                warn!(self.log, "a key cannot be taken away"; "peer" => %peers, "reason" => %error);
            }
        }
        for (peers, key) in ranges_first(&wanted).into_iter().filter(|(peers, key)| self.signed.get(peers) != Some(key))
        {
            refused.extend(key.set(socket, *peers, Role::Listens).err().map(|error| (*peers, error)));
            self.unsigned.remove(peers);
        }
        self.unsigned.retain(|peers| wanted.contains_key(peers));
        self.signed = wanted;
        self.shut_out(refused);
    }

    /// Peers whose segments have to be signed, and cannot be, are not let in.
    fn shut_out(&mut self, refused: impl IntoIterator<Item = (Network, io::Error)>) {
        for (peers, error) in refused {
            error!(self.log, "segments cannot be signed, the peer is not let in"; "peer" => %peers, "reason" => %error);
            self.unsigned.insert(peers);
        }
    }

    fn hand_over(&self, accepted: Accepted) {
        let peer = accepted.peer.ip();
        if self.unsigned.iter().any(|peers| peers.contains(peer)) {
            return warn!(self.log, "connection refused, its segments are not signed"; "peer" => %peer);
        }
        self.supervisor.do_send(accepted);
    }

    fn strike(&mut self, site: &Site<'_>, context: &mut Context<Self>) -> Verdict {
        let verdict = self.faults.strike(State::Idle, site);
        if verdict == Verdict::Stop {
            context.stop();
        }
        verdict
    }

    fn accept(&self, listener: TcpListener, context: &mut Context<Self>) {
        let next = async move {
            let accepted = listener.accept().await;
            (listener, accepted)
        };
        context.spawn(next.into_actor(self).map(|(listener, accepted), actor, context| {
            match accepted.and_then(|(stream, _)| stream.into_std()).and_then(ends) {
                Ok(accepted) => {
                    if actor.strike(&Site::Accept, context) != Verdict::Drop {
                        actor.hand_over(accepted);
                    }
                    actor.accept(listener, context);
                }
                Err(error) => {
                    warn!(actor.log, "accept failed"; "reason" => %error);
                    context.run_later(ASIDE, |actor, context| actor.accept(listener, context));
                }
            }
        }));
    }
}

/// A connection and where its ends are.
fn ends(stream: std::net::TcpStream) -> io::Result<Accepted> {
    let (local, peer) = (stream.local_addr()?, stream.peer_addr()?);
    let canonical = |end: SocketAddr| SocketAddr::new(connect::canonical(end.ip()), end.port());
    Ok(Accepted { stream, local: canonical(local), peer: canonical(peer) })
}

impl Actor for Listener {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        let bound = self.bound.take().map_or_else(|| bind(self.address, &self.signed), Ok);
        let listening = bound.and_then(|bound| Ok((TcpListener::from_std(bound.socket)?, bound.unsigned)));
        match listening {
            Ok((listener, unsigned)) => {
                self.shut_out(unsigned);
                self.socket = listener.as_fd().try_clone_to_owned().ok();
                self.accept(listener, context);
            }
            Err(error) => {
                error!(self.log, "cannot listen"; "address" => %self.address, "reason" => %error);
                context.stop();
            }
        }
    }
}

impl Handler<Keys> for Listener {
    type Result = ();

    fn handle(&mut self, wanted: Keys, _: &mut Context<Self>) {
        self.sign(wanted.0);
    }
}

impl Handler<Inject> for Listener {
    type Result = ();

    fn handle(&mut self, inject: Inject, context: &mut Context<Self>) {
        self.faults.take(inject);
        self.strike(&Site::Message("Inject"), context);
    }
}

impl Handler<Stop> for Listener {
    type Result = ();

    fn handle(&mut self, _: Stop, context: &mut Context<Self>) {
        context.stop();
    }
}
