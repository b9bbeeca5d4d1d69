use wire::{FamilyCode, Intent, Reach, Update, Words, capability::StaleTime, route::parse_route};

use super::*;

/// A peer's routes, and a clock that only the test moves.
struct Lab {
    now: Instant,
    rib: AdjRibIn,
    retention: Retention,
}

impl Lab {
    /// A session with two routes of IPv4 and one of IPv6.
    fn up(terms: Option<Terms>) -> Self {
        let mut lab = Self { now: Instant::now(), rib: AdjRibIn::default(), retention: Retention::default() };
        lab.retention.session_up(lab.now, terms, &mut lab.rib);
        lab.announce(&["10.0.0.0/8 next-hop 1.1.1.1", "11.0.0.0/8 next-hop 1.1.1.1", "2001:db8::/32 next-hop ::1"]);
        lab
    }

    fn announce(&mut self, routes: &[&str]) {
        for text in routes {
            let route = parse_route(&mut Words::new(text), Intent::Announce).unwrap().routes.remove(0);
            let (family, next_hop) = (route.nlri.family(), route.next_hop);
            let reach = Reach { family, next_hop, link_local: None, nlris: vec![route.nlri] };
            self.rib.learn(&Update { announced: vec![reach], attributes: route.attributes, ..Update::default() });
        }
    }

    fn down(&mut self, ended: SessionEnd) {
        self.retention.session_down(self.now, ended, &mut self.rib);
    }

    fn back(&mut self, terms: Option<Terms>) {
        self.retention.session_up(self.now, terms, &mut self.rib);
    }

    fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.retention.expire(self.now, &mut self.rib);
    }

    /// How many there are, and how many of these are stale.
    fn held(&self) -> (usize, usize) {
        (self.rib.len(), self.rib.routes().iter().filter(|received| received.stale).count())
    }
}

fn kept(forwarding: bool, long: Option<u64>) -> Kept {
    Kept { forwarding, long: long.map(|seconds| (Duration::from_secs(seconds), forwarding)) }
}

/// Graceful Restart of 60 s, for both families.
fn terms() -> Terms {
    let families = [Family::Ipv4Unicast, Family::Ipv6Unicast].map(|family| (family, kept(true, None)));
    Terms { notification: false, time: Duration::from_secs(60), families: families.into() }
}

fn with(ipv4: Kept) -> Terms {
    Terms { families: [(Family::Ipv4Unicast, ipv4)].into(), ..terms() }
}

#[test]
fn without_graceful_restart_the_next_session_forgets_all() {
    let mut lab = Lab::up(None);
    lab.down(SessionEnd::Silently);
    assert_eq!((lab.held(), lab.retention.next()), ((3, 0), None));
    lab.back(None);
    assert_eq!(lab.held(), (0, 0));
}

#[test]
fn what_is_not_announced_again_goes_with_end_of_rib() {
    let mut lab = Lab::up(Some(terms()));
    lab.down(SessionEnd::Silently);
    assert_eq!(lab.held(), (3, 3));
    lab.wait(59);
    lab.back(Some(terms()));
    lab.announce(&["10.0.0.0/8 next-hop 2.2.2.2"]);
    assert_eq!(lab.held(), (3, 2));
    assert_eq!(lab.retention.end_of_rib(Family::Ipv4Unicast, &mut lab.rib), 1);
    assert_eq!(lab.held(), (2, 1));
    // End-of-RIB of the other family never comes.
    lab.wait(59);
    assert_eq!(lab.held(), (2, 1));
    lab.wait(1);
    assert_eq!((lab.held(), lab.retention.next()), ((1, 0), None));
}

#[test]
fn who_does_not_return_in_time_is_forgotten() {
    let mut lab = Lab::up(Some(terms()));
    lab.down(SessionEnd::Silently);
    assert_eq!(lab.retention.next(), Some(lab.now + Duration::from_secs(60)));
    lab.wait(60);
    assert_eq!((lab.held(), lab.retention.next()), ((0, 0), None));
}

#[test]
fn who_restarts_again_has_but_what_it_announced_meanwhile() {
    let mut lab = Lab::up(Some(terms()));
    lab.down(SessionEnd::Silently);
    lab.back(Some(terms()));
    lab.announce(&["11.0.0.0/8 next-hop 1.1.1.1"]);
    lab.down(SessionEnd::Silently);
    assert_eq!(lab.held(), (1, 1));
    // A second word of the same end changes nothing.
    lab.wait(30);
    lab.down(SessionEnd::Hard);
    assert_eq!(lab.held(), (1, 1));
}

#[test]
fn the_new_open_decides_what_stays() {
    for (open, left) in
        [(None, 0), (Some(with(kept(true, None))), 2), (Some(with(kept(false, None))), 0), (Some(Terms::default()), 0)]
    {
        let mut lab = Lab::up(Some(terms()));
        lab.down(SessionEnd::Silently);
        lab.back(open.clone());
        assert_eq!(lab.held(), (left, left), "{open:?}");
    }
}

