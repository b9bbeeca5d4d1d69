//! The keys that sign the segments of a session: which are complete, and what octets they are.

use crate::{
    check::Refusal,
    draft::{Authentication, Settings},
    neighbor::Md5,
    tcp_ao::TcpAo,
    value,
};

/// The key of TCP MD5, if there is one.
pub(crate) fn md5(settings: &Settings) -> Result<Option<Md5>, Refusal> {
    let Some(password) = &settings.md5_password else { return Ok(None) };
    let refuse = |why: String| Refusal::new(Some("md5-password"), why);
    let key = octets(password, ("md5-password", "md5-base64"), settings.md5_base64).map_err(refuse)?;
    Ok(Some(Md5 { key }))
}

/// A section about TCP-AO that says something has to say all.
pub(crate) fn is_whole(written: &Authentication) -> Result<(), Refusal> {
    let given = [
        ("keyid", written.keyid.is_some()),
        ("algorithm", written.algorithm.is_some()),
        ("password", written.password.is_some()),
    ];
    let missing: Vec<_> = given.iter().filter(|(_, given)| !given).map(|(key, _)| *key).collect();
    let is_empty = missing.len() == given.len() && written.base64.is_none();
    if missing.is_empty() || is_empty {
        return Ok(());
    }
    Err(Refusal::new(Some("tcp-ao"), format!("incomplete tcp-ao, missing {}", missing.join(", "))))
}

/// The key of TCP-AO, if there is one, which cannot be beside one of MD5.
pub(crate) fn tcp_ao(written: &Authentication, settings: &Settings) -> Result<Option<TcpAo>, Refusal> {
    let (Some(key_id), Some(algorithm), Some(password)) = (written.keyid, written.algorithm, &written.password) else {
        return Ok(None);
    };
    let refuse = |why: String| Refusal::new(Some("tcp-ao"), why);
    let key = octets(password, ("password of tcp-ao", "base64"), written.base64).map_err(refuse)?;
    if settings.md5_password.is_some() {
        return Err(refuse("tcp-ao and md5-password exclude each other".to_owned()));
    }
    Ok(Some(TcpAo { key_id, algorithm, key }))
}

/// The octets of a password, or what is wrong with the keyword that says it, and with the one that says it is base64.
fn octets(password: &str, (keyword, base64): (&str, &str), is_base64: Option<bool>) -> Result<Vec<u8>, String> {
    let key = if is_base64 == Some(true) { value::base64(password) } else { Some(password.as_bytes().to_vec()) };
    let key = key.ok_or_else(|| format!("{keyword} is not valid base64, which {base64} says it is"))?;
    match key.len() {
        0 => Err(format!("{keyword} is empty")),
        1..=KEY_MAX => Ok(key),
        _ => Err(format!("{keyword} must be no longer than {KEY_MAX} octets")),
    }
}

/// The longest key the kernel takes.
const KEY_MAX: usize = 80;
