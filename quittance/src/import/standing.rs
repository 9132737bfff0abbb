//! `import standing`: where accounts stand that the lender's own system keeps.

use std::fs::File;

use domain::{Refusal, outside::Word};
use formats::book::{self, RowError, Rows, StandingRow, When};
use serde_json::{Value, json};
use server::{
    Error,
    app::{lanes::in_lanes, push_standing::NewStanding},
};

use super::{
    here::Here,
    kind::{Answers, Became, Kind, SIDE_BY_SIDE},
};

/// The columns that a refusal may name at its begin.
const NAMED: &[&str] =
    &["reference", "as_of", "past_due", "oldest_unpaid", "settled", "next_due", "remaining"];

pub(super) enum Standings {}

impl Kind for Standings {
    const NAME: &'static str = "standings";
    type Row = StandingRow;
    type New = NewStanding;

    fn open(file: File) -> Result<Rows<File, StandingRow>, Vec<RowError>> {
        book::standings(file)
    }

    async fn make(_: &Here, row: &StandingRow) -> Result<NewStanding, Error> {
        Ok(NewStanding::of_row(row.clone()))
    }

    async fn would(desk: &Here, new: &NewStanding) -> Result<Became, Error> {
        desk.app.would_push(desk.tenant, new).await.map(became)
    }

    /// Those of one contract one after the other, of different ones side by side.
    async fn write(desk: &Here, many: Vec<NewStanding>) -> Result<Answers, Error> {
        let pushed = in_lanes(
            many,
            |new| new.reference.clone(),
            SIDE_BY_SIDE,
            async |new| {
                let told = desk.app.push_standing(desk.tenant, &new, desk.actor.clone()).await;
                told.map(|told| became(told.word))
            },
        );
        Ok(pushed.await)
    }

    fn column(refusal: &Refusal) -> &'static str {
        let named = refusal.detail.split_once(": ").map_or("", |(name, _)| name);
        NAMED.iter().copied().find(|column| *column == named).unwrap_or_default()
    }

    const PATH: &'static str = "/v1/standing/bulk";

    fn body(row: &StandingRow) -> Value {
        let as_of = match row.as_of {
            When::At(moment) => moment.rfc3339(),
            When::On(day) => day.to_string(),
        };
        let next = row.next_due.as_ref();
        json!({
            "reference": row.reference,
            "as_of": as_of,
            "past_due": row.past_due,
            "oldest_unpaid": row.oldest_unpaid.map(|day| day.to_string()),
            "settled": row.settled,
            "next_due": next.map(next_due),
            "remaining": row.remaining,
            "currency": row.currency,
        })
    }
}

fn next_due((due, amount): &(domain::Day, String)) -> Value {
    json!({ "due": due.to_string(), "amount": amount })
}

fn became(word: Word) -> Became {
    match word {
        Word::New => Became::New,
        Word::Same => Became::Known,
        Word::Older => Became::Older,
    }
}
