//! Where a book is taken in: a running server, through its bulk calls.

use formats::book::RowError;
use serde_json::{Value, json};

use super::kind::Became;
use crate::{
    fail::Failure,
    remote::{Remote, known_code},
};

/// What came of one row.
pub(super) type Answer = Result<Became, Vec<RowError>>;

/// Sends rows with their lines; each is answered by itself.
pub(super) async fn send(
    remote: &Remote,
    path: &str,
    rows: Vec<(u64, Value)>,
) -> Result<Vec<Answer>, Failure> {
    let (lines, items): (Vec<u64>, Vec<Value>) = rows.into_iter().unzip();
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let answered = remote.post(path, &json!({ "items": items })).await;
    let value =
        answered.map_err(|failure| failure.hint("run the same import again: it goes on"))?;
    let results = value["results"].as_array().filter(|results| results.len() == lines.len());
    let results = results.ok_or_else(|| {
        Failure::wrong("bad_answer", "the server did not answer each row: is it another version?")
    })?;
    Ok(lines.into_iter().zip(results).map(|(line, result)| answer(line, result)).collect())
}

fn answer(line: u64, result: &Value) -> Answer {
    let problem = &result["problem"];
    if problem.is_null() {
        let repeated = result["repeated"].as_bool().unwrap_or(false);
        return Ok(if repeated { Became::Known } else { Became::New });
    }
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or("").to_owned();
    let error = |value: &Value| RowError {
        line,
        column: text(value, "field"),
        value: text(value, "value"),
        code: known_code(value["code"].as_str().unwrap_or("")),
        detail: text(value, "detail"),
    };
    match problem["errors"].as_array() {
        Some(errors) if !errors.is_empty() => Err(errors.iter().map(error).collect()),
        _ => Err(vec![error(problem)]),
    }
}
