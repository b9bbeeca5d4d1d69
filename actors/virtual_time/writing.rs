//! A Peer that falls when it writes: the routes that it has packed before are not to blame.

use std::time::Duration;

use tokio::time::sleep;

use super::{
    model::address,
    reloads::{Lab, on_virtual_time},
};

const CONFIGURATION: &str = "(processes: [(name: \"one\", run: \"/bin/cat\")], neighbors: [
    (peer_address: \"10.0.0.1\", local_address: \"10.0.0.254\", local_as: 65000, peer_as: 65000,
     families: [\"ipv4 unicast\"], apis: [(processes: [\"one\"])], routes: [\"route 10.1.0.0/24 next-hop 192.0.2.1\"])])";

#[test]
fn a_panic_that_comes_late_is_blamed_on_no_route() {
    on_virtual_time(async {
        let lab = Lab::of("exactix.ron", CONFIGURATION).await;
        // More often than it takes to withhold a route, less often than it takes to give a Peer up.
        lab.world.break_writing(4);
        assert!(lab.world.say("one", "announce route 10.1.1.0/24 next-hop 192.0.2.1").await);
        sleep(Duration::from_secs(60)).await;
        let seen = lab.world.far_end(address(1));
        assert_eq!((lab.world.unbroken(), seen.sessions, seen.up), (0, 5, 1));
        assert_eq!(seen.table.len(), 2, "{:?}", seen.table);
        lab.world.keep_journal();
        assert!(lab.world.say("one", "show supervisor").await);
        sleep(Duration::from_secs(1)).await;
        let journal = lab.world.take_journal().join("\n");
        assert!(journal.contains("writing breaks"), "{journal}");
        assert!(!journal.contains("withheld"), "{journal}");
    });
}
