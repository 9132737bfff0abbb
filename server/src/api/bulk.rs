//! Many items in one call: each is read, carried out and answered by itself, in order.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{body, problem::Problem};

/// Items of one call.
pub(crate) const ITEMS_MAX: usize = 10_000;
/// Items that go to the store together.
pub(crate) const CHUNK: usize = 1000;

/// The body of a bulk call, its items not read yet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Raw<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

/// What became of many items.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct BulkAnswer {
    /// Items carried out by this call.
    pub(crate) created: usize,
    /// Items that were known already, exactly so.
    pub(crate) repeated: usize,
    /// Items that were refused; they changed nothing.
    pub(crate) failed: usize,
    /// One for each item, in order.
    pub(crate) results: Vec<ItemAnswer>,
}

/// What became of one item.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemAnswer {
    /// Its place in the call, from 0.
    index: usize,
    /// The status it would have had by itself.
    #[schema(example = 201)]
    status: u16,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    id: Option<Uuid>,
    /// Whether it was known already, exactly so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    repeated: Option<bool>,
    /// Whether a later word is known, so that it changed nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    older: Option<bool>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    problem: Option<Problem>,
}

impl BulkAnswer {
    /// Says that a later word than this item was known.
    pub(crate) fn pass_over(&mut self, index: usize) {
        if let Some(item) = self.results.get_mut(index) {
            item.older = Some(true);
        }
    }
}

/// What was made of an item: its id, and whether it was known.
pub(crate) type Made = (Uuid, bool);

/// The answers of a call by place, as far as they are known.
pub(crate) type Answers = Vec<Option<Result<Made, Problem>>>;

/// Reads the items of a bulk call, each by itself.
pub(crate) fn items<T: DeserializeOwned>(raw: &[u8]) -> Result<Vec<Result<T, Problem>>, Problem> {
    let Raw { items } = body::parse(raw)?;
    if items.len() > ITEMS_MAX {
        let detail = format!("{} items: send at most {ITEMS_MAX} in one call", items.len());
        return Err(Problem::new("too_many_items", detail));
    }
    Ok(items.into_iter().map(|item| body::parse(item.get().as_bytes())).collect())
}

/// The places and values of the items that could be read, and room for every answer.
pub(crate) fn sorted<T>(items: Vec<Result<T, Problem>>) -> (Vec<(usize, T)>, Answers) {
    let mut good = Vec::with_capacity(items.len());
    let mut answers = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        match item {
            Ok(value) => {
                good.push((index, value));
                answers.push(None);
            }
            Err(problem) => answers.push(Some(Err(problem))),
        }
    }
    (good, answers)
}

/// The answer to the whole call.
pub(crate) fn answer(made: Answers) -> BulkAnswer {
    let mut answer = BulkAnswer::default();
    for (index, made) in made.into_iter().enumerate() {
        let nothing = || Err(Problem::new("internal", "the item was answered by nobody"));
        let item = match made.unwrap_or_else(nothing) {
            Ok((id, repeated)) => {
                let count = if repeated { &mut answer.repeated } else { &mut answer.created };
                *count += 1;
                let status = if repeated { StatusCode::OK } else { StatusCode::CREATED };
                let (id, repeated) = (Some(id), Some(repeated));
                let (problem, older) = (None, None);
                ItemAnswer { index, status: status.as_u16(), id, repeated, older, problem }
            }
            Err(problem) => {
                answer.failed += 1;
                let status = problem.status();
                let (id, repeated, older) = (None, None, None);
                ItemAnswer { index, status, id, repeated, older, problem: Some(problem) }
            }
        };
        answer.results.push(item);
    }
    answer
}
