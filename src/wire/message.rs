//! The message types, and where each is decoded.

use bytes::{Bytes, BytesMut};

use crate::{Frame, Kind, Negotiated, Notify, Open, Operational, Quirk, RouteRefresh, Update, frame};

/// A decoded message.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// OPEN.
    Open(Open),
    /// UPDATE.
    Update(Update),
    /// NOTIFICATION.
    Notification(Notify),
    /// KEEPALIVE.
    Keepalive,
    /// ROUTE-REFRESH.
    Refresh(RouteRefresh),
    /// OPERATIONAL.
    Operational(Operational),
}

impl Message {
    /// Decodes a frame that [`frame::split`] has found to be whole.
    ///
    /// # Errors
    /// The NOTIFICATION that has to answer the message.
    pub fn decode(frame: &Frame, with: &Negotiated) -> Result<Self, Notify> {
        let body = frame.body();
        match Kind::from_code(frame.kind()) {
            Some(Kind::Open) => Open::decode(body).map(Self::Open),
            Some(Kind::Update) => Update::decode(body, with).map(Self::Update),
            Some(Kind::Notification) => Ok(Self::Notification(Notify::decode(body))),
            Some(Kind::Keepalive) => Ok(Self::Keepalive),
            Some(Kind::Refresh) => refresh(body, with).map(Self::Refresh),
            Some(Kind::Operational) => Operational::decode(body).map(Self::Operational),
            None => Err(unknown_type(frame.kind(), with)),
        }
    }

    /// The type of the message.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Open(_) => Kind::Open,
            Self::Update(_) => Kind::Update,
            Self::Notification(_) => Kind::Notification,
            Self::Keepalive => Kind::Keepalive,
            Self::Refresh(_) => Kind::Refresh,
            Self::Operational(_) => Kind::Operational,
        }
    }
}

/// RFC 7313 section 5: a subtype that nobody knows is ignored.
fn refresh(body: &[u8], with: &Negotiated) -> Result<RouteRefresh, Notify> {
    let refresh = RouteRefresh::decode(body)?;
    if refresh.subtype > RouteRefresh::END && with.quirks.has(Quirk::RefreshSubtype) {
        return Err(Notify::with_text(7, 2, "invalid route-refresh message subtype"));
    }
    Ok(refresh)
}

/// RFC 4271 section 6.1: 1/3 with the type as data.
fn unknown_type(code: u8, with: &Negotiated) -> Notify {
    if with.quirks.has(Quirk::UnknownMessageType) {
        return Notify::with_text(1, 0, &format!("can not decode update message of type \"{code}\""));
    }
    Notify::with_data(1, 3, Bytes::copy_from_slice(&[code]))
}

/// A whole KEEPALIVE.
pub fn keepalive() -> Bytes {
    let mut out = BytesMut::with_capacity(frame::HEADER);
    frame::write(&mut out, Kind::Keepalive.code(), |_| {});
    out.freeze()
}

#[cfg(test)]
mod tests {
    use crate::{FamilyCode, Quirks};

    use super::*;

    #[test]
    fn an_unknown_type_is_answered() {
        let mut out = BytesMut::new();
        frame::write(&mut out, 255, |_| {});
        let frame = Frame::new(out.freeze());
        let mut with = Negotiated::unnegotiated();
        assert_eq!(Message::decode(&frame, &with), Err(Notify::with_data(1, 3, &[255][..])));
        with.quirks = Quirks::ALL;
        let notify = Message::decode(&frame, &with).unwrap_err();
        assert_eq!(notify.data[..], *b"can not decode update message of type \"255\"");
    }

    #[test]
    fn a_refresh_of_an_unknown_subtype_is_none() {
        let mut out = BytesMut::new();
        let refresh = RouteRefresh { family: FamilyCode { afi: 1, safi: 1 }, subtype: 3 };
        refresh.encode(&mut out);
        let frame = Frame::new(out.freeze());
        let mut with = Negotiated::unnegotiated();
        assert_eq!(Message::decode(&frame, &with), Ok(Message::Refresh(refresh)));
        with.quirks = Quirks::ALL;
        let notify = Message::decode(&frame, &with).unwrap_err();
        assert_eq!((notify.code, notify.subcode), (7, 2));
    }

    #[test]
    fn a_keepalive_is_a_header() {
        assert_eq!(frame::split(&keepalive(), frame::MAX), Ok(Some(19)));
    }
}
