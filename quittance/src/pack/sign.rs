//! `pack sign`, `pack keygen`.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use serde_json::json;
use server::{
    clock::Entropy,
    crypto::hex,
    packs::{SIGNATURES_MAX, SIGNERS, add_signature, beside, key_of, public_line},
    real::RealEntropy,
};
use zeroize::Zeroizing;

use super::text_of;
use crate::{fail::Failure, out};

#[derive(Args, Debug)]
pub(super) struct SignArgs {
    /// The pack
    file: PathBuf,
    /// The publisher's key file
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

#[derive(Args, Debug)]
pub(super) struct KeygenArgs {
    /// Begin of the two files' names
    name: PathBuf,
}

pub(super) fn sign(args: &SignArgs, as_json: bool) -> Result<ExitCode, Failure> {
    let text = text_of(&args.file)?;
    let pack = formats::parse_pack(&text)
        .map_err(|error| Failure::wrong("bad_pack", format!("{}: {error}", args.file.display())))?;
    let seed = secret(&args.key)?;
    let to = beside(&args.file);
    let shown = to.display();
    let there = if to.exists() { text_of(&to)? } else { String::new() };
    let signed = add_signature(&there, &seed, text.as_bytes())?;
    if signed.signatures.len() > SIGNATURES_MAX {
        let detail = format!("{shown}: expected at most {SIGNATURES_MAX} signatures");
        return Err(Failure::wrong("pack_signature", detail));
    }
    let lines: String = signed.signatures.iter().map(|one| one.line.clone() + "\n").collect();
    if lines != there {
        std::fs::write(&to, lines).map_err(|error| Failure::file(&to, &error))?;
    }
    let missing = SIGNERS.saturating_sub(signed.signatures.len());
    let keys: Vec<String> = signed.signatures.iter().map(|one| hex(&one.key)).collect();
    let value = json!({
        "pack": pack.id, "version": pack.version, "signature": to.display().to_string(),
        "key": public_line(&seed), "new": signed.new, "dropped": signed.dropped,
        "signed_by": keys, "missing": missing,
    });
    let name = format!("{} version {}", pack.id, pack.version);
    let mut told = match signed.new {
        true => format!("{name}: signed in {shown}, by {}", count(keys.len())),
        false => format!("{name}: this key has signed it in {shown} already, and counts once"),
    };
    if signed.dropped > 0 {
        let dropped = signed.dropped;
        told += &format!("\n{dropped} of its lines were no signatures over this text and are gone");
    }
    if missing > 0 {
        told += "\nanother publisher, with a key of his own, has to sign it before it is loaded";
    }
    out::either(as_json, &value, told);
    Ok(ExitCode::SUCCESS)
}

fn count(signers: usize) -> String {
    match signers {
        1 => "one publisher".to_owned(),
        more => format!("{more} publishers"),
    }
}

pub(super) fn keygen(args: &KeygenArgs, as_json: bool) -> Result<ExitCode, Failure> {
    let [secret, public] = ["key", "pub"].map(|end| {
        let mut name = args.name.as_os_str().to_owned();
        name.push(format!(".{end}"));
        PathBuf::from(name)
    });
    if let Some(there) = [&secret, &public].into_iter().find(|path| path.exists()) {
        let detail = format!("{}: is there already; a key is never overwritten", there.display());
        return Err(Failure::usage("file", detail));
    }
    let mut seed = Zeroizing::new([0; 32]);
    RealEntropy.fill(seed.as_mut());
    let text = Zeroizing::new(hex(seed.as_ref()) + "\n");
    out::private_file(&secret, text.as_bytes())?;
    let line = public_line(&seed);
    let written = std::fs::write(&public, format!("{line}\n"));
    written.map_err(|error| Failure::file(&public, &error))?;
    let (secret, public) = (secret.display().to_string(), public.display().to_string());
    let text = format!(
        "{secret} signs packs: keep it away from servers.\n{public} goes to DATA/packs/trusted of \
         those who trust it."
    );
    out::either(as_json, &json!({ "secret": secret, "public": public, "key": line }), text);
    Ok(ExitCode::SUCCESS)
}

/// A publisher's secret, which nobody else can read.
fn secret(path: &Path) -> Result<Zeroizing<[u8; 32]>, Failure> {
    let wrong = |error: std::io::Error| Failure::file(path, &error);
    let shown = path.display();
    let mode = std::fs::metadata(path).map_err(wrong)?.permissions().mode();
    if mode & 0o077 != 0 {
        let detail = format!("{shown} can be read by others: run chmod 600 {shown}");
        return Err(Failure::usage("bad_key", detail));
    }
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(wrong)?);
    key_of(&text).map(Zeroizing::new).ok_or_else(|| {
        let hint = "expected 64 hexadecimal digits; make one with `quittance pack keygen`";
        Failure::usage("bad_key", format!("{shown}: not a publisher's key file")).hint(hint)
    })
}
