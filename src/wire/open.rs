//! OPEN: who we are and what we can do.
//!
//! ```text
//! +---------------+-------------------------------+
//! |  Version (4)  |     My autonomous system      |
//! +---------------+---------------+---------------+---------------+
//! |          Hold time            |      BGP identifier ...       |
//! +-------------------------------+---------------+---------------+
//! |     ... BGP identifier        | Opt parm len  |  Parameters   |
//! +-------------------------------+---------------+---------------+
//! ```

use std::net::Ipv4Addr;

use bytes::{BufMut, Bytes, BytesMut};

use crate::{AnyCapability, Notify, Reader, capability, frame};

/// An OPEN (RFC 4271 section 4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Protocol version.
    pub version: u8,
    /// The AS number of the fixed header: [`crate::AS_TRANS`] when the real one has four octets.
    pub asn16: u16,
    /// Proposed hold time in seconds.
    pub hold_time: u16,
    /// BGP identifier.
    pub router_id: Ipv4Addr,
    /// Capabilities, in the order of the message.
    pub capabilities: Vec<AnyCapability>,
}

impl Open {
    /// The sender's AS number: that of the four-octet capability where there is one.
    pub fn asn(&self) -> u32 {
        let wide = self.capabilities.iter().find_map(|capability| match capability {
            AnyCapability::Asn4(asn4) => Some(asn4.0),
            _ => None,
        });
        wide.unwrap_or_else(|| u32::from(self.asn16))
    }

    /// Appends the whole message. Parameters of 255 octets or more take the extended form (RFC 9072).
    pub fn encode(&self, out: &mut BytesMut) {
        let mut values = Vec::new();
        self.capabilities.iter().for_each(|capability| capability.values(&mut values));
        let classic: usize = values.iter().map(|(_, value)| value.len() + 4).sum();
        frame::write(out, frame::Kind::Open.code(), |out| {
            out.put_u8(self.version);
            out.put_u16(self.asn16);
            out.put_u16(self.hold_time);
            out.put_slice(&self.router_id.octets());
            match u8::try_from(classic) {
                Ok(length) if length < 255 => write_parameters(out, length, &values),
                _ => write_extended_parameters(out, &values),
            }
        });
    }

    /// Reads a body.
    ///
    /// # Errors
    /// 2/1 for the version, 2/4 and 2/5 for a parameter that is no capability, 2/0 for broken lengths.
    pub fn decode(body: &[u8]) -> Result<Self, Notify> {
        let mut reader = Reader::new(body);
        let (Some(version), Some(asn16), Some(hold_time), Some(router_id), Some(length)) =
            (reader.u8(), reader.u16(), reader.u16(), reader.ipv4(), reader.u8())
        else {
            let length = u16::try_from(body.len() + frame::HEADER).unwrap_or(u16::MAX);
            return Err(Notify::with_data(1, 2, Bytes::copy_from_slice(&length.to_be_bytes())));
        };
        if version != 4 {
            return Err(Notify::with_data(2, 1, &[0, 4][..]));
        }
        let capabilities = read_parameters(&mut reader, length)?;
        Ok(Self { version, asn16, hold_time, router_id, capabilities })
    }
}

fn write_parameters(out: &mut BytesMut, length: u8, values: &[(u8, BytesMut)]) {
    out.put_u8(length);
    for (code, value) in values {
        let size = u8::try_from(value.len()).unwrap_or(u8::MAX);
        out.put_slice(&[2, size.saturating_add(2), *code, size]);
        out.put_slice(value);
    }
}

fn write_extended_parameters(out: &mut BytesMut, values: &[(u8, BytesMut)]) {
    let total: usize = values.iter().map(|(_, value)| value.len() + 5).sum();
    out.put_slice(&[255, 255]);
    out.put_u16(u16::try_from(total).unwrap_or(u16::MAX));
    for (code, value) in values {
        let size = u8::try_from(value.len()).unwrap_or(u8::MAX);
        out.put_u8(2);
        out.put_u16(u16::from(size) + 2);
        out.put_slice(&[*code, size]);
        out.put_slice(value);
    }
}

