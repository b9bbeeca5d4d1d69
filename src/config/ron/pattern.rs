//! Text with places that each member of a fleet fills in: `route 10.{n/256}.{n%256}.0/24 next-hop self`.
//!
//! A brace with a letter right behind it opens a place; other braces are those of an AS set.

use std::fmt::Write as _;

use super::series;
use crate::{draft::Settings, suggest, value};

/// A text and its places.
#[derive(Debug)]
pub(super) struct Pattern<'a> {
    text: &'a str,
    places: Vec<Place>,
}

/// One `{…}`.
#[derive(Debug)]
struct Place {
    /// The offset of the opening brace.
    start: usize,
    /// The offset behind the closing brace.
    end: usize,
    filling: Filling,
}

#[derive(Debug)]
enum Filling {
    /// The number of the member, and what is calculated with it, from left to right.
    Number(Vec<(Operator, u64)>),
    /// A field of the member.
    Field(&'static series::Each),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
}

/// What is wrong with a text, or with what a member makes of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Where in the text.
    pub(super) offset: usize,
    /// How many bytes are meant.
    pub(super) width: usize,
    /// The sentence.
    pub(super) message: String,
    /// What may have been meant.
    pub(super) hint: Option<String>,
}

impl<'a> Pattern<'a> {
    /// Finds the places of a text.
    pub(super) fn parse(text: &'a str) -> Result<Self, Fault> {
        let mut places = Vec::new();
        let mut from = 0;
        while let Some(start) = opening(text, from) {
            let rest = text.get(start..).unwrap_or_default();
            let fault = |width, message: &str| Fault { offset: start, width, message: message.to_owned(), hint: None };
            let length = rest.find('}').ok_or_else(|| fault(1, "this place lacks its closing brace"))?;
            let inside = rest.get(1..length).unwrap_or_default();
            let filling = filling(inside).map_err(|(message, hint)| Fault { hint, ..fault(length + 1, &message) })?;
            from = start + length + 1;
            places.push(Place { start, end: from, filling });
        }
        Ok(Self { text, places })
    }

    /// Whether every member makes the same of it.
    pub(super) fn is_fixed(&self) -> bool {
        self.places.is_empty()
    }

    /// What the member `n` with these settings makes of it.
    pub(super) fn fill(&self, n: u64, settings: &Settings, out: &mut String) -> Result<(), Fault> {
        out.clear();
        let mut from = 0;
        for place in &self.places {
            out.push_str(self.text.get(from..place.start).unwrap_or_default());
            place.fill(n, settings, out).map_err(|message| {
                let width = place.end - place.start;
                Fault { offset: place.start, width, message, hint: None }
            })?;
            from = place.end;
        }
        out.push_str(self.text.get(from..).unwrap_or_default());
        Ok(())
    }

    /// The offset and width in the text of what stands at `offset` in what the member makes of it.
    pub(super) fn origin(&self, n: u64, settings: &Settings, offset: usize, width: usize) -> (usize, usize) {
        let (mut filled, mut from, mut value) = (0, 0, String::new());
        for place in &self.places {
            let before = place.start - from;
            if offset < filled + before {
                break;
            }
            value.clear();
            let _ = place.fill(n, settings, &mut value);
            if offset < filled + before + value.len() {
                return (place.start, place.end - place.start);
            }
            filled += before + value.len();
            from = place.end;
        }
        (from + offset.saturating_sub(filled), width)
    }
}

impl Place {
    fn fill(&self, n: u64, settings: &Settings, out: &mut String) -> Result<(), String> {
        match &self.filling {
            Filling::Number(steps) => {
                let number = steps.iter().try_fold(n, |number, (operator, by)| operator.apply(number, *by));
                let number = number.ok_or_else(|| format!("member {n} cannot calculate this"))?;
                let _ = write!(out, "{number}");
            }
            Filling::Field(each) => {
                let told = (each.tell)(settings, out);
                told.ok_or_else(|| format!("the members have no {} of which the fleet knows", each.name))?;
            }
        }
        Ok(())
    }
}

impl Operator {
    fn of(sign: char) -> Option<Self> {
        Some(match sign {
            '+' => Self::Plus,
            '-' => Self::Minus,
            '*' => Self::Times,
            '/' => Self::Divide,
            '%' => Self::Remainder,
            _ => return None,
        })
    }

    fn is_last(self) -> bool {
        matches!(self, Self::Plus | Self::Minus)
    }

    fn apply(self, number: u64, by: u64) -> Option<u64> {
        match self {
            Self::Plus => number.checked_add(by),
            Self::Minus => number.checked_sub(by),
            Self::Times => number.checked_mul(by),
            Self::Divide => number.checked_div(by),
            Self::Remainder => number.checked_rem(by),
        }
    }
}

/// The next brace that opens a place.
fn opening(text: &str, from: usize) -> Option<usize> {
    let opens = |offset: &usize| text.as_bytes().get(offset + 1).is_some_and(u8::is_ascii_alphabetic);
    text.get(from..)?.match_indices('{').map(|(offset, _)| from + offset).find(opens)
}

