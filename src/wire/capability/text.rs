//! Text behind a length octet, as names in capabilities are written.

use crate::Reader;

/// Reads a length and as much UTF-8.
pub(super) fn read(value: &mut Reader<'_>) -> Result<String, String> {
    let octets = value.u8().and_then(|length| value.take(length.into())).ok_or("has a text longer than itself")?;
    String::from_utf8(octets.to_vec()).map_err(|_| "has a text that is no UTF-8".to_owned())
}

/// Writes a length and the text, which has no more than 255 octets.
pub(super) fn write(out: &mut Vec<u8>, text: &str) {
    let text = cut(text, 255);
    out.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(text.as_bytes());
}

/// The text, cut at a character so that it has no more than `longest` octets.
pub(super) fn cut(text: &str, longest: usize) -> &str {
    let mut end = text.len().min(longest);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// The text as it may stand in a line: whatever a peer sent, it stays one line.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|character| if matches!(character, ' '..='~') { character } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_characters() {
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(cut("aé", 3), "aé");
        assert_eq!(plain("a\nb\u{1b}é"), "a?b??");
    }

    #[test]
    fn lengths_are_checked() {
        assert_eq!(read(&mut Reader::new(&[2, b'a', b'b'])), Ok("ab".into()));
        assert!(read(&mut Reader::new(&[3, b'a', b'b'])).is_err());
        assert!(read(&mut Reader::new(&[1, 0xFF])).is_err());
        assert!(read(&mut Reader::new(&[])).is_err());
    }
}
