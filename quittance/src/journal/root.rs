//! The published root of a day's journals: making it, and holding an exported journal against it.

use std::{path::Path, process::ExitCode};

use domain::Day;
use formats::{
    journal_file::Checked,
    key_history::KeyHistory,
    roots::{Leaf, Proof, PublishedRoot},
};
use protocol::cert::KeyRing;
use serde_json::{Value, json};
use server::crypto::{ServerVerifier, hex};

use crate::{fail::Failure, out, place::PlaceArgs};

/// Makes what is missing and prints the last root.
pub(super) async fn make(place: &PlaceArgs, json: bool) -> Result<ExitCode, Failure> {
    let opened = place.open().await?;
    let tenant = place.tenant(&opened.app)?.tenant.id;
    let made = opened.app.publish_root(tenant).await?;
    let root = opened.app.published_root(tenant, None).await?;
    if !json {
        let state = if made { "made" } else { "known" };
        out::note(format!("Root of {}: {state}, {} leaves", root.day, root.size));
    }
    out::line(root.text());
    Ok(ExitCode::SUCCESS)
}

/// A journal that stands in a published log.
pub(super) struct Stands {
    day: Day,
    entry: u64,
    size: u64,
    root_key: [u8; 32],
    pinned: bool,
}

impl Stands {
    pub(super) fn value(&self) -> Value {
        json!({
            "day": self.day.to_string(),
            "entry": self.entry,
            "size": self.size,
            "root_key": hex(&self.root_key),
            "keys_given": self.pinned,
        })
    }

    pub(super) fn text(&self) -> String {
        let Stands { day, entry, size, root_key, pinned } = self;
        let mut text =
            format!("Up to entry {entry} it stands in the log of {day}, with {size} leaves.");
        if !pinned {
            let key = hex(root_key);
            text.push_str(&format!(
                "\nCompare the root key {key} with one you know, or use --keys."
            ));
        }
        text
    }
}

/// Holds a journal against a root.
pub(super) fn check(
    checked: &Checked,
    path: &Path,
    keys: Option<&Path>,
) -> Result<Stands, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    let shown = path.display();
    let root = PublishedRoot::parse(&text).map_err(|what| {
        Failure::usage("bad_root", format!("{shown}: no published root: {what}"))
    })?;
    let wrong = |code: &str, what: String| Failure::wrong(code, format!("{shown}: {what}"));
    if root.tenant != checked.head.tenant {
        return Err(wrong("root_of_another", "it is the root of another lender".to_owned()));
    }
    let (root_key, pinned) = match keys {
        None => (root.root_key(), false),
        Some(keys) => (Some(history(keys)?.root()), true),
    };
    let root_key =
        root_key.ok_or_else(|| Failure::usage("bad_root", format!("{shown}: root_key: no key")))?;
    let hash = signed(&root, root_key).map_err(|what| wrong("root_untrusted", what))?;
    let proof = checked.attached.iter().find(|one| one.kind == "proof");
    let proof = proof.ok_or_else(|| {
        wrong("no_proof", "the journal has no proof beside it: export it after a root".to_owned())
    })?;
    let proof = Proof::parse(&proof.text)
        .map_err(|what| wrong("proof_wrong", format!("the journal's proof: {what}")))?;
    if (proof.day, proof.size) != (root.day, root.size) {
        let detail = format!("the journal's proof is for the log of {}: get that root", proof.day);
        return Err(wrong("proof_of_another_day", detail));
    }
    let at = usize::try_from(proof.entry).ok().and_then(|entry| entry.checked_sub(1));
    let hash_at = at.and_then(|at| checked.hashes.get(at)).copied();
    let leaf = hash_at.map(|hash| Leaf { unit: checked.head.unit, entry: proof.entry, hash });
    if !leaf.is_some_and(|leaf| proof.shows(&leaf, &hash, root.size)) {
        let detail = format!(
            "entry {} of this journal does not stand in the log of {}: it was rewritten, or the \
             proof is another's",
            proof.entry, root.day,
        );
        return Err(wrong("not_in_log", detail));
    }
    Ok(Stands { day: root.day, entry: proof.entry, size: root.size, root_key, pinned })
}

/// The root's hash, if a journal key that this root key certified signed all it says.
fn signed(root: &PublishedRoot, root_key: [u8; 32]) -> Result<[u8; 32], String> {
    let mut ring = KeyRing::new(protocol::TenantId(root.tenant.bytes()), root_key);
    let certs = root.certificates();
    ring.add_all(certs.iter().map(Vec::as_slice), &ServerVerifier);
    let read = ring.open_journal_root(&root.signed, &ServerVerifier);
    let read = read.map_err(|refused| format!("its signature does not hold: {refused}"))?;
    let epoch = Day::new(1970, 1, 1).and_then(|day| day.plus_days(i32::try_from(read.day).ok()?));
    let same = hex(&read.root.0) == root.root
        && (read.size, read.lender.as_str(), epoch) == (root.size, &root.lender, Some(root.day));
    if !same {
        return Err("what it says is not what was signed".to_owned());
    }
    Ok(read.root.0)
}

/// A lender's public keys from a file.
pub(crate) fn history(path: &Path) -> Result<KeyHistory, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    let wrong =
        |what| Failure::usage("bad_keys", format!("{}: no key history: {what}", path.display()));
    KeyHistory::parse(&text).map_err(wrong)
}
