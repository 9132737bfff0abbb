//! Some packages may only be reached through one room: drivers through `store`, the HTTP stack
//! through `server`, native libraries through either.
//!
//! A crate is walked along its normal and build dependencies; the walk ends at other crates of
//! ours, which answer for themselves.

use std::collections::BTreeSet;

use super::graph::{Graph, Package};
use super::{Finding, Repo};

/// A wall: packages and the rooms that may reach them.
#[derive(Debug)]
pub struct Wall {
    /// What it keeps in, in words.
    pub what: &'static str,
    /// Names; `*` at the end or the start stands for anything.
    pub packages: &'static [&'static str],
    /// The rooms that may reach them.
    pub behind: &'static [&'static str],
    /// Exceptions: room (or `*`), package, and why.
    pub passes: &'static [(&'static str, &'static str, &'static str)],
}

/// The walls of the house.
pub const WALLS: &[Wall] = &[
    Wall {
        what: "a database driver",
        packages: &[
            "rusqlite",
            "libsqlite3-sys",
            "sqlx*",
            "diesel*",
            "postgres*",
            "tokio-postgres*",
            "deadpool*",
            "mysql*",
            "redis*",
        ],
        behind: &["store"],
        passes: &[],
    },
    Wall {
        what: "an HTTP stack",
        packages: &[
            "axum*",
            "hyper*",
            "http",
            "http-body*",
            "httparse",
            "h2",
            "tower-http",
            "tonic*",
            "reqwest",
            "ureq",
            "actix*",
            "warp",
        ],
        behind: &["server"],
        passes: &[
            ("quittance", "hyper*", "client of the agent process and of `--server` commands"),
            ("quittance", "http", "types of that client"),
            ("quittance", "http-body*", "types of that client"),
            ("sim", "axum*", "calls the server's router in process"),
            ("sim", "hyper*", "the demo's phones and load generator speak over sockets"),
            ("sim", "http", "requests handed to the router in process"),
            ("sim", "http-body*", "bodies of those requests"),
        ],
    },
    Wall {
        what: "a native library",
        packages: &["*-sys"],
        behind: &["store", "server"],
        passes: &[
            ("*", "linux-raw-sys", "constants of the kernel in Rust: no native code"),
            ("*", "js-sys", "bindings for the web in Rust: no native code, not built here"),
        ],
    },
];

/// Every way round a wall.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let graph = &repo.graph;
    let mut found = Vec::new();
    for wall in WALLS {
        for (id, package) in graph.ours() {
            if wall.behind.contains(&package.name.as_str()) {
                continue;
            }
            for path in breaches(graph, wall, id, package) {
                found.push(finding(repo, wall, package, &path));
            }
        }
    }
    found
}

/// Whether `name` matches `pattern`.
pub fn matches(pattern: &str, name: &str) -> bool {
    if let Some(head) = pattern.strip_suffix('*') {
        name.starts_with(head)
    } else if let Some(tail) = pattern.strip_prefix('*') {
        name.ends_with(tail)
    } else {
        pattern == name
    }
}

fn breaches(graph: &Graph, wall: &Wall, start: &str, room: &Package) -> Vec<Vec<String>> {
    let mut seen = BTreeSet::from([start.to_owned()]);
    let mut open = vec![(start.to_owned(), vec![room.name.clone()])];
    let mut found = Vec::new();
    while let Some((id, path)) = open.pop() {
        let Some(package) = graph.packages.get(&id) else { continue };
        for next in &package.links {
            let Some(target) = graph.packages.get(next) else { continue };
            if target.ours || !seen.insert(next.clone()) {
                continue;
            }
            let mut path = path.clone();
            path.push(target.name.clone());
            if !wall.packages.iter().any(|pattern| matches(pattern, &target.name)) {
                open.push((next.clone(), path));
            } else if !may_pass(wall, &room.name, &target.name) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn may_pass(wall: &Wall, room: &str, package: &str) -> bool {
    wall.passes.iter().any(|(who, what, _)| matches(who, room) && matches(what, package))
}

fn finding(repo: &Repo, wall: &Wall, room: &Package, path: &[String]) -> Finding {
    let needle = path.get(1).map_or("", String::as_str);
    Finding {
        file: room.manifest.clone(),
        line: repo.line_of(&room.manifest, needle),
        check: "wall",
        what: format!("`{}` reaches {} ({})", room.name, wall.what, path.join(" -> ")),
        to_do: format!(
            "only {} may: move the code there, or add a pass with its reason in \
             xtask/src/tidy/walls.rs",
            wall.behind.join(" and ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, ours: bool, links: &[&str]) -> (String, Package) {
        let links = links.iter().map(|link| (*link).to_owned()).collect();
        let manifest = format!("{name}/Cargo.toml");
        let package = Package { name: name.into(), ours, manifest, links, ..Package::default() };
        (name.to_owned(), package)
    }

    fn found(packages: &[(String, Package)]) -> Vec<String> {
        let mut repo = Repo::of(&[]);
        repo.graph.packages = packages.iter().cloned().collect();
        check(&repo).into_iter().map(|f| f.what).collect()
    }

    #[test]
    fn a_driver_outside_store_is_found_with_its_path() {
        let found = found(&[
            package("server", true, &["store", "pool"]),
            package("store", true, &["rusqlite"]),
            package("pool", false, &["rusqlite"]),
            package("rusqlite", false, &[]),
        ]);
        assert_eq!(found, ["`server` reaches a database driver (server -> pool -> rusqlite)"]);
    }

    #[test]
    fn an_http_stack_outside_server_is_found() {
        let found = found(&[
            package("quittance", true, &["server", "hyper"]),
            package("store", true, &["hyper"]),
            package("server", true, &["axum"]),
            package("axum", false, &["hyper"]),
            package("hyper", false, &[]),
        ]);
        assert_eq!(found, ["`store` reaches an HTTP stack (store -> hyper)"]);
    }

    #[test]
    fn a_native_library_outside_store_and_server_is_found() {
        let found = found(&[
            package("protocol", true, &["ring-sys"]),
            package("server", true, &["aws-lc-sys"]),
            package("sim", true, &["linux-raw-sys"]),
            package("ring-sys", false, &[]),
            package("aws-lc-sys", false, &[]),
            package("linux-raw-sys", false, &[]),
        ]);
        assert_eq!(found, ["`protocol` reaches a native library (protocol -> ring-sys)"]);
    }

    #[test]
    fn every_pass_carries_a_reason() {
        let passes = WALLS.iter().flat_map(|wall| wall.passes);
        for (room, package, why) in passes {
            assert!(why.split(' ').count() > 2, "{room} {package}: {why}");
        }
    }
}
