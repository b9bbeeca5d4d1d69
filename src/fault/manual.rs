//! The table of faults as a chapter of the documentation.

use std::fmt::Write as _;

use crate::{
    duration::Time,
    kinds::{FAULTS, Kind},
    parse::Victim,
    trigger::End,
};

/// The page, in Markdown.
#[must_use]
pub fn manual() -> String {
    let mut out = String::from(HEAD);
    for kind in FAULTS {
        entry(&mut out, *kind);
    }
    out.push_str(TAIL);
    out
}

fn entry(out: &mut String, kind: &dyn Kind) {
    let usage = kind.usage();
    let victims = kind.victims().iter().map(|victim| match victim {
        Victim::Peer => "peers",
        Victim::Process => "a process",
        Victim::Listener => "the listener",
        Victim::RateLimiter => "the rate limiter",
    });
    let end = match kind.end() {
        End::Times(times) => format!("`times {times}`"),
        End::For(time) => format!("`for {}`", Time(time)),
    };
    let _ = write!(
        out,
        "\n### {}\n\n```\n{}\n```\n\nWhat it does: {}.\n\nFor {}; without a word about its end {end}.\n\nWhat comes of it: {}.\n\n\
        Example: `fault inject {}`\n",
        kind.name(),
        usage.syntax,
        usage.about,
        victims.collect::<Vec<_>>().join(", "),
        usage.recovery,
        usage.example,
    );
}

const HEAD: &str = "\
# Faults on demand

This page is written from the table of faults (`REGENERATE=1`). The daemon can disturb itself on purpose: to see that an
installation bears it, or how its alarms sound, before something else does. Faults strike what the daemon reads, writes, waits
for and runs; there is no other program, and no privilege is needed.

## To switch it on

Faults are refused unless the configuration says that they are wanted:

```ron
(faults: true, neighbors: [ … ])
```

A file in ExaBGP's form has no word for it: the environment has, for files of either form. What a file says wins.

```sh
exactix_faults=true exactix server exabgp.conf
```

Then whoever may give commands can inject: helpers, for the neighbors that they command, and people at the control socket.

```
$ exactix cli
neighbor 192.0.2.1 fault inject mute outgoing for 20s
fault inject process watcher kill-helper
fault list
fault clear 1
```

What a client has injected goes when it leaves, so the prompt has to stay open: `exactix run` hangs up after its command, and
is only good for what strikes at once.

## The words

```
[neighbor <selector>] fault inject [process <name>|listener|rate-limiter] <fault> … [<when>] [times <n>|for <time>] [p <chance>] [seed <n>]
```

Without `process`, `listener` or `rate-limiter` a fault is for the neighbors that the selector matches; one that only helpers can
have is for those that may command these neighbors.

| word | meaning |
|---|---|
| `now` | the next place where the fault can strike will do; this is so when nothing is said |
| `after <n> frames` | with the n-th message |
| `every <n> frames` | with each n-th message |
| `in <state>` | while the session is in this state |
| `times <n>` | it is over when it has struck n times, at most 1000; `every` strikes ten times unless something else is said |
| `for <time>` | it is over after that time, at most 10 minutes: from now on, or from the first strike if it had to wait for something |
| `p <chance>` | when it could strike, chance decides: `0.25` is one time in four |
| `seed <n>` | chance follows this seed. The log and `fault list` tell the seed of each fault, so that it can be repeated |

Messages are counted where the fault strikes: those of its direction and kind; for faults without one, those that come in. Of
a helper it is lines that are counted, of the listener connections, of the rate limiter grants. A time is `500ms`, `30s` or `2m`.

## How it ends

Every fault ends by itself: after a number of times or after a time, and after ten minutes in any case if it has not struck
enough by then. A fault that would last for ever is refused. `fault clear` ends all of them, `fault clear <number>` one. What a
client of the control socket has injected ends when it hangs up; what a helper has injected does not end with the helper.

A fault outlives the actor that it is for: `panic every 3 frames` goes on in the Peer that takes the place of the one that
panicked, until it has struck often enough. Routes that a fault has spoiled without ending the session (`reorder`,
`bad-attribute`, `duplicate`) are sent once more when the last fault of the neighbor is over; those that were spoiled on the way
in are asked for once more, if both sides have agreed on Route Refresh.

Each injection, strike and end is a line of the log with the number of the fault, its words and seed, who asked for it and whom
it is for; strikes of a fault that strikes often are told at powers of two. At most 256 injections are armed at a time.

## The faults

`incoming` is what the daemon reads, `outgoing` (which is usual) what it writes. A kind of message is one of `open`, `update`,
`notification`, `keepalive`, `refresh` and `operational`; without one, all are meant.
";

const TAIL: &str = "
## How recovery is checked

`tests/faults.rs` injects each of them into a daemon with several neighbors and helpers, and fails for one without a scenario.
Whatever is done, one judge (`tests/support/oracle.rs`) looks at the same things:

- every neighbor has just the routes it is to have, within seconds of the end, and no route was sent more often than it had to be
- neighbors that were left alone were neither reset nor left without a message for longer than a third of the hold time and 250 ms
- the process is the same, and answers a command within a second
- descriptors and memory are what they were, within a bound
- each event that a helper was told is JSON, and their numbers go up
- nobody reconnects more often than a few times for one disturbance
- injection, strikes and end are in the log

What is tried beside that, and where, is in [FAULTS-CATALOGUE.md](FAULTS-CATALOGUE.md).
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_in_the_manual_once() {
        let manual = manual();
        for kind in FAULTS {
            assert_eq!(manual.matches(&format!("\n### {}\n", kind.name())).count(), 1, "{}", kind.name());
        }
    }
}
