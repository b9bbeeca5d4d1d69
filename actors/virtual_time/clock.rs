//! The time of day is set: what people and helpers are told follows, nothing else does.

use std::time::{Duration, UNIX_EPOCH};

use tokio::time::sleep;

use super::{
    model::address,
    reloads::{Lab, on_virtual_time},
};
use crate::world::World as _;

const CONFIGURATION: &str = "(processes: [(name: \"one\", run: \"/bin/cat\")], neighbors: [
    (peer_address: \"10.0.0.1\", local_address: \"10.0.0.254\", local_as: 65000, peer_as: 65000, hold_time: 9,
     families: [\"ipv4 unicast\"], apis: [(processes: [\"one\"], neighbor_changes: true)])])";

async fn seconds(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}

impl Lab {
    /// The time of the next event about the neighbor, which is brought about.
    async fn time_told(&self) -> f64 {
        self.world.keep_journal();
        self.world.cut(address(1));
        seconds(20).await;
        let journal = self.world.take_journal();
        let event = journal.iter().find(|line| line.contains(" one ") && line.contains("\"down\""));
        let event = event.unwrap_or_else(|| panic!("no event in {journal:#?}"));
        let (_, rest) = event.split_once("\"time\": ").unwrap();
        rest.split([',', ' ', '}']).next().unwrap().parse().unwrap()
    }

    fn time_of_day(&self) -> Duration {
        self.world.clock().duration_since(UNIX_EPOCH).unwrap()
    }
}

#[test]
fn whatever_the_clock_says_sessions_stay_and_waits_are_as_long() {
    on_virtual_time(async {
        let lab = Lab::of("exactix.ron", CONFIGURATION).await;
        let now = lab.time_of_day().as_secs();
        let (hour, year_2039, beginning) = (3600, 2_190_000_000, 0);
        for (round, set) in [now + hour, now - hour, year_2039, beginning].into_iter().enumerate() {
            let sessions = lab.world.far_end(address(1)).sessions;
            let line = format!("announce route 10.1.{round}.0/24 next-hop 192.0.2.1 lease 30s");
            assert!(lab.world.say("one", &line).await);
            seconds(10).await;
            lab.world.set_clock(set);
            seconds(19).await;
            assert_eq!(lab.world.far_end(address(1)).table.len(), 1, "the lease lasts, set to {set}");
            seconds(2).await;
            assert!(lab.world.far_end(address(1)).table.is_empty(), "the lease is over, set to {set}");
            // Many times the hold time.
            seconds(100).await;
            assert_eq!(lab.world.far_end(address(1)).sessions, sessions, "the session stays, set to {set}");
            let (earliest, told) = (lab.time_of_day().as_secs_f64(), lab.time_told().await);
            assert!(told >= earliest && told <= earliest + 1.0, "{told} is told at {earliest}");
            assert_eq!(lab.world.far_end(address(1)).up, 1);
        }
    });
}