/// What a place says, or a sentence and a suggestion.
fn filling(inside: &str) -> Result<Filling, (String, Option<String>)> {
    let name = inside.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    if let Some(each) = series::find(inside) {
        return Ok(Filling::Field(each));
    }
    if let Some(steps) =
        inside.strip_prefix('n').filter(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
    {
        return steps_of(steps).map(Filling::Number).map_err(|message| (message, None));
    }
    let known = || series::EACH.iter().map(|each| each.name);
    let names = std::iter::once("n").chain(known()).collect::<Vec<_>>().join(", ");
    let message = format!(
        "\"{{{inside}}}\" is not something a member knows, expected {{n}}, {{n/256}}, {{n%256}} or one of {names}"
    );
    Err((message, suggest::hint(name, known())))
}

/// `/256%256+1`: multiplication, division and remainder from left to right, then one sum or difference.
fn steps_of(text: &str) -> Result<Vec<(Operator, u64)>, String> {
    let mut steps: Vec<(Operator, u64)> = Vec::new();
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let Some(operator) = Operator::of(sign) else {
            return Err(format!("\"{sign}\" is not one of + - * / %, as in {{n%256+1}}"));
        };
        if steps.last().is_some_and(|(operator, _)| operator.is_last()) {
            return Err("nothing can follow the sum, as in {n%256+1}".to_owned());
        }
        let after = rest.get(1..).unwrap_or_default();
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, left) = after.split_at_checked(digits).unwrap_or_default();
        let number = value::number(number).ok_or_else(|| format!("a number is expected after {sign}"))?;
        if number == 0 && matches!(operator, Operator::Divide | Operator::Remainder) {
            return Err("nothing can be divided by 0".to_owned());
        }
        steps.push((operator, number));
        rest = left;
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::Auto;

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "[a{}n/%*+0-9_é -]{0,20}", n in any::<u64>(), offset in 0_usize..40) {
            let (settings, mut out) = (Settings::default(), String::new());
            if let Ok(pattern) = Pattern::parse(&text) {
                let filled = pattern.fill(n, &settings, &mut out).is_ok();
                prop_assert!(!pattern.is_fixed() || (filled && out == text));
                let _ = pattern.origin(n, &settings, offset, 1);
            }
        }
    }

    fn filled(text: &str, n: u64) -> String {
        let settings = Settings { peer_as: Some(Auto::Is(65001)), local_as: Some(Auto::Auto), ..Settings::default() };
        let mut out = String::new();
        match Pattern::parse(text).and_then(|pattern| pattern.fill(n, &settings, &mut out)) {
            Ok(()) => out,
            Err(fault) => {
                format!("{}+{}: {} {}", fault.offset, fault.width, fault.message, fault.hint.unwrap_or_default())
            }
        }
    }

    #[test]
    fn a_member_calculates() {
        assert_eq!(filled("10.{n/256}.{n%256}.0/24 {n} {n%256+1} {n*4+2}", 515), "10.2.3.0/24 515 4 2062");
        assert_eq!(filled("{peer_as}:{n/256%256-1}", 65_535), "65001:254");
        assert_eq!(filled("as-path [ { 1 2 } ] {3} é", 0), "as-path [ { 1 2 } ] {3} é");
    }

    #[test]
    fn an_unknown_place_is_pointed_at() {
        assert!(filled("route {peer_sa}", 0).starts_with("6+9: \"{peer_sa}\" is not something a member knows"));
        assert!(filled("route {peer_sa}", 0).ends_with("did you mean \"peer_as\"?"));
        assert_eq!(filled("a {n", 0), "2+1: this place lacks its closing brace ");
        assert_eq!(filled("a {n&3}", 0), "2+5: \"&\" is not one of + - * / %, as in {n%256+1} ");
        assert_eq!(filled("{n+1*2}", 0), "0+7: nothing can follow the sum, as in {n%256+1} ");
        assert_eq!(filled("{n/0}", 0), "0+5: nothing can be divided by 0 ");
        assert_eq!(filled("{n/}", 0), "0+4: a number is expected after / ");
        assert_eq!(filled("{n-1}", 0), "0+5: member 0 cannot calculate this ");
        assert_eq!(filled("{local_as}", 0), "0+10: the members have no local_as of which the fleet knows ");
    }

    #[test]
    fn what_is_wrong_in_a_member_is_found_in_the_text() {
        let pattern = Pattern::parse("a {n*1000} b {n} c").unwrap();
        let settings = Settings::default();
        let mut out = String::new();
        pattern.fill(7, &settings, &mut out).unwrap();
        assert_eq!(out, "a 7000 b 7 c");
        let origin = |offset| pattern.origin(7, &settings, offset, 1);
        assert_eq!((origin(0), origin(3), origin(7)), ((0, 1), (2, 8), (11, 1)));
        assert_eq!((origin(9), origin(11)), ((13, 3), (17, 1)));
    }
}
