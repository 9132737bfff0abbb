//! Columns to values and back.

use domain::{Moment, TenantId, UnitId};
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params, types::Type};

use crate::{Facets, Fault, Head, LineKind, Reservation, Row, UnitKind};

use super::{write::scope, wrong};

/// The columns of [`unit_row`], in its order.
pub(super) const UNIT: &str = "unit, tenant, kind, version, doc, name, status, rung, step, \
    currency, next_look, entries, hash";

pub(super) fn unit_row(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        unit: unit_of(row, 0)?,
        tenant: tenant_of(row, 1)?,
        kind: unit_kind(row, 2)?,
        version: unsigned(row, 3)?,
        doc: row.get(4)?,
        facets: Facets {
            name: row.get(5)?,
            status: row.get(6)?,
            rung: row.get(7)?,
            step: row.get(8)?,
            currency: row.get(9)?,
        },
        next_look: row.get::<_, Option<i64>>(10)?.map(Moment::from_micros),
        head: Head { entries: unsigned(row, 11)?, hash: row.get(12)? },
    })
}

/// The unit that owns a name.
pub(super) fn owner(conn: &Connection, name: &Reservation) -> Result<Option<UnitId>, Fault> {
    let sql = "SELECT unit FROM reservation WHERE space = ?1 AND tenant = ?2 AND key = ?3";
    let mut statement = conn.prepare_cached(sql).map_err(wrong("names"))?;
    statement
        .query_row(params![name.space as u8, scope(name), name.key], |row| unit_of(row, 0))
        .optional()
        .map_err(wrong("looking up a name"))
}

pub(super) fn unit_of(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<UnitId> {
    row.get(at).map(UnitId::from_bytes)
}

pub(super) fn tenant_of(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<TenantId> {
    row.get(at).map(TenantId::from_bytes)
}

pub(super) fn moment(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<Moment> {
    row.get(at).map(Moment::from_micros)
}

pub(super) fn micros(moment: Moment) -> i64 {
    moment.micros()
}

pub(super) fn unsigned(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(at)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(at, number))
}

pub(super) fn integer(number: u64) -> Result<i64, Fault> {
    i64::try_from(number).map_err(|_| Fault::new(format!("{number} is beyond 63 bits")))
}

pub(super) fn unit_kind(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<UnitKind> {
    match row.get(at)? {
        1 => Ok(UnitKind::Contract),
        2 => Ok(UnitKind::Device),
        3 => Ok(UnitKind::Intake),
        4 => Ok(UnitKind::Directory),
        5 => Ok(UnitKind::BankFile),
        6 => Ok(UnitKind::JournalLog),
        other => Err(unknown(at, "unit kind", other)),
    }
}

pub(super) fn line_kind(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<LineKind> {
    match row.get(at)? {
        1 => Ok(LineKind::Fact),
        2 => Ok(LineKind::Decision),
        3 => Ok(LineKind::Lease),
        4 => Ok(LineKind::Record),
        other => Err(unknown(at, "line kind", other)),
    }
}

fn unknown(at: usize, what: &str, number: u8) -> rusqlite::Error {
    let reason = format!("no {what} has the number {number}");
    rusqlite::Error::FromSqlConversionFailure(at, Type::Integer, reason.into())
}
