//! A way to the daemon that is long and loses packets, as TCP shows that to whoever uses it: what is sent comes late, now and
//! then very late, and in order.

use std::{
    io::{Read, Write},
    net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use fault::Rng;

use super::net;

/// Starts one that calls the daemon from this address; whoever connects to the address returned is at its other end.
pub(crate) fn start(from: IpAddr, to: SocketAddr, seed: u64) -> SocketAddr {
    let listener = TcpListener::bind(SocketAddr::new(net::DAEMON, 0)).unwrap();
    let at = listener.local_addr().unwrap();
    thread::spawn(move || {
        for (number, here) in (0..).zip(listener.incoming().map_while(Result::ok)) {
            let there = net::connect(from, to);
            let again = (here.try_clone().unwrap(), there.try_clone().unwrap());
            carry(here, there, Rng::new(seed + 2 * number));
            carry(again.1, again.0, Rng::new(seed + 2 * number + 1));
        }
    });
    at
}

/// Carries what comes from one end to the other, a packet at a time, up to its end.
fn carry(mut from: TcpStream, to: TcpStream, mut rng: Rng) {
    let (sender, packets) = channel();
    thread::spawn(move || deliver(&packets, to));
    thread::spawn(move || {
        let (mut packet, mut last) = ([0; PACKET], Instant::now());
        while let Ok(count @ 1..) = from.read(&mut packet) {
            last = last.max(Instant::now() + delay(&mut rng));
            if sender.send((last, packet[..count].to_vec())).is_err() {
                return;
            }
        }
    });
}

fn deliver(packets: &Receiver<(Instant, Vec<u8>)>, mut to: TcpStream) {
    for (due, packet) in packets {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if to.write_all(&packet).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// A quarter of a second, 100 ms more or less; of one packet in twenty so much as it takes to be missed and sent again.
fn delay(rng: &mut Rng) -> Duration {
    let again = if rng.below(20) == 0 { 1000 } else { 0 };
    Duration::from_millis((150 + rng.below(200) + again) as u64)
}

const PACKET: usize = 1448;
