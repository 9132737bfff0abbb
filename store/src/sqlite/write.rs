//! One item against the database: what could refuse it, then its rows.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    Conflict, Facets, Fault, Head, Item, NextLook, Outcome, Presence, Queue, Reservation,
    check::{self, Before},
};

use super::{
    row::{integer, micros, owner, tenant_of, unit_kind, unsigned},
    wrong,
};

/// What the item is decided against.
struct Stored {
    before: Before,
    version: u64,
    postings: u64,
    facets: Facets,
    /// The hash and the version of the item's command, if it was committed before.
    command: Option<([u8; 32], u64)>,
}

/// Applies an item whose shape was checked, or says why not and changes nothing. Runs inside the
/// group's transaction.
pub(super) fn commit(conn: &Connection, item: &Item) -> Result<Outcome, Fault> {
    let stored = stored(conn, item)?;
    if let Some((hash, version)) = stored.as_ref().and_then(|unit| unit.command) {
        return Ok(match hash == item.command.hash {
            true => Outcome::Repeat(version),
            false => Outcome::Conflict(Conflict::KeyReused),
        });
    }
    let version = stored.as_ref().map_or(0, |unit| unit.version);
    if version != item.expected {
        return Ok(Outcome::Conflict(Conflict::Version(version)));
    }
    for name in &item.reserve {
        if let Some(owner) = owner(conn, name)?.filter(|owner| *owner != item.unit) {
            return Ok(Outcome::Conflict(Conflict::Taken(name.clone(), owner)));
        }
    }
    check::continues(item, stored.as_ref().map(|unit| &unit.before))?;
    run(conn, "SAVEPOINT item")?;
    match write(conn, item, stored.as_ref()) {
        Ok(()) => {
            run(conn, "RELEASE item")?;
            Ok(Outcome::Done(version + 1))
        }
        Err(fault) => {
            // Where the engine has ended the transaction itself there is no savepoint either.
            if !conn.is_autocommit() {
                run(conn, "ROLLBACK TO item")?;
                run(conn, "RELEASE item")?;
            }
            Err(fault)
        }
    }
}

/// Keeps the latest of what was heard from a device.
pub(super) fn heard(conn: &Connection, heard: Presence) -> Result<(), Fault> {
    let heard = heard.bounded();
    let sql = "INSERT INTO presence \
        (unit, seen_at, msg_no, key_gen, battery, agent_version, applied_seq) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (unit) DO UPDATE SET \
        seen_at = excluded.seen_at, msg_no = excluded.msg_no, key_gen = excluded.key_gen, \
        battery = excluded.battery, agent_version = excluded.agent_version, \
        applied_seq = excluded.applied_seq \
        WHERE (presence.key_gen, presence.msg_no, presence.seen_at) \
        <= (excluded.key_gen, excluded.msg_no, excluded.seen_at)";
    let (msg_no, applied_seq) = (integer(heard.msg_no)?, integer(heard.applied_seq)?);
    let (unit, seen_at) = (heard.unit.bytes(), heard.seen_at.micros());
    let (key_gen, battery, agent) = (heard.key_gen, heard.battery, &heard.agent_version);
    execute(conn, sql, params![unit, seen_at, msg_no, key_gen, battery, agent, applied_seq])
}

/// Runs a statement without parameters.
pub(super) fn run(conn: &Connection, sql: &'static str) -> Result<(), Fault> {
    execute(conn, sql, [])
}

