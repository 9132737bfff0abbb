//! Who depends on whom, from `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The packages of the workspace and everything they reach on this machine's target.
#[derive(Debug, Default)]
pub struct Graph {
    /// Every package by its id.
    pub packages: BTreeMap<String, Package>,
}

/// One package.
#[derive(Debug, Default, Clone)]
pub struct Package {
    /// Its name; packages of the workspace go by their room: `domain`, not `quittance-domain`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The licence expression its author declared.
    pub licence: Option<String>,
    /// Whether it is a member of this workspace.
    pub ours: bool,
    /// Its manifest, from the root; empty for packages of others.
    pub manifest: String,
    /// What its manifest names.
    pub declared: Vec<Declared>,
    /// The ids it links or runs at build: normal and build edges of the resolved graph.
    pub links: BTreeSet<String>,
}

/// A dependency as a manifest names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The package.
    pub name: String,
    /// The key in the manifest.
    pub key: String,
    /// Only for tests, examples and benches.
    pub dev: bool,
}

impl Graph {
    /// Asks cargo about the workspace at `root`.
    pub fn read(root: &Path) -> Result<Self> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let host = host(root)?;
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", &host])
            .current_dir(root)
            .output()
            .context("cargo cannot be started")?;
        ensure!(
            output.status.success(),
            "cargo metadata --locked failed (run `cargo check` if Cargo.lock is behind):\n{}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let metadata =
            serde_json::from_slice(&output.stdout).context("cargo metadata: not JSON")?;
        Ok(Self::parse(&metadata, &root.display().to_string()))
    }

    /// The graph of a metadata document, its manifests made relative to `root`.
    pub fn parse(metadata: &Value, root: &str) -> Self {
        let members: BTreeSet<&str> =
            items(&metadata["workspace_members"]).filter_map(Value::as_str).collect();
        let mut graph = Self::default();
        for entry in items(&metadata["packages"]) {
            let id = text(&entry["id"]);
            let package = package(entry, members.contains(id.as_str()), root);
            graph.packages.insert(id, package);
        }
        for node in items(&metadata["resolve"]["nodes"]) {
            let links =
                items(&node["deps"]).filter(|dep| is_link(dep)).map(|dep| text(&dep["pkg"]));
            if let Some(package) = graph.packages.get_mut(&text(&node["id"])) {
                package.links = links.collect();
            }
        }
        graph
    }

    /// The members of the workspace with their ids.
    pub fn ours(&self) -> impl Iterator<Item = (&String, &Package)> {
        self.packages.iter().filter(|(_, package)| package.ours)
    }
}

/// `quittance-domain` is `domain` here; other names stay.
pub fn room_name(package: &str) -> &str {
    package.strip_prefix("quittance-").unwrap_or(package)
}

fn package(entry: &Value, ours: bool, root: &str) -> Package {
    let name = text(&entry["name"]);
    let manifest = text(&entry["manifest_path"]);
    let manifest = manifest.strip_prefix(root).unwrap_or("").trim_start_matches('/').to_owned();
    let declared = items(&entry["dependencies"]).map(|dependency| {
        let name = text(&dependency["name"]);
        let key = dependency["rename"].as_str().map_or_else(|| name.clone(), str::to_owned);
        let own = !dependency["path"].is_null();
        let name = if own { room_name(&name).to_owned() } else { name };
        Declared { name, key, dev: dependency["kind"] == "dev" }
    });
    Package {
        version: text(&entry["version"]),
        licence: entry["license"].as_str().map(str::to_owned),
        ours,
        manifest: if ours { manifest } else { String::new() },
        declared: declared.collect(),
        links: BTreeSet::new(),
        name: if ours { room_name(&name).to_owned() } else { name },
    }
}

fn is_link(dependency: &Value) -> bool {
    items(&dependency["dep_kinds"]).any(|kind| kind["kind"] != "dev")
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn host(root: &Path) -> Result<String> {
    let answer = crate::command::Call::new("rustc -vV").answer(root).context("rustc is missing")?;
    let line = answer.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line.context("`rustc -vV` names no host")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_becomes_rooms_and_links() {
        let metadata = serde_json::json!({
            "workspace_members": ["a"],
            "packages": [
                {"id": "a", "name": "quittance-store", "version": "1", "license": "Apache-2.0",
                 "manifest_path": "/r/store/Cargo.toml", "dependencies": [
                    {"name": "rusqlite", "kind": null, "rename": null},
                    {"name": "quittance-domain", "kind": "dev", "rename": "domain", "path": "/r"}]},
                {"id": "b", "name": "rusqlite", "version": "2", "license": null,
                 "manifest_path": "/x/Cargo.toml", "dependencies": []}],
            "resolve": {"nodes": [{"id": "a", "deps": [
                {"pkg": "b", "dep_kinds": [{"kind": null}]},
                {"pkg": "c", "dep_kinds": [{"kind": "dev"}]}]}]}
        });
        let graph = Graph::parse(&metadata, "/r");
        let store = &graph.packages["a"];
        assert_eq!((store.name.as_str(), store.ours), ("store", true));
        assert_eq!(store.manifest, "store/Cargo.toml");
        assert_eq!(store.links, BTreeSet::from(["b".to_owned()]));
        let domain = Declared { name: "domain".into(), key: "domain".into(), dev: true };
        assert_eq!(store.declared[1], domain);
        assert_eq!(graph.packages["b"].manifest, "");
    }
}
