//! Where accounts stand that the lender's own system keeps.

use std::sync::Arc;

use axum::{Json, extract::State, response::Response};
use domain::outside::Word;
use formats::book::{self, StandingRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer,
    body::{At, Body, JsonBytes},
    bulk::{self, BulkAnswer},
    contracts,
    guard::Call,
    payments::SIDE_BY_SIDE,
    problem::{Problem, StateView},
};
use crate::{
    App,
    app::{
        lanes::in_lanes,
        push_standing::{NewStanding, Told},
    },
    error::Error,
};

/// Where an account stands.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StandingBody {
    /// The moment it speaks of: RFC 3339, or a day of the contract's calendar.
    #[schema(example = "2026-11-21T02:00:00+05:30")]
    as_of: String,
    /// Decimal number, zero or above.
    #[schema(example = "1582.00")]
    past_due: String,
    /// Due day of the oldest instalment past due; needed while anything is.
    #[schema(example = "2026-10-05", format = Date)]
    oldest_unpaid: Option<String>,
    /// Everything is paid: the phone is released.
    #[serde(default)]
    settled: bool,
    /// The next instalment to come. It is shown and never counted.
    next_due: Option<DueBody>,
    /// Decimal number: still to come in all.
    #[schema(example = "6328.00")]
    remaining: Option<String>,
    /// ISO 4217; absent = the contract's.
    #[schema(example = "INR")]
    currency: Option<String>,
}

/// An instalment to come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DueBody {
    /// Due day.
    #[schema(example = "2026-12-05", format = Date)]
    due: String,
    /// Decimal number above zero.
    #[schema(example = "791.00")]
    amount: String,
}

/// Where the account of a contract stands.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StandingItem {
    /// Reference of the contract.
    #[schema(example = "EX-00001")]
    reference: String,
    /// The moment it speaks of: RFC 3339, or a day of the contract's calendar.
    #[schema(example = "2026-11-21T02:00:00+05:30")]
    as_of: String,
    /// Decimal number, zero or above.
    #[schema(example = "1582.00")]
    past_due: String,
    /// Due day of the oldest instalment past due; needed while anything is.
    #[schema(example = "2026-10-05", format = Date)]
    oldest_unpaid: Option<String>,
    /// Everything is paid: the phone is released.
    #[serde(default)]
    settled: bool,
    /// The next instalment to come. It is shown and never counted.
    next_due: Option<DueBody>,
    /// Decimal number: still to come in all.
    #[schema(example = "6328.00")]
    remaining: Option<String>,
    /// ISO 4217; absent = the contract's.
    #[schema(example = "INR")]
    currency: Option<String>,
}

/// Many standings.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described: the items are read one by one")]
pub(crate) struct StandingsBody {
    /// At most 10,000.
    #[schema(max_items = 10_000)]
    items: Vec<StandingItem>,
}

/// What became of a standing.
#[derive(Serialize, ToSchema)]
pub(crate) struct StandingAnswer {
    /// `taken`, `repeated`, or `older`: a later word is known, and nothing changed.
    #[schema(example = "taken")]
    outcome: &'static str,
    /// The contract as it is.
    contract: StateView,
}

impl StandingBody {
    fn of(self, reference: String) -> StandingItem {
        let StandingBody { as_of, past_due, oldest_unpaid, settled, .. } = self;
        let StandingBody { next_due, remaining, currency, .. } = self;
        StandingItem {
            reference,
            as_of,
            past_due,
            oldest_unpaid,
            settled,
            next_due,
            remaining,
            currency,
        }
    }
}

impl StandingItem {
    fn checked(&self) -> Result<NewStanding, Problem> {
        let text = |field: &'_ Option<String>| field.clone().unwrap_or_default();
        let next = self.next_due.as_ref();
        let fields = [
            ("reference", self.reference.clone()),
            ("as_of", self.as_of.clone()),
            ("past_due", self.past_due.clone()),
            ("oldest_unpaid", text(&self.oldest_unpaid)),
            ("settled", self.settled.to_string()),
            ("next_due", next.map(|next| next.due.clone()).unwrap_or_default()),
            ("next_amount", next.map(|next| next.amount.clone()).unwrap_or_default()),
            ("remaining", text(&self.remaining)),
            ("currency", text(&self.currency)),
        ];
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Ok(NewStanding::of_row(book::one::<StandingRow>(&fields)?))
    }
}

/// Takes one standing in.
pub(crate) async fn push(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value, .. }: Body<StandingBody>,
) -> Result<Response, Problem> {
    contracts::unit(&app, call.tenant(), &reference).await?;
    let new = value.of(reference.clone()).checked()?;
    match app.push_standing(call.tenant(), &new, call.actor()).await {
        Ok(Told { changed, word }) => {
            let told =
                StandingAnswer { outcome: outcome(word), contract: StateView::after(&changed) };
            Ok(answer::done(word == Word::Same, &told))
        }
        Err(error @ Error::Refused(_)) => {
            let problem = Problem::from(error);
            let state = contracts::state(&app, call.tenant(), &reference).await?;
            Err(problem.with_state(state))
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes many standings in. Those of one contract are taken in order.
pub(crate) async fn push_bulk(
    State(app): State<Arc<App>>,
    call: Call,
    JsonBytes(raw): JsonBytes,
) -> Result<Json<BulkAnswer>, Problem> {
    let read = bulk::items::<StandingItem>(&raw)?;
    let read = read.into_iter().map(|item| item.and_then(|item| item.checked())).collect();
    let (good, mut answers) = bulk::sorted(read);
    let mut older = Vec::new();
    let lane = |(_, item): &(usize, NewStanding)| item.reference.clone();
    let (app, call) = (&app, &call);
    let pushed = in_lanes(good, lane, SIDE_BY_SIDE, |(index, new)| async move {
        (index, app.push_standing(call.tenant(), &new, call.actor()).await)
    });
    for (index, pushed) in pushed.await {
        answers[index] = Some(match pushed {
            Ok(Told { changed, word }) => {
                older.extend((word == Word::Older).then_some(index));
                Ok((changed.contract.unit.0, word != Word::New))
            }
            Err(error) => Err(Problem::from(error)),
        });
    }
    let mut answer = bulk::answer(answers);
    older.into_iter().for_each(|index| answer.pass_over(index));
    Ok(Json(answer))
}

fn outcome(word: Word) -> &'static str {
    match word {
        Word::New => "taken",
        Word::Same => "repeated",
        Word::Older => "older",
    }
}
