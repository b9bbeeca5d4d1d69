//! Threads that hang.

use std::{thread, time::Duration};

use actix::System;
use tokio::time::{sleep, timeout};

use super::{model::address, reloads::Lab};
use crate::{Placement, pulse::Patience};

const CONFIGURATION: &str = "(processes: [(name: \"one\", run: \"/bin/cat\")], neighbors: [
    (peer_address: \"10.0.0.1\", local_address: \"10.0.0.254\", local_as: 65000, peer_as: 65000,
     families: [\"ipv4 unicast\"], apis: [(processes: [\"one\"])], routes: [\"route 10.1.0.0/24 next-hop 192.0.2.1\"])])";

impl Lab {
    /// Waits until the neighbor has had so many sessions, and has so many routes.
    async fn until(&self, sessions: u32, routes: usize) {
        let is_so = async {
            loop {
                let seen = self.world.far_end(address(1));
                if (seen.sessions, seen.table.len()) == (sessions, routes) {
                    return;
                }
                sleep(Duration::from_millis(5)).await;
            }
        };
        let in_time = timeout(Duration::from_secs(10), is_so).await;
        assert!(in_time.is_ok(), "{sessions} sessions, {routes} routes: {:?}", self.world.far_end(address(1)));
    }
}

fn hasty() -> Placement {
    let (late, usual, costly) = (Duration::from_millis(300), Duration::from_millis(600), Duration::from_millis(900));
    let mut placement = Placement::new();
    placement.patience = Patience { late, usual, costly };
    placement
}

#[test]
fn ribs_begin_anew_with_what_is_configured() {
    System::new().block_on(async {
        let placement = hasty();
        let ribs = placement.ribs().handle.clone();
        let lab = Lab::on(placement, "exactix.ron", CONFIGURATION);
        lab.until(1, 1).await;
        assert!(lab.world.say("one", "announce route 10.1.1.0/24 next-hop 192.0.2.1").await);
        lab.until(1, 2).await;
        ribs.spawn_fn(|| thread::sleep(Duration::from_secs(3)));
        lab.until(2, 1).await;
        assert!(lab.world.say("one", "announce route 10.1.2.0/24 next-hop 192.0.2.1").await);
        lab.until(2, 2).await;
        // Whoever comes back from there changes nothing.
        sleep(Duration::from_secs(2)).await;
        lab.until(2, 2).await;
    });
}

#[test]
fn a_thread_that_is_only_busy_is_left_alone() {
    System::new().block_on(async {
        let placement = hasty();
        let ribs = placement.ribs().handle.clone();
        let lab = Lab::on(placement, "exactix.ron", CONFIGURATION);
        lab.until(1, 1).await;
        for _ in 0..4 {
            ribs.spawn_fn(|| thread::sleep(Duration::from_millis(400)));
            sleep(Duration::from_millis(500)).await;
        }
        assert!(lab.world.say("one", "announce route 10.1.1.0/24 next-hop 192.0.2.1").await);
        lab.until(1, 2).await;
    });
}
