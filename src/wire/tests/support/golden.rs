//! Golden files: what stands for what, one case a line.
//!
//! ```text
//! # a comment, kept
//! [external asn2]                 the session of the lines below it; [] is internal with four octets
//! hex | words | JSON 5.0 | JSON 6.0       checked both ways
//! hex | words => text | …                 the text form, where it is not what is typed
//! > hex | text | JSON 5.0 | JSON 6.0      decoded only
//! < hex | words                           encoded only
//! ! hex | what comes of it                refused
//! ```
//!
//! `REGENERATE=1` writes what can be derived: JSON and text, words or octets which are empty, what is refused.

use std::{fmt, fs, path::PathBuf};

use wire::Negotiated;

use super::{hex, octets, session};

/// What decoding gives.
pub(crate) struct Shown {
    pub(crate) text: String,
    pub(crate) json: [String; 2],
}

/// A kind of thing that has golden files.
pub(crate) trait Kind {
    fn decode(&self, octets: &[u8], with: &Negotiated) -> Result<Shown, String>;
    /// Octets and text form of what the words say, where `given` are the octets of the line.
    fn encode(&self, words: &str, given: &[u8], with: &Negotiated) -> Result<(Vec<u8>, String), String>;
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Case {
    Both { hex: String, words: String, text: Option<String>, json: [String; 2] },
    Decoded { hex: String, text: String, json: [String; 2] },
    Encoded { hex: String, words: String },
    Refused { hex: String, why: String },
}

impl Case {
    fn read(line: &str) -> Self {
        let (mark, rest) = match line.split_at_checked(2) {
            Some((mark @ ("> " | "< " | "! "), rest)) => (mark, rest),
            _ => ("", line),
        };
        let mut columns = rest.splitn(4, " | ").map(|column| column.trim().to_owned());
        let mut next = || columns.next().unwrap_or_default();
        let (hex, words, json) = (next(), next(), [next(), next()]);
        match mark {
            "> " => Self::Decoded { hex, text: words, json },
            "< " => Self::Encoded { hex, words },
            "! " => Self::Refused { hex, why: words },
            _ => match words.split_once(" =>") {
                Some((words, text)) => Self::Both { hex, words: words.into(), text: Some(text.trim().into()), json },
                None => Self::Both { hex, words, text: None, json },
            },
        }
    }

    /// The case as it should read, or what is wrong with the columns that are not derived.
    fn derived(&self, kind: &dyn Kind, with: &Negotiated) -> Result<Self, String> {
        match self {
            Self::Both { hex: given, words, .. } => both(given, words, kind, with),
            Self::Decoded { hex, .. } => {
                let Shown { text, json } = kind.decode(&octets(hex)?, with)?;
                Ok(Self::Decoded { hex: hex.clone(), text, json })
            }
            Self::Encoded { words, .. } => {
                Ok(Self::Encoded { hex: hex(&kind.encode(words, &[], with)?.0), words: words.clone() })
            }
            Self::Refused { hex, .. } => match kind.decode(&octets(hex)?, with) {
                Err(why) => Ok(Self::Refused { hex: hex.clone(), why }),
                Ok(shown) => Err(format!("is not refused: {}", shown.text)),
            },
        }
    }

    /// The octets.
    pub(crate) fn octets(&self) -> Vec<u8> {
        let (Self::Both { hex, .. }
        | Self::Decoded { hex, .. }
        | Self::Encoded { hex, .. }
        | Self::Refused { hex, .. }) = self;
        octets(hex).unwrap()
    }

