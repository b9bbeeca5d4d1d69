//! Every golden, put into an UPDATE, is read by tshark without being called malformed. A case that tshark is known to
//! misread has a comment right before it which starts with `# tshark:` and says why; many cases stand between one which
//! starts with `# tshark, below:` and the next comment that starts with `# tshark`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail this way")]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use support::interop::programs;
use wire::{Family, frame};

/// One golden as a message.
struct Case {
    /// File and line.
    place: String,
    message: Vec<u8>,
    /// It is known to be misread.
    excused: bool,
}

fn golden(directory: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(directory);
    let mut files: Vec<PathBuf> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The octets of each line that is understood, where the session is one of four-octet AS numbers without ADD-PATH:
/// tshark cannot know any other from a message alone.
fn cases(file: &Path, column: usize, message: impl Fn(&[u8]) -> Vec<u8>) -> Vec<Case> {
    let text = fs::read_to_string(file).unwrap();
    let (mut cases, mut plain, mut excused, mut below) = (Vec::new(), true, false, false);
    for (number, line) in text.lines().enumerate() {
        if let Some(session) = line.strip_prefix('[') {
            plain = !session.contains("asn2") && !session.contains("add-path");
        } else if let Some(comment) = line.strip_prefix('#') {
            let comment = comment.trim_start();
            excused = comment.starts_with("tshark:");
            if comment.starts_with("tshark") {
                below = comment.starts_with("tshark, below:");
            }
        } else if plain && !line.starts_with('!') && !line.is_empty() {
            let rest = line.strip_prefix("> ").or_else(|| line.strip_prefix("< ")).unwrap_or(line);
            let hex = rest.split(" | ").nth(column).unwrap_or_default().trim();
            let name = file.file_name().unwrap().to_string_lossy();
            let place = format!("{name}:{}", number + 1);
            cases.push(Case { place, message: message(&octets(hex)), excused: std::mem::take(&mut excused) || below });
        }
    }
    cases
}

fn octets(hex: &str) -> Vec<u8> {
    let digit = |digit: &u8| u8::try_from(char::from(*digit).to_digit(16).unwrap()).unwrap();
    hex.as_bytes().as_chunks::<2>().0.iter().map(|[high, low]| digit(high) << 4 | digit(low)).collect()
}

fn update(body: &[u8]) -> Vec<u8> {
    let mut out = bytes::BytesMut::new();
    frame::write(&mut out, 2, |out| out.extend_from_slice(body));
    out.to_vec()
}

/// An UPDATE with these attributes, and with one prefix.
fn with_attributes(attributes: &[u8], nlri: &[u8]) -> Vec<u8> {
    let length = u16::try_from(attributes.len()).unwrap().to_be_bytes();
    update(&[&[0, 0], &length[..], attributes, nlri].concat())
}

fn attribute(octets: &[u8]) -> Vec<u8> {
    with_attributes(octets, &[24, 10, 0, 0])
}

/// MP_REACH_NLRI with this NLRI.
fn nlri(family: Family, octets: &[u8]) -> Vec<u8> {
    let next_hop: &[u8] = match (family.afi(), family.safi()) {
        (_, 133 | 134) => &[],
        (1, 128) => &[0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1],
        (2, 128) | (16388, 72) => &[0, 0, 0, 0, 0, 0, 0, 0, 0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        (2, _) => &[0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        _ => &[10, 0, 0, 1],
    };
    let afi = family.afi().to_be_bytes();
    let head = [afi[0], afi[1], family.safi(), u8::try_from(next_hop.len()).unwrap()];
    let value = [&head[..], next_hop, &[0], octets].concat();
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    with_attributes(&[&[0x40, 1, 1, 0, 0x40, 2, 0, 0x90, 14], &length[..], &value].concat(), &[])
}

fn all() -> Vec<Case> {
    let mut all = Vec::new();
    for file in golden("nlri") {
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        let family = Family::ALL.iter().find(|family| format!("{}-{}", family.afi_name(), family.safi_name()) == stem);
        all.extend(cases(&file, 0, |octets| nlri(*family.unwrap(), octets)));
    }
    golden("attribute").iter().for_each(|file| all.extend(cases(file, 0, attribute)));
    golden("update").iter().for_each(|file| all.extend(cases(file, 1, update)));
    all
}

/// A capture of each message in a TCP segment of its own connection.
fn capture(cases: &[Case]) -> Vec<u8> {
    // Little-endian, version 2.4, raw IP.
    let mut out = vec![0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0];
    out.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 101, 0, 0, 0]);
    for (number, case) in cases.iter().enumerate() {
        let port = u16::try_from(10_000 + number).unwrap().to_be_bytes();
        let tcp = [port[0], port[1], 0, 179, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 0xFF, 0xFF, 0, 0, 0, 0];
        let total = u16::try_from(40 + case.message.len()).unwrap().to_be_bytes();
        let ip = [0x45, 0, total[0], total[1], 0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2];
        let length = u32::try_from(40 + case.message.len()).unwrap().to_le_bytes();
        out.extend([0; 8]);
        out.extend([length, length].concat());
        out.extend([&ip[..], &tcp, &case.message].concat());
    }
    out
}

#[test]
fn tshark_reads_every_golden() {
    let Some([tshark]) = programs("interop_tshark", ["tshark"]) else { return };
    let (cases, lab) = (all(), tempfile::tempdir().unwrap());
    let file = lab.path().join("goldens.pcap");
    fs::write(&file, capture(&cases)).unwrap();
    let run = |filter: &str| {
        let mut tshark = Command::new(&tshark);
        let output = tshark.arg("-r").arg(&file).args(["-Y", filter, "-T", "fields", "-e", "frame.number"]).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{filter}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|number| number.parse::<usize>().unwrap() - 1).collect::<Vec<_>>()
    };
    assert_eq!(run("bgp.type == 2").len(), cases.len(), "every case is an UPDATE to tshark");
    let misread = run(r#"_ws.malformed || _ws.expert.group == "Malformed""#);
    let unexpected: Vec<_> =
        misread.iter().filter_map(|at| cases.get(*at)).filter(|case| !case.excused).map(|case| &*case.place).collect();
    assert!(unexpected.is_empty(), "{} of {} are malformed to tshark: {unexpected:?}", unexpected.len(), cases.len());
}
