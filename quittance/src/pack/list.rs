//! `pack list`: the packs of the program, those loaded, and files that are refused.

use std::process::ExitCode;

use serde_json::{Value, json};
use server::{
    app::directory::{Directory, KnownPack},
    packs::{PackDir, RefusedPack},
};

use crate::{fail::Failure, out, place::PlaceArgs};

pub(super) async fn run(place: &PlaceArgs, as_json: bool) -> Result<ExitCode, Failure> {
    let (packs, refused) = if place.data.join("keys").is_dir() {
        let app = place.open().await?.app;
        let dir = PackDir::below(&place.data);
        let refused = app.read_packs(&std::sync::Arc::new(dir)).await?;
        (app.directory.packs(), refused.map(|read| read.refused).unwrap_or_default())
    } else {
        (Directory::new()?.packs(), Vec::new())
    };
    if as_json {
        let packs: Vec<Value> = packs.iter().map(|known| shown(known)).collect();
        let refused: Vec<Value> = refused.iter().map(refusal).collect();
        out::json(&json!({ "packs": packs, "refused": refused }));
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<Vec<String>> = packs.iter().map(|known| row(known)).collect();
    let head = ["pack", "version", "where", "status", "review", "signed", "from", "until"];
    out::line(out::table(&head, &rows));
    for refused in &refused {
        out::line(format!("refused: {} [{}]", refused.detail, refused.code));
    }
    Ok(ExitCode::SUCCESS)
}

fn signed(known: &KnownPack) -> String {
    let short = |key| str::get(key, ..16).unwrap_or(key).to_owned();
    match known.builtin {
        true => "with the program".to_owned(),
        false => format!("by {}", known.stored.signers().map(short).collect::<Vec<_>>().join(", ")),
    }
}

fn row(known: &KnownPack) -> Vec<String> {
    let (file, pack) = (&known.stored.file, known.pack());
    let day = |day: Option<domain::Day>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    let review = file
        .reviewed_by
        .as_ref()
        .map_or("needs counsel".to_owned(), |by| format!("{by}, {}", day(file.reviewed_on)));
    vec![
        pack.id.clone(),
        pack.version.to_string(),
        pack.jurisdiction.clone(),
        pack.legal_status.name().to_owned() + if file.draft { ", draft" } else { "" },
        review,
        signed(known),
        day(pack.effective.from),
        day(pack.effective.to),
    ]
}

fn shown(known: &KnownPack) -> Value {
    let (file, pack) = (&known.stored.file, known.pack());
    json!({
        "id": pack.id, "version": pack.version, "jurisdiction": pack.jurisdiction,
        "legal_status": pack.legal_status.name(), "draft": file.draft, "summary": file.summary,
        "parent": pack.parent, "sources": pack.sources,
        "effective_from": pack.effective.from.map(|day| day.to_string()),
        "effective_to": pack.effective.to.map(|day| day.to_string()),
        "reviewed_by": file.reviewed_by,
        "reviewed_on": file.reviewed_on.map(|day| day.to_string()),
        "builtin": known.builtin,
        "signed_by": known.stored.signers().collect::<Vec<_>>(),
    })
}

fn refusal(refused: &RefusedPack) -> Value {
    json!({
        "file": refused.file.display().to_string(), "code": refused.code,
        "detail": refused.detail,
    })
}
