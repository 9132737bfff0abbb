//! Loads, pages and reports. Each is one statement, so each sees one state.

use domain::{TenantId, UnitId};
use rusqlite::{Connection, OptionalExtension, Params, Row as SqlRow, params};

use crate::{
    Booked, Count, Cursor, Entry, Fault, JournalEntry, LedgerPage, Page, Presence, Query, Row,
    Span, UnitKind,
    cursor::{begin, capped, cut, cut_legs, single},
};

use super::{
    row::{UNIT, integer, line_kind, moment, owner, unit_kind, unit_of, unit_row, unsigned},
    wrong,
};

/// The rows of these units.
pub(super) fn load(conn: &Connection, units: &[UnitId]) -> Result<Vec<Option<Row>>, Fault> {
    let sql = format!("SELECT {UNIT} FROM unit WHERE unit = ?1");
    let mut statement = conn.prepare_cached(&sql).map_err(wrong("units"))?;
    let rows = units.iter().map(|unit| statement.query_row([unit.bytes()], unit_row).optional());
    rows.collect::<Result<_, _>>().map_err(wrong("loading units"))
}

/// One page of a query.
pub(super) fn page(
    conn: &Connection,
    query: &Query,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page, Fault> {
    match query {
        Query::Units { tenant, kind, status, rung_min } => {
            let wanted = (*kind, status.as_deref(), *rung_min);
            units(conn, *tenant, wanted, after, limit)
        }
        Query::Journal(unit) => journal(conn, *unit, after, limit),
        Query::Ledger(unit) => ledger(conn, *unit, after, limit),
        Query::Personal(unit) => personal(conn, *unit, after, limit),
        Query::Owner(name) => single(after, owner(conn, name)?.map(Entry::Owner)),
        Query::Presence(unit) => single(after, presence(conn, *unit)?.map(Entry::Presence)),
    }
}

pub(super) const COUNTS: &str = "SELECT status, rung, step, currency, count(*) FROM unit \
    WHERE tenant = ?1 AND kind = ?2 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4";

/// Contracts of a tenant counted together.
pub(super) fn counts(conn: &Connection, tenant: TenantId) -> Result<Vec<Count>, Fault> {
    let kind = UnitKind::Contract as u8;
    collect(conn, COUNTS, params![tenant.bytes(), kind], |row| {
        let (status, rung, step) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Count { status, rung, step, currency: row.get(3)?, units: unsigned(row, 4)? })
    })
}

