//! Exceptions: `// tidy: allow(<check>) reason: <why>` at the place.
//!
//! The comment stands on the line itself, in the comments and attributes right above it, or,
//! for a finding about the whole file, anywhere in the comments the file opens with. In TOML and
//! shell files it begins with `#`, in Markdown and HTML with `<!--`. An exception without a
//! reason, with an unknown check or that excepts nothing is a finding itself.

use super::{CHECKS, Finding, Repo};

const NAME: &str = "exception";

struct Exception {
    file: String,
    line: usize,
    check: String,
    reason: String,
    covers: (usize, usize),
    used: bool,
}

/// Takes out what is excepted and adds what is wrong with the exceptions.
pub fn apply(repo: &Repo, found: Vec<Finding>) -> Vec<Finding> {
    let mut exceptions = collect(repo);
    let mut left: Vec<Finding> = Vec::new();
    for finding in found {
        let matching = exceptions.iter_mut().find(|e| {
            let place = e.covers.0 <= finding.line && finding.line <= e.covers.1;
            e.file == finding.file && e.check == finding.check && place
        });
        match matching {
            Some(exception) => exception.used = true,
            None => left.push(finding),
        }
    }
    left.extend(exceptions.iter().filter_map(complaint));
    left
}

fn complaint(exception: &Exception) -> Option<Finding> {
    let known: Vec<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
    let check = &exception.check;
    let (what, to_do) = if !known.contains(&check.as_str()) {
        (format!("no check is called `{check}`"), format!("use one of {}", known.join(", ")))
    } else if exception.reason.split_whitespace().count() < 3 {
        let to_do = "write `reason:` and a few words why the rule does not fit here".to_owned();
        (format!("the exception to `{check}` carries no reason"), to_do)
    } else if !exception.used {
        (format!("the exception to `{check}` excepts nothing"), "remove it".to_owned())
    } else {
        return None;
    };
    let (file, line) = (exception.file.clone(), exception.line);
    Some(Finding { file, line, check: NAME, what, to_do })
}

fn collect(repo: &Repo) -> Vec<Exception> {
    let mut exceptions = Vec::new();
    for (file, text) in &repo.tree.texts {
        let lines: Vec<&str> = text.lines().collect();
        let comments: Vec<(usize, String)> = match repo.sources.get(file) {
            Some(source) => source.comments.clone(),
            None => marked(file, &lines),
        };
        for (line, comment) in comments {
            let Some((check, rest)) = parse(&comment) else { continue };
            let reason = rest.trim().strip_prefix("reason:").unwrap_or("").trim().to_owned();
            let covers = (first_covered(&lines, line), last_covered(&lines, line));
            exceptions.push(Exception {
                file: file.clone(),
                line,
                check: check.to_owned(),
                reason,
                covers,
                used: false,
            });
        }
    }
    exceptions
}

fn parse(comment: &str) -> Option<(&str, &str)> {
    comment.trim().strip_prefix("tidy: allow(")?.split_once(')')
}

/// Comment lines of a file that is not Rust.
fn marked(file: &str, lines: &[&str]) -> Vec<(usize, String)> {
    let marker = if file.ends_with(".md") || file.ends_with(".html") { "<!--" } else { "#" };
    let numbered = lines.iter().enumerate();
    numbered
        .filter_map(|(at, line)| {
            let rest = line.trim_start().strip_prefix(marker)?;
            Some((at + 1, rest.trim_end().trim_end_matches("-->").to_owned()))
        })
        .collect()
}

/// An exception among the comments a file opens with covers the first line: the whole file.
fn first_covered(lines: &[&str], line: usize) -> usize {
    if lines[..line - 1].iter().all(|above| is_margin(above)) { 1 } else { line }
}

/// The exception covers down to the first line that is neither comment nor attribute.
fn last_covered(lines: &[&str], line: usize) -> usize {
    if !is_margin(lines[line - 1]) {
        return line;
    }
    let below = lines[line..].iter().position(|below| !is_margin(below));
    below.map_or(lines.len(), |ahead| line + ahead + 1)
}

fn is_margin(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with("//") || line.starts_with('#') || line.starts_with("<!--")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str) -> Vec<String> {
        let repo = Repo::of(&[("sim/src/lib.rs", text)]);
        let found = super::super::words::banned(&repo);
        apply(&repo, found).iter().map(|f| format!("{} {}", f.line, f.what)).collect()
    }

    #[test]
    fn an_exception_covers_its_line_and_the_next_code() {
        let reason = "// tidy: allow(banned) reason: the sample needs it";
        assert!(left(&format!("fn a() {{}}\n{reason}\n#[inline]\ndbg!(1);")).is_empty());
        assert!(left(&format!("fn a() {{}}\ndbg!(1); {reason}")).is_empty());
        assert_eq!(left(&format!("fn a() {{}}\n{reason}\nb();\ndbg!(1);")).len(), 2);
    }

    #[test]
    fn an_exception_needs_a_reason_a_check_and_a_use() {
        assert_eq!(
            left("a();\ndbg!(1); // tidy: allow(banned)"),
            ["2 the exception to `banned` carries no reason"]
        );
        assert_eq!(
            left("a(); // tidy: allow(nothing) reason: a b c"),
            ["1 no check is called `nothing`"]
        );
        assert_eq!(
            left("a(); // tidy: allow(banned) reason: a b c"),
            ["1 the exception to `banned` excepts nothing"]
        );
    }
}
