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
use config::{Md5, Neighbor};
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

/// Whose segments are signed: peers, or ranges of peers, and the keys.
pub(crate) type Signed = HashMap<(IpAddr, Option<u8>), Md5>;

/// The keys of those neighbors that may call this address.
pub(crate) fn signed(neighbors: &[Neighbor], address: SocketAddr) -> Signed {
    let here = |neighbor: &&Neighbor| {
        let ours = neighbor.md5_ip.or(neighbor.local_address);
        let reaches = address.ip().is_unspecified() || ours.is_none_or(|ours| ours == address.ip());
        reaches && neighbor.peer_address.is_ipv4() == address.is_ipv4()
    };
    let whom = |neighbor: &Neighbor| (neighbor.peer_address, neighbor.peer_mask);
    neighbors.iter().filter(here).filter_map(|neighbor| Some((whom(neighbor), neighbor.md5.clone()?))).collect()
}

/// Binds a listening socket. Whose segments are to be signed is settled before the first can come.
///
/// # Errors
/// What the system says.
pub(crate) fn bind(address: SocketAddr, signed: &Signed) -> io::Result<SystemListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    for ((peer, mask), md5) in signed {
        sockopt::sign(&socket, *peer, *mask, &md5.key)?;
    }
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
    signed: Signed,
    supervisor: Addr<Supervisor>,
    log: Logger,
}

impl Listener {
    /// Listens on `address`, with a socket that is bound already or one of its own. The segments of these peers are signed.
    pub(crate) fn new(
        address: SocketAddr,
        bound: Option<SystemListener>,
        signed: Signed,
        supervisor: Addr<Supervisor>,
        log: Logger,
    ) -> Self {
        Self { address, bound, socket: None, signed, supervisor, log }
    }

    fn sign(&self, (peer, mask): (IpAddr, Option<u8>), key: &[u8]) {
        let Some(socket) = &self.socket else { return };
        if let Err(error) = sockopt::sign(socket, peer, mask, key) {
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
        let bound = self.bound.take().map_or_else(|| bind(self.address, &self.signed), Ok);
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
        let gone = self.signed.keys().filter(|peer| !wanted.0.contains_key(peer));
        gone.for_each(|peer| self.sign(*peer, &[]));
        let new = wanted.0.iter().filter(|(peer, key)| self.signed.get(peer) != Some(key));
        new.for_each(|(peer, md5)| self.sign(*peer, &md5.key));
        self.signed = wanted.0;
    }
}

impl Handler<Stop> for Listener {
    type Result = ();

    fn handle(&mut self, _: Stop, context: &mut Context<Self>) {
        context.stop();
    }
}
