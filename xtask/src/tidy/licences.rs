//! Every licence of every dependency, tests included, is one of a short list.

use super::{Finding, Repo};

/// Licences anybody may use, with what makes them acceptable.
pub const ALLOWED: &[(&str, &str)] = &[
    ("Apache-2.0", "permissive, the licence of this project"),
    ("MIT", "permissive"),
    ("MIT-0", "permissive, no attribution asked"),
    ("BSD-1-Clause", "permissive"),
    ("BSD-2-Clause", "permissive"),
    ("BSD-3-Clause", "permissive"),
    ("ISC", "permissive"),
    ("Zlib", "permissive"),
    ("0BSD", "permissive, no attribution asked"),
    ("CC0-1.0", "public domain"),
    ("Unlicense", "public domain"),
    ("Unicode-3.0", "permissive, data tables"),
    ("OpenSSL", "permissive, parts of aws-lc"),
    ("BSL-1.0", "permissive"),
];

/// Licences that need a look: package, licence, and why it is fine there.
pub const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "minicbor",
    "BlueOak-1.0.0",
    "permissive, approved by the OSI; asks only to pass the text on",
)];

/// Packages whose licence is not, or not only, on the list.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for package in repo.graph.packages.values() {
        let what = match &package.licence {
            None => "declares no licence".to_owned(),
            Some(expression) => match allowed(&package.name, expression) {
                Ok(true) => continue,
                Ok(false) => format!("is under `{expression}`, which is not on the list"),
                Err(error) => format!("has an unreadable licence `{expression}` ({error})"),
            },
        };
        let (file, needle) = if package.ours {
            (package.manifest.clone(), "license")
        } else {
            ("Cargo.lock".to_owned(), package.name.as_str())
        };
        let needle = if package.ours { needle.to_owned() } else { format!("name = \"{needle}\"") };
        found.push(Finding {
            line: repo.line_of(&file, &needle),
            file,
            check: "licence",
            what: format!("{} {} {what}", package.name, package.version),
            to_do: "use another package, or add the licence with its reason in \
                    xtask/src/tidy/licences.rs"
                .to_owned(),
        });
    }
    found
}

/// Whether an SPDX expression can be met with allowed licences alone.
pub fn allowed(package: &str, expression: &str) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { package, tokens: &tokens };
    let met = parser.any()?;
    match parser.tokens.first() {
        Some(token) => Err(format!("`{token}` is not expected")),
        None => Ok(met),
    }
}

struct Parser<'a> {
    package: &'a str,
    tokens: &'a [&'a str],
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Result<bool, String> {
        let mut met = self.all()?;
        while self.take("OR") {
            met |= self.all()?;
        }
        Ok(met)
    }

    fn all(&mut self) -> Result<bool, String> {
        let mut met = self.one()?;
        while self.take("AND") {
            met &= self.one()?;
        }
        Ok(met)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.take("(") {
            let met = self.any()?;
            return if self.take(")") { Ok(met) } else { Err("`)` is missing".to_owned()) };
        }
        let name = self.next()?;
        if self.take("WITH") {
            // An exception only widens what the licence allows.
            self.next()?;
        }
        let listed = ALLOWED.iter().any(|(allowed, _)| *allowed == name);
        let excepted =
            EXCEPTIONS.iter().any(|(package, l, _)| *package == self.package && *l == name);
        Ok(listed || excepted)
    }

    fn next(&mut self) -> Result<&'a str, String> {
        let (first, rest) = self.tokens.split_first().ok_or("it ends too early")?;
        self.tokens = rest;
        Ok(first)
    }

    fn take(&mut self, token: &str) -> bool {
        let hit = self.tokens.first() == Some(&token);
        if hit {
            self.tokens = &self.tokens[1..];
        }
        hit
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::Package;
    use super::*;

    #[test]
    fn expressions_are_met_branch_by_branch() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-2.0) AND ISC",
            "Apache-2.0 WITH LLVM-exception",
            "ISC AND (Apache-2.0 OR ISC) AND OpenSSL",
        ] {
            assert_eq!(allowed("p", good), Ok(true), "{good}");
        }
        for bad in ["GPL-3.0-only", "MIT AND GPL-2.0", "MPL-2.0", "(MIT OR ISC) AND AGPL-3.0"] {
            assert_eq!(allowed("p", bad), Ok(false), "{bad}");
        }
        for broken in ["", "MIT OR", "(MIT", "MIT ISC", "MIT )"] {
            assert!(allowed("p", broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_copyleft_or_unlicensed_package_is_found() {
        let mut repo = Repo::of(&[("Cargo.lock", "\nname = \"a\"\n")]);
        let package = Package { name: "a".into(), version: "1.0".into(), ..Package::default() };
        let mut copyleft = package.clone();
        copyleft.licence = Some("GPL-3.0".into());
        repo.graph.packages = [("1".to_owned(), package), ("2".to_owned(), copyleft)].into();
        let found: Vec<String> =
            check(&repo).iter().map(|f| format!("{}:{} {}", f.file, f.line, f.what)).collect();
        assert_eq!(
            found,
            [
                "Cargo.lock:2 a 1.0 declares no licence",
                "Cargo.lock:2 a 1.0 is under `GPL-3.0`, which is not on the list"
            ]
        );
    }
}
