//! Pages for people, of plain HTML: a certificate to print, and the answer to somebody who asks
//! whether one holds. No script, nothing loaded from elsewhere.

use protocol::release::Release;
use qrcode::{EcLevel, QrCode, render::svg};

use super::{Certificate, moment};

/// What a page may do: show itself, and send its own form.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
                          base-uri 'none'; frame-ancestors 'none'";

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:42em;margin:2em auto;padding:0 1em}\
h1{font-size:1.6em}dt{font-weight:bold}dd{margin:0 0 .6em}code,textarea{font:12px monospace;\
overflow-wrap:anywhere}textarea{width:100%;height:10em}.yes{border-left:6px solid #080;\
padding-left:1em}.no{border-left:6px solid #b00;padding-left:1em}svg{max-width:8cm;height:auto}\
@media print{body{margin:0}}";

/// A certificate on one page. `link` is the address of a server that checks certificates.
pub fn printable(certificate: &Certificate, link: Option<&str>) -> String {
    let text = certificate.text();
    let coded = match link {
        Some(link) => format!("{}/verify/{text}", link.trim_end_matches('/')),
        None => text.clone(),
    };
    let code = QrCode::with_error_correction_level(&coded, EcLevel::L);
    let picture = code.map(|code| code.render::<svg::Color<'_>>().min_dimensions(300, 300).build());
    // The picture is a document of its own; in a page its first line does not belong.
    let picture = picture.unwrap_or_default();
    let picture = picture.find("<svg").map_or("", |at| &picture[at..]);
    let body = format!(
        "<h1>Quittance</h1><p>The phone of this contract is paid off or given up, and free for \
         ever. No key exists that could restrict it again, and nobody can take this certificate \
         back.</p>{}<p>{picture}</p><p><code>{text}</code></p><p>Anybody can check this page with \
         the public keys of the lender, without asking him: scan the code, paste the text at \
         <code>/verify</code> of his server, or run <code>quittance verify</code>. With the \
         phone's IMEI (dial *#06#) it shows whether this phone is meant.</p>",
        facts(certificate.release()),
    );
    page("Certificate of release", &body)
}

/// The form to paste a certificate into.
pub fn form() -> String {
    page("Is this phone released?", &format!("<h1>Is this phone released?</h1>{FORM}"))
}

const FORM: &str = "<form method=\"post\" action=\"/verify\"><p><label>The certificate's text or \
link<br><textarea name=\"certificate\" required></textarea></label></p><p><label>IMEI, to see \
whether this phone is meant (dial *#06#)<br><input name=\"imei\" inputmode=\"numeric\" \
autocomplete=\"off\"></label></p><p><button>Check</button></p></form><p>A release is for ever: \
there is no list of certificates that were taken back.</p>";

/// The answer: what holds, or why nothing is proved; of a phone that was named, whether it is
/// meant.
pub fn answer(found: Result<(&Release, Option<bool>), &str>) -> String {
    let body = match found {
        Ok((release, meant)) => {
            let of_phone = match meant {
                None => "Give the phone's IMEI to see whether this phone is meant.",
                Some(true) => "It is the certificate of the phone with this IMEI.",
                Some(false) => "",
            };
            if meant == Some(false) {
                "<h1 class=\"no\">Not for this phone</h1><p>The certificate is genuine, and is of \
                 another phone than the one with this IMEI. If the phone has two IMEIs, try the \
                 other.</p>"
                    .to_owned()
            } else {
                format!(
                    "<h1 class=\"yes\">Released</h1><p>This certificate is genuine. The phone is \
                     free for ever. {of_phone}</p>{}",
                    facts(release)
                )
            }
        }
        Err(why) => format!(
            "<h1 class=\"no\">Not proved</h1><p>{}.</p><p>It says nothing about a phone.</p>",
            escaped(why)
        ),
    };
    page("Is this phone released?", &format!("{body}<hr>{FORM}"))
}

fn facts(release: &Release) -> String {
    let when = moment(release);
    let when = when.get(..19).unwrap_or(&when).replace('T', " ");
    format!(
        "<dl><dt>Lender</dt><dd>{}</dd><dt>Contract</dt><dd><code>{}</code></dd><dt>Released\
         </dt><dd>{when} UTC</dd></dl>",
        escaped(&release.lender),
        uuid::Uuid::from_bytes(release.contract.0),
    )
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><title>{title}</title><style>{STYLE}\
         </style></head><body>{body}</body></html>\n"
    )
}

/// Text that cannot be taken for markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_no_markup() {
        assert_eq!(escaped("<b a='\"'>&"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
        assert!(!answer(Err("<script>")).contains("<script>"));
    }
}
