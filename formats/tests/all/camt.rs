//! Bank files: the project's own small ones, and those of a mature reader where they are at hand.

#![expect(clippy::disallowed_methods, reason = "a test reads its example files")]

use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use formats::{
    book::{RowError, When},
    camt::{self, Message, MessageKind, Taken},
};
use proptest::prelude::*;

fn example(name: &str) -> Message {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/camt").join(name);
    let bytes = std::fs::read(&path).unwrap();
    camt::message(bytes.as_slice()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What each record of a file means as money.
fn check(name: &str, expected: Expect) {
    let message = example(name);
    let mut text = String::new();
    for record in &message.records {
        match record.receipts(message.kind) {
            Ok(receipts) => {
                for one in &receipts.items {
                    let way = if one.taken == Taken::In { "in" } else { "back" };
                    let paid = match one.paid_at {
                        When::At(moment) => moment.rfc3339(),
                        When::On(day) => day.to_string(),
                    };
                    text += &format!(
                        "{way} {} {} {} {paid} {:?}",
                        one.provider_id, one.amount, one.currency, one.references
                    );
                    if let Some(why) = one.suspense {
                        text += &format!(" {why}");
                    }
                    text += "\n";
                }
                text += &format!("pending {}, passed {}\n", receipts.pending, receipts.passed);
            }
            Err(RowError { code, detail, .. }) => text += &format!("{code}: {detail}\n"),
        }
    }
    expected.assert_eq(&text);
}

#[test]
fn pending_is_not_money_and_a_value_date_is_not_later_than_the_booking() {
    check(
        "traps.v08.xml",
        expect![[r#"
        in BANK-1 100 EUR 2026-03-31 ["Rate EX-00001 Danke"]
        in BANK-2 50 EUR 2026-03-29 ["EX-00002"]
        pending 1, passed 1
    "#]],
    );
}

#[test]
fn a_batch_is_as_many_receipts_as_payments() {
    check(
        "batch.v02.xml",
        expect![[r#"
        in BANK-B/1 10 EUR 2026-03-31 ["EX-00001"]
        in BANK-B/2 20.5 EUR 2026-03-31 ["RF18EX00002"]
        in BANK-B/3 30 EUR 2026-03-31 ["EX-00003"]
        pending 0, passed 0
    "#]],
    );
    check(
        "batch-whole.v02.xml",
        expect![[r#"
        in BANK-B 60.5 EUR 2026-03-31 [] batch_without_details
        pending 0, passed 0
    "#]],
    );
    check(
        "batch-uneven.v02.xml",
        expect![[r#"
        in BANK-B 61.5 EUR 2026-03-31 [] batch_out_of_balance
        pending 0, passed 0
    "#]],
    );
}

#[test]
fn a_batch_told_whole_and_in_parts_names_its_other_self() {
    let whole = example("batch-whole.v02.xml");
    let parts = example("batch.v02.xml");
    let of = |message: &Message| message.records[0].receipts(message.kind).unwrap().items;
    let (whole, parts) = (of(&whole), of(&parts));
    assert_eq!(whole[0].same_as.as_ref(), Some(&parts[0].provider_id));
    assert!(parts.iter().all(|part| part.same_as.as_ref() == Some(&whole[0].provider_id)));
}

#[test]
fn a_reversal_is_read_so_that_the_balances_chain() {
    check(
        "reversal.v04.xml",
        expect![[r#"
        in BANK-1 100 EUR 2026-03-31 ["EX-00001"]
        back back:BANK-9 100 EUR 2026-03-31 ["EX-00001"]
        pending 0, passed 0
    "#]],
    );
    check(
        "reversal-flipped.v04.xml",
        expect![[r#"
        in BANK-1 100 EUR 2026-03-31 ["EX-00001"]
        back back:BANK-9 100 EUR 2026-03-31 ["EX-00001"]
        pending 0, passed 0
    "#]],
    );
    let message = example("reversal-flipped.v04.xml");
    let receipts = message.records[0].receipts(message.kind).unwrap();
    assert_eq!(receipts.items[1].originals, ["BANK-9", "BANK-1", "EX-00001"]);
}

#[test]
fn a_reference_is_found_wherever_it_hides() {
    check(
        "places.v13.xml",
        expect![[r#"
        in P-1 1.01 EUR 2026-03-31 ["REF-1"]
        in P-2 1.02 EUR 2026-03-31 ["REF-2"]
        in P-3 1.03 EUR 2026-03-31 ["invoice REF-3"]
        in P-4 1.04 EUR 2026-03-31 ["REF-4"]
        in P-5 1.05 EUR 2026-03-31 ["REF-5"]
        in P-6 1.06 EUR 2026-03-31 ["REF-6"]
        in N-7/1.07/2026-03-31 1.07 EUR 2026-03-31 ["REF-7"]
        pending 0, passed 0
    "#]],
    );
}

#[test]
fn five_decimals_stay_exact() {
    check(
        "decimals.v02.xml",
        expect![[r#"
        in D-1 8.85123 EUR 2026-03-31 ["EX-00001"]
        in D-2 8.85 EUR 2026-03-31 ["EX-00002"]
        pending 0, passed 0
    "#]],
    );
}

#[test]
fn each_statement_must_chain() {
    check(
        "statements.v08.xml",
        expect![[r#"
        in T-1 5 EUR 2026-03-31 []
        pending 0, passed 0
        in T-2 6 EUR 2026-03-31 []
        pending 0, passed 0
    "#]],
    );
    check(
        "unbalanced.v08.xml",
        expect![[r#"
        statement_out_of_balance: opening 0 and booked entries make 5, the closing balance is 5.01
    "#]],
    );
}

#[test]
fn prefixes_envelopes_and_foreign_elements_do_no_harm() {
    let message = example("notice.v06.xml");
    assert_eq!((message.kind, message.version), (MessageKind::Notification, 6));
    let detail = &message.records[0].entries[0].details[0];
    let name = detail.debtor.as_ref().and_then(|party| party.name.as_deref());
    assert_eq!(name, Some("Müller & Söhne"));
    check(
        "notice.v06.xml",
        expect![[r#"
            in 2026-03-31/0107819664b1c8cf 12.5 EUR 2026-03-31T09:59:59.000000Z ["EX-00001 <thx>"]
            pending 0, passed 0
        "#]],
    );
}

#[test]
fn the_same_money_has_the_same_id_in_every_file() {
    let notice = |text: String| {
        let message = camt::message(text.as_bytes()).unwrap();
        message.records[0].receipts(message.kind).unwrap().items[0].provider_id.clone()
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/camt/notice.v06.xml");
    let text = std::fs::read_to_string(path).unwrap();
    let again = text.replace("N-1", "N-2").replace("054.001.06", "054.001.12");
    assert_eq!(notice(text.clone()), notice(again));
    assert_ne!(notice(text.clone()), notice(text.replace("12.50", "12.51")));
}

#[test]
fn what_is_no_bank_file_is_told_with_its_line() {
    let document = |version: &str, inner: &str| {
        let urn = "urn:iso:std:iso:20022:tech:xsd";
        format!("<Document xmlns=\"{urn}:{version}\">\n{inner}</Document>")
    };
    let entry = |inner: &str| {
        let record = format!(
            "<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>\n<Stmt><Id>1</Id>\
             <Acct><Id><IBAN>X</IBAN></Id></Acct>\n{inner}</Stmt></BkToCstmrStmt>"
        );
        document("camt.053.001.08", &record)
    };
    let money =
        |amount: &str, rest: &str| entry(&format!("<Ntry>{amount}{rest}<Sts>BOOK</Sts></Ntry>"));
    let deep = "<a>".repeat(40);
    let cases = [
        (String::new(), "not_camt"),
        ("<a/>".to_owned(), "not_camt"),
        ("a,b\n1,2\n".to_owned(), "not_camt"),
        (document("camt.052.001.08", ""), "unknown_version"),
        (document("camt.053.001.14", ""), "unknown_version"),
        (document("camt.053.001.01", ""), "unknown_version"),
        (document("camt.053.001.08", ""), "missing_element"),
        (document("camt.053.001.08", "<BkToCstmrStmt></BkToCstmrStmt>"), "missing_element"),
        (entry(&deep), "unreadable"),
        (entry("<Ntry></Ntry>"), "missing_element"),
        (money("<Amt>1</Amt>", "<CdtDbtInd>CRDT</CdtDbtInd>"), "unknown_currency"),
        (money("<Amt Ccy=\"EUR\">-1</Amt>", "<CdtDbtInd>CRDT</CdtDbtInd>"), "bad_amount"),
        (money("<Amt Ccy=\"EUR\">1</Amt>", "<CdtDbtInd>CREDIT</CdtDbtInd>"), "bad_value"),
        (entry("<Ntry>&bomb;</Ntry>"), "unreadable"),
        (format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{}", entry("")), "unreadable"),
        (entry("").replace("</Stmt>", ""), "unreadable"),
        (entry(&format!("<AddtlStmtInf>{}</AddtlStmtInf>", "x".repeat(70_000))), "unreadable"),
        (entry(&"<FrToDt><a>b</a></FrToDt>".repeat(2)), "none"),
        (format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{}", entry("")), "not_utf8"),
    ];
    for (text, code) in cases {
        let found = camt::message(text.as_bytes()).map_or_else(|error| error.code, |_| "none");
        assert_eq!(found, code, "{:.200}", text);
    }
    let error = camt::message(entry("<Ntry></Ntry>").as_bytes()).unwrap_err();
    assert_eq!((error.line, error.column.as_str()), (4, "Ntry"));
}

proptest! {
    #[test]
    fn any_damage_gives_facts_or_an_error(
        at in 0_usize..9000,
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        for name in ["traps.v08.xml", "batch.v02.xml", "notice.v06.xml"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/camt").join(name);
            let mut bytes = std::fs::read(path).unwrap();
            let at = at % bytes.len();
            if cut {
                bytes.truncate(at);
            } else {
                bytes[at] = byte;
            }
            if let Ok(message) = camt::message(bytes.as_slice()) {
                for record in &message.records {
                    let _ = record.receipts(message.kind);
                }
            }
        }
    }

    #[test]
    fn any_bytes_give_facts_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(camt::message(bytes.as_slice()).is_err());
    }
}

/// The folder of files that belong to others; `None` where it is not at hand.
pub(crate) fn others() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/camt");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is missing", folder.display());
    println!("skipped: {} is not here", folder.display());
    None
}
