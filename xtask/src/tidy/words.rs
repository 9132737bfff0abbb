//! Words that do not belong, by place.

use super::{Finding, Repo, room_of};
use crate::source::{Source, is_word};

/// Rooms in which a float may not even be named.
const EXACT: &[&str] = &["domain", "protocol", "agent", "formats"];
/// Rooms whose sources hold no SQL: all but `store`.
const NO_SQL: &[&str] = &["domain", "protocol", "agent", "formats", "server", "sim", "quittance"];
/// Places that know nothing of HTTP and HTML: the doors do.
const NO_WEB: &[&str] = &[
    "domain/src/",
    "protocol/src/",
    "agent/src/",
    "formats/src/",
    "store/src/",
    "server/src/app/",
    "server/src/jobs/",
];

/// Work left for later without saying who and when.
pub fn owners(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, text) in &repo.tree.texts {
        let comments: Vec<(usize, &str)> = match repo.sources.get(file) {
            Some(source) => source.comments.iter().map(|(n, text)| (*n, text.as_str())).collect(),
            None => text.lines().enumerate().map(|(at, line)| (at + 1, line)).collect(),
        };
        if file.ends_with(".lock") {
            continue;
        }
        for (line, comment) in comments {
            let what = match unowned(comment) {
                Some(word) => format!("`{word}` without an owner"),
                None => continue,
            };
            let to_do = "write `TODO(name, 2026-05-31): what`, or do it".to_owned();
            found.push(Finding { file: file.clone(), line, check: "owner", what, to_do });
        }
    }
    found
}

/// Leftovers and silenced lints or tests.
pub fn banned(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in &repo.sources {
        for word in ["dbg", "todo", "unimplemented"] {
            for at in source.words(word).into_iter().filter(|at| followed(source, at + word.len()))
            {
                let what = format!("`{word}!` is left in");
                let to_do = if word == "dbg" { "remove it" } else { "write what belongs here" };
                found.push(finding("banned", file, source.line_of(at), what, to_do));
            }
        }
        for (at, text) in source.attributes("allow") {
            if !text.contains("reason") {
                let to_do = "use `#[expect(lint, reason = \"…\")]`";
                let what = "a lint is silenced without a reason".to_owned();
                found.push(finding("banned", file, source.line_of(at), what, to_do));
            }
        }
        for (at, text) in source.attributes("ignore") {
            if !dated(text) {
                let to_do = "write `#[ignore = \"2026-05-31: why\"]`, or run it";
                let what = "a test is ignored without a dated reason".to_owned();
                found.push(finding("banned", file, source.line_of(at), what, to_do));
            }
        }
    }
    found
}

/// `unsafe`, `extern` and exported symbols in crates of ours.
pub fn foreign(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in &repo.sources {
        for word in ["unsafe", "no_mangle", "export_name", "link_section"] {
            for at in source.words(word) {
                let what = format!("`{word}` stands here");
                let to_do = "only FFI crates may: find a safe way, or a library that has one";
                found.push(finding("unsafe", file, source.line_of(at), what, to_do));
            }
        }
        for at in source.words("extern") {
            if !source.code[at + 6..].trim_start().starts_with("crate") {
                let what = "a foreign interface is declared".to_owned();
                let to_do = "only FFI crates may: put it there";
                found.push(finding("unsafe", file, source.line_of(at), what, to_do));
            }
        }
    }
    found
}

/// Floats where amounts and bytes must be exact.
pub fn floats(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in repo.sources.iter().filter(|(file, _)| EXACT.contains(&room_of(file))) {
        let types = ["f32", "f64"].into_iter().flat_map(|word| source.words(word));
        for at in types.chain(literals(&source.code)) {
            let to_do = "use integers: minor units, basis points, micros";
            let what = "a float stands here".to_owned();
            found.push(finding("float", file, source.line_of(at), what, to_do));
        }
    }
    found
}

/// SQL outside the store.
pub fn sql(repo: &Repo) -> Vec<Finding> {
    let starts = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "PRAGMA "];
    strings(repo, |file| {
        let room = room_of(file);
        NO_SQL.contains(&room) && file[room.len()..].starts_with("/src/")
    })
    .filter(|(_, _, text)| starts.iter().any(|start| text.trim_start().starts_with(start)))
    .map(|(file, line, _)| {
        let to_do = "say it with a verb of the store and write the SQL there";
        finding("sql", file, line, "SQL outside the store".to_owned(), to_do)
    })
    .collect()
}

