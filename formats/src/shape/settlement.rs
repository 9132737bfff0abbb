//! Payoff quotes.

use domain::{
    Day, QuoteId,
    payoff::Quote,
    settlement::{Quoted, Standing},
};
use serde::{Deserialize, Serialize};

use super::shaped;
use crate::text::one;

#[derive(Serialize, Deserialize)]
#[serde(remote = "Quoted", deny_unknown_fields)]
pub(crate) struct QuotedShape {
    #[serde(with = "one")]
    forgone: i64,
    #[serde(with = "one")]
    id: QuoteId,
    #[serde(with = "QuoteShape")]
    quote: Quote,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Quote", deny_unknown_fields)]
struct QuoteShape {
    #[serde(with = "one")]
    fee: i64,
    #[serde(with = "one")]
    interest: i64,
    #[serde(with = "one")]
    on: Day,
    #[serde(with = "one")]
    penalty: i64,
    #[serde(with = "one")]
    principal: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Standing", deny_unknown_fields)]
pub(crate) struct StandingQuoteShape {
    #[serde(with = "one")]
    charged: i64,
    #[serde(with = "one")]
    paid: i64,
    #[serde(with = "QuotedShape")]
    quoted: Quoted,
}

shaped!(Standing: StandingQuoteShape);
