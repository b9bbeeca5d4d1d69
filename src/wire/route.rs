//! A route, and the words that say one in configuration and commands.

use std::fmt;

use crate::{
    AnyAttribute, AnyNlri, Attributes, Family, NextHop, Word, WordError, Words, attribute::AttributesBuilder,
    nlri::inet::Inet, number,
};

/// A route: what can be reached, through where, with which attributes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Route {
    /// What can be reached.
    pub nlri: AnyNlri,
    /// Through where.
    pub next_hop: NextHop,
    /// With which attributes.
    pub attributes: Attributes,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.nlri.fmt(f)?;
        if self.next_hop != NextHop::None {
            write!(f, " next-hop {}", self.next_hop)?;
        }
        if self.attributes.is_empty() { Ok(()) } else { write!(f, " {}", self.attributes) }
    }
}

/// What a route is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// To be announced: the next hop is needed.
    Announce,
    /// To be withdrawn: the NLRI is enough.
    Withdraw,
}

/// The group a route belongs to, and whether it waits for the group to be announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchdogTag {
    /// Name of the group.
    pub name: String,
    /// The route is held back until its group is announced.
    pub held: bool,
}

/// What a statement says: one route, or those it was split into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteSpec {
    /// The routes, in address order when they come from one prefix.
    pub routes: Vec<Route>,
    /// The watchdog group they belong to.
    pub watchdog: Option<WatchdogTag>,
}

/// A route being read, one keyword at a time.
#[derive(Debug, Default)]
pub struct RouteBuilder {
    prefixes: Vec<AnyNlri>,
    column: usize,
    next_hop: Option<NextHop>,
    path: Option<u32>,
    attributes: AttributesBuilder,
    split: Option<u8>,
    watchdog: Option<String>,
    held: bool,
}

/// Reads `<prefix> <attribute>*`, what follows the word `route`. The family comes from the prefix.
///
/// # Errors
/// When the words do not say a route.
pub fn parse_route(words: &mut Words<'_>, intent: Intent) -> Result<RouteSpec, WordError> {
    let mut builder = RouteBuilder::for_prefix(words)?;
    builder.attributes(words)?;
    builder.finish(intent)
}

/// Reads `<nlri> <attribute>*`, what follows the names of a family.
///
/// # Errors
/// When the words do not say a route of the family.
pub fn parse_family(family: Family, words: &mut Words<'_>, intent: Intent) -> Result<RouteSpec, WordError> {
    let column = words.column();
    let prefixes = vec![AnyNlri::parse(family, words)?];
    let mut builder = RouteBuilder { prefixes, column, ..RouteBuilder::default() };
    builder.attributes(words)?;
    builder.finish(intent)
}

/// Reads `<attribute>* nlri <prefix>+`, what follows the word `attributes`.
///
/// # Errors
/// When the words do not say routes, or their prefixes are of several families.
pub fn parse_attributes(words: &mut Words<'_>, intent: Intent) -> Result<RouteSpec, WordError> {
    let mut builder = RouteBuilder { column: words.column(), ..RouteBuilder::default() };
    while !words.keyword("nlri") {
        if words.is_empty() {
            return Err(WordError::missing(words.column(), "the word nlri with its prefixes"));
        }
        builder.attribute(words)?;
    }
    while let Some(word) = next_prefix(words) {
        builder.add_prefix(word)?;
    }
    builder.finish(intent)
}

/// The next word that is not the end of the statement.
fn next_prefix<'a>(words: &mut Words<'a>) -> Option<Word<'a>> {
    loop {
        match words.next() {
            Some(word) if word.text == ";" => {}
            other => return other,
        }
    }
}

impl RouteBuilder {
    /// Starts with the prefix, which says the family.
    ///
    /// # Errors
    /// When the next word is no prefix.
    pub fn for_prefix(words: &mut Words<'_>) -> Result<Self, WordError> {
        let mut builder = Self { column: words.column(), ..Self::default() };
        builder.add_prefix(words.expect("the prefix")?)?;
        Ok(builder)
    }