    /// Whether the octets can be read.
    pub(crate) const fn is_decoded(&self) -> bool {
        matches!(self, Self::Both { .. } | Self::Decoded { .. })
    }
}

fn both(given: &str, words: &str, kind: &dyn Kind, with: &Negotiated) -> Result<Case, String> {
    let octets = if given.is_empty() { kind.encode(words, &[], with)?.0 } else { octets(given)? };
    let shown = kind.decode(&octets, with)?;
    let words = if words.is_empty() { shown.text.clone() } else { words.to_owned() };
    let (encoded, text) = kind.encode(&words, &octets, with)?;
    if encoded != octets {
        return Err(format!("\"{words}\" encodes to {}", hex(&encoded)));
    }
    if text != shown.text {
        return Err(format!("\"{words}\" reads as {text}, the octets as {}", shown.text));
    }
    let text = (text != words).then_some(text);
    Ok(Case::Both { hex: hex(&octets), words, text, json: shown.json })
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Both { hex, words, text: None, json: [five, six] } => write!(f, "{hex} | {words} | {five} | {six}"),
            Self::Both { hex, words, text: Some(text), json: [five, six] } => {
                let text = if text.is_empty() { String::new() } else { format!(" {text}") };
                write!(f, "{hex} | {words} =>{text} | {five} | {six}")
            }
            Self::Decoded { hex, text, json: [five, six] } => write!(f, "> {hex} | {text} | {five} | {six}"),
            Self::Encoded { hex, words } => write!(f, "< {hex} | {words}"),
            Self::Refused { hex, why } => write!(f, "! {hex} | {why}"),
        }
    }
}

/// A golden file.
pub(crate) struct Golden {
    pub(crate) stem: String,
    path: PathBuf,
    text: String,
}

impl Golden {
    /// All files of a directory of `tests/golden`, by name.
    pub(crate) fn all(directory: &str) -> Vec<Self> {
        let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden").join(directory);
        let mut files: Vec<Self> =
            fs::read_dir(directory).unwrap().map(|entry| Self::open(entry.unwrap().path())).collect();
        files.sort_by(|one, two| one.stem.cmp(&two.stem));
        files
    }

    fn open(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap();
        Self { stem: path.file_stem().unwrap().to_string_lossy().into_owned(), path, text }
    }

    /// Lines with their numbers and the sessions they belong to. Comments, blank lines and headings have none.
    pub(crate) fn lines(&self) -> Vec<(usize, &str, Option<Negotiated>)> {
        let mut with = session("");
        let mut lines = Vec::new();
        for (index, line) in self.text.lines().enumerate() {
            let heading = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            if let Some(words) = heading {
                with = session(words);
            }
            let is_case = heading.is_none() && !line.is_empty() && !line.starts_with('#');
            lines.push((index + 1, line, is_case.then(|| with.clone())));
        }
        lines
    }

    /// The cases with their sessions.
    pub(crate) fn cases(&self) -> Vec<(Case, Negotiated)> {
        self.lines().into_iter().filter_map(|(_, line, with)| Some((Case::read(line), with?))).collect()
    }

    /// Compares every case with what the code says, and returns what differs.
    pub(crate) fn check(&self, kind: &dyn Kind) -> Vec<String> {
        let (mut complaints, mut written) = (Vec::new(), String::new());
        let regenerate = std::env::var_os("REGENERATE").is_some();
        for (number, line, with) in self.lines() {
            let place = format!("{}:{number}", self.path.display());
            let derived = with.map(|with| Case::read(line).derived(kind, &with)).transpose();
            let line = match derived {
                Ok(None) => line.to_owned(),
                Ok(Some(case)) if Case::read(&case.to_string()) != case => {
                    complaints.push(format!("{place}: cannot be written down: {case:?}"));
                    line.to_owned()
                }
                Ok(Some(case)) if regenerate || case.to_string() == line => case.to_string(),
                Ok(Some(case)) => {
                    complaints.push(format!("{place}: should read\n  {case}"));
                    line.to_owned()
                }
                Err(why) => {
                    complaints.push(format!("{place}: {why}"));
                    line.to_owned()
                }
            };
            written.push_str(&line);
            written.push('\n');
        }
        if regenerate {
            fs::write(&self.path, written).unwrap();
        }
        complaints
    }
}
