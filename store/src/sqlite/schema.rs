//! Opens connections, and brings a database to the schema this program knows.

use std::{
    fs::{File, OpenOptions},
    path::Path,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::Fault;

use super::{lock::private, wrong};

/// Marks the file as ours: "QTNC".
const APPLICATION_ID: i32 = 0x5154_4e43;
const BUSY: Duration = Duration::from_secs(5);
const STATEMENTS: usize = 64;
/// A line of a journal that is longer than a quarter of a page takes pages of its own, as the
/// signing does in pages of 4 KiB.
const PAGE_BYTES: u32 = 8_192;

/// In order; the schema's number is how many have run.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_units.sql"),
    include_str!("migrations/0002_ledger_in_time.sql"),
    include_str!("migrations/0003_directory.sql"),
];

/// The connection that alone writes. Makes or migrates the database.
pub(super) fn writer(path: &Path) -> Result<Connection, Fault> {
    create_private(path)?;
    let mut conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Of a database that is made here; one that is there keeps its own.
    conn.execute_batch(&format!("PRAGMA page_size = {PAGE_BYTES}"))
        .map_err(wrong("setting the size of a page"))?;
    let mode: String = conn
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(wrong("switching to write-ahead logging"))?;
    if mode != "wal" {
        return Err(Fault::new(format!("{}: no write-ahead log here: {mode}", path.display())));
    }
    // A cache (64 MiB) that holds a group's pages: spilled ones are written to the log twice.
    conn.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; \
         PRAGMA secure_delete = FAST; PRAGMA cache_size = -65536; PRAGMA cache_spill = OFF;",
    )
    .map_err(wrong("setting up the writer"))?;
    migrate(&mut conn, path)?;
    Ok(conn)
}

/// A connection that cannot write.
pub(super) fn reader(path: &Path) -> Result<Connection, Fault> {
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    conn.execute_batch("PRAGMA cache_size = -16384").map_err(wrong("setting up a reader"))?;
    Ok(conn)
}

/// A connection for checkpoints.
pub(super) fn checkpointer(path: &Path) -> Result<Connection, Fault> {
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // What a checkpoint moves into the database is synced before the log is used again.
    conn.execute_batch("PRAGMA synchronous = FULL").map_err(wrong("setting up checkpoints"))?;
    Ok(conn)
}

fn connect(path: &Path, mode: OpenFlags) -> Result<Connection, Fault> {
    let opening = || Fault::new(format!("cannot open {}", path.display()));
    let conn = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|what| Fault::new(format!("{}: {what}", opening().what)))?;
    conn.busy_timeout(BUSY).map_err(wrong("setting the busy timeout"))?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // Otherwise each run with other values may plan its statement again.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(wrong("fixing the query plans"))?;
    conn.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")
        .map_err(wrong("setting up a connection"))?;
    Ok(conn)
}

fn create_private(path: &Path) -> Result<(), Fault> {
    let wrong = |what: std::io::Error| Fault::new(format!("{}: {what}", path.display()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    private(&mut options);
    options.open(path).map_err(wrong)?;
    // The file's name must be durable before anything in it is called so.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(wrong)?;
    }
    Ok(())
}

fn migrate(conn: &mut Connection, path: &Path) -> Result<(), Fault> {
    let shown = path.display();
    let number = |conn: &Connection, sql: &str| -> Result<i64, Fault> {
        conn.query_row(sql, [], |row| row.get(0)).map_err(wrong("reading the schema's number"))
    };
    let owner = number(conn, "PRAGMA application_id")?;
    let tables = number(conn, "SELECT count(*) FROM sqlite_schema")?;
    if owner != i64::from(APPLICATION_ID) && tables > 0 {
        return Err(Fault::new(format!("{shown} is the database of another program")));
    }
    let version = number(conn, "PRAGMA user_version")?;
    let known = MIGRATIONS.len();
    let Some(done) = usize::try_from(version).ok().filter(|done| *done <= known) else {
        return Err(Fault::new(format!(
            "{shown} has schema {version}, this program knows up to {known}: \
             run the program that wrote it, or a newer one"
        )));
    };
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        let step = index + 1;
        let text = format!(
            "BEGIN IMMEDIATE; {sql}; PRAGMA application_id = {APPLICATION_ID}; \
             PRAGMA user_version = {step}; COMMIT;"
        );
        conn.execute_batch(&text).map_err(wrong(&format!("migration {step}")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(conn: &Connection) -> String {
        let mut statement = conn
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name")
            .unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(|sql| format!("{};\n", sql.unwrap())).collect()
    }

    fn file(name: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        (folder, path)
    }

    #[test]
    fn replayed_migrations_make_the_current_schema() {
        let (_folder, path) = file("replay.db");
        let replayed = schema(&writer(&path).unwrap());
        expect_test::expect_file!["migrations/current.sql"].assert_eq(&replayed);
    }

    #[test]
    fn a_database_keeps_the_pages_it_was_made_with() {
        let (_folder, path) = file("pages.db");
        let size = |conn: &Connection| -> u32 {
            conn.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap()
        };
        let older = Connection::open(&path).unwrap();
        older.execute_batch("PRAGMA page_size = 4096; CREATE TABLE t (id); DROP TABLE t").unwrap();
        drop(older);
        assert_eq!(size(&writer(&path).unwrap()), 4_096);
        let (_folder, path) = file("fresh.db");
        assert_eq!(size(&writer(&path).unwrap()), PAGE_BYTES);
        assert_eq!(size(&reader(&path).unwrap()), PAGE_BYTES);
    }

    #[test]
    fn a_newer_database_is_refused() {
        let (_folder, path) = file("newer.db");
        writer(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
        let fault = writer(&path).unwrap_err();
        assert!(fault.what.contains("has schema 99, this program knows up to"), "{fault}");
    }

    #[test]
    fn a_strangers_database_is_refused_and_left_alone() {
        let (_folder, path) = file("stranger.db");
        let stranger = Connection::open(&path).unwrap();
        stranger.execute_batch("CREATE TABLE theirs (id INTEGER)").unwrap();
        let fault = writer(&path).unwrap_err();
        assert!(fault.what.ends_with("is the database of another program"), "{fault}");
        assert_eq!(schema(&stranger), "CREATE TABLE theirs (id INTEGER);\n");
    }

    #[test]
    fn what_is_no_database_is_refused() {
        let (_folder, path) = file("text.db");
        std::fs::write(&path, "reference,imei\n".repeat(100)).unwrap();
        assert!(writer(&path).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, path) = file("private.db");
        let conn = writer(&path).unwrap();
        conn.execute_batch("INSERT INTO claim VALUES (x'01', 1, 1, 1)").unwrap();
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
        }
    }
}