    fn add_prefix(&mut self, word: Word<'_>) -> Result<(), WordError> {
        let prefix = Inet::from_word(word)?;
        let nlri = match prefix.family() {
            Family::Ipv4Multicast => AnyNlri::Ipv4Multicast(prefix),
            Family::Ipv6Multicast => AnyNlri::Ipv6Multicast(prefix),
            Family::Ipv6Unicast => AnyNlri::Ipv6Unicast(prefix),
            Family::Ipv4Unicast => AnyNlri::Ipv4Unicast(prefix),
        };
        if let Some(first) = self.prefixes.first().filter(|first| first.family() != nlri.family()) {
            let text =
                format!("\"{}\" is of {}, the prefixes before it are of {}", word.text, nlri.family(), first.family());
            return Err(WordError::new(word, text));
        }
        self.prefixes.push(nlri);
        Ok(())
    }

    fn attributes(&mut self, words: &mut Words<'_>) -> Result<(), WordError> {
        while let Some(word) = words.peek() {
            match word.text {
                ";" | "{" | "}" => drop(words.next()),
                _ => self.attribute(words)?,
            }
        }
        Ok(())
    }

    /// Reads one keyword and its value.
    ///
    /// # Errors
    /// `unknown command "…"` for a keyword that is none; else what is wrong with the value.
    pub fn attribute(&mut self, words: &mut Words<'_>) -> Result<(), WordError> {
        let keyword = words.expect("an attribute")?;
        match keyword.text {
            "next-hop" => {
                let next_hop = NextHop::parse(words)?;
                self.next_hop.get_or_insert(next_hop);
            }
            "path-information" => {
                let word = words.expect("the path identifier")?;
                let path = number::dotted_u32(word.text)
                    .ok_or_else(|| WordError::expected(word, "a path identifier such as 1 or 0.0.0.1"))?;
                self.path.get_or_insert(path);
            }
            "split" => self.split = Some(split_length(words)?),
            "watchdog" => self.watchdog = Some(watchdog_name(words)?),
            "withdraw" => self.held = true,
            "name" => drop(words.expect("the name")?),
            other => {
                let attribute = AnyAttribute::parse(other, words).ok_or_else(|| unknown(keyword))??;
                self.attributes.add(attribute);
            }
        }
        Ok(())
    }

    /// The routes.
    ///
    /// # Errors
    /// When a route to be announced has no next hop, or `split` asks for more than a prefix can give.
    pub fn finish(self, intent: Intent) -> Result<RouteSpec, WordError> {
        if self.prefixes.is_empty() {
            return Err(WordError::missing(self.column, "the prefix"));
        }
        if intent == Intent::Announce && self.next_hop.is_none() {
            return Err(WordError::missing(self.column, "the next-hop of the route"));
        }
        let (next_hop, attributes) = (self.next_hop.unwrap_or_default(), self.attributes.finish());
        let mut routes = Vec::with_capacity(self.prefixes.len());
        for mut nlri in self.prefixes {
            if let Some(path) = self.path {
                nlri.set_path_id(path);
            }
            let parts = split(nlri, self.split, self.column)?;
            routes.extend(parts.into_iter().map(|nlri| Route { nlri, next_hop, attributes: attributes.clone() }));
        }
        let watchdog = self.watchdog.map(|name| WatchdogTag { name, held: self.held });
        Ok(RouteSpec { routes, watchdog })
    }
}

fn unknown(keyword: Word<'_>) -> WordError {
    WordError::new(keyword, format!("unknown command \"{}\"", keyword.text))
}

fn split_length(words: &mut Words<'_>) -> Result<u8, WordError> {
    let word = words.expect("the length to split into")?;
    let length = word.text.strip_prefix('/').and_then(number::u8).filter(|length| *length <= 128);
    length.ok_or_else(|| WordError::expected(word, "a length to split into such as /24"))
}

fn watchdog_name(words: &mut Words<'_>) -> Result<String, WordError> {
    let word = words.expect("the name of the watchdog")?;
    match word.text {
        "announce" | "withdraw" => Err(WordError::new(word, format!("\"{}\" cannot name a watchdog", word.text))),
        name => Ok(name.to_owned()),
    }
}

