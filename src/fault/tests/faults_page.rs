//! docs/FAULTS.md is written from the table of faults. `REGENERATE=1` writes it anew.
#![allow(clippy::unwrap_used, reason = "a test may fail this way")]

use std::{env, fmt::Write as _, fs, path::Path};

use fault::FAULTS;

#[test]
fn the_page_is_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/FAULTS.md");
    let page = page();
    if env::var_os("REGENERATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differs = page.lines().zip(written.lines()).find(|(page, written)| page != written);
    assert!(page == written, "docs/FAULTS.md is stale, REGENERATE=1 writes it anew: {differs:?}");
}

fn page() -> String {
    let mut text = HEAD.to_owned();
    for kind in FAULTS {
        let usage = kind.usage();
        writeln!(text, "### {}\n\nStrikes {}: {}.", usage.syntax, usage.target.name(), usage.about).unwrap();
        writeln!(text, "What follows: {}.\n\n    fault inject {}\n", usage.recovery, usage.example).unwrap();
    }
    text + TAIL
}

const HEAD: &str = "<!-- Written from the table in src/fault/kinds by the tests of that crate; REGENERATE=1 writes it anew. -->
# Faults on demand

A daemon disturbs itself when it is told to, so that anyone can see how its sessions come back. It does so only if its
configuration says `faults: true` (RON), or the environment `exactix_faults=true`; otherwise the commands are refused.

    fault inject <fault> [<when>] [for <time>] [chance <percent>]
    neighbor 192.0.2.1 fault inject reset
    peer * fault inject drop-keepalives after 10 frames for 30s
    fault list
    fault clear

The selector says whose fault it is; without one, that of every neighbor the helper may command.

| when | the fault strikes |
|---|---|
| `now`, or nothing | at the next occasion |
| `after <n> frames` | when the neighbor has sent so many messages |
| `in <state>` | when the session is in that state, such as `OPENCONFIRM` |
| `every <n> frames` | with each n-th message of the neighbor, for a minute unless a time is given |

A fault strikes once, or as long as `for` says, an hour at most: each ends by itself, and `fault clear` ends all of them. With
`chance` it strikes in so many of a hundred cases; the chances of a neighbor are the same in every run. Each order, each strike
and each end is in the log. A Peer that is started anew has none of the faults of the one before.

## The faults

";

const TAIL: &str = "## How recovery is checked

`tests/faults.rs` injects each fault of the table into a daemon with a helper and three neighbors, and fails for one that it has no
scenario for. One oracle (`tests/support/oracle.rs`) judges all of them:

| | what must hold |
|---|---|
| I1, I2 | every neighbor holds exactly the routes it held before, within the time of the scenario from the end of the fault |
| I3 | who was not meant was not reset, and never waited longer for a message than a third of its hold time |
| I4 | the same process is there, and answers a command within a second |
| I5 | the session of the one who was meant is up |
| I6 | memory and descriptors are where they were |
| I7 | each line a helper got is an answer, or one object of JSON |
| I8 | the log says that a fault struck |
";