/// HTTP and HTML below the doors.
pub fn web(repo: &Repo) -> Vec<Finding> {
    let below = |file: &str| NO_WEB.iter().any(|place| file.starts_with(place));
    let to_do = "return a value or a refusal: the door renders it";
    let html = strings(repo, below)
        .filter(|(_, _, text)| text.contains("<html") || text.contains("text/html"))
        .map(|(file, line, _)| finding("web", file, line, "HTML below the doors".into(), to_do));
    let mut found: Vec<Finding> = html.collect();
    for (file, source) in repo.sources.iter().filter(|(file, _)| below(file)) {
        for at in source.words("StatusCode") {
            let what = "an HTTP status below the doors".to_owned();
            found.push(finding("web", file, source.line_of(at), what, to_do));
        }
    }
    found
}

/// Paths that exist on one machine only.
pub fn paths(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, text) in &repo.tree.texts {
        for (at, line) in text.lines().enumerate() {
            if let Some(path) = machine_path(file, line) {
                let what = format!("`{path}` exists on one machine only");
                let to_do = "name a path inside the project, or take it as an argument";
                found.push(finding("path", file, at + 1, what, to_do));
            }
        }
    }
    found
}

fn machine_path(file: &str, line: &str) -> Option<&'static str> {
    // Spelled in two parts: the check reads its own file too.
    const WORK: &str = concat!("/wo", "rk/");
    const SHARED: &str = concat!("../sha", "red");
    let bytes = line.as_bytes();
    let starts_a_path = |at: usize| {
        !at.checked_sub(1).map(|i| bytes[i]).is_some_and(|b| is_word(b) || b".-/*}".contains(&b))
    };
    if line.match_indices(WORK).any(|(at, _)| starts_a_path(at)) {
        return Some(WORK);
    }
    let golden =
        |at: usize| file.ends_with(".rs") && line[at + SHARED.len()..].starts_with("/data");
    line.match_indices(SHARED).any(|(at, _)| !golden(at)).then_some(SHARED)
}

fn unowned(comment: &str) -> Option<&'static str> {
    let bytes = comment.as_bytes();
    for word in ["TODO", "FIXME", "XXX"] {
        for (at, _) in comment.match_indices(word) {
            let end = at + word.len();
            let before = at.checked_sub(1).map(|i| bytes[i]);
            let inside = before.is_some_and(|b| is_word(b) || b"`\"'".contains(&b));
            let longer = bytes.get(end).is_some_and(|b| is_word(*b));
            let owned = word == "TODO" && owned(&comment[end..]);
            if !(inside || longer || owned) {
                return Some(word);
            }
        }
    }
    None
}

fn owned(rest: &str) -> bool {
    let inside = rest.strip_prefix('(').and_then(|rest| rest.split_once("):"));
    let parts = inside.and_then(|(inside, _)| inside.split_once(','));
    parts.is_some_and(|(name, date)| !name.trim().is_empty() && is_date(date.trim()))
}

fn dated(attribute: &str) -> bool {
    let reason = attribute.split('"').nth(1).unwrap_or("");
    reason.split_once(':').is_some_and(|(date, why)| is_date(date) && !why.trim().is_empty())
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    digits && parts.iter().map(|part| part.len()).eq([4, 2, 2])
}

fn followed(source: &Source, end: usize) -> bool {
    source.code.as_bytes().get(end) == Some(&b'!')
}

/// Offsets of literals such as `1.5` and `2_f64`, but not of `pair.0.1`, `0..5` or `0x1f32`.
fn literals(code: &str) -> Vec<usize> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    for (at, suffix) in code.match_indices("f64").chain(code.match_indices("f32")) {
        let start = bytes[..at].iter().rposition(|b| !is_word(*b)).map_or(0, |at| at + 1);
        let head = &bytes[start..at];
        let whole = !bytes.get(at + suffix.len()).is_some_and(|b| is_word(*b));
        if whole
            && head.first().is_some_and(u8::is_ascii_digit)
            && head.iter().all(|b| b.is_ascii_digit() || *b == b'_')
        {
            found.push(at);
        }
    }
    for (dot, _) in code.match_indices('.') {
        let after = bytes.get(dot + 1).is_some_and(u8::is_ascii_digit);
        let start = bytes[..dot].iter().rposition(|b| !is_word(*b)).map_or(0, |at| at + 1);
        let number = bytes.get(start).is_some_and(u8::is_ascii_digit) && start < dot;
        let field = start.checked_sub(1).is_some_and(|i| bytes[i] == b'.');
        if after && number && !field {
            found.push(start);
        }
    }
    found
}

