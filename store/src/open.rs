//! Picks a backend by its address.

use std::{path::Path, sync::Arc};

use crate::{Backend, Fault, MemoryStore, SqliteOptions, SqliteStore};

/// Opens the store at this address: `sqlite:PATH` or `memory:`.
pub fn open(url: &str) -> Result<Arc<dyn Backend>, Fault> {
    match url.split_once(':') {
        Some(("memory", "")) => Ok(Arc::new(MemoryStore::new())),
        Some(("sqlite", path)) if !path.is_empty() => {
            Ok(Arc::new(SqliteStore::open(Path::new(path), SqliteOptions::default())?))
        }
        // The rest of an address may hold a password, so only its scheme is shown.
        other => {
            let scheme = other.map_or("", |(scheme, _)| scheme);
            Err(Fault::new(format!(
                "no store opens at `{scheme}:…`: the address is `sqlite:PATH` or `memory:`"
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_backend() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("q.db");
        assert!(open(&format!("sqlite:{}", path.display())).is_ok());
        assert!(path.exists());
        assert!(open("memory:").is_ok());
    }

    #[test]
    fn what_is_not_supported_says_what_is_and_hides_the_rest() {
        for url in ["postgres://user:secret@host/db", "sqlite:", "memory:x", "q.db", ""] {
            let fault = open(url).err().unwrap();
            assert!(fault.what.contains("`sqlite:PATH` or `memory:`"), "{url}: {fault}");
            assert!(!fault.what.contains("secret"), "{fault}");
        }
    }
}
