CREATE TABLE claim (
    unit BLOB NOT NULL PRIMARY KEY,
    worker INTEGER NOT NULL,
    until INTEGER NOT NULL,
    attempt INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE command (
    unit BLOB NOT NULL,
    key BLOB NOT NULL,
    hash BLOB NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (unit, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE job (
    unit BLOB NOT NULL,
    queue INTEGER NOT NULL,
    key BLOB NOT NULL,
    tenant BLOB NOT NULL,
    due INTEGER NOT NULL,
    ready INTEGER NOT NULL,
    worker INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (unit, queue, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
    unit BLOB NOT NULL,
    entry INTEGER NOT NULL,
    tenant BLOB NOT NULL,
    kind INTEGER NOT NULL,
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (unit, entry)
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger (
    unit BLOB NOT NULL,
    entry INTEGER NOT NULL,
    tenant BLOB NOT NULL,
    at INTEGER NOT NULL,
    account TEXT NOT NULL,
    minor INTEGER NOT NULL,
    currency TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 0, command TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (unit, entry)
) STRICT, WITHOUT ROWID;
CREATE TABLE personal (
    unit BLOB NOT NULL,
    field TEXT NOT NULL,
    tenant BLOB NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (unit, field)
) STRICT, WITHOUT ROWID;
CREATE TABLE presence (
    unit BLOB NOT NULL PRIMARY KEY,
    seen_at INTEGER NOT NULL,
    msg_no INTEGER NOT NULL,
    key_gen INTEGER NOT NULL,
    battery INTEGER,
    agent_version TEXT NOT NULL,
    applied_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE reservation (
    space INTEGER NOT NULL,
    tenant BLOB NOT NULL,
    key TEXT NOT NULL,
    unit BLOB NOT NULL,
    PRIMARY KEY (space, tenant, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE unit (
    unit BLOB NOT NULL PRIMARY KEY,
    tenant BLOB NOT NULL,
    kind INTEGER NOT NULL,
    version INTEGER NOT NULL,
    next_look INTEGER,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    rung INTEGER NOT NULL,
    step INTEGER NOT NULL,
    currency TEXT NOT NULL,
    entries INTEGER NOT NULL,
    postings INTEGER NOT NULL,
    hash BLOB NOT NULL,
    doc TEXT NOT NULL
) STRICT;
CREATE INDEX job_ready ON job (queue, ready, unit, key);
CREATE INDEX ledger_time ON ledger (tenant, at, unit, entry);
CREATE INDEX unit_directory ON unit (unit) WHERE kind = 4;
CREATE INDEX unit_list ON unit (tenant, kind, unit, status, rung, step, currency);
CREATE INDEX unit_next_look ON unit (next_look, unit) WHERE next_look IS NOT NULL;