fn read_parameters(reader: &mut Reader<'_>, length: u8) -> Result<Vec<AnyCapability>, Notify> {
    // Whatever the length, if there is one: the type decides (RFC 9072 section 2).
    let extended = length > 0 && reader.rest().first() == Some(&255);
    let total = if extended {
        reader.u8();
        reader.u16().map(usize::from)
    } else {
        Some(usize::from(length))
    };
    let Some(mut parameters) = total.and_then(|total| reader.sub(total)) else {
        return Err(truncated("the optional parameters are longer than the message"));
    };
    let mut capabilities = Vec::new();
    while !parameters.is_empty() {
        let kind = parameters.u8().unwrap_or_default();
        let size = if extended { parameters.u16().map(usize::from) } else { parameters.u8().map(usize::from) };
        let value = size.and_then(|size| parameters.sub(size));
        let value = value.ok_or_else(|| truncated("an optional parameter is longer than the rest of the message"))?;
        read_parameter(kind, value, &mut capabilities)?;
    }
    Ok(capabilities)
}

fn read_parameter(kind: u8, mut value: Reader<'_>, into: &mut Vec<AnyCapability>) -> Result<(), Notify> {
    match kind {
        2 => capability::decode_all(&mut value, into),
        1 => Err(Notify::with_text(2, 5, "Authentication Notification (Deprecated)")),
        _ => Err(Notify::with_data(2, 4, Bytes::new())),
    }
}

fn truncated(text: &str) -> Notify {
    Notify::with_text(2, 0, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Family, FamilyCode, capability::*};

    fn body(open: &Open) -> Vec<u8> {
        let mut out = BytesMut::new();
        open.encode(&mut out);
        assert_eq!(frame::split(&out, frame::MAX), Ok(Some(out.len())));
        out[frame::HEADER..].to_vec()
    }

    fn open(capabilities: Vec<AnyCapability>) -> Open {
        Open { version: 4, asn16: 65533, hold_time: 180, router_id: Ipv4Addr::new(10, 0, 0, 2), capabilities }
    }

    #[test]
    fn default_capabilities_byte_for_byte() {
        let open = open(vec![
            AnyCapability::Multiprotocol(Multiprotocol(vec![FamilyCode::from(Family::Ipv4Unicast)])),
            AnyCapability::Asn4(Asn4(65533)),
            AnyCapability::ExtendedMessage(ExtendedMessage),
        ]);
        let mut expected = vec![4, 0xFF, 0xFD, 0, 0xB4, 10, 0, 0, 2, 20];
        expected.extend([2, 6, 1, 4, 0, 1, 0, 1, 2, 6, 65, 4, 0, 0, 0xFF, 0xFD, 2, 2, 6, 0]);
        assert_eq!(body(&open), expected);
        assert_eq!(Open::decode(&expected), Ok(open));
    }

    #[test]
    fn many_capabilities_take_the_extended_form() {
        let unknown = |code| AnyCapability::Unknown(Unknown { code, value: Bytes::from(vec![code; 100]) });
        let open = open(vec![unknown(200), unknown(201), unknown(202)]);
        let bytes = body(&open);
        assert_eq!(bytes[9..13], [255, 255, 1, 59]);
        assert_eq!(Open::decode(&bytes), Ok(open.clone()));
        let mut other = bytes;
        other[9] = 3;
        assert_eq!(Open::decode(&other), Ok(open), "the first length means nothing");
    }

    #[test]
    fn errors() {
        let code = |bytes: &[u8]| Open::decode(bytes).map_err(|notify| (notify.code, notify.subcode)).unwrap_err();
        assert_eq!(code(&[4, 0, 1]), (1, 2));
        assert_eq!(code(&[3, 0, 1, 0, 90, 1, 1, 1, 1, 0]), (2, 1));
        assert_eq!(code(&[4, 0, 1, 0, 90, 1, 1, 1, 1, 2, 9, 0]), (2, 4));
        assert_eq!(code(&[4, 0, 1, 0, 90, 1, 1, 1, 1, 2, 1, 0]), (2, 5));
        assert_eq!(code(&[4, 0, 1, 0, 90, 1, 1, 1, 1, 9, 2, 2, 1]), (2, 0));
    }
}
