//! Pages and reports of the memory backend.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

use domain::{TenantId, UnitId};

use crate::{
    Count, Cursor, Entry, Fault, LedgerPage, Page, Query, Row, Span, UnitKind,
    cursor::{begin, cut, cut_legs, single},
};

use super::state::{State, Unit};

/// One page of a query.
pub(super) fn page(
    state: &State,
    query: &Query,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page, Fault> {
    match query {
        Query::Units { tenant, kind, status, rung_min } => {
            let wanted = |row: &Row| {
                tenant.is_none_or(|tenant| tenant == row.tenant)
                    && row.kind == *kind
                    && status.as_ref().is_none_or(|status| *status == row.facets.status)
                    && row.facets.rung >= *rung_min
            };
            let from = after.map(Cursor::unit).transpose()?.map_or(Unbounded, Excluded);
            let rows = state.units.range((from, Unbounded)).map(|(_, unit)| &unit.row);
            let rows = rows.filter(|row| wanted(row));
            let entries =
                rows.map(|row| (Cursor::of_unit(row.unit), Entry::Unit(Box::new(row.clone()))));
            Ok(cut(entries, limit))
        }
        Query::Journal(unit) => {
            let lines = state.units.get(unit).map_or(&[][..], |unit| &unit.journal[..]);
            let entries = numbered(lines, after)?
                .map(|(number, line)| (Cursor::of_number(number), Entry::Journal(line.clone())));
            Ok(cut(entries, limit))
        }
        Query::Ledger(unit) => {
            let legs = state.units.get(unit).map_or(&[][..], |unit| &unit.ledger[..]);
            let entries = numbered(legs, after)?.map(|(number, leg)| {
                let leg = &leg.posting;
                let (account, currency) = (leg.account.to_owned(), leg.currency.clone());
                let entry = Entry::Posting(leg.at, account, leg.minor, currency);
                (Cursor::of_number(number), entry)
            });
            Ok(cut(entries, limit))
        }
        Query::Personal(unit) => personal(state, *unit, after, limit),
        Query::Owner(name) => single(after, state.names.get(name).copied().map(Entry::Owner)),
        Query::Presence(unit) => {
            single(after, state.presence.get(unit).cloned().map(Entry::Presence))
        }
    }
}

/// Contracts of a tenant counted together.
pub(super) fn counts(state: &State, tenant: TenantId) -> Vec<Count> {
    let mut groups: BTreeMap<(String, u8, u8, String), u64> = BTreeMap::new();
    let rows = state.units.values().map(|unit| &unit.row);
    for row in rows.filter(|row| row.tenant == tenant && row.kind == UnitKind::Contract) {
        let facets = row.facets.clone();
        let group = (facets.status, facets.rung, facets.step, facets.currency);
        *groups.entry(group).or_default() += 1;
    }
    let counts = groups.into_iter().map(|((status, rung, step, currency), units)| Count {
        status,
        rung,
        step,
        currency,
        units,
    });
    counts.collect()
}

/// A tenant's postings summed by account and currency.
pub(super) fn trial_balance(
    state: &State,
    tenant: TenantId,
) -> Result<Vec<(String, String, i64)>, Fault> {
    let mut sums: BTreeMap<(&str, &str), i128> = BTreeMap::new();
    let of_tenant = |unit: &&Unit| unit.row.tenant == tenant;
    let legs = state.units.values().filter(of_tenant).flat_map(|unit| &unit.ledger);
    for leg in legs.map(|leg| &leg.posting) {
        *sums.entry((leg.account, &leg.currency)).or_default() += i128::from(leg.minor);
    }
    let balances = sums.into_iter().map(|((account, currency), sum)| {
        let minor = i64::try_from(sum).map_err(|_| {
            Fault::new(format!("the balance of {account} in {currency} exceeds 64 bits"))
        })?;
        Ok((account.to_owned(), currency.to_owned(), minor))
    });
    balances.collect()
}

/// One page of a tenant's ledger.
pub(super) fn ledger(
    state: &State,
    span: &Span,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<LedgerPage, Fault> {
    let tenant = span.tenant;
    let from = Excluded((tenant, begin(span, after)?));
    let places = state
        .booked
        .range((from, Unbounded))
        .take_while(|(of, (at, ..))| *of == tenant && span.until.is_none_or(|until| *at < until));
    Ok(cut_legs(places.map(|(_, place)| state.booked(*place)), limit))
}

fn personal(
    state: &State,
    unit: UnitId,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page, Fault> {
    let after = after.map(Cursor::field).transpose()?;
    let Some(unit) = state.units.get(&unit) else { return Ok(cut(std::iter::empty(), limit)) };
    let data = unit.personal.iter().filter(|(field, _)| after.is_none_or(|after| after < **field));
    let entries = data.map(|(field, value)| {
        (Cursor::of_field(field), Entry::Personal((*field).to_owned(), value.clone()))
    });
    Ok(cut(entries, limit))
}

/// Items after the cursor's number, each with its own, from 1.
fn numbered<'a, T>(
    items: &'a [T],
    after: Option<&Cursor>,
) -> Result<impl Iterator<Item = (u64, &'a T)>, Fault> {
    let after = after.map(Cursor::number).transpose()?.unwrap_or(0);
    let skipped = usize::try_from(after).unwrap_or(usize::MAX).min(items.len());
    Ok(items[skipped..].iter().zip(after.saturating_add(1)..).map(|(item, number)| (number, item)))
}
