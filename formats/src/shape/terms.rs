//! `#[serde(with = "terms")]`: money and calendar; rows as day, amount, and interest in it. What is
//! agreed beside the rows and what they were computed from stand there only where they are not the
//! usual: our own servicing, the default order, interest until the payoff day, rows as given.

use domain::{
    Currency, Day, Terms, Zone,
    allocation::{Advance, Rule},
    ending::Shortfall,
    payoff::Until,
    schedule::Instalment,
    terms::{Agreed, Origin, Price, Servicing},
    time_credit::{Payg, Rate},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{
    AsShape, shaped,
    time_credit::{PaygShape, holds},
};
use crate::text::{AsText, one};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct In {
    #[serde(default)]
    allocation: Option<(String, String)>,
    #[serde(with = "one")]
    cash_price: i64,
    #[serde(with = "one")]
    currency: Currency,
    #[serde(with = "one")]
    down_payment: i64,
    language: String,
    #[serde(default)]
    origin: Option<AsShape<Origin>>,
    #[serde(default)]
    partial_unlock: Option<AsShape<Rate>>,
    #[serde(default)]
    payoff: Option<String>,
    rows: Vec<(AsText<Day>, AsText<i64>, AsText<i64>)>,
    #[serde(default)]
    servicing: Option<AsShape<Servicing>>,
    #[serde(default)]
    shortfall: Option<String>,
    #[serde(with = "one")]
    zone: Zone,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Servicing", rename_all = "snake_case", deny_unknown_fields)]
enum ServicingShape {
    Instalments,
    Payg(#[serde(with = "PaygShape")] Payg),
    Outside,
}

shaped!(Servicing: ServicingShape);

#[derive(Serialize)]
struct Out<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    allocation: Option<(&'static str, &'static str)>,
    cash_price: AsText<&'a i64>,
    currency: AsText<&'a Currency>,
    down_payment: AsText<&'a i64>,
    language: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<AsShape<&'a Origin>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_unlock: Option<AsShape<&'a Rate>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payoff: Option<&'static str>,
    rows: Rows<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    servicing: Option<AsShape<&'a Servicing>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shortfall: Option<&'static str>,
    zone: AsText<&'a Zone>,
}

/// Rows as day, amount, and interest in it.
pub(crate) struct Rows<'a>(pub(crate) &'a [Instalment]);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.0.iter().map(|row| (AsText(&row.due), AsText(&row.amount), AsText(&row.interest))),
        )
    }
}

pub(crate) fn serialize<S: Serializer>(terms: &Terms, serializer: S) -> Result<S::Ok, S::Error> {
    let (currency, cash_price) = (terms.currency(), terms.cash_price());
    let partial_unlock = terms.partial_unlock();
    let (down_payment, servicing) = (terms.down_payment(), terms.servicing());
    let Agreed { allocation, payoff, shortfall } = terms.agreed();
    let named = (allocation.name(), allocation.advance().name());
    Out {
        allocation: Some(named).filter(|_| allocation != Rule::default()),
        cash_price: AsText(&cash_price),
        currency: AsText(&currency),
        down_payment: AsText(&down_payment),
        language: terms.language(),
        origin: terms.origin().map(AsShape),
        partial_unlock: partial_unlock.as_ref().map(AsShape),
        payoff: Some(payoff.name()).filter(|_| payoff != Until::default()),
        rows: Rows(terms.rows()),
        servicing: Some(AsShape(&servicing)).filter(|_| servicing != Servicing::Instalments),
        shortfall: Some(shortfall.name()).filter(|_| shortfall != Shortfall::default()),
        zone: AsText(terms.zone()),
    }
    .serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Terms, D::Error> {
    let read = In::deserialize(deserializer)?;
    let price = Price {
        currency: read.currency,
        cash_price: read.cash_price,
        down_payment: read.down_payment,
    };
    let row =
        |(AsText(due), AsText(amount), AsText(interest))| Instalment { due, amount, interest };
    let rows = read.rows.into_iter().map(row).collect();
    let mut agreed = Agreed::default();
    if let Some((name, advance)) = read.allocation {
        let rule = Advance::parse(&advance).and_then(|advance| Rule::new(&name, advance));
        agreed.allocation = rule.ok_or_else(|| D::Error::custom("allocation: no such order"))?;
    }
    if let Some(name) = read.payoff {
        let until = Until::parse(&name);
        agreed.payoff = until.ok_or_else(|| D::Error::custom("payoff: no such rule"))?;
    }
    if let Some(name) = read.shortfall {
        let shortfall = Shortfall::parse(&name);
        agreed.shortfall = shortfall.ok_or_else(|| D::Error::custom("shortfall: no such rule"))?;
    }
    let servicing = read.servicing.map_or(Servicing::Instalments, |AsShape(told)| told);
    let terms = match servicing {
        Servicing::Instalments => Terms::explicit(price, rows, read.zone, read.language),
        Servicing::Payg(payg) if rows.is_empty() && holds(&payg.rate) => {
            Terms::payg(price, payg, read.zone, read.language)
        }
        Servicing::Outside if rows.is_empty() => Terms::outside(price, read.zone, read.language),
        _ => return Err(D::Error::custom("servicing: not what the rows say")),
    };
    let terms = terms.map_err(|error| D::Error::custom(error.detail()))?;
    let eased = read.partial_unlock.map(|AsShape(rate)| rate);
    if eased.is_some_and(|rate| !holds(&rate)) {
        return Err(D::Error::custom("partial_unlock: not a rate"));
    }
    let terms = terms.with_partial_unlock(eased);
    Ok(terms.with_agreed(agreed).with_origin(read.origin.map(|AsShape(origin)| origin)))
}
