//! `certificate`: the release certificate of a contract, to hand on; `verify`: whether one holds.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use domain::{EnrolmentId, Imei};
use serde_json::json;
use server::{
    certificate::{Certificate, moment, page},
    crypto::hex,
};

use crate::{
    fail::Failure,
    journal::history,
    out,
    place::{Named, PlaceArgs},
    remote::{RemoteArgs, segment},
};

/// The release certificate of a contract, to hand to its borrower
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance certificate EX-00001 --out quittance.html --link https://lender.example
  quittance certificate EX-00001 --form text
  quittance certificate EX-00001 --enrolment 0195... --out exchanged.html
  quittance certificate EX-00001 --out quittance.cbor --server http://127.0.0.1:7400 \\
      --key-file laptop.key

The ending of the file says the form: .html (one page with a QR code), .json, .cbor or .txt. A phone
that was exchanged has a certificate of its own from that day on: `quittance status` names it.")]
pub(crate) struct CertificateArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    remote: RemoteArgs,
    /// The contract's reference
    reference: String,
    /// How it is written [default: as the file's ending says, else json]
    #[arg(long)]
    form: Option<Form>,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Of a phone that was exchanged: its enrolment, as `status` names it
    #[arg(long, value_name = "ID")]
    enrolment: Option<EnrolmentId>,
    /// Address of a server that checks certificates, for the code on the page
    #[arg(long, value_name = "URL")]
    link: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// One page to print
    Html,
    /// A document
    Json,
    /// The bytes
    Cbor,
    /// One line of letters
    Text,
}

/// Whether a release certificate holds, by the lender's public keys; asks nobody
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  curl -s https://lender.example/keys/example > keys.json
  quittance verify quittance.json --keys keys.json
  quittance verify quittance.cbor --keys keys.json --imei 351163520096208
  quittance verify https://lender.example/verify/gwNZ... --root 3c50...

Exit code 0 when it holds, and is of the phone with this IMEI if one is given; 1 when not; 2 when it
is no certificate. There is no revocation: a release is for ever.")]
pub(crate) struct VerifyArgs {
    /// File of a certificate in any form but the page, or its text or link
    certificate: String,
    /// The lender's public keys, as /keys/LENDER gives them
    #[arg(long, value_name = "FILE", required_unless_present = "root")]
    keys: Option<PathBuf>,
    /// The lender's root key, 64 hexadecimal digits
    #[arg(long, value_name = "KEY", conflicts_with = "keys", value_parser = key)]
    root: Option<Root>,
    /// IMEI of a phone: is it this phone's certificate?
    #[arg(long)]
    imei: Option<String>,
}

/// A root key.
#[derive(Clone, Copy, Debug)]
struct Root([u8; 32]);

fn key(text: &str) -> Result<Root, String> {
    let digits = || (0..64).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok());
    let bytes: Option<Vec<u8>> = (text.len() == 64).then(|| digits().collect()).flatten();
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.map(Root).ok_or_else(|| "expected 64 hexadecimal digits".to_owned())
}

/// Hands a certificate out.
pub(crate) async fn run(args: CertificateArgs, json: bool) -> Result<ExitCode, Failure> {
    let CertificateArgs { place, remote, reference, form, out, enrolment, link } = args;
    let form = form.unwrap_or_else(|| form_of(out.as_deref()));
    let certificate = match remote.open()? {
        Some(remote) => {
            let of = enrolment.map(|id| format!("?enrolment={id}")).unwrap_or_default();
            let path = format!("/v1/contracts/{}/certificate{of}", segment(&reference));
            Certificate::of_json(&remote.get(&path).await?)
        }
        None => {
            let Named { app, tenant, unit } =
                place.contract(place.open_or_ask().await?, &reference).await?;
            Ok(app.hand_out_certificate(tenant, unit, enrolment).await?)
        }
    };
    let certificate =
        certificate.map_err(|why| Failure::wrong("bad_certificate", why.to_string()))?;
    let bytes = match form {
        Form::Html => page::printable(&certificate, link.as_deref()).into_bytes(),
        Form::Json => format!("{}\n", certificate.json()).into_bytes(),
        Form::Cbor => certificate.bytes().to_vec(),
        Form::Text => format!("{}\n", certificate.text()).into_bytes(),
    };
    match out {
        None => out::bytes(&bytes),
        Some(path) => {
            out::private_file(&path, &bytes)?;
            let file = path.display().to_string();
            let released = moment(certificate.release());
            let value = json!({ "file": file, "released_at": released });
            out::either(json, &value, format!("{file}: released at {released}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn form_of(path: Option<&Path>) -> Form {
    match path.and_then(Path::extension).and_then(|end| end.to_str()) {
        Some("html" | "htm") => Form::Html,
        Some("cbor") => Form::Cbor,
        Some("txt") => Form::Text,
        _ => Form::Json,
    }
}

/// Judges a certificate.
pub(crate) fn verify(args: &VerifyArgs, json: bool) -> Result<ExitCode, Failure> {
    let imei = args.imei.as_deref().map(Imei::parse).transpose();
    let imei = imei.map_err(|why| Failure::usage("bad_imei", format!("--imei: {why}")))?;
    let certificate = read(&args.certificate)?;
    let release = certificate.release();
    let history = args.keys.as_deref().map(history).transpose()?;
    let (tenant, root, certs) = match (&history, args.root) {
        (Some(history), _) => {
            let tenant = protocol::TenantId(history.tenant.bytes());
            (tenant, history.root(), history.certificates())
        }
        (None, Some(Root(root))) => (release.tenant, root, Vec::new()),
        (None, None) => return Err(Failure::usage("no_keys", "name the lender's keys: --keys")),
    };
    let checked = certificate.check((tenant, root), &certs);
    checked.map_err(|why| Failure::wrong("not_proved", why.to_string()))?;
    let meant = imei.as_ref().map(|imei| certificate.is_of(imei));
    if meant == Some(false) {
        let detail = "the certificate is genuine, and is of another phone than this IMEI's";
        return Err(Failure::wrong("another_phone", detail));
    }
    let mut value = certificate.json();
    value["holds"] = true.into();
    value["root_key"] = hex(&root).into();
    value["this_phone"] = meant.into();
    let phone = match meant {
        Some(_) => "It is of the phone with this IMEI.",
        None => "Give --imei to see whether a phone is meant.",
    };
    let text = format!(
        "Genuine: {} released the phone of contract {} at {}.\n{phone}\nNobody can take it back.",
        release.lender,
        value["contract"].as_str().unwrap_or_default(),
        moment(release),
    );
    out::either(json, &value, text);
    Ok(ExitCode::SUCCESS)
}

/// A file if there is one of this name, else a text or link.
fn read(named: &str) -> Result<Certificate, Failure> {
    let path = Path::new(named);
    let read = if path.is_file() {
        let bytes = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
        Certificate::of_file(&bytes)
    } else {
        Certificate::of_text(named)
    };
    read.map_err(|why| match why {
        server::certificate::Unproven::Malformed(_) => {
            Failure::usage("no_certificate", format!("{why}; and there is no such file"))
        }
        _ => Failure::wrong("not_proved", why.to_string()),
    })
}
