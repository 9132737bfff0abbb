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

/// Most bytes of items in one call: half of what a server takes by default.
const CALL_MAX: usize = 8 * 1024 * 1024;

/// Sends rows with their lines; each is answered by itself.
pub(super) async fn send(
    remote: &Remote,
    path: &str,
    rows: Vec<(u64, Value)>,
) -> Result<Vec<Answer>, Failure> {
    let mut answers = Vec::with_capacity(rows.len());
    let (mut lines, mut items, mut size) = (Vec::new(), Vec::new(), 0);
    for (line, item) in rows {
        size += item.to_string().len();
        if size > CALL_MAX && !items.is_empty() {
            let (full, call) = (std::mem::take(&mut lines), std::mem::take(&mut items));
            answers.extend(call_once(remote, path, &full, call).await?);
            size = item.to_string().len();
        }
        lines.push(line);
        items.push(item);
    }
    if !items.is_empty() {
        answers.extend(call_once(remote, path, &lines, items).await?);
    }
    Ok(answers)
}

async fn call_once(
    remote: &Remote,
    path: &str,
    lines: &[u64],
    items: Vec<Value>,
) -> Result<Vec<Answer>, Failure> {
    let answered = remote.post(path, &json!({ "items": items })).await;
    let value =
        answered.map_err(|failure| failure.hint("run the same import again: it goes on"))?;
    let results = value["results"].as_array().filter(|results| results.len() == lines.len());
    let results = results.ok_or_else(|| {
        Failure::wrong("bad_answer", "the server did not answer each row: is it another version?")
    })?;
    Ok(lines.iter().zip(results).map(|(line, result)| answer(*line, result)).collect())
}

fn answer(line: u64, result: &Value) -> Answer {
    let problem = &result["problem"];
    if problem.is_null() {
        let told = |name: &str| result[name].as_bool().unwrap_or(false);
        return Ok(match (told("older"), told("repeated")) {
            (true, _) => Became::Older,
            (false, true) => Became::Known,
            (false, false) => Became::New,
        });
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
