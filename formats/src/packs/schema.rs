//! The JSON Schema of a pack, for editors and for programs that write packs. TOML says the same
//! values; each field that bounds a ladder carries its order of strictness as `x-strictness`.

use domain::{
    Channel, Guard, Restriction, Rung,
    ladder::{NOTICES_MAX, STEPS_MAX},
    policy::{
        LegalStatus, Proof, Weekday,
        care::{Evidence, Relock},
        paper::{Disclosure, Telemetry},
        strictness::ROWS,
    },
    stage::Floor,
};
use serde_json::{Map, Value, json};

use super::rules::{DAYS_MAX, HOURS_MAX};

/// The schema as one JSON text.
pub fn schema() -> String {
    let mut fields = about();
    fields.extend(ladder());
    fields.extend(conduct());
    fields.extend(care());
    fields.extend(paper());
    for row in ROWS {
        mark(&mut fields, row.name(), row.order());
    }
    mark(&mut fields, "financed_device_only", "always true");
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Policy pack",
        "description": "What the law of a place allows; docs/policy.md says every field.",
        "type": "object",
        "additionalProperties": false,
        "required": [
            "id", "version", "jurisdiction", "summary", "legal_status", "draft", "sources",
            "rung_max", "min_dpd_restrict", "min_days_between_steps",
            "offline_step_max_age_hours", "removal_hours", "restrictions", "guards", "passes",
        ],
        "properties": fields,
    });
    let text = serde_json::to_string_pretty(&schema).expect("a value is written as text");
    text + "\n"
}

fn mark(fields: &mut Map<String, Value>, name: &str, order: &str) {
    let (table, key) = name.split_once('.').unwrap_or((name, ""));
    let field = match key {
        "" => fields.get_mut(table),
        key => fields.get_mut(table).and_then(|field| field["properties"].get_mut(key)),
    };
    let field = field.and_then(Value::as_object_mut);
    field
        .expect("a field of the ladder is a field of the schema")
        .insert("x-strictness".into(), order.into());
}

fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Value {
    json!({ "enum": all.iter().map(|one| name(*one)).collect::<Vec<_>>() })
}

fn set(of: Value) -> Value {
    json!({ "type": "array", "uniqueItems": true, "items": of })
}

fn whole(from: u32, to: u32) -> Value {
    json!({ "type": "integer", "minimum": from, "maximum": to })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}

fn text() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

fn day() -> Value {
    json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" })
}

fn clock() -> Value {
    json!({ "type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$" })
}

fn id() -> Value {
    json!({ "type": "string", "pattern": "^[a-z0-9-]{1,64}$" })
}

fn table(required: &[&str], fields: Value) -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": required,
        "properties": fields,
    })
}

