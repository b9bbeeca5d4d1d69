//! Connections that a test leads octet by octet, with nothing of the daemon's own code.

use std::{
    io::{Read, Write},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
};

use super::{
    net,
    place::message,
    wait::{eventually, secs},
};

/// A NOTIFICATION: code, subcode, data.
pub(crate) type Notification = (u8, u8, Vec<u8>);

/// A connection to the daemon.
#[derive(Debug)]
pub(crate) struct Raw {
    stream: TcpStream,
}

impl Raw {
    /// Calls the daemon from this address.
    pub(crate) fn call(from: IpAddr, to: SocketAddr) -> Self {
        Self::of(net::connect(from, to))
    }

    /// Answers its call.
    pub(crate) fn answer(listener: &TcpListener) -> Self {
        let stream = eventually(secs(10), "a call", || listener.accept()).0;
        stream.set_nonblocking(false).unwrap();
        Self::of(stream)
    }

    fn of(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(secs(10))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream }
    }

    /// Calls it with this body of an OPEN until there is a session.
    pub(crate) fn session(from: IpAddr, to: SocketAddr, open: &[u8]) -> Self {
        eventually(secs(60), "a session", || {
            let mut raw = Self::call(from, to);
            raw.send(&[message(OPEN, open), message(KEEPALIVE, &[])].concat());
            let kinds = [raw.read()?.0, raw.read()?.0];
            (kinds == [OPEN, KEEPALIVE]).then_some(raw)
        })
    }

    /// Sends octets; whether they arrive is seen by what comes back.
    pub(crate) fn send(&mut self, octets: &[u8]) {
        let _ = self.stream.write_all(octets);
    }

    /// The next message, by its type and its body; nothing at the end, or when there is none for long.
    pub(crate) fn read(&mut self) -> Option<(u8, Vec<u8>)> {
        read_message(&mut self.stream)
    }

    /// The NOTIFICATION that ends the session.
    pub(crate) fn notification(&mut self) -> Option<Notification> {
        loop {
            if let (NOTIFICATION, body) = self.read()? {
                return Some((body[0], body[1], body[2..].to_vec()));
            }
        }
    }
}

/// The next message of a stream, by its type and its body.
pub(crate) fn read_message(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut header = [0; 19];
    stream.read_exact(&mut header).ok()?;
    let mut body = vec![0; usize::from(u16::from_be_bytes([header[16], header[17]])) - header.len()];
    stream.read_exact(&mut body).ok()?;
    Some((header[18], body))
}

/// The body of an OPEN with hold time 180 and these optional parameters, which begin with their length.
pub(crate) fn open(asn: u16, parameters: &[u8]) -> Vec<u8> {
    let [high, low] = asn.to_be_bytes();
    [&[4, high, low, 0, 180, 10, 9, 9, 9], parameters].concat()
}

/// The optional parameters that offer these capabilities, each in one of its own (RFC 5492 section 4).
pub(crate) fn capabilities(capabilities: &[(u8, &[u8])]) -> Vec<u8> {
    let parameters = capabilities.iter().flat_map(|(code, value)| parameter(*code, value)).collect::<Vec<_>>();
    [&[octet(parameters.len())], &parameters[..]].concat()
}

/// The optional parameter with this capability.
pub(crate) fn parameter(code: u8, value: &[u8]) -> Vec<u8> {
    [&[2, octet(value.len() + 2), code, octet(value.len())], value].concat()
}

/// A length that fits in an octet.
pub(crate) fn octet(length: usize) -> u8 {
    u8::try_from(length).unwrap()
}

/// OPEN.
pub(crate) const OPEN: u8 = 1;
/// UPDATE.
pub(crate) const UPDATE: u8 = 2;
/// NOTIFICATION.
pub(crate) const NOTIFICATION: u8 = 3;
/// KEEPALIVE.
pub(crate) const KEEPALIVE: u8 = 4;
/// ROUTE-REFRESH.
pub(crate) const ROUTE_REFRESH: u8 = 5;
