//! `admin signing-key`: the key tree of a lender.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use domain::{Moment, TenantId};
use protocol::cert::{KeyCert, KeyKind};
use serde_json::{Value, json};
use server::{
    clock::Clock,
    keys::files::KeyDir,
    real::{RealClock, RealEntropy},
};

use crate::{fail::Failure, out, place::PlaceArgs};

#[derive(Subcommand, Debug)]
pub(super) enum SigningKeyCommand {
    /// List the keys with what each may sign and until when
    #[command(after_help = "\
Example:
  quittance admin signing-key list")]
    List,
    /// Make a further key of a kind; the older ones stay valid until their certificates end
    #[command(after_help = "\
Example:
  quittance admin signing-key rotate --kind lease")]
    Rotate(RotateArgs),
    /// Move the root key off this machine; everything but rotation goes on without it
    #[command(after_help = "\
Example:
  quittance admin signing-key export-root --to /media/safe/root.key

Bring it back for a rotation: copy the file to DATA/keys/TENANT/root with mode 0600.")]
    ExportRoot(ExportRootArgs),
    /// Have the root sign which lender comes after this one, so that phones can follow him when
    /// contracts are passed on
    #[command(after_help = "\
Example:
  quittance admin signing-key succession --to other-lender

Once for each pair of lenders. Where the root was moved off this machine, name its file:
  quittance admin signing-key succession --to other-lender --root /media/safe/root.key")]
    Succession(SuccessionArgs),
}

#[derive(Args, Debug)]
pub(super) struct SuccessionArgs {
    /// The lender who comes after
    #[arg(long, value_name = "LENDER")]
    to: String,
    /// The file that holds the root key, where it is not kept here
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct RotateArgs {
    /// What the key signs
    #[arg(long, value_enum)]
    kind: Kind,
}

#[derive(Args, Debug)]
pub(super) struct ExportRootArgs {
    /// The new file that will hold the root key
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// Leases: what a phone obeys
    Lease,
    /// Release certificates
    Release,
    /// 96-byte tokens that open a phone
    Token,
    /// Daily roots of the log of journals
    Journal,
}

impl Kind {
    fn wire(self) -> KeyKind {
        match self {
            Kind::Lease => KeyKind::Lease,
            Kind::Release => KeyKind::Release,
            Kind::Token => KeyKind::Token,
            Kind::Journal => KeyKind::Journal,
        }
    }
}

pub(super) async fn run(
    place: &PlaceArgs,
    command: SigningKeyCommand,
    as_json: bool,
) -> Result<(), Failure> {
    let (dir, tenant) = find(place).await?;
    match command {
        SigningKeyCommand::List => {
            let keys = dir.load(&RealEntropy)?.tenant(tenant)?;
            let certs: Vec<&KeyCert> = keys.certs().map(|key| key.cert()).collect();
            let values: Vec<Value> = certs.iter().map(|cert| value(cert)).collect();
            let rows: Vec<Vec<String>> = certs
                .iter()
                .map(|cert| vec![cert.key_id.to_string(), kinds(cert), day(cert.not_after)])
                .collect();
            let root = keys.root().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            let text = out::table(&["id", "signs", "valid until"], &rows);
            let value = json!({ "root_public_key": root, "keys": values });
            out::either(as_json, &value, format!("{text}\n\nRoot public key {root}"));
        }
        SigningKeyCommand::Rotate(RotateArgs { kind }) => {
            let now = RealClock.now();
            let cert = dir.rotate(tenant, kind.wire(), now, &RealEntropy)?;
            let text = format!(
                "Key {} signs {} until {}. A running server takes it up within seconds.",
                cert.key_id,
                kinds(&cert),
                day(cert.not_after)
            );
            out::either(as_json, &value(&cert), text);
        }
        SigningKeyCommand::ExportRoot(ExportRootArgs { to }) => {
            dir.export_root(tenant, &to)?;
            let shown = to.display();
            let text = format!(
                "The root key is in {shown} and no longer here. Keep it off this machine: \
                 without it no key can be rotated, with it anybody can make keys."
            );
            out::either(as_json, &json!({ "root": to }), text);
        }
        SigningKeyCommand::Succession(SuccessionArgs { to, root }) => {
            let next = PlaceArgs { tenant: Some(to.clone()), ..place.clone() };
            let (_, next) = find(&next).await?;
            dir.succeed(tenant, next, root.as_deref(), RealClock.now())?;
            let text = format!(
                "The root has signed that {to} comes after this lender. A running server takes it \
                 up within seconds."
            );
            out::either(as_json, &json!({ "to": next.to_string() }), text);
        }
    }
    Ok(())
}

/// The keys' files and the lender meant. Keys are files of their own: a running server, which holds
/// the database, does not stand in the way, but then the lender's short name is not to be had.
async fn find(place: &PlaceArgs) -> Result<(KeyDir, TenantId), Failure> {
    let held = match place.open().await {
        Ok(opened) => return Ok((opened.keys, place.tenant(&opened.app)?.tenant.id)),
        Err(failure) if failure.code() == "data_held" => failure,
        Err(failure) => return Err(failure),
    };
    let dir = KeyDir::below(&place.data);
    let tenants = dir.tenants()?;
    let named = place.tenant.as_deref().and_then(|name| name.parse::<TenantId>().ok());
    match (tenants.as_slice(), named) {
        (tenants, Some(named)) if tenants.contains(&named) => Ok((dir, named)),
        ([only], None) if place.tenant.is_none() => Ok((dir, *only)),
        _ => Err(held.hint("or name the lender by its id: --tenant ID")),
    }
}

fn value(cert: &KeyCert) -> Value {
    let names: Vec<String> = cert.kinds.iter().map(|kind| name(*kind)).collect();
    json!({
        "id": cert.key_id,
        "kinds": names,
        "rung_max": format!("{:?}", cert.rung_max).to_lowercase(),
        "not_before": moment(cert.not_before).rfc3339(),
        "not_after": moment(cert.not_after).rfc3339(),
    })
}

fn kinds(cert: &KeyCert) -> String {
    cert.kinds.iter().map(|kind| name(*kind)).collect::<Vec<_>>().join(", ")
}

fn name(kind: KeyKind) -> String {
    format!("{kind:?}").to_lowercase()
}

fn moment(seconds: u64) -> Moment {
    Moment::from_micros(i64::try_from(seconds).unwrap_or(i64::MAX / 1_000_000) * 1_000_000)
}

fn day(seconds: u64) -> String {
    moment(seconds).rfc3339().chars().take(10).collect()
}