#[test]
fn a_notification_ends_it_unless_agreed_otherwise() {
    let with_bit = Terms { notification: true, ..terms() };
    for (terms, ended, left) in [
        (terms(), SessionEnd::Notified, 0),
        (terms(), SessionEnd::Silently, 3),
        (with_bit.clone(), SessionEnd::Notified, 3),
        (with_bit, SessionEnd::Hard, 0),
    ] {
        let mut lab = Lab::up(Some(terms));
        lab.down(ended);
        assert_eq!(lab.held(), (left, left), "{ended:?}");
    }
}

#[test]
fn routes_can_be_stale_for_long() {
    let mut lab = Lab::up(Some(with(kept(true, Some(1000)))));
    lab.announce(&["12.0.0.0/8 next-hop 1.1.1.1 community [ 65535:7 ]"]);
    lab.down(SessionEnd::Silently);
    assert_eq!(lab.held(), (3, 3), "the family that was not agreed on is gone");
    lab.wait(60);
    assert_eq!(lab.held(), (2, 2), "as is what must not be kept for long");
    assert!(lab.rib.routes().iter().all(|received| received.route.to_string().contains("65535:6")));
    lab.wait(500);
    lab.back(Some(with(kept(true, Some(1000)))));
    lab.announce(&["11.0.0.0/8 next-hop 1.1.1.1"]);
    assert_eq!(lab.held(), (2, 1));
    lab.wait(499);
    lab.down(SessionEnd::Silently);
    assert_eq!(lab.held(), (2, 2));
    lab.wait(1);
    assert_eq!(lab.held(), (0, 0), "the time is that of the first end");
}

#[test]
fn a_restart_time_of_none_is_stale_for_long_at_once() {
    let mut lab = Lab::up(Some(Terms { time: Duration::ZERO, ..with(kept(true, Some(10))) }));
    lab.down(SessionEnd::Silently);
    assert!(lab.rib.routes().iter().all(|received| received.route.to_string().contains("65535:6")));
    lab.back(Some(with(Kept { forwarding: true, long: Some((Duration::from_secs(10), false)) })));
    assert_eq!(lab.held(), (0, 0), "it did not go on forwarding all that time");
}

#[test]
fn a_refresh_forgets_what_it_leaves_out() {
    let mut lab = Lab::up(None);
    assert_eq!(lab.retention.refresh_ends(Family::Ipv4Unicast, &mut lab.rib), None);
    assert!(lab.retention.refresh_begins(lab.now, Family::Ipv4Unicast, &mut lab.rib));
    lab.announce(&["10.0.0.0/8 next-hop 1.1.1.1"]);
    assert_eq!(lab.held(), (3, 1));
    assert_eq!(lab.retention.refresh_ends(Family::Ipv4Unicast, &mut lab.rib), Some(1));
    assert_eq!(lab.held(), (2, 0));
    assert!(lab.retention.refresh_begins(lab.now, Family::Ipv4Unicast, &mut lab.rib));
    lab.down(SessionEnd::Silently);
    assert_eq!((lab.held(), lab.retention.next()), ((2, 0), None));
}

#[test]
fn a_refresh_before_end_of_rib_is_out_of_place() {
    let mut lab = Lab::up(Some(terms()));
    assert!(!lab.retention.refresh_begins(lab.now, Family::Ipv4Unicast, &mut lab.rib));
    lab.retention.end_of_rib(Family::Ipv4Unicast, &mut lab.rib);
    assert!(lab.retention.refresh_begins(lab.now, Family::Ipv4Unicast, &mut lab.rib));
    lab.wait(600);
    assert_eq!(lab.held(), (1, 0), "it never ended");
}

#[test]
fn both_opens_decide() {
    let open = |flags, long: Option<u32>| {
        let code = FamilyCode::from(Family::Ipv4Unicast);
        let families = vec![(code, GracefulRestart::FORWARDING), (FamilyCode { afi: 9, safi: 9 }, 0)];
        let mut capabilities = vec![AnyCapability::GracefulRestart(GracefulRestart { flags, time: 60, families })];
        capabilities.extend(long.map(|time| {
            let stale = StaleTime { family: code, forwarding: true, time };
            AnyCapability::LongLivedGracefulRestart(LongLivedGracefulRestart(vec![stale]))
        }));
        Open { version: 4, asn16: 1, hold_time: 90, router_id: [1, 1, 1, 1].into(), capabilities }
    };
    let both = [Family::Ipv4Unicast, Family::Ipv6Unicast];
    let bit = GracefulRestart::NOTIFICATION;
    assert_eq!(Terms::agreed(&open(0, None), &open(bit, None), &both), Some(with(kept(true, None))));
    assert!(Terms::agreed(&open(bit, None), &open(bit, None), &both).unwrap().notification);
    assert_eq!(Terms::agreed(&open(0, Some(0)), &open(0, Some(9)), &both), Some(with(kept(true, Some(9)))));
    assert_eq!(Terms::agreed(&open(0, None), &open(0, Some(9)), &both), Some(with(kept(true, None))));
    let other = Terms::agreed(&open(0, None), &open(0, None), &[Family::Ipv6Unicast]).unwrap();
    assert!(other.families.is_empty());
    let none = Open { capabilities: Vec::new(), ..open(0, None) };
    assert_eq!(
        (Terms::agreed(&open(0, None), &none, &both), Terms::agreed(&none, &open(0, None), &both)),
        (None, None)
    );
}
