//! A listening socket. An accept that fails puts it aside for a while rather than ending anything.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr, TcpListener as SystemListener},
    os::fd::{AsFd as _, OwnedFd},
    time::Duration,
};

use actix::{
    Actor, ActorContext as _, ActorFutureExt as _, Addr, AsyncContext as _, Context, Handler, WrapFuture as _,
};
use config::Md5;
use slog::{Logger, error, warn};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

use crate::{
    Supervisor, connect,
    messages::{Accepted, Keys, Stop},
    sockopt,
};

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;
/// How long a listener that cannot accept is put aside: without descriptors, trying at once only spins.
const ASIDE: Duration = Duration::from_millis(500);

/// Binds a listening socket.
///
/// # Errors
/// What the system says.
pub(crate) fn bind(address: SocketAddr) -> io::Result<SystemListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Accepts connections and hands them over.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    /// Bound before the start; a restart binds anew.
    bound: Option<SystemListener>,
    /// The socket, for its options.
    socket: Option<OwnedFd>,
    /// Whose segments are signed.
    keys: HashMap<IpAddr, Md5>,
    supervisor: Addr<Supervisor>,
    log: Logger,
}

impl Listener {
    /// Listens on `address`, with a socket that is bound already or one of its own.
    pub(crate) fn new(
        address: SocketAddr,
        bound: Option<SystemListener>,
        supervisor: Addr<Supervisor>,
        log: Logger,
    ) -> Self {
        Self { address, bound, socket: None, keys: HashMap::new(), supervisor, log }
    }

    fn sign(&self, peer: IpAddr, key: &[u8]) {
        let Some(socket) = &self.socket else { return };
        if let Err(error) = sockopt::sign(socket, peer, key) {
            warn!(self.log, "segments cannot be signed"; "peer" => %peer, "reason" => %error);
        }
    }

    fn accept(&self, listener: TcpListener, context: &mut Context<Self>) {
        let next = async move {
            let accepted = listener.accept().await;
            (listener, accepted)
        };
        context.spawn(next.into_actor(self).map(|(listener, accepted), actor, context| {
            match accepted.and_then(|(stream, _)| stream.into_std()).and_then(hand_over) {
                Ok(accepted) => {
                    actor.supervisor.do_send(accepted);
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

fn hand_over(stream: std::net::TcpStream) -> io::Result<Accepted> {
    let (local, peer) = (stream.local_addr()?, stream.peer_addr()?);
    let canonical = |end: SocketAddr| SocketAddr::new(connect::canonical(end.ip()), end.port());
    Ok(Accepted { stream, local: canonical(local), peer: canonical(peer) })
}

impl Actor for Listener {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        let bound = self.bound.take().map_or_else(|| bind(self.address), Ok);
        match bound.and_then(TcpListener::from_std) {
            Ok(listener) => {
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

    /// Only what differs is set: a key that is set again ends the connections it signs.
    fn handle(&mut self, wanted: Keys, _: &mut Context<Self>) {
        let wanted: HashMap<_, _> =
            wanted.0.into_iter().filter(|(peer, _)| peer.is_ipv4() == self.address.is_ipv4()).collect();
        let gone = self.keys.keys().filter(|peer| !wanted.contains_key(peer));
        gone.for_each(|peer| self.sign(*peer, &[]));
        let new = wanted.iter().filter(|(peer, key)| self.keys.get(peer) != Some(key));
        new.for_each(|(peer, md5)| self.sign(*peer, &md5.key));
        self.keys = wanted;
    }
}

impl Handler<Stop> for Listener {
    type Result = ();

    fn handle(&mut self, _: Stop, context: &mut Context<Self>) {
        context.stop();
    }
}