/// The parts of a prefix; a length that is not longer leaves it whole.
fn split(nlri: AnyNlri, length: Option<u8>, column: usize) -> Result<Vec<AnyNlri>, WordError> {
    let Some(length) = length else { return Ok(vec![nlri]) };
    let whole = match &nlri {
        AnyNlri::Ipv4Unicast(inet) | AnyNlri::Ipv4Multicast(inet) => (inet.length, 32),
        AnyNlri::Ipv6Unicast(inet) | AnyNlri::Ipv6Multicast(inet) => (inet.length, 128),
    };
    if length <= whole.0 && length <= whole.1 {
        return Ok(vec![nlri]);
    }
    nlri.split(length).ok_or_else(|| WordError {
        column,
        word: format!("/{length}"),
        message: format!(
            "{nlri} cannot be split into prefixes of /{length}: at most 2^20 of them, and no longer than an address"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(text: &str) -> Result<RouteSpec, WordError> {
        parse_route(&mut Words::new(text), Intent::Announce)
    }

    #[test]
    fn inline_and_block_form() {
        let inline = route("10.0.0.0/24 next-hop 1.1.1.1 med 5 community [ 1:1 ]").unwrap();
        assert_eq!(route("10.0.0.0/24 { next-hop 1.1.1.1; med 5; community [1:1]; }").unwrap(), inline);
        assert_eq!(inline.routes[0].to_string(), "10.0.0.0/24 next-hop 1.1.1.1 med 5 community 1:1");
    }

    #[test]
    fn the_first_of_a_keyword_wins() {
        let spec = route("10.0.0.0/24 next-hop 1.1.1.1 med 1 med 2 next-hop 2.2.2.2").unwrap();
        assert_eq!(spec.routes[0].to_string(), "10.0.0.0/24 next-hop 1.1.1.1 med 1");
    }

    #[test]
    fn families_by_prefix() {
        let family = |text: &str| route(&format!("{text} next-hop 1.1.1.1")).unwrap().routes[0].nlri.family();
        assert_eq!(family("224.0.0.0/4"), Family::Ipv4Multicast);
        assert_eq!(family("ff00::/8"), Family::Ipv6Unicast);
        assert_eq!(family("2001:db8::/32"), Family::Ipv6Unicast);
    }

    #[test]
    fn many_prefixes_share_attributes() {
        let text = "next-hop 1.2.3.4 med 5 nlri 10.0.0.0/24 10.0.1.0/24";
        let spec = parse_attributes(&mut Words::new(text), Intent::Announce).unwrap();
        assert_eq!(spec.routes.len(), 2);
        assert_eq!(spec.routes[0].attributes.sharers(), 2);
        for refused in [
            "next-hop 1.2.3.4 nlri 10.0.0.0/24, 10.0.1.0/24",
            "next-hop 1.2.3.4",
            "next-hop 1.2.3.4 nlri 10.0.0.0/24 ::/0",
        ] {
            assert!(parse_attributes(&mut Words::new(refused), Intent::Announce).is_err(), "{refused}");
        }
    }

    #[test]
    fn errors_name_the_column() {
        for (text, column, part) in [
            ("10.0.0.0/24 next-hop 1.1.1.1 metric 5", 30, "unknown command \"metric\""),
            ("10.0.0.0/24 med 5", 1, "next-hop"),
            ("10.0.0.0/24 next-hop x", 22, "\"x\""),
            ("10.0.0.0/24 next-hop 1.1.1.1 med", 33, "missing"),
            ("10.0.0.0/24 next-hop 1.1.1.1 split /33", 1, "split"),
        ] {
            let error = route(text).unwrap_err();
            assert_eq!(error.column, column, "{text}");
            assert!(error.message.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn splitting_keeps_address_order() {
        let spec = route("10.0.0.0/23 next-hop 1.1.1.1 split /24").unwrap();
        assert_eq!(
            spec.routes.iter().map(|route| route.nlri.to_string()).collect::<Vec<_>>(),
            ["10.0.0.0/24", "10.0.1.0/24"]
        );
        assert_eq!(route("10.0.0.0/24 next-hop 1.1.1.1 split /24").unwrap().routes.len(), 1);
    }

    #[test]
    fn watchdogs() {
        let spec = route("10.0.0.0/24 next-hop 1.1.1.1 watchdog dog withdraw").unwrap();
        assert_eq!(spec.watchdog, Some(WatchdogTag { name: "dog".into(), held: true }));
        assert!(route("10.0.0.0/24 next-hop 1.1.1.1 watchdog announce").is_err());
    }
}