fn strings<'a>(
    repo: &'a Repo,
    applies: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = (&'a String, usize, &'a str)> {
    let files = repo.sources.iter().filter(move |(file, _)| applies(file));
    files.flat_map(|(file, source)| {
        source.strings.iter().map(move |(line, text)| (file, *line, text.as_str()))
    })
}

fn finding(check: &'static str, file: &str, line: usize, what: String, to_do: &str) -> Finding {
    Finding { file: file.to_owned(), line, check, what, to_do: to_do.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::Check;
    use super::*;

    fn lines(check: Check, file: &str, text: &str) -> Vec<usize> {
        check(&Repo::of(&[(file, text)])).iter().map(|f| f.line).collect()
    }

    #[test]
    fn work_without_an_owner_is_found() {
        let bad = "// TODO: later\n// FIXME(ann, 2026-01-01): x\n// TODO(ann): x\n/* XXX */\n";
        assert_eq!(lines(owners, "sim/src/a.rs", bad), [1, 2, 3, 4]);
        let good = "// TODO(ann, 2026-01-31): x\n// `TODO` in words\nlet a = \"TODO\";\n// TODOS\n";
        assert!(lines(owners, "sim/src/a.rs", good).is_empty());
        assert_eq!(lines(owners, "a.sh", "# TODO x\n"), [1]);
    }

    #[test]
    fn leftovers_are_found() {
        let bad = "dbg!(1);\ntodo!();\nunimplemented!()\n#[allow(dead_code)]\n#[ignore]\n\
                   #[ignore = \"slow\"]\n";
        let mut found = lines(banned, "sim/src/a.rs", bad);
        found.sort_unstable();
        assert_eq!(found, [1, 2, 3, 4, 5, 6]);
        let good = "// dbg!(1)\nlet todo = 1;\n#[expect(dead_code, reason = \"r\")]\n\
                    #[ignore = \"2026-05-31: needs a phone\"]\n#[allow(a, reason = \"b\")]\n";
        assert!(lines(banned, "sim/src/a.rs", good).is_empty());
    }

    #[test]
    fn foreign_code_is_found() {
        let bad = "unsafe { a() }\nextern \"C\" fn b() {}\n#[unsafe(no_mangle)]\n";
        let found = lines(foreign, "agent/src/a.rs", bad);
        assert_eq!(found.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
        let good = "extern crate alloc;\n// unsafe\n#![forbid(unsafe_code)]\n";
        assert!(lines(foreign, "agent/src/a.rs", good).is_empty());
    }

    #[test]
    fn floats_are_found_in_exact_rooms() {
        let bad = "let a: f64;\nlet b = 1.5;\nlet c = 2 as f32;\nlet d = 1_000.25;\n2_f64;";
        let mut found = lines(floats, "domain/src/a.rs", bad);
        found.sort_unstable();
        assert_eq!(found, [1, 2, 3, 4, 5]);
        assert!(lines(floats, "sim/src/a.rs", bad).is_empty());
        let good = "a.0.1; 0..5; 1.max(2); \"1.5\"; // 1.5\n'a'; v2.5; 0x1f64; _f32;\n";
        assert!(lines(floats, "domain/src/a.rs", good).is_empty());
    }

    #[test]
    fn sql_is_found_outside_the_store() {
        let bad = "let a = \"SELECT a FROM b\";\nlet b = \"\\\n  INSERT INTO b\";";
        assert_eq!(lines(sql, "server/src/a.rs", bad)[0], 1);
        assert!(lines(sql, "store/src/a.rs", bad).is_empty());
        assert!(lines(sql, "server/src/a.rs", "// SELECT a\n\"to SELECT it\"").is_empty());
    }

    #[test]
    fn the_web_is_found_below_the_doors() {
        let bad = "use axum::http::StatusCode;\nlet a = \"<html>\";\n";
        assert_eq!(lines(web, "server/src/app/pay.rs", bad).len(), 2);
        assert_eq!(lines(web, "store/src/a.rs", bad).len(), 2);
        assert!(lines(web, "server/src/api/pay.rs", bad).is_empty());
    }

    #[test]
    fn machine_paths_are_found() {
        let work = concat!("see /wo", "rk/main/a\n");
        let shared = concat!("see ../sha", "red/data/a\n");
        assert_eq!(lines(paths, "docs/a.md", work), [1]);
        assert_eq!(lines(paths, "docs/a.md", shared), [1]);
        assert!(lines(paths, "domain/tests/a.rs", shared).is_empty());
        assert!(
            lines(paths, "docs/a.md", "src/work/a.rs, ./work/, https://a.org/work/b").is_empty()
        );
    }
}
