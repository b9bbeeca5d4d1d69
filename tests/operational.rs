//! OPERATIONAL messages go to neighbors that understand them, the standing ones on each session again.

mod support;

use nix::sys::signal::Signal;
use support::{
    conf::{Conf, Neighbor},
    helper::Helper,
    lab::Lab,
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};
use wire::Operational;

#[test]
fn what_is_to_be_said_is_said_where_it_is_understood() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let listening = Profile { operational: true, ..Profile::numbered(0) };
    let (port, mut speakers) = Speaker::listen(vec![listening, Profile::numbered(1)]);
    let (deaf, speaker) = (speakers.pop().unwrap(), speakers.pop().unwrap());
    let text = |advisory: &str| configuration(&helper, [&speaker, &deaf], advisory).to_string();
    let daemon = lab.start(&text("at noon"), port);
    speaker.wait_up(secs(10));
    deaf.wait_up(secs(10));
    let configured = [asm("unicast", "at noon"), RPCQ.to_owned()];
    hears(&speaker, &configured);

    let advisory = asm("mpls-vpn", "labels are short");
    helper.say([format!("announce operational {advisory}"), format!("announce operational {RPCP}")]);
    helper.say(["announce operational asm afi ipv4 safi unicast advisory too many words"]);
    hears(&speaker, &[&configured[..], &[advisory.clone(), RPCP.to_owned()]].concat());
    eventually(secs(5), "an answer each", || helper.answers().len() == 3);
    assert_eq!(helper.answers()[..], ["done", "done", "error"]);

    helper.say(["neighbor * teardown 4"]);
    eventually(secs(20), "another session", || speaker.seen(|record| record.sessions == 2));
    hears(&speaker, &[asm("unicast", "at noon"), advisory.clone()]);

    lab.write("exactix.conf", text("at midnight"));
    daemon.signal(Signal::SIGUSR1);
    hears(&speaker, &[asm("unicast", "at noon"), advisory, asm("unicast", "at midnight")]);
    assert_eq!(speaker.seen(|record| record.sessions), 2);

    eventually(secs(20), "another session of the other", || deaf.seen(|record| record.sessions == 2));
    assert_eq!(deaf.seen(|record| record.notices.len()), 0);
}

/// Fails unless the speaker hears this, and nothing else, in the current session.
fn hears(speaker: &Speaker, expected: &[String]) {
    eventually(secs(10), "OPERATIONAL messages", || {
        let heard = speaker.seen(|record| record.notices.clone());
        let heard: Vec<_> = heard.iter().map(|message: &Operational| message.words().to_string()).collect();
        if heard == expected { Ok(()) } else { Err(format!("{heard:?} instead of {expected:?}")) }
    });
}

fn configuration(helper: &Helper, speakers: [&Speaker; 2], advisory: &str) -> Conf {
    let question = RPCQ.replace("router-id 10.0.0.1 ", "");
    let statements = format!("operational {{ {}; {question}; }}", asm("unicast", advisory));
    let neighbor = |speaker: &Speaker| {
        let neighbor = Neighbor::of(speaker.profile()).with("capability { operational enable; }");
        neighbor.with(&statements).helper(helper)
    };
    speakers.into_iter().fold(Conf::new([helper]), |conf, speaker| conf.neighbor(neighbor(speaker)))
}

fn asm(safi: &str, text: &str) -> String {
    format!("asm afi ipv4 safi {safi} advisory \"{text}\"")
}

/// Who asks is not written in the configuration: it is we.
const RPCQ: &str = "rpcq afi ipv4 safi unicast router-id 10.0.0.1 sequence 7";
const RPCP: &str = "rpcp afi ipv4 safi unicast router-id 10.0.0.9 sequence 7 counter 100";