/// The unit, and by the way whether it knows the command: a command without its unit there is none.
fn stored(conn: &Connection, item: &Item) -> Result<Option<Stored>, Fault> {
    let sql = "SELECT u.tenant, u.kind, u.version, u.name, u.status, u.rung, u.step, u.currency, \
        u.entries, u.postings, u.hash, c.hash, c.version FROM unit u \
        LEFT JOIN command c ON c.unit = u.unit AND c.key = ?2 WHERE u.unit = ?1";
    let mut statement = conn.prepare_cached(sql).map_err(wrong("units"))?;
    let stored = statement.query_row(params![item.unit.bytes(), item.command.key], |row| {
        let known: Option<[u8; 32]> = row.get(11)?;
        let command = match known {
            Some(hash) => Some((hash, unsigned(row, 12)?)),
            None => None,
        };
        Ok(Stored {
            before: Before {
                tenant: tenant_of(row, 0)?,
                kind: unit_kind(row, 1)?,
                head: Head { entries: unsigned(row, 8)?, hash: row.get(10)? },
            },
            version: unsigned(row, 2)?,
            postings: unsigned(row, 9)?,
            facets: Facets {
                name: row.get(3)?,
                status: row.get(4)?,
                rung: row.get(5)?,
                step: row.get(6)?,
                currency: row.get(7)?,
            },
            command,
        })
    });
    stored.optional().map_err(wrong("looking up a unit"))
}

fn write(conn: &Connection, item: &Item, stored: Option<&Stored>) -> Result<(), Fault> {
    let postings = stored.map_or(0, |unit| unit.postings);
    match stored {
        None => insert_unit(conn, item)?,
        Some(stored) => update_unit(conn, item, stored)?,
    }
    let version = integer(item.expected + 1)?;
    let sql = "INSERT INTO command (unit, key, hash, version) VALUES (?1, ?2, ?3, ?4)";
    let command = params![item.unit.bytes(), item.command.key, item.command.hash, version];
    execute(conn, sql, command)?;
    append(conn, item, version, postings)?;
    names(conn, item)?;
    personal(conn, item)?;
    jobs(conn, item)
}

fn insert_unit(conn: &Connection, item: &Item) -> Result<(), Fault> {
    let sql = "INSERT INTO unit (unit, tenant, kind, version, next_look, name, status, rung, \
        step, currency, entries, postings, hash, doc) \
        VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    let next_look = match item.change.next_look {
        NextLook::Keep => None,
        NextLook::Set(look) => look.map(micros),
    };
    let (facets, head) = (&item.change.facets, &item.change.head);
    let row = params![
        item.unit.bytes(),
        item.tenant.bytes(),
        item.kind as u8,
        next_look,
        facets.name,
        facets.status,
        facets.rung,
        facets.step,
        facets.currency,
        integer(head.entries)?,
        integer(item.postings.len() as u64)?,
        head.hash,
        item.change.doc,
    ];
    execute(conn, sql, row)
}

/// An index is rewritten whenever a statement names a column of it, so each statement names only
/// what did change.
fn update_unit(conn: &Connection, item: &Item, stored: &Stored) -> Result<(), Fault> {
    let unit = item.unit.bytes();
    let (change, head) = (&item.change, &item.change.head);
    let sql = "UPDATE unit SET version = ?2, entries = ?3, postings = ?4, hash = ?5, doc = ?6 \
        WHERE unit = ?1";
    let version = integer(item.expected + 1)?;
    let postings = integer(stored.postings + item.postings.len() as u64)?;
    let row = params![unit, version, integer(head.entries)?, postings, head.hash, change.doc];
    execute(conn, sql, row)?;
    let facets = &change.facets;
    if *facets != stored.facets {
        let sql = "UPDATE unit SET name = ?2, status = ?3, rung = ?4, step = ?5, currency = ?6 \
            WHERE unit = ?1";
        let (rung, step) = (facets.rung, facets.step);
        let row = params![unit, facets.name, facets.status, rung, step, facets.currency];
        execute(conn, sql, row)?;
    }
    let NextLook::Set(look) = change.next_look else { return Ok(()) };
    let sql = "UPDATE unit SET next_look = ?2 WHERE unit = ?1";
    execute(conn, sql, params![unit, look.map(micros)])?;
    execute(conn, "DELETE FROM claim WHERE unit = ?1", [unit])
}