/// A tenant's postings summed by account and currency.
pub(super) fn trial_balance(
    conn: &Connection,
    tenant: TenantId,
) -> Result<Vec<(String, String, i64)>, Fault> {
    let sql = "SELECT account, currency, sum(minor) FROM ledger WHERE tenant = ?1 \
        GROUP BY 1, 2 ORDER BY 1, 2";
    collect(conn, sql, [tenant.bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// The unit is looked up for each leg found in time order, never the other way round.
pub(super) const LEDGER: &str = "SELECT l.at, l.unit, u.kind, u.name, l.version, l.command, \
    l.entry, l.account, l.minor, l.currency FROM ledger l CROSS JOIN unit u ON u.unit = l.unit \
    WHERE l.tenant = ?1 AND (l.at, l.unit, l.entry) > (?2, ?3, ?4) AND l.at < ?5 \
    ORDER BY l.at, l.unit, l.entry LIMIT ?6";

/// One page of a tenant's ledger.
pub(super) fn tenant_ledger(
    conn: &Connection,
    span: &Span,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<LedgerPage, Fault> {
    let (at, unit, entry) = begin(span, after)?;
    // A stranger's cursor may name a number that no leg has.
    let entry = integer(entry.min(i64::MAX.unsigned_abs()))?;
    let until = span.until.map_or(i64::MAX, |until| until.micros());
    let params = params![span.tenant.bytes(), at.micros(), unit.bytes(), entry, until, more(limit)];
    let legs = collect(conn, LEDGER, params, |row| {
        Ok(Booked {
            at: moment(row, 0)?,
            unit: unit_of(row, 1)?,
            kind: unit_kind(row, 2)?,
            name: row.get(3)?,
            version: unsigned(row, 4)?,
            command: row.get(5)?,
            entry: unsigned(row, 6)?,
            account: row.get(7)?,
            minor: row.get(8)?,
            currency: row.get(9)?,
        })
    })?;
    Ok(cut_legs(legs, limit))
}

fn units(
    conn: &Connection,
    tenant: Option<TenantId>,
    (kind, status, rung_min): (UnitKind, Option<&str>, u8),
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page, Fault> {
    // Every id is greater than no bytes at all.
    let after = after.map(Cursor::unit).transpose()?;
    let after = after.map_or(Vec::new(), |unit| unit.bytes().to_vec());
    let sql = units_sql(tenant.is_some(), kind);
    let (kind, more) = (kind as u8, more(limit));
    let rows = match tenant.map(TenantId::bytes) {
        Some(tenant) => {
            let params = params![kind, after, status, rung_min, more, tenant];
            collect(conn, &sql, params, unit_row)?
        }
        None => collect(conn, &sql, params![kind, after, status, rung_min, more], unit_row)?,
    };
    let entries = rows.into_iter().map(|row| (Cursor::of_unit(row.unit), Box::new(row)));
    Ok(cut(entries.map(|(at, row)| (at, Entry::Unit(row))), limit))
}

/// Units by rising id, of one tenant or of all. Of all, the kind is in the text: the index of the
/// directory is for one kind alone.
pub(super) fn units_sql(of_tenant: bool, kind: UnitKind) -> String {
    let filter = "unit > ?2 AND (?3 IS NULL OR status = ?3) AND rung >= ?4";
    let whose = match of_tenant {
        true => "tenant = ?6 AND kind = ?1".to_owned(),
        false => format!("kind = {}", kind as u8),
    };
    format!("SELECT {UNIT} FROM unit WHERE {whose} AND {filter} ORDER BY unit LIMIT ?5")
}

fn journal(
    conn: &Connection,
    unit: UnitId,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page, Fault> {
    let Some(after) = number(after)? else { return Ok(cut(Vec::new(), limit)) };
    let sql = "SELECT entry, kind, at, text, hash FROM journal \
        WHERE unit = ?1 AND entry > ?2 ORDER BY entry LIMIT ?3";
    let lines = collect(conn, sql, params![unit.bytes(), after, more(limit)], |row| {
        Ok(JournalEntry {
            entry: unsigned(row, 0)?,
            kind: line_kind(row, 1)?,
            at: moment(row, 2)?,
            text: row.get(3)?,
            hash: row.get(4)?,
        })
    })?;
    let entries = lines.into_iter().map(|line| (Cursor::of_number(line.entry), line));
    Ok(cut(entries.map(|(at, line)| (at, Entry::Journal(line))), limit))
}

fn ledger(
    conn: &Connection,
    unit: UnitId,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page, Fault> {
    let Some(after) = number(after)? else { return Ok(cut(Vec::new(), limit)) };
    let sql = "SELECT entry, at, account, minor, currency FROM ledger \
        WHERE unit = ?1 AND entry > ?2 ORDER BY entry LIMIT ?3";
    let legs = collect(conn, sql, params![unit.bytes(), after, more(limit)], |row| {
        let leg = Entry::Posting(moment(row, 1)?, row.get(2)?, row.get(3)?, row.get(4)?);
        Ok((Cursor::of_number(unsigned(row, 0)?), leg))
    })?;
    Ok(cut(legs, limit))
}

fn personal(
    conn: &Connection,
    unit: UnitId,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page, Fault> {
    // A field's name is never empty, so it is greater than the empty text.
    let after = after.map(Cursor::field).transpose()?.unwrap_or("");
    let sql = "SELECT field, value FROM personal WHERE unit = ?1 AND field > ?2 \
        ORDER BY field LIMIT ?3";
    let data = collect(conn, sql, params![unit.bytes(), after, more(limit)], |row| {
        let field: String = row.get(0)?;
        Ok((Cursor::of_field(&field), Entry::Personal(field, row.get(1)?)))
    })?;
    Ok(cut(data, limit))
}

fn presence(conn: &Connection, unit: UnitId) -> Result<Option<Presence>, Fault> {
    let sql = "SELECT unit, seen_at, msg_no, key_gen, battery, agent_version, applied_seq \
        FROM presence WHERE unit = ?1";
    let found = collect(conn, sql, [unit.bytes()], |row| {
        Ok(Presence {
            unit: unit_of(row, 0)?,
            seen_at: moment(row, 1)?,
            msg_no: unsigned(row, 2)?,
            key_gen: row.get(3)?,
            battery: row.get(4)?,
            agent_version: row.get(5)?,
            applied_seq: unsigned(row, 6)?,
        })
    })?;
    Ok(found.into_iter().next())
}

/// The number after which to go on; `None` where no entry can follow.
fn number(after: Option<&Cursor>) -> Result<Option<i64>, Fault> {
    let after = after.map(Cursor::number).transpose()?.unwrap_or(0);
    Ok(integer(after).ok())
}

/// One more than the page holds tells whether it is the last.
fn more(limit: u32) -> u32 {
    u32::try_from(capped(limit)).map_or(u32::MAX, |limit| limit + 1)
}

fn collect<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&SqlRow<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, Fault> {
    let mut statement = conn.prepare_cached(sql).map_err(wrong(sql))?;
    let rows = statement.query_map(params, read).map_err(wrong(sql))?;
    rows.collect::<Result<_, _>>().map_err(wrong(sql))
}
