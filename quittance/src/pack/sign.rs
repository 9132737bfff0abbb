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
    packs::{key_of, public_line, sign as sign_text},
    real::RealEntropy,
};
use zeroize::Zeroizing;

use super::{beside, text_of};
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
    let line = sign_text(&seed, text.as_bytes())?;
    let to = beside(&args.file);
    std::fs::write(&to, line + "\n").map_err(|error| Failure::file(&to, &error))?;
    let key = public_line(&seed);
    let value = json!({
        "pack": pack.id, "version": pack.version, "signature": to.display().to_string(),
        "key": key,
    });
    let text = format!("{} version {}: signed in {}", pack.id, pack.version, to.display());
    out::either(as_json, &value, text);
    Ok(ExitCode::SUCCESS)
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
