//! Links between documents lead somewhere, documents named in comments exist, and a decision record
//! has its number to itself.

use std::collections::BTreeMap;

use super::dead::normal;
use super::{Finding, Repo};

/// Markdown links to files that are not there, `*.md` names nobody has, and records that share a
/// number.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, text) in repo.tree.texts.iter().filter(|(file, _)| file.ends_with(".md")) {
        for (line, prose) in prose(text) {
            for target in targets(&prose) {
                if !resolves(repo, file, &target) {
                    found.push(finding(file, line, format!("the link `{target}` leads nowhere")));
                }
            }
        }
    }
    for (file, source) in &repo.sources {
        for (line, comment) in &source.comments {
            for name in documents(comment).filter(|name| !known(repo, name)) {
                found.push(finding(file, *line, format!("there is no document `{name}`")));
            }
        }
    }
    found.extend(records_of_one_number(repo));
    found
}

fn records_of_one_number(repo: &Repo) -> Vec<Finding> {
    let mut known = BTreeMap::new();
    let mut found = Vec::new();
    for path in &repo.tree.paths {
        let name = path.strip_prefix("docs/adr/").and_then(|name| name.split_once('-'));
        let Some((number, _)) = name else { continue };
        if let Some(other) = known.insert(number, path) {
            let what = format!("`{other}` has the number {number} already");
            let to_do = "give it the next number that is free".to_owned();
            found.push(Finding { file: path.clone(), line: 1, check: "link", what, to_do });
        }
    }
    found
}

fn finding(file: &str, line: usize, what: String) -> Finding {
    let to_do = "name a file of this project, by a path that fits".to_owned();
    Finding { file: file.to_owned(), line, check: "link", what, to_do }
}

/// Lines outside fenced code, with inline code blanked.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let outside = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
            lines.push((at + 1, outside));
        }
    }
    lines
}

/// Targets of `[text](target)`, `[text](target "title")` and `[name]: target`.
fn targets(line: &str) -> Vec<String> {
    let mut found: Vec<String> = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(str::to_owned)
        .collect();
    if let Some((name, target)) = line.split_once("]: ")
        && name.starts_with('[')
    {
        found.push(target.to_owned());
    }
    let words = found.iter().filter_map(|target| target.split_whitespace().next());
    words.map(|target| target.trim_matches(['<', '>']).to_owned()).collect()
}

fn resolves(repo: &Repo, file: &str, target: &str) -> bool {
    let path = target.split('#').next().unwrap_or("");
    if path.is_empty() || target.contains("://") || target.starts_with("mailto:") {
        return true;
    }
    let base = file.rsplit_once('/').map_or("", |(directory, _)| directory);
    let full = match path.strip_prefix('/') {
        Some(absolute) => normal(absolute),
        None => normal(&format!("{base}/{path}")),
    };
    full.is_empty() || repo.tree.paths.contains(&full)
}

/// Names in a comment that end in `.md`, addresses on the web apart.
fn documents(comment: &str) -> impl Iterator<Item = &str> {
    let part_of_name = |c: char| c.is_alphanumeric() || "_-./:".contains(c);
    let words =
        comment.split(move |c| !part_of_name(c)).map(|word| word.trim_end_matches(['.', ':']));
    words.filter(|word| word.ends_with(".md") && word.len() > 3 && !word.contains("://"))
}

fn known(repo: &Repo, name: &str) -> bool {
    let name = normal(name.trim_start_matches(['.', '/']));
    let tail = format!("/{name}");
    repo.tree.paths.iter().any(|path| *path == name || path.ends_with(&tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: &str, text: &str) -> Vec<String> {
        let repo = Repo::of(&[("docs/adr/0001.md", ""), ("README.md", ""), (file, text)]);
        check(&repo).into_iter().map(|f| format!("{} {}", f.line, f.what)).collect()
    }

    #[test]
    fn a_broken_link_is_found() {
        let text = "[a](adr/0001.md#b) [c](../README.md \"t\") [d](https://e.org) [f](#g)\n\
                    [h](adr) [i](adr/0002.md)\n```\n[j](k)\n```\n`[l](m)`\n[n]: nowhere.md\n";
        assert_eq!(
            found("docs/x.md", text),
            ["2 the link `adr/0002.md` leads nowhere", "7 the link `nowhere.md` leads nowhere"]
        );
    }

    #[test]
    fn a_number_taken_twice_is_found() {
        let records = [("docs/adr/0001-a.md", ""), ("docs/adr/0002-b.md", "")];
        assert_eq!(check(&Repo::of(&records)).len(), 0);
        let found = check(&Repo::of(&[records[0], records[1], ("docs/adr/0001-c.md", "")]));
        let found: Vec<String> =
            found.into_iter().map(|f| format!("{} {}", f.file, f.what)).collect();
        let expected = "docs/adr/0001-c.md `docs/adr/0001-a.md` has the number 0001 already";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn a_document_nobody_has_is_found_in_a_comment() {
        let text = "// see docs/adr/0001.md, adr/0001.md and README.md.\n// see plan.md §4\n\
                    // https://e.org/other.md\n";
        assert_eq!(found("sim/src/a.rs", text), ["2 there is no document `plan.md`"]);
    }
}
