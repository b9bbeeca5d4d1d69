//! Answers in columns.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// JSON on several lines, if that is what the lines are.
pub(super) fn pretty(lines: &[String]) -> Option<String> {
    let mut text = String::new();
    for value in values(lines)? {
        text.push_str(&serde_json::to_string_pretty(&value).ok()?);
        text.push('\n');
    }
    Some(text)
}

/// A table of what the lines say, if they are JSON, or routes.
pub(super) fn table(lines: &[String]) -> Option<String> {
    if let Some(routes) = routes(lines) {
        return Some(columns(&["neighbor", "family", "route"].map(str::to_owned), &routes));
    }
    let values = values(lines)?;
    let rows: Vec<&Map<String, Value>> =
        values.iter().flat_map(members).map(Value::as_object).collect::<Option<_>>()?;
    match rows[..] {
        [] => None,
        [one] if !values.iter().any(Value::is_array) => Some(facts(one)),
        _ => Some(objects(&rows)),
    }
}

fn values(lines: &[String]) -> Option<Vec<Value>> {
    let json = |line: &&String| line.starts_with(['{', '[']);
    if lines.is_empty() || !lines.iter().all(|line| json(&line)) {
        return None;
    }
    lines.iter().map(|line| serde_json::from_str(line).ok()).collect()
}

fn members(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// The rows of `show adj-rib`: address, family, and what is said of the route.
fn routes(lines: &[String]) -> Option<Vec<Vec<String>>> {
    let row = |line: &String| {
        let mut words = line.splitn(4, ' ');
        let (address, afi, safi, route) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let known = address.parse::<std::net::IpAddr>().is_ok() && matches!(afi, "ipv4" | "ipv6" | "l2vpn" | "bgp-ls");
        known.then(|| vec![address.to_owned(), format!("{afi} {safi}"), route.to_owned()])
    };
    if lines.is_empty() { None } else { lines.iter().map(row).collect() }
}

/// A row for each, of what is told of any in a word.
fn objects(rows: &[&Map<String, Value>]) -> String {
    let mut keys: Vec<String> = Vec::new();
    for (key, value) in rows.iter().copied().flatten() {
        if !keys.contains(key) && !value.is_object() && !value.is_array() {
            keys.push(key.clone());
        }
    }
    let cell = |row: &Map<String, Value>, key: &String| row.get(key).map(word).unwrap_or_default();
    let cells: Vec<Vec<String>> = rows.iter().map(|row| keys.iter().map(|key| cell(row, key)).collect()).collect();
    columns(&keys, &cells)
}

/// A line for each fact.
fn facts(object: &Map<String, Value>) -> String {
    let rows: Vec<Vec<String>> = object.iter().map(|(key, value)| vec![key.clone(), word(value)]).collect();
    aligned(&rows)
}

fn word(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn columns(keys: &[String], rows: &[Vec<String>]) -> String {
    let mut all = vec![keys.to_vec()];
    all.extend_from_slice(rows);
    aligned(&all)
}

fn aligned(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let wide = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..count).map(|column| wide(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, &width) in row.iter().zip(&widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn objects_become_rows_and_facts_lines() {
        let peers = r#"[{"address": "10.0.0.1", "as": 1, "deep": {"a": 1}}, {"address": "10.0.0.10", "as": null}]"#;
        assert_eq!(table(&lines(peers)).unwrap(), "address    as\n10.0.0.1   1\n10.0.0.10  -\n");
        assert_eq!(table(&lines("{\"a\": 1, \"long\": true}")).unwrap(), "a     1\nlong  true\n");
        assert_eq!(table(&lines("[]")), None);
        assert_eq!(table(&lines("[1]")), None);
        assert_eq!(table(&lines("exabgp 5")), None);
        assert_eq!(table(&[]), None);
    }

    #[test]
    fn routes_become_rows() {
        let text = "10.0.0.1 ipv4 unicast 10.1.0.0/24 next-hop 1.1.1.1\n10.0.0.10 ipv6 unicast ::/0\n";
        let table = table(&lines(text)).unwrap();
        assert_eq!(
            table.lines().collect::<Vec<_>>(),
            [
                "neighbor   family        route",
                "10.0.0.1   ipv4 unicast  10.1.0.0/24 next-hop 1.1.1.1",
                "10.0.0.10  ipv6 unicast  ::/0"
            ]
        );
    }
}
