//! Cuts a helper's output into lines.
//!
//! Nothing is copied: the caller keeps the bytes, and drops as many as each line says it used. Words are
//! separated later, by [`wire::Words`], which needs neither single blanks nor blanks around brackets.

use std::str;

/// The longest line a helper may print, as in ExaBGP.
pub const LIMIT: usize = 1 << 20;

/// A whole line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its text, without the line feed and without blanks at the end.
    pub text: &'a str,
    /// How many bytes of the buffer it took, line feed included.
    pub length: usize,
}

/// Output that is no line, for which the helper is treated as failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// More than the limit without a line feed.
    #[error("a line is longer than {0} bytes")]
    TooLong(usize),
    /// A byte above 127.
    #[error("a line holds the byte {0:#04x}, which is not ASCII")]
    NotAscii(u8),
}

/// The first whole line of `buf`, if it holds one.
///
/// # Errors
/// When the line is longer than `limit`, whether it ended yet or not, or is not ASCII.
pub fn split(buf: &[u8], limit: usize) -> Result<Option<Line<'_>>, LineError> {
    let end = buf.iter().position(|byte| *byte == b'\n');
    if end.unwrap_or(buf.len()) > limit {
        return Err(LineError::TooLong(limit));
    }
    let Some((end, bytes)) = end.and_then(|end| Some((end, buf.get(..end)?))) else {
        return Ok(None);
    };
    Ok(Some(Line { text: ascii(bytes)?.trim_ascii_end(), length: end + 1 }))
}

fn ascii(bytes: &[u8]) -> Result<&str, LineError> {
    match bytes.iter().find(|byte| !byte.is_ascii()) {
        Some(byte) => Err(LineError::NotAscii(*byte)),
        None => Ok(str::from_utf8(bytes).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mut buf: &[u8]) -> Vec<&str> {
        let mut found = Vec::new();
        while let Some(line) = split(buf, LIMIT).unwrap() {
            found.push(line.text);
            buf = &buf[line.length..];
        }
        found
    }

    #[test]
    fn whole_lines_only() {
        assert_eq!(lines(b"version\r\n\n  help \t\nannounce rou"), ["version", "", "  help"]);
        assert_eq!(split(b"", LIMIT), Ok(None));
    }

    #[test]
    fn the_limit_counts_without_the_line_feed() {
        assert!(split(b"1234\n", 4).unwrap().is_some());
        assert_eq!(split(b"12345\n", 4), Err(LineError::TooLong(4)));
        assert_eq!(split(b"12345", 4), Err(LineError::TooLong(4)));
        assert_eq!(split(b"1234", 4), Ok(None));
    }

    #[test]
    fn other_bytes_than_ascii_are_an_error() {
        assert_eq!(split(b"announce \xc3\xa9\n", LIMIT), Err(LineError::NotAscii(0xc3)));
    }
}
