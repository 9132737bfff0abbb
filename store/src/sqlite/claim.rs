//! Work given out: units whose time has come, and jobs.

use domain::Moment;
use rusqlite::{Connection, params};

use crate::{Claimed, Fault, Queue};

use super::{
    row::{micros, moment, tenant_of, unit_of},
    write::execute,
    wrong,
};

/// Who wants work, and on what terms.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) queue: Queue,
    pub(super) worker: u64,
    pub(super) now: Moment,
    pub(super) until: Moment,
    pub(super) n: u32,
}

pub(super) const LOOKS: &str = "SELECT u.unit, u.tenant, u.next_look, coalesce(c.attempt, 0) \
    FROM unit u LEFT JOIN claim c ON c.unit = u.unit \
    WHERE u.next_look <= ?1 AND (c.until IS NULL OR c.until <= ?1) \
    ORDER BY u.next_look, u.unit LIMIT ?2";

pub(super) const JOBS: &str = "SELECT unit, tenant, key, due, payload, attempt FROM job \
    WHERE queue = ?1 AND ready <= ?2 ORDER BY ready, unit, key LIMIT ?3";

/// Takes work. Runs inside the group's transaction.
pub(super) fn claim(conn: &Connection, ask: &Ask) -> Result<Vec<Claimed>, Fault> {
    match ask.queue {
        Queue::NextLook => looks(conn, ask),
        Queue::InTransit | Queue::Outbox | Queue::StatusPull | Queue::Messages => jobs(conn, ask),
    }
}

fn looks(conn: &Connection, ask: &Ask) -> Result<Vec<Claimed>, Fault> {
    let mut statement = conn.prepare_cached(LOOKS).map_err(wrong("due units"))?;
    let rows = statement.query_map(params![micros(ask.now), ask.n], |row| {
        let unit = unit_of(row, 0)?;
        Ok(Claimed {
            unit,
            tenant: tenant_of(row, 1)?,
            key: unit.bytes(),
            due: moment(row, 2)?,
            payload: String::new(),
            attempt: row.get::<_, u32>(3)?.saturating_add(1),
        })
    });
    let claims = rows.and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let claims = claims.map_err(wrong("reading due units"))?;
    for claimed in &claims {
        let sql = "INSERT INTO claim (unit, worker, until, attempt) VALUES (?1, ?2, ?3, ?4) \
            ON CONFLICT (unit) DO UPDATE SET worker = excluded.worker, \
            until = excluded.until, attempt = excluded.attempt";
        let row = params![claimed.key, bits(ask.worker), micros(ask.until), claimed.attempt];
        execute(conn, sql, row)?;
    }
    Ok(claims)
}

fn jobs(conn: &Connection, ask: &Ask) -> Result<Vec<Claimed>, Fault> {
    let mut statement = conn.prepare_cached(JOBS).map_err(wrong("due jobs"))?;
    let rows = statement.query_map(params![ask.queue as u8, micros(ask.now), ask.n], |row| {
        Ok(Claimed {
            unit: unit_of(row, 0)?,
            tenant: tenant_of(row, 1)?,
            key: row.get(2)?,
            due: moment(row, 3)?,
            payload: row.get(4)?,
            attempt: row.get::<_, u32>(5)?.saturating_add(1),
        })
    });
    let claims = rows.and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let claims = claims.map_err(wrong("reading due jobs"))?;
    for claimed in &claims {
        let sql = "UPDATE job SET worker = ?4, ready = ?5, attempt = ?6 \
            WHERE unit = ?1 AND queue = ?2 AND key = ?3";
        let (unit, queue) = (claimed.unit.bytes(), ask.queue as u8);
        let (worker, until) = (bits(ask.worker), micros(ask.until));
        execute(conn, sql, params![unit, queue, claimed.key, worker, until, claimed.attempt])?;
    }
    Ok(claims)
}

/// A worker's number is only ever shown; its bits are kept.
fn bits(worker: u64) -> i64 {
    worker.cast_signed()
}
