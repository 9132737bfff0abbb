//! Budgets: a function fits a screen, a file fits a head, a line fits half a screen.

use super::{Finding, Repo};

const FUNCTION_LINES: usize = 70;
const FILE_LINES: usize = 500;
const LINE_COLUMNS: usize = 100;

/// Files no person writes: path prefix and why.
pub const NOT_WRITTEN: &[(&str, &str)] = &[];

/// Functions longer than the budget.
pub fn functions(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in written(repo) {
        for function in source.functions().into_iter().filter(|f| f.lines > FUNCTION_LINES) {
            let what = format!("`{}` has {} lines", function.name, function.lines);
            let to_do = "one function decides, helpers compute: split it";
            found.push(finding("function", file, function.line, what, FUNCTION_LINES, to_do));
        }
    }
    found
}

/// Files longer than the budget.
pub fn files(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in written(repo) {
        let lines = source.text.lines().count();
        if lines > FILE_LINES {
            let what = format!("the file has {lines} lines");
            found.push(finding("file", file, 1, what, FILE_LINES, "split it by noun"));
        }
    }
    found
}

/// Lines wider than the budget.
pub fn columns(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in written(repo) {
        for (at, line) in source.text.lines().enumerate() {
            let columns = line.chars().count();
            if columns > LINE_COLUMNS {
                let what = format!("the line has {columns} columns");
                let to_do = "break it (a string with `\\` at the end of the line)";
                found.push(finding("column", file, at + 1, what, LINE_COLUMNS, to_do));
            }
        }
    }
    found
}

fn written(repo: &Repo) -> impl Iterator<Item = (&String, &crate::source::Source)> {
    let by_hand = |file: &str| !NOT_WRITTEN.iter().any(|(prefix, _)| file.starts_with(prefix));
    repo.sources.iter().filter(move |(file, _)| by_hand(file))
}

fn finding(
    check: &'static str,
    file: &str,
    line: usize,
    what: String,
    budget: usize,
    to_do: &str,
) -> Finding {
    let what = format!("{what}, {budget} are allowed");
    Finding { file: file.to_owned(), line, check, what, to_do: to_do.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str) -> Repo {
        Repo::of(&[("sim/src/a.rs", text)])
    }

    #[test]
    fn a_long_function_is_found_at_its_fn() {
        let body = |lines: usize| format!("\nfn a() {{\n{}}}\n", "b();\n".repeat(lines - 2));
        assert!(functions(&sample(&body(70))).is_empty());
        let found = functions(&sample(&body(71)));
        assert_eq!((found[0].line, found.len()), (2, 1));
        assert_eq!(found[0].what, "`a` has 71 lines, 70 are allowed");
    }

    #[test]
    fn a_long_file_is_found() {
        assert!(files(&sample(&"a();\n".repeat(500))).is_empty());
        assert_eq!(files(&sample(&"a();\n".repeat(501))).len(), 1);
    }

    #[test]
    fn a_wide_line_is_found_by_characters() {
        assert!(columns(&sample(&"é".repeat(100))).is_empty());
        let found = columns(&sample(&format!("a\n{}", "é".repeat(101))));
        assert_eq!((found[0].line, found.len()), (2, 1));
    }
}