fn append(conn: &Connection, item: &Item, version: i64, postings: u64) -> Result<(), Fault> {
    let (unit, tenant) = (item.unit.bytes(), item.tenant.bytes());
    let first = item.change.head.entries - item.journal.len() as u64 + 1;
    for (entry, line) in (first..).zip(&item.journal) {
        let sql = "INSERT INTO journal (unit, entry, tenant, kind, at, text, hash) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let (entry, kind, at) = (integer(entry)?, line.kind as u8, line.at.micros());
        execute(conn, sql, params![unit, entry, tenant, kind, at, line.text, line.hash])?;
    }
    for (entry, leg) in (postings + 1..).zip(&item.postings) {
        let sql = "INSERT INTO ledger \
            (unit, entry, tenant, at, account, minor, currency, version, command) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let (entry, at, command) = (integer(entry)?, leg.at.micros(), item.command.name);
        let (account, minor, currency) = (leg.account, leg.minor, &leg.currency);
        let row = params![unit, entry, tenant, at, account, minor, currency, version, command];
        execute(conn, sql, row)?;
    }
    Ok(())
}

fn names(conn: &Connection, item: &Item) -> Result<(), Fault> {
    let unit = item.unit.bytes();
    for name in &item.free {
        let sql = "DELETE FROM reservation \
            WHERE space = ?1 AND tenant = ?2 AND key = ?3 AND unit = ?4";
        execute(conn, sql, params![name.space as u8, scope(name), name.key, unit])?;
    }
    for name in &item.reserve {
        let sql = "INSERT INTO reservation (space, tenant, key, unit) VALUES (?1, ?2, ?3, ?4) \
            ON CONFLICT (space, tenant, key) DO NOTHING";
        execute(conn, sql, params![name.space as u8, scope(name), name.key, unit])?;
    }
    Ok(())
}

/// A reservation's tenant as a column: empty where the space is the installation's.
pub(super) fn scope(name: &Reservation) -> Vec<u8> {
    name.tenant.map_or(Vec::new(), |tenant| tenant.bytes().to_vec())
}

fn personal(conn: &Connection, item: &Item) -> Result<(), Fault> {
    let (unit, tenant) = (item.unit.bytes(), item.tenant.bytes());
    for datum in &item.personal {
        if datum.value.is_empty() {
            let sql = "DELETE FROM personal WHERE unit = ?1 AND field = ?2";
            execute(conn, sql, params![unit, datum.field])?;
        } else {
            let sql = "INSERT INTO personal (unit, field, tenant, value) VALUES (?1, ?2, ?3, ?4) \
                ON CONFLICT (unit, field) DO UPDATE SET value = excluded.value";
            execute(conn, sql, params![unit, datum.field, tenant, datum.value])?;
        }
    }
    Ok(())
}

fn jobs(conn: &Connection, item: &Item) -> Result<(), Fault> {
    let (unit, tenant) = (item.unit.bytes(), item.tenant.bytes());
    for job in &item.finished {
        let sql = "DELETE FROM job WHERE unit = ?1 AND queue = ?2 AND key = ?3";
        execute(conn, sql, params![unit, job.queue as u8, job.key])?;
    }
    for job in &item.jobs {
        let sql = "INSERT INTO job \
            (unit, queue, key, tenant, due, ready, worker, attempt, payload) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?5, 0, 0, ?6) ON CONFLICT (unit, queue, key) DO UPDATE \
            SET due = excluded.due, ready = excluded.ready, payload = excluded.payload";
        let (queue, due): (Queue, i64) = (job.key.queue, job.due.micros());
        execute(conn, sql, params![unit, queue as u8, job.key.key, tenant, due, job.payload])?;
    }
    Ok(())
}

pub(super) fn execute(
    conn: &Connection,
    sql: &'static str,
    params: impl rusqlite::Params,
) -> Result<(), Fault> {
    let mut statement = conn.prepare_cached(sql).map_err(wrong(sql))?;
    statement.execute(params).map_err(wrong(sql))?;
    Ok(())
}