fn fields(of: Value) -> Map<String, Value> {
    match of {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn about() -> Map<String, Value> {
    fields(json!({
        "id": id(),
        "version": whole(1, u32::MAX),
        "parent": id(),
        "jurisdiction": text(),
        "summary": text(),
        "legal_status": names(&LegalStatus::ALL, LegalStatus::name),
        "draft": flag(),
        "effective_from": day(),
        "effective_to": day(),
        "reviewed_by": text(),
        "reviewed_on": day(),
        "sources": { "type": "array", "items": text() },
        "financed_device_only": { "const": true },
    }))
}

fn ladder() -> Map<String, Value> {
    let days = || whole(0, DAYS_MAX);
    let restrictions = || set(names(Restriction::ALL, Restriction::name));
    let functions: Vec<&str> = Floor::ALL
        .iter()
        .map(|floor| floor.name())
        .chain(Restriction::ALL.iter().map(|restriction| restriction.name()))
        .collect();
    let notice = table(
        &["earliest_dpd", "cure_days", "channels", "min_modes"],
        json!({
            "earliest_dpd": days(),
            "cure_days": days(),
            "channels": set(names(Channel::ALL, Channel::name)),
            "min_modes": { "type": "integer", "minimum": 1 },
            "proof": names(Proof::ALL, Proof::name),
            "deemed_after_days": whole(1, DAYS_MAX),
        }),
    );
    let step =
        table(&["restrictions"], json!({ "restrictions": restrictions(), "min_days": days() }));
    let byte = || whole(0, 255);
    fields(json!({
        "rung_max": names(&Rung::ALL, Rung::name),
        "min_dpd_restrict": days(),
        "min_days_between_steps": days(),
        "offline_step_max_age_hours": whole(0, HOURS_MAX),
        "removal_hours": whole(0, HOURS_MAX),
        "restrictions": restrictions(),
        "never_restrict": set(json!({ "enum": functions })),
        "guards": set(names(Guard::ALL, Guard::name)),
        "passes": table(&["count", "hours"], json!({ "count": byte(), "hours": byte() })),
        "notices": { "type": "array", "maxItems": NOTICES_MAX, "items": notice },
        "steps": { "type": "array", "maxItems": STEPS_MAX, "items": step },
    }))
}

fn conduct() -> Map<String, Value> {
    let hours = || {
        json!({
            "from": clock(),
            "until": clock(),
            "weekdays": set(names(Weekday::ALL, Weekday::name)),
            "holidays": set(day()),
        })
    };
    fields(json!({
        "blackout": table(&[], hours()),
        "contact_window": table(&["from", "until", "weekdays"], hours()),
        "reminder_max_per_day": whole(0, 24),
        "drafts_refused": flag(),
    }))
}

fn care() -> Map<String, Value> {
    let days = || whole(0, DAYS_MAX);
    let stay = || {
        let stay = json!({ "until_closed": flag(), "days_after_refusal": days() });
        table(&["until_closed", "days_after_refusal"], stay)
    };
    let wrongful = json!({ "release_first": flag(), "incident": flag(), "compensate": flag() });
    let promise = json!({ "allowed": flag(), "grace_days": days() });
    let silence = json!({
        "after_hours": whole(1, HOURS_MAX),
        "stage": { "type": "string", "pattern": "^(remind|notice|restrict/[1-9][0-9]*|lock)$" },
    });
    let moves: Map<String, Value> = Evidence::ALL
        .iter()
        .map(|evidence| (evidence.name().to_owned(), names(&Rung::ALL, Rung::name)))
        .collect();
    fields(json!({
        "not_while_in_use": flag(),
        "relock_after_partial": names(Relock::ALL, Relock::name),
        "promise_to_pay_hold": table(&["allowed", "grace_days"], promise),
        "dispute_stay": stay(),
        "hardship_stay": stay(),
        "wrongful_lock": table(&["release_first", "incident", "compensate"], wrongful),
        "human_review_from": { "enum": ["never", "restrict", "lock"] },
        "silence": table(&["after_hours", "stage"], silence),
        "evidence_effects": table(&[], Value::Object(moves)),
    }))
}

fn paper() -> Map<String, Value> {
    let minutes = json!({ "issue": whole(1, HOURS_MAX), "device": whole(1, HOURS_MAX) });
    let money = json!({
        "amount_minor": { "type": "integer", "minimum": 0 },
        "currency": { "type": "string", "pattern": "^[A-Z]{3}$" },
    });
    let forms = ["separate_signature", "borrower_language", "copy_kept", "timetable_included"];
    let consent = json!({
        "separate_signature": flag(),
        "borrower_language": flag(),
        "copy_kept": flag(),
        "timetable_included": flag(),
        "min_font_points": whole(0, 72),
    });
    fields(json!({
        "max_unlock_minutes": table(&["issue", "device"], minutes),
        "late_unlock_compensation": table(&["amount_minor", "currency"], money),
        "offline_unlock": flag(),
        "consent": table(&[&forms[..], &["min_font_points"]].concat(), consent),
        "disclosure": set(names(Disclosure::ALL, Disclosure::name)),
        "device_fee_allowed": flag(),
        "data_allowed": set(names(Telemetry::ALL, Telemetry::name)),
        "retention_years": whole(0, 100),
    }))
}
