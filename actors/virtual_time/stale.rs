//! Messages to the Supervisor that come twice, or from who is there no longer: nothing comes of them.

use std::time::Duration;

use actix::{Actor, Context, Handler};
use api::{Selector, Verb};
use tokio::{sync::watch, time::sleep};

use super::{
    invented::FarEnd,
    model::address,
    reloads::{Lab, on_virtual_time},
};
use crate::messages::{
    Action, Cause, ChildId, Congested, Ended, Exhausted, Exited, Poisoned, ProcessId, Reply, SeatId, Standing,
};

const CONFIGURATION: &str = "(processes: [(name: \"one\", run: \"/bin/cat\")], neighbors: [
    (peer_address: \"10.0.0.1\", local_address: \"10.0.0.254\", local_as: 65000, peer_as: 65000,
     families: [\"ipv4 unicast\"], apis: [(processes: [\"one\"])], routes: [\"route 10.1.0.0/24 next-hop 192.0.2.1\"])])";

/// Whom nobody should answer.
struct Nobody;

impl Actor for Nobody {
    type Context = Context<Self>;
}

impl Handler<Reply> for Nobody {
    type Result = ();

    fn handle(&mut self, reply: Reply, _: &mut Context<Self>) {
        panic!("somebody is answered: {reply:?}");
    }
}

impl Lab {
    /// Everything that somebody of this place and generation may say, each time twice.
    fn haunted_by(&self, id: u32, generation: u32) {
        let (seat, process, supervisor) = (SeatId(id), ProcessId(id), &self.supervisor);
        for _ in 0..2 {
            let cause = Cause::Panicked("once more".to_owned());
            for child in [ChildId::Process(process), ChildId::Peer(seat)] {
                supervisor.do_send(Exited { child, generation, cause: cause.clone() });
            }
            supervisor.do_send(Ended { process, generation, status: "gone".to_owned() });
            supervisor.do_send(Congested { process, generation, congested: true });
            supervisor.do_send(Standing { seat, generation, established: false });
            supervisor.do_send(Exhausted { seat, generation });
            let (key, route, place) = (wire::Key::from_octets(&[24, 10, 1, 0]), String::new(), String::new());
            supervisor.do_send(Poisoned { seat, generation, key, route, place });
            let clear = Verb::Rib { selector: Selector::all(), ops: vec![rib::Op::Clear], sync: None };
            let (reply, room) = (Nobody.start().recipient(), watch::channel(crate::messages::Room::default()).1);
            let (ticket, dialect) = (1, wire::json::Dialect::V5);
            supervisor.do_send(Action { process, generation, ticket, verb: clear, dialect, reply, room });
        }
    }

    fn seen(&self) -> (FarEnd, (u32, usize)) {
        (self.world.far_end(address(1)), self.world.program("one"))
    }
}

#[test]
fn who_is_there_no_longer_changes_nothing() {
    on_virtual_time(async {
        let mut lab = Lab::of("exactix.ron", CONFIGURATION).await;
        // The second life of both.
        assert!(lab.world.say("one", "supervisor restart peer/1").await);
        assert!(lab.world.say("one", "supervisor restart peer/2").await);
        sleep(Duration::from_secs(5)).await;
        lab.world.end("one");
        sleep(Duration::from_secs(60)).await;
        assert!(lab.world.say("one", "announce route 10.1.1.0/24 next-hop 192.0.2.1").await);
        sleep(Duration::from_secs(1)).await;
        let before = lab.seen();
        assert_eq!((before.0.sessions, before.0.table.len(), before.1), (2, 2, (2, 1)));

        (0..20).for_each(|id| lab.haunted_by(id, 0));
        (0..20).for_each(|id| lab.haunted_by(id, 1));
        (0..20).for_each(|id| lab.haunted_by(id, 3));
        sleep(Duration::from_secs(600)).await;
        assert_eq!(lab.seen(), before);
        assert!(lab.exit.try_recv().is_err(), "the daemon has ended");
        assert!(lab.world.say("one", "announce route 10.1.2.0/24 next-hop 192.0.2.1").await);
        sleep(Duration::from_secs(1)).await;
        assert_eq!((lab.seen().0.table.len(), lab.seen().1), (3, (2, 1)));
    });
}
