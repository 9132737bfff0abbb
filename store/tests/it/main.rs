//! Every backend passes the same suite.

mod memory {
    use std::sync::Arc;

    use store::{MemoryStore, conformance::Made};

    fn make() -> Made {
        Made { store: Arc::new(MemoryStore::new()), keep: Box::new(()) }
    }

    store::conformance!(make);
}

mod sqlite {
    use std::sync::Arc;

    use store::{SqliteOptions, SqliteStore, conformance::Made};

    fn make() -> Made {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("store.db");
        let store = SqliteStore::open(&path, SqliteOptions::default());
        let store = store.expect("a fresh store opens");
        Made { store: Arc::new(store), keep: Box::new(folder) }
    }

    store::conformance!(make);
}
