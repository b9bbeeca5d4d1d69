//! Routes that do not outlive who asked for them: leases, and what is left of a helper.

use std::time::Duration;

use tokio::time::sleep;

use super::{
    model::address,
    reloads::{Lab, on_virtual_time},
};

/// A daemon with these processes in RON, and one neighbor that obeys `one` and `two`.
async fn lab(processes: &str) -> Lab {
    let text = format!(
        "(processes: [{processes}], neighbors: [(peer_address: \"10.0.0.1\", local_address: \"10.0.0.254\", \
         local_as: 65000, peer_as: 65000, families: [\"ipv4 unicast\"], apis: [(processes: [\"one\", \"two\"])])])"
    );
    Lab::of("exactix.ron", &text).await
}

fn process(name: &str, more: &str) -> String {
    format!("(name: \"{name}\", run: \"/bin/cat\", restart: (first: \"1s\", max: \"1s\", intensity: 2){more}), ")
}

async fn seconds(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}

impl Lab {
    async fn announce(&self, name: &str, number: u8, more: &str) {
        let line = format!("announce route 10.1.{number}.0/24 next-hop 192.0.2.1{more}");
        assert!(self.world.say(name, &line).await, "{name} does not run");
    }

    /// The third octets of the routes at the far end.
    fn routes(&self) -> Vec<u8> {
        let third = |prefix: &String| prefix.split('.').nth(2).unwrap().parse().unwrap();
        self.world.far_end(address(1)).table.keys().map(third).collect()
    }
}

#[test]
fn a_lease_has_to_be_renewed() {
    on_virtual_time(async {
        let lab = lab(&[process("one", ""), process("two", "")].concat()).await;
        lab.announce("one", 1, " lease 30s").await;
        lab.announce("one", 2, " lease 30s").await;
        lab.announce("one", 3, " lease 30s").await;
        seconds(25).await;
        lab.announce("one", 2, " lease 30s").await;
        lab.announce("two", 3, "").await;
        seconds(4).await;
        assert_eq!(lab.routes(), [1, 2, 3]);
        seconds(2).await;
        assert_eq!(lab.routes(), [2, 3]);
        seconds(25).await;
        assert_eq!(lab.routes(), [3]);
    });
}

#[test]
fn what_is_not_announced_again_is_withdrawn() {
    on_virtual_time(async {
        let one = process("one", ", routes: WithdrawAfter(\"30s\")");
        let lab = lab(&[one, process("two", "")].concat()).await;
        lab.announce("one", 1, "").await;
        lab.announce("one", 2, "").await;
        lab.announce("one", 3, "").await;
        lab.announce("two", 3, "").await;
        seconds(1).await;
        lab.world.end("one");
        lab.world.end("two");
        seconds(5).await;
        assert_eq!(lab.world.program("one"), (2, 1));
        lab.announce("one", 1, "").await;
        seconds(22).await;
        assert_eq!(lab.routes(), [1, 2, 3]);
        seconds(5).await;
        assert_eq!(lab.routes(), [1, 3]);
        seconds(60).await;
        assert_eq!(lab.routes(), [1, 3]);
    });
}

#[test]
fn an_heir_gets_what_is_left() {
    on_virtual_time(async {
        let one = process("one", ", respawn: false, routes: HandOver(\"two\")");
        let two = process("two", ", respawn: false, routes: WithdrawAfter(\"0s\")");
        let lab = lab(&[one, two].concat()).await;
        lab.announce("one", 1, "").await;
        lab.announce("two", 2, "").await;
        seconds(1).await;
        lab.world.end("one");
        seconds(60).await;
        assert_eq!(lab.routes(), [1, 2]);
        lab.world.end("two");
        seconds(5).await;
        assert!(lab.routes().is_empty());
    });
}

#[test]
fn one_helper_may_be_what_the_daemon_lives_for() {
    on_virtual_time(async {
        let mut lab = lab(&[process("one", ", on_exceed: StopDaemon"), process("two", "")].concat()).await;
        for name in ["two", "one"] {
            for _ in 0..3 {
                assert!(lab.exit.try_recv().is_err(), "{name}");
                lab.world.end(name);
                seconds(5).await;
            }
        }
        seconds(10).await;
        assert_eq!(lab.exit.try_recv(), Ok(0));
    });
}
