//! `#[serde(with = "terms")]`: money and calendar; rows as day, amount, and interest in it.

use domain::{Currency, Day, Terms, Zone, schedule::Instalment, terms::Price};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::text::{AsText, one};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct In {
    #[serde(with = "one")]
    cash_price: i64,
    #[serde(with = "one")]
    currency: Currency,
    #[serde(with = "one")]
    down_payment: i64,
    language: String,
    rows: Vec<(AsText<Day>, AsText<i64>, AsText<i64>)>,
    #[serde(with = "one")]
    zone: Zone,
}

#[derive(Serialize)]
struct Out<'a> {
    cash_price: AsText<&'a i64>,
    currency: AsText<&'a Currency>,
    down_payment: AsText<&'a i64>,
    language: &'a str,
    rows: Rows<'a>,
    zone: AsText<&'a Zone>,
}

struct Rows<'a>(&'a [Instalment]);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.0.iter().map(|row| (AsText(&row.due), AsText(&row.amount), AsText(&row.interest))),
        )
    }
}

pub(crate) fn serialize<S: Serializer>(terms: &Terms, serializer: S) -> Result<S::Ok, S::Error> {
    let (currency, cash_price) = (terms.currency(), terms.cash_price());
    let down_payment = terms.down_payment();
    Out {
        cash_price: AsText(&cash_price),
        currency: AsText(&currency),
        down_payment: AsText(&down_payment),
        language: terms.language(),
        rows: Rows(terms.rows()),
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
    Terms::explicit(price, rows, read.zone, read.language)
        .map_err(|error| D::Error::custom(error.detail()))
}
