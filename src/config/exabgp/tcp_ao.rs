//! `tcp-ao { … }`: the key of the TCP Authentication Option.

use crate::{
    draft::{Authentication, Draft},
    error::Error,
    exabgp::{
        lexer::Statement,
        section::{Reader, Table},
    },
    key::{Key, set, set_or, value},
    tcp_ao::TcpAoAlgorithm,
    value::{boolean, narrow},
};

/// The keywords of a tcp-ao section, in both forms.
pub(crate) static KEYS: &[Key<Authentication>] = &[
    value("keyid", "a number from 0 to 255", "What the key is called in both directions.", |a, w| {
        set(&mut a.keyid, w, narrow)
    }),
    value("algorithm", ALGORITHMS, "How segments are authenticated.", |a, w| {
        set(&mut a.algorithm, w, TcpAoAlgorithm::from_name)
    }),
    value("password", "a password", "The key, of at most 80 octets.", |a, w| {
        set(&mut a.password, w, |word| (!word.is_empty()).then(|| word.to_owned()))
    }),
    value("base64", "true or false", "The key is written in base64.", |a, w| set_or(&mut a.base64, w, false, boolean)),
];

static TABLE: Table<Authentication> = Table { name: "tcp-ao", keys: KEYS, sections: &[], grammar: None };

pub(crate) fn read(reader: &mut Reader<'_>, _: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    reader.body(&TABLE, &mut draft.tcp_ao).map(drop)
}

const ALGORITHMS: &str = "hmac-sha-1-96, aes-128-cmac-96 or hmac-sha-256";
