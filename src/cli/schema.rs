//! `exactix schema`: our own form of the configuration as JSON Schema, out of the tables that read it.
//!
//! A struct of RON is an object, a name such as `Json` is a string, and what is `None` is left out.

use std::io::{self, Write as _};

use anyhow::anyhow;
use config::{Entry, Shape, Struct, structs};
use serde_json::{Map, Value, json};

use crate::args::Schema;

/// Prints the schema of the whole file, or of one of its structs.
pub(crate) fn run(options: &Schema) -> anyhow::Result<i32> {
    let schema = schema(options.section.as_deref())?;
    let text = if options.compact { schema.to_string() } else { format!("{schema:#}") };
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(0)
}

fn schema(section: Option<&str>) -> anyhow::Result<Value> {
    let structs = structs();
    let wanted = section.unwrap_or("config");
    let root = structs.iter().find(|structure| structure.name.eq_ignore_ascii_case(wanted)).ok_or_else(|| {
        let known: Vec<String> = structs.iter().map(|structure| structure.name.to_lowercase()).collect();
        let near = config::nearest(&wanted.to_lowercase(), known.iter().map(String::as_str));
        let hint = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
        anyhow!("there is no section {wanted}, only {}{hint}", known.join(", "))
    })?;
    let mut schema = Map::new();
    schema.insert("$schema".into(), "http://json-schema.org/draft-07/schema#".into());
    schema.insert("title".into(), format!("exactix {}", root.name).into());
    schema.append(&mut object(root));
    let definitions = structs.iter().map(|structure| (structure.name.to_owned(), object(structure).into()));
    schema.insert("definitions".into(), definitions.collect::<Map<_, _>>().into());
    Ok(schema.into())
}

/// A struct, whose fields are all known.
fn object(structure: &Struct) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("description".into(), structure.doc.into());
    object.insert("type".into(), "object".into());
    object.insert("additionalProperties".into(), false.into());
    let properties = structure.fields.iter().map(|field| (field.name.clone(), property(field)));
    object.insert("properties".into(), properties.collect::<Map<_, _>>().into());
    let required: Vec<&str> =
        structure.fields.iter().filter(|field| field.required).map(|field| &*field.name).collect();
    if !required.is_empty() {
        object.insert("required".into(), required.into());
    }
    object
}

fn property(field: &Entry) -> Value {
    let mut said = format!("{} Expects {}.", field.doc, field.expects);
    let default = field.default.as_deref();
    // What is no value of JSON, such as "the local address", is said in words.
    let value = default.and_then(|default| serde_json::from_str::<Value>(default).ok());
    if let (Some(default), None) = (default, &value) {
        said.push_str(&format!(" Default: {default}."));
    }
    let mut property = shape(field);
    if let Some(property) = property.as_object_mut() {
        property.insert("description".into(), said.into());
        value.into_iter().for_each(|value| drop(property.insert("default".into(), value)));
    }
    property
}

fn shape(field: &Entry) -> Value {
    match &field.shape {
        Shape::Word => word(&field.expects),
        Shape::Words => json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] }),
        Shape::Statements(starts) => {
            let pattern = format!("^({})( |$)", starts.join("|"));
            json!({ "type": "array", "items": { "type": "string", "pattern": pattern } })
        }
        // In draft-07 nothing beside a reference counts.
        Shape::Struct(name) => json!({ "allOf": [reference(name)] }),
        Shape::List(name) => json!({ "type": "array", "items": reference(name) }),
        Shape::Map(name) => json!({ "type": "object", "additionalProperties": reference(name) }),
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// The type of one word, by what is said to be expected.
fn word(expects: &str) -> Value {
    match expects {
        "true or false" => json!({ "type": "boolean" }),
        "a port" => json!({ "type": "integer", "minimum": 0, "maximum": 65535 }),
        "a percentage" => json!({ "type": "integer", "minimum": 0, "maximum": 100 }),
        "a number" => json!({ "type": "integer", "minimum": 0 }),
        "a number from 1 to 100000" => json!({ "type": "integer", "minimum": 1, "maximum": 100_000 }),
        "0, or 3 to 65535 seconds" => json!({ "type": "integer", "minimum": 0, "maximum": 65535 }),
        "an IPv4 address" => json!({ "type": "string", "format": "ipv4" }),
        "text" | "a name" | "an interface" | "a password" => json!({ "type": "string" }),
        "text or json" => json!({ "enum": ["text", "json", "Text", "Json"] }),
        "Quarantine or StopDaemon" => json!({ "enum": ["Quarantine", "StopDaemon"] }),
        "Stop or Reload" => json!({ "enum": ["Stop", "Reload", "stop", "reload"] }),
        _ if ["an address", "an IPv4 address", "text"].iter().any(|start| expects.starts_with(start)) => {
            json!({ "type": "string" })
        }
        _ if ["an AS number", "a port"].iter().any(|start| expects.starts_with(start)) => {
            json!({ "type": ["integer", "string"] })
        }
        _ => json!({ "type": ["string", "integer", "boolean"] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_is_in_it() {
        let text = schema(None).unwrap().to_string();
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["$schema"], "http://json-schema.org/draft-07/schema#");
        // In RON a VPLS is a route as all others: "l2vpn vpls …".
        for keyword in config::keywords().iter().filter(|keyword| keyword.section != "l2vpn") {
            let field = format!("\"{}\":{{", keyword.name.replace('-', "_"));
            let start = [format!("({}|", keyword.name), format!("|{}|", keyword.name), format!("|{})", keyword.name)];
            assert!(text.contains(&field) || start.iter().any(|start| text.contains(start)), "{keyword:?}");
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let schema = schema(None).unwrap();
        let text = schema.to_string();
        let names = text.split("#/definitions/").skip(1).filter_map(|rest| rest.split('"').next());
        for name in names {
            assert!(schema["definitions"][name].is_object(), "{name}");
        }
    }

    #[test]
    fn a_section_can_be_asked_for() {
        let fleet = schema(Some("fleet")).unwrap();
        assert_eq!(fleet["required"], json!(["count"]));
        assert_eq!(fleet["properties"]["count"]["maximum"], 100_000);
        assert_eq!(fleet["properties"]["hold_time"]["default"], 180);
        let error = schema(Some("flaet")).unwrap_err().to_string();
        assert!(error.starts_with("there is no section flaet, only config, process, healthcheck, neighbor"), "{error}");
        assert!(error.ends_with("; did you mean \"fleet\"?"), "{error}");
        assert!(!schema(Some("banana")).unwrap_err().to_string().contains("did you mean"));
    }
}
