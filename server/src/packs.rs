//! Signed policy packs as files below a data directory: `packs/*.toml`, beside each its signature
//! `*.toml.sig`, and the publishers that are trusted, `packs/trusted/*.pub`.
//!
//! A signature file is one line: the publisher's public key and an Ed25519 signature over
//! `quittance/pack/1` and the text's bytes, both in hexadecimal. A publisher's file holds his
//! public key, and his name is that of the file.
//!
//! **Invariant:** a text is a pack of this installation only if a trusted publisher signed exactly
//! these bytes, or if it came with the program.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Mutex,
    time::SystemTime,
};

use formats::packs::PACK_MAX;
use protocol::{PublicKey, Signer, Verifier};

use crate::{
    crypto::{ServerSigner, ServerVerifier, hex},
    error::Error,
    keys::files::unhex,
};

/// Separates these signatures from all others.
const LABEL: &[u8] = b"quittance/pack/1";
/// Most files of one installation.
const FILES_MAX: usize = 1_000;
/// Longest line of a key or signature file that is read.
const LINE_MAX: u64 = 1_024;

/// The line of a signature file: this key's signature over a pack's text.
pub fn sign(seed: &[u8; 32], text: &[u8]) -> Result<String, Error> {
    let signer = ServerSigner::from_seed(seed);
    let signature = signer.sign(&[LABEL, text].concat());
    let signature = signature.map_err(|_| Error::Fault("the key does not sign".to_owned()))?;
    Ok(format!("{} {}", hex(&signer.public_bytes()), hex(&signature)))
}

/// The line of a publisher's file.
pub fn public_line(seed: &[u8; 32]) -> String {
    hex(&ServerSigner::from_seed(seed).public_bytes())
}

/// The key of a publisher's file, or the secret of a key file.
pub fn key_of(line: &str) -> Option<[u8; 32]> {
    unhex(line.trim())?.try_into().ok()
}

/// Whose signature over a text this line is; `None` = it is none.
pub fn signed_by(line: &str, text: &[u8]) -> Option<[u8; 32]> {
    let (key, signature) = line.trim().split_once(' ')?;
    let key = key_of(key)?;
    let signature: [u8; 64] = unhex(signature)?.try_into().ok()?;
    let message = [LABEL, text].concat();
    ServerVerifier.verify(&PublicKey::Ed25519(key), &message, &signature).then_some(key)
}

/// A text that a trusted publisher signed.
#[derive(Clone, Debug)]
pub struct SignedText {
    /// Its file.
    pub file: PathBuf,
    /// The text.
    pub text: String,
    /// The line of its signature file.
    pub signature: String,
    /// The publisher's name here.
    pub publisher: String,
}

/// A file that is no pack of this installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedPack {
    /// The file.
    pub file: PathBuf,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong, where, and what to do.
    pub detail: String,
}

impl RefusedPack {
    /// A refusal that names the file.
    pub fn new(file: &Path, code: &'static str, detail: &str) -> RefusedPack {
        let detail = format!("{}: {detail}", file.display());
        RefusedPack { file: file.to_owned(), code, detail }
    }
}

/// By what a changed directory is known.
type Stamp = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// The packs of a data directory.
#[derive(Debug)]
pub struct PackDir {
    dir: PathBuf,
    seen: Mutex<Option<Stamp>>,
}

impl PackDir {
    /// The packs below a data directory.
    pub fn below(data: &Path) -> PackDir {
        PackDir { dir: data.join("packs"), seen: Mutex::default() }
    }

    /// Whether anything changed since this was last asked.
    pub fn changed(&self) -> Result<bool, Error> {
        let mut stamp = Vec::new();
        for dir in [self.dir.clone(), self.dir.join("trusted")] {
            for path in files(&dir)? {
                let meta = fs::metadata(&path).map_err(|error| fault(&path, &error))?;
                stamp.push((path, meta.modified().ok(), meta.len()));
            }
        }
        let mut seen = self.seen.lock().unwrap_or_else(|poison| poison.into_inner());
        if seen.as_ref() == Some(&stamp) {
            return Ok(false);
        }
        *seen = Some(stamp);
        Ok(true)
    }

    /// Every text with its trusted signature, or why it has none; by rising name.
    pub fn read(&self) -> Result<Vec<Result<SignedText, RefusedPack>>, Error> {
        let trusted = self.trusted()?;
        let paths = files(&self.dir)?;
        let texts = paths.into_iter().filter(|path| ends(path, "toml"));
        Ok(texts.map(|path| signed_text(&path, &trusted)).collect())
    }

    /// Name and key of every publisher that is trusted here.
    fn trusted(&self) -> Result<Vec<(String, [u8; 32])>, Error> {
        let mut trusted = Vec::new();
        for path in files(&self.dir.join("trusted"))? {
            let name = path.file_stem().and_then(|stem| stem.to_str());
            let key = line_of(&path).and_then(|line| key_of(&line));
            match name.zip(key).filter(|_| ends(&path, "pub")) {
                Some((name, key)) => trusted.push((name.to_owned(), key)),
                None => {
                    let shown = path.display();
                    tracing::error!("{shown}: not a publisher's public key; it is passed over");
                }
            }
        }
        Ok(trusted)
    }
}

fn signed_text(path: &Path, trusted: &[(String, [u8; 32])]) -> Result<SignedText, RefusedPack> {
    let refused = |code, detail: &str| RefusedPack::new(path, code, detail);
    let limit = u64::try_from(PACK_MAX).unwrap_or(u64::MAX) + 1;
    let text = text_of(path, limit).map_err(|error| refused("bad_pack", &error.to_string()))?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".sig");
    let Some(signature) = line_of(Path::new(&beside)) else {
        let detail = "no signature beside it: sign it with `quittance pack sign`";
        return Err(refused("pack_unsigned", detail));
    };
    let Some(key) = signed_by(&signature, text.as_bytes()) else {
        let detail = "its signature is not one over this text: sign it again";
        return Err(refused("pack_signature", detail));
    };
    let publisher = trusted.iter().find(|(_, known)| *known == key);
    let Some((publisher, _)) = publisher else {
        let detail = format!(
            "signed by {}, whom nobody trusts here: put his .pub file into packs/trusted",
            hex(&key)
        );
        return Err(refused("pack_untrusted", &detail));
    };
    let (file, publisher) = (path.to_owned(), publisher.clone());
    Ok(SignedText { file, text, signature, publisher })
}

/// The files of a directory by rising name; none if it is not there.
fn files(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fault(dir, &error)),
    };
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.is_file()).take(FILES_MAX).collect();
    paths.sort();
    Ok(paths)
}

fn ends(path: &Path, end: &str) -> bool {
    path.extension().is_some_and(|found| found == end)
}

fn text_of(path: &Path, limit: u64) -> std::io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(limit).read_to_string(&mut text)?;
    Ok(text)
}

fn line_of(path: &Path) -> Option<String> {
    let text = text_of(path, LINE_MAX).ok()?;
    text.lines().next().map(|line| line.trim().to_owned())
}

fn fault(path: &Path, error: &std::io::Error) -> Error {
    Error::Fault(format!("{}: {error}", path.display()))
}
