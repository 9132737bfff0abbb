//! The published JSON Schema of a pack and the parser agree.

use std::collections::BTreeSet;

use domain::policy::strictness::ROWS;
use formats::{packs, parse_pack};
use serde_json::Value;

fn schema() -> Value {
    serde_json::from_str(&packs::schema()).unwrap()
}

#[test]
fn the_published_schema_is_the_one_of_the_program() {
    expect_test::expect_file!["../../../docs/pack.schema.json"].assert_eq(&packs::schema());
}

/// The parser tells by itself which fields it knows.
#[test]
fn schema_and_parser_know_the_same_fields() {
    let told = parse_pack("nobody_knows_this = 1\n").unwrap_err().message;
    let (_, listed) = told.split_once("expected one of ").unwrap();
    let known: BTreeSet<&str> = listed.split(", ").map(|name| name.trim_matches('`')).collect();
    let schema = schema();
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(properties.keys().map(String::as_str).collect::<BTreeSet<_>>(), known);
    for row in ROWS {
        let path = row.name().replace('.', "/properties/");
        let field = schema.pointer(&format!("/properties/{path}")).unwrap();
        assert_eq!(field["x-strictness"], row.order(), "{}", row.name());
    }
}

#[test]
fn every_pack_of_the_program_fits_the_schema_and_states_every_rule() {
    let schema = schema();
    let optional = [
        "parent",
        "effective_from",
        "effective_to",
        "reviewed_by",
        "reviewed_on",
        "blackout",
        "silence",
        "steps",
    ];
    for (id, text) in packs::builtin() {
        let pack: toml::Table = text.parse().unwrap();
        let pack = serde_json::to_value(pack).unwrap();
        fits(&schema, &pack, id);
        let properties = schema["properties"].as_object().unwrap();
        let missing = properties
            .keys()
            .filter(|field| pack.get(field.as_str()).is_none())
            .filter(|field| !optional.contains(&field.as_str()));
        assert_eq!(missing.collect::<Vec<_>>(), [""; 0], "{id}: a shipped pack states every field");
    }
}

#[test]
fn what_the_schema_refuses_is_no_pack() {
    let (_, text) = packs::builtin()[0];
    for (from, to) in [
        ("version = 1", "version = 0"),
        ("\"camera\"", "\"incoming_calls\""),
        ("rung_max = \"restrict\"", "rung_max = \"brick\""),
        ("count = 3", "count = 256"),
        ("retention_years = 8", "retention_years = 101"),
        ("from = \"08:00\"", "from = \"8:00\""),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        assert!(parse_pack(&changed).is_err(), "{to}");
        let value = serde_json::to_value(changed.parse::<toml::Table>().unwrap()).unwrap();
        assert!(wrong(&schema(), &value).is_some(), "{to}");
    }
}

fn fits(schema: &Value, value: &Value, of: &str) {
    assert_eq!(wrong(schema, value), None, "{of}");
}

/// What of a schema, in the few words that ours uses, a value does not keep to.
fn wrong(schema: &Value, value: &Value) -> Option<String> {
    let say = |what: &str| Some(format!("{value}: {what} of {schema}"));
    if schema.get("const").is_some_and(|only| only != value) {
        return say("const");
    }
    if let Some(all) = schema.get("enum").and_then(Value::as_array)
        && !all.contains(value)
    {
        return say("enum");
    }
    let bound = |name: &str| schema.get(name).and_then(Value::as_i64);
    match value {
        Value::Number(number) => {
            let number = number.as_i64()?;
            let low = bound("minimum").is_some_and(|least| number < least);
            let high = bound("maximum").is_some_and(|most| number > most);
            if low || high { say("range") } else { None }
        }
        Value::Array(items) => {
            let most = bound("maxItems").unwrap_or(i64::MAX);
            if i64::try_from(items.len()).unwrap() > most {
                return say("maxItems");
            }
            items.iter().find_map(|item| wrong(&schema["items"], item))
        }
        Value::Object(fields) => {
            let properties = schema["properties"].as_object()?;
            let required = schema["required"].as_array().unwrap();
            let missing = required.iter().find(|name| !fields.contains_key(name.as_str().unwrap()));
            if let Some(name) = missing {
                return say(&format!("{name} required"));
            }
            fields.iter().find_map(|(name, field)| match properties.get(name) {
                Some(schema) => wrong(schema, field),
                None => say(&format!("{name} unknown")),
            })
        }
        Value::String(text) => {
            let clock = schema.get("pattern").is_some_and(|p| p == "^[0-2][0-9]:[0-5][0-9]$");
            if clock && text.len() != 5 { say("pattern") } else { None }
        }
        _ => None,
    }
}
