//! Books as CSV: what is read, what is refused, and where.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Currency, Imei, Zone};
use formats::book::{self, RejectFile, Row, RowError, Rows, When};
use proptest::prelude::*;

const DEVICES: &str = "imei,imei2,serial,make,model\n";
const CONTRACTS: &str = "reference,imei,currency,cash_price,down_payment,count,unit,every,\
    instalment,first_due,time_zone,language,programme,borrower_name,borrower_phone\n";
const PAYMENTS: &str = "provider,provider_id,reference,amount,paid_at\n";
const GOOD: &str = "C-1,351163520096208,INR,19999.00,1999,12,months,1,,2026-03-31,Asia/Kolkata,\
    hi,standard,आशा देवी,+91 98100 00000\n";

/// Every fault of a file as `line column code`.
fn faults<R: std::io::Read, T: Row>(rows: Result<Rows<R, T>, Vec<RowError>>) -> Vec<String> {
    let brief = |error: &RowError| {
        format!("{} {} {}", error.line, error.column, error.code).replace("  ", " ")
    };
    match rows {
        Err(errors) => errors.iter().map(brief).collect(),
        Ok(rows) => {
            rows.filter_map(Result::err).flat_map(|row| row.errors).map(|e| brief(&e)).collect()
        }
    }
}

fn device_faults(text: &str) -> Vec<String> {
    faults(book::devices(text.as_bytes()))
}

/// Faults of the good contract row with one text replaced.
fn contract_faults(from: &str, to: &str) -> Vec<String> {
    let row = GOOD.replacen(from, to, 1);
    assert_ne!(row, GOOD, "{from}");
    faults(book::contracts((CONTRACTS.to_owned() + &row).as_bytes()))
}

fn payment_faults(rows: &str) -> Vec<String> {
    faults(book::payments((PAYMENTS.to_owned() + rows).as_bytes()))
}

#[test]
fn devices_are_read_however_the_file_is_written() {
    let plain = "351163520096208,,S1,Maker,Model\n35-116352-009621-6,,,M,\"X, 5\"\"\"\n";
    for text in [
        DEVICES.to_owned() + plain,
        "\u{feff}".to_owned() + DEVICES + plain,
        (DEVICES.to_owned() + plain).replace('\n', "\r\n"),
        (DEVICES.to_owned() + plain).trim_end().to_owned(),
        DEVICES.replace("imei,", " imei ,") + plain,
        DEVICES.to_owned() + "\n\n" + plain,
    ] {
        let rows: Vec<_> = book::devices(text.as_bytes()).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2, "{text}");
        assert_eq!(rows[0].row.imei.digits(), "35116352009620");
        assert_eq!(rows[0].row.serial.as_deref(), Some("S1"));
        assert_eq!(rows[1].row.imei.digits(), "35116352009621");
        assert_eq!((rows[1].row.serial.as_deref(), rows[1].row.model.as_str()), (None, "X, 5\""));
    }
    let swapped = "model,make,serial,imei2,imei\nX,M,,,351163520096208\n";
    let row = book::devices(swapped.as_bytes()).unwrap().next().unwrap().unwrap().row;
    assert_eq!((row.model.as_str(), row.make.as_str()), ("X", "M"));
}

#[test]
fn lines_are_those_an_editor_shows() {
    let bad = "x,,,M,X\n";
    let text = DEVICES.to_owned() + bad + "\n\n" + bad + "y,,,\"two\nlines\",X\n" + bad;
    let lines = |text: &str| {
        let rows = book::devices(text.as_bytes()).unwrap();
        rows.filter_map(Result::err).map(|row| row.line).collect::<Vec<u64>>()
    };
    assert_eq!(lines(&text), [2, 5, 6, 8]);
    assert_eq!(lines(&text.replace('\n', "\r\n")), [2, 5, 6, 8]);
    assert_eq!(lines(text.trim_end()), [2, 5, 6, 8]);
    assert_eq!(lines(&(DEVICES.to_owned() + "\"x,,,M,X\n" + bad)), [2]);
}

#[test]
fn every_fault_of_the_header_is_told() {
    assert_eq!(device_faults(""), ["1 empty_file"]);
    assert_eq!(
        device_faults("imei,colour,imei,serial,make,model\n"),
        ["1 colour unknown_column", "1 imei duplicate_column", "1 imei2 missing_column"]
    );
    let semicolons = DEVICES.replace(',', ";");
    assert_eq!(device_faults(&semicolons)[0], "1 unknown_column");
    assert!(device_faults(&(DEVICES.trim_end().to_owned() + ",error\n")).is_empty());
}

#[test]
fn every_fault_of_every_device_is_told() {
    let text = DEVICES.to_owned()
        + "351163520096209,1,,,X\n"
        + "351163520096208,351163520096208,,M,X\n"
        + "351163520096216,351163520096208,,M,X\n"
        + "3.51164E+14,,,M,X\n"
        + "990012001354866,,,M\n";
    assert_eq!(
        device_faults(&text),
        [
            "2 imei bad_imei",
            "2 imei2 bad_imei",
            "2 make empty",
            "3 imei2 duplicate_imei",
            "4 imei2 duplicate_imei",
            "5 imei bad_imei",
            "6 field_count",
        ]
    );
    let latin = [DEVICES.as_bytes(), b"351163520096208,,,M\xfcller,X\n"].concat();
    assert_eq!(faults(book::devices(latin.as_slice())), ["2 make not_utf8"]);
    let long = DEVICES.to_owned() + "351163520096208,,,\"M,X\n" + &"y".repeat(70_000);
    assert_eq!(device_faults(&long), ["2 row_too_long"]);
}

#[test]
fn a_contract_becomes_terms() {
    let text = CONTRACTS.to_owned() + GOOD;
    let read = book::contracts(text.as_bytes()).unwrap().next().unwrap().unwrap();
    let row = read.row;
    assert_eq!((read.line, row.reference.as_str(), row.programme.as_str()), (2, "C-1", "standard"));
    assert_eq!((row.terms.total(), row.terms.finance_charge()), (1_800_000, 0));
    assert_eq!(row.terms.rows().len(), 12);
    assert_eq!(row.terms.rows()[1].due.to_string(), "2026-04-30");
    assert_eq!((row.borrower_name.as_str(), row.consent), ("आशा देवी", None));
    let given = text.replace("1,,2026", "1,1600.50,2026");
    let row = book::contracts(given.as_bytes()).unwrap().next().unwrap().unwrap().row;
    assert_eq!((row.terms.total(), row.terms.finance_charge()), (1_920_600, 120_600));
    let none_down = text.replace(",1999,", ",,");
    let row = book::contracts(none_down.as_bytes()).unwrap().next().unwrap().unwrap().row;
    assert_eq!(row.terms.down_payment(), 0);
}

#[test]
fn consent_comes_whole_or_not_at_all() {
    let header = CONTRACTS.trim_end().to_owned() + ",consent_form,consent_version,consent_at\n";
    let row = |consent: &str| {
        let text = header.clone() + GOOD.trim_end() + consent + "\n";
        book::contracts(text.as_bytes()).unwrap().next().unwrap().map(|read| read.row.consent)
    };
    assert_eq!(row(",,,").unwrap(), None);
    let consent = row(",sale,3,2026-02-28").unwrap().unwrap();
    assert_eq!(consent.at.rfc3339(), "2026-02-27T18:30:00.000000Z");
    let consent = row(",sale,3,2026-02-28T12:00:00+05:30").unwrap().unwrap();
    assert_eq!(consent.at.rfc3339(), "2026-02-28T06:30:00.000000Z");
    let errors = row(",sale,,").unwrap_err().errors;
    let columns: Vec<&str> = errors.iter().map(|error| error.column.as_str()).collect();
    assert_eq!(columns, ["consent_version", "consent_at"]);
}

/// The text that a consent was given on is named by language and hash, or not at all.
#[test]
fn a_consent_names_its_text_whole_or_not_at_all() {
    let header = CONTRACTS.trim_end().to_owned()
        + ",consent_hash,consent_form,consent_version,consent_at,consent_language\n";
    let row = |consent: &str| {
        let text = header.clone() + GOOD.trim_end() + consent + "\n";
        book::contracts(text.as_bytes()).unwrap().next().unwrap().map(|read| read.row.consent)
    };
    let hash = "0a".repeat(32);
    assert_eq!(row(",,sale,3,2026-02-28,").unwrap().unwrap().told, None);
    let told = row(&format!(",{hash},sale,3,2026-02-28,pt-BR")).unwrap().unwrap().told.unwrap();
    assert_eq!((told.language.as_str(), told.hash), ("pt-BR", [10; 32]));
    assert_eq!(row(",,,,,").unwrap(), None);
    let faults = |consent: &str| -> Vec<(String, &str)> {
        let errors = row(consent).unwrap_err().errors;
        errors.into_iter().map(|error| (error.column, error.code)).collect()
    };
    let cases = [
        (format!(",{hash},sale,3,2026-02-28,"), "consent_language", "empty"),
        (",,sale,3,2026-02-28,hi".to_owned(), "consent_hash", "empty"),
        (",0a0a,sale,3,2026-02-28,hi".to_owned(), "consent_hash", "bad_hash"),
        (format!(",{},sale,3,2026-02-28,hi", "0A".repeat(32)), "consent_hash", "bad_hash"),
        (format!(",{hash},sale,3,2026-02-28,Hindi"), "consent_language", "bad_language"),
        (format!(",{hash},sale,3,,hi"), "consent_at", "empty"),
    ];
    for (consent, column, code) in cases {
        assert_eq!(faults(&consent), [(column.to_owned(), code)], "{consent}");
    }
    let alone = faults(&format!(",{hash},,,,hi"));
    assert_eq!(alone.len(), 3, "a text without a consent: {alone:?}");
}

#[test]
fn a_wrong_contract_says_where_and_what() {
    let cases = [
        ("C-1", "", "2 reference empty"),
        ("C-1", &"C".repeat(65), "2 reference too_long"),
        ("351163520096208", "351163520096209", "2 imei bad_imei"),
        ("INR", "RUPEE", "2 currency unknown_currency"),
        ("19999.00", "19999.001", "2 cash_price amount_too_precise"),
        ("19999.00", "19.999,00", "2 field_count"),
        ("19999.00", "-1", "2 cash_price bad_amount"),
        ("19999.00", "99999999999999999999", "2 cash_price amount_overflow"),
        (",1999,", ",-5,", "2 down_payment bad_amount"),
        (",1999,", ",19999,", "2 down_payment nothing_financed"),
        (",12,", ",0,", "2 count bad_number"),
        (",12,", ",521,", "2 count bad_number"),
        (",12,", ",1.5,", "2 count bad_number"),
        (",12,", ",+12,", "2 count bad_number"),
        ("months", "month", "2 unit bad_unit"),
        (",1,,", ",367,,", "2 every bad_number"),
        (",1,,", ",1,1499,", "2 instalment schedule_short"),
        (",1,,", ",1,0,", "2 instalment schedule_amount"),
        (",1,,", ",1,92233720368547758.07,", "2 instalment schedule_overflow"),
        ("2026-03-31", "31.03.2026", "2 first_due bad_date"),
        ("2026-03-31", "8999-03-31", "2 first_due schedule_date"),
        ("Asia/Kolkata", "IST", "2 time_zone unknown_time_zone"),
        (",hi,", ",Hindi language,", "2 language bad_language"),
        ("standard", " ", "2 programme empty"),
        ("आशा देवी", "", "2 borrower_name empty"),
        ("आशा देवी", "a\u{7}b", "2 borrower_name bad_text"),
        ("+91 98100 00000", "call me", "2 borrower_phone bad_phone"),
    ];
    for (from, to, expected) in cases {
        assert_eq!(contract_faults(from, to), [expected], "{from} -> {to}");
    }
    let twice = CONTRACTS.to_owned() + GOOD + GOOD;
    let expected = ["3 reference duplicate_reference", "3 imei duplicate_imei"];
    assert_eq!(faults(book::contracts(twice.as_bytes())), expected);
    let wrong_everywhere = contract_faults("C-1,351163520096208,INR", ",1,XX");
    let expected = ["2 reference empty", "2 imei bad_imei", "2 currency unknown_currency"];
    assert_eq!(wrong_everywhere, expected);
}

#[test]
fn errors_hide_personal_data() {
    let text = CONTRACTS.to_owned()
        + &GOOD.replace("+91 98100 00000", "secret number").replace("6208", "6209");
    let rejected = book::contracts(text.as_bytes()).unwrap().next().unwrap().unwrap_err();
    let shown = format!("{rejected:?}");
    assert!(!shown.contains("secret") && !shown.contains("0096209"), "{shown}");
    assert!(shown.contains("35116352..."), "{shown}");
    let good = CONTRACTS.to_owned() + GOOD;
    let read = book::contracts(good.as_bytes()).unwrap().next().unwrap().unwrap();
    let shown = format!("{read:?}");
    assert!(!shown.contains("98100") && !shown.contains("0096208"), "{shown}");
    let error = rejected.errors[0].to_string();
    let expected = "line 2, imei \"35116352...\": the check digit is wrong: read the IMEI again \
                    (dial *#06#)";
    assert_eq!(error, expected);
}

#[test]
fn payments_wait_for_their_currency() {
    let text = PAYMENTS.to_owned()
        + "bank,1,C-1,1500.50,2026-03-31T10:00:00+05:30\nbank,2,C-2,0.5,2026-04-01\n";
    let rows: Vec<_> = book::payments(text.as_bytes()).unwrap().map(Result::unwrap).collect();
    let currency = |code| Currency::parse(code).unwrap();
    assert_eq!(rows[0].amount(currency("INR")).unwrap().minor, 150_050);
    let error = rows[0].amount(currency("JPY")).unwrap_err();
    assert_eq!((error.line, error.column.as_str()), (2, "amount"));
    assert_eq!((error.code, error.value.as_str()), ("amount_too_precise", "1500.50"));
    let zone = Zone::parse("Asia/Kolkata").unwrap();
    assert_eq!(rows[0].row.paid_at.moment(&zone).rfc3339(), "2026-03-31T04:30:00.000000Z");
    assert!(matches!(rows[1].row.paid_at, When::On(_)));
    assert_eq!(rows[1].row.paid_at.moment(&zone).rfc3339(), "2026-03-31T18:30:00.000000Z");
}

#[test]
fn a_wrong_payment_says_where_and_what() {
    let cases = [
        ("bank,1,C-1,0,2026-03-31\n", "2 amount amount_not_positive"),
        ("bank,1,C-1,0.00,2026-03-31\n", "2 amount amount_not_positive"),
        ("bank,1,C-1,-5,2026-03-31\n", "2 amount bad_amount"),
        ("bank,1,C-1,\"1,5\",2026-03-31\n", "2 amount bad_amount"),
        ("bank,1,C-1,5.,2026-03-31\n", "2 amount bad_amount"),
        ("bank,,C-1,5,2026-03-31\n", "2 provider_id empty"),
        (",1,C-1,5,2026-03-31\n", "2 provider empty"),
        ("bank,1,C-1,5,yesterday\n", "2 paid_at bad_moment"),
        ("bank,1,C-1,5,2026-03-31T10:00:00\n", "2 paid_at bad_moment"),
    ];
    for (row, expected) in cases {
        assert_eq!(payment_faults(row), [expected], "{row}");
    }
    let first = "bank,1,C-1,5.0,2026-03-31\n";
    let same = first.to_owned() + "bank,1,C-1,5.00,2026-03-31\nbank2,1,C-9,1,2026-03-31\n";
    assert!(payment_faults(&same).is_empty());
    let other = first.to_owned() + "bank,1,C-1,6,2026-03-31\n";
    assert_eq!(payment_faults(&other), ["3 provider_id duplicate_payment"]);
}

#[test]
fn a_reject_file_corrected_imports_as_it_is() {
    let bad = GOOD.replace("INR", "RUPEE").replace("आशा", "\"आशा, \"\"A\"\"\"");
    let text = CONTRACTS.to_owned() + &bad.replace("\"\"\" देवी", "\"\" देवी\"");
    let mut rows = book::contracts(text.as_bytes()).unwrap();
    let mut file = RejectFile::new(Vec::new(), rows.header()).unwrap();
    let rejected = rows.next().unwrap().unwrap_err();
    file.push(&rejected.record, &rejected.errors).unwrap();
    let written = String::from_utf8(file.finish().unwrap()).unwrap();
    assert!(written.starts_with(&(CONTRACTS.trim_end().to_owned() + ",error\n")), "{written}");
    assert!(written.contains("currency: expected an ISO 4217 code"), "{written}");
    let corrected = written.replace("RUPEE", "INR");
    let mut again = book::contracts(corrected.as_bytes()).unwrap();
    let mut file = RejectFile::new(Vec::new(), again.header()).unwrap();
    let read = again.next().unwrap().unwrap();
    assert_eq!(read.row.borrower_name, "आशा, \"A\" देवी");
    file.push(&read.record, &[]).unwrap();
    let twice = String::from_utf8(file.finish().unwrap()).unwrap();
    assert_eq!(twice.matches("error").count(), 1, "{twice}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_bytes_panic(
        header in 0..4_usize,
        bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r')], 0..400
        ),
    ) {
        let header = ["", DEVICES, CONTRACTS, PAYMENTS][header].as_bytes();
        let text = [header, &bytes].concat();
        let count = text.iter().filter(|byte| **byte == b'\n').count() + 2;
        let in_file = |faults: Vec<String>| faults.iter().all(|fault| {
            fault.split(' ').next().unwrap().parse::<usize>().unwrap() <= count
        });
        prop_assert!(in_file(faults(book::devices(text.as_slice()))));
        prop_assert!(in_file(faults(book::contracts(text.as_slice()))));
        prop_assert!(in_file(faults(book::payments(text.as_slice()))));
    }

    /// Cells of any text: a row that is refused says why.
    #[test]
    fn any_text_in_any_cell_is_told_or_read(cells in proptest::collection::vec("\\PC{0,12}", 15)) {
        let text = CONTRACTS.to_owned() + &csv_of(&cells);
        let mut rows = book::contracts(text.as_bytes()).unwrap();
        if let Some(Err(rejected)) = rows.next() {
            prop_assert!(!rejected.errors.is_empty());
            prop_assert_eq!(rejected.line, 2);
        }
    }
}

fn csv_of(cells: &[String]) -> String {
    let quoted: Vec<String> =
        cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
    quoted.join(",") + "\n"
}

/// The committed example book is whole: every contract has its device, every payment its contract.
#[test]
fn the_example_book_has_no_fault() {
    let devices = include_bytes!("../../../examples/devices.csv").as_slice();
    let contracts = include_bytes!("../../../examples/contracts.csv").as_slice();
    let payments = include_bytes!("../../../examples/payments.csv").as_slice();
    let devices: Vec<_> = book::devices(devices).unwrap().map(Result::unwrap).collect();
    let contracts: Vec<_> = book::contracts(contracts).unwrap().map(Result::unwrap).collect();
    let payments: Vec<_> = book::payments(payments).unwrap().map(Result::unwrap).collect();
    assert_eq!((devices.len(), contracts.len(), payments.len()), (5_000, 5_000, 60_000));
    let imeis: BTreeSet<Imei> = devices.iter().map(|read| read.row.imei).collect();
    assert!(contracts.iter().all(|read| imeis.contains(&read.row.imei)));
    let mut owed: BTreeMap<&str, (Currency, i64)> = BTreeMap::new();
    for read in &contracts {
        let terms = &read.row.terms;
        owed.insert(&read.row.reference, (terms.currency(), terms.total()));
    }
    for read in &payments {
        let (currency, left) = owed.get_mut(read.row.reference.as_str()).unwrap();
        *left -= read.amount(*currency).unwrap().minor;
    }
    assert!(owed.values().all(|(_, left)| *left >= 0));
    let settled = owed.values().filter(|(_, left)| *left == 0).count();
    assert!((100..2_000).contains(&settled), "{settled}");
    let currencies: BTreeSet<Currency> = owed.values().map(|(currency, _)| *currency).collect();
    assert!(currencies.len() >= 8, "{currencies:?}");
}

#[test]
fn a_contract_may_be_told_by_terms() {
    let row = |count: &str, price: &str, terms: &str| {
        let quoted = terms.replace('"', "\"\"");
        let head = CONTRACTS.trim_end().to_owned() + ",terms\n";
        let start = format!("C-1,351163520096208,INR,{price},,{count},,,,,Asia/Kolkata");
        format!("{head}{start},hi,standard,A,,\"{quoted}\"\n")
    };
    let terms = r#"{"principal":"100","start_date":"2026-01-31","count":3,
        "annual_rate_percent":9.5,"down_payment_percent":10}"#;
    let terms = terms.replace('\n', " ");
    let terms = terms.as_str();
    let text = row("", "100.00", terms);
    let read = book::contracts(text.as_bytes()).unwrap().next().unwrap().unwrap().row;
    assert_eq!((read.terms.cash_price(), read.terms.down_payment()), (10_000, 1_000));
    assert_eq!(read.terms.rows().len(), 3);
    let origin = read.terms.origin().unwrap();
    assert_eq!((origin.plan.rate.0, origin.version), (95_000_000, 1));
    let faults = |text: String| faults(book::contracts(text.as_bytes()));
    assert_eq!(faults(row("3", "100.00", terms)), ["2 terms schedule_twice"]);
    assert_eq!(faults(row("", "100.01", terms)), ["2 cash_price price_mismatch"]);
    assert_eq!(faults(row("", "100.00", "{")), ["2 terms bad_json"]);
    let dear = terms.replace("9.5", "1e9").replace("1e9", "1000.5");
    assert_eq!(faults(row("", "100.00", &dear)), ["2 terms rate_absurd"]);
    let wrong = terms.replace("count", "cuont");
    assert_eq!(faults(row("", "100.00", &wrong)), ["2 terms.count bad_terms"]);
}

/// A contract whose account is kept elsewhere has a currency and no schedule.
#[test]
fn an_account_kept_elsewhere_needs_no_schedule() {
    let header = CONTRACTS.trim_end().to_owned() + ",standing\n";
    let row = "C-9,351163520096208,INR,,,,,,,,Asia/Kolkata,hi,standard,Asha Devi,,outside\n";
    let read = |row: &str| book::contracts((header.clone() + row).as_bytes()).unwrap().next();
    let terms = read(row).unwrap().unwrap().row.terms;
    assert!(terms.is_outside());
    assert_eq!((terms.rows().len(), terms.total(), terms.cash_price()), (0, 0, 0));
    let told = |row: &str| faults(book::contracts((header.clone() + row).as_bytes()));
    let priced = row.replace("INR,,", "INR,19999,1999");
    assert_eq!(told(&priced), [""; 0]);
    assert_eq!(told(&row.replace("outside", "elsewhere")), ["2 standing bad_standing"]);
    let scheduled = row.replace("INR,,,,,,,,", "INR,,,12,months,1,,2026-03-31,");
    let unwanted =
        ["count", "unit", "every", "first_due"].map(|name| format!("2 {name} schedule_unwanted"));
    assert_eq!(told(&scheduled), unwanted);
    let unpriced = row.replace(",outside", ",");
    assert!(told(&unpriced).contains(&"2 cash_price empty".to_owned()));
}

const STANDINGS: &str = "reference,as_of,past_due,oldest_unpaid,settled,next_due,next_amount\n";

#[test]
fn standings_are_read_and_every_fault_is_named() {
    let told = |rows: &str| faults(book::standings((STANDINGS.to_owned() + rows).as_bytes()));
    let good = "C-1,2026-11-21T02:00:00Z,1582.00,2026-10-05,,2026-12-05,791\n\
        C-2,2026-11-21,0,,yes,,\nC-2,2026-11-21,0,,yes,,\n";
    assert_eq!(told(good), [""; 0]);
    let text = STANDINGS.to_owned() + good;
    let rows: Vec<_> =
        book::standings(text.as_bytes()).unwrap().map(|row| row.unwrap().row).collect();
    assert_eq!(rows[0].oldest_unpaid.unwrap().to_string(), "2026-10-05");
    assert_eq!(rows[0].next_due.as_ref().unwrap().1, "791");
    assert!(matches!(rows[1].as_of, When::On(_)) && rows[1].settled && !rows[0].settled);
    let bad = "C-1,soon,-5,05.10.2026,maybe,2026-12-05,\n,2026-11-21,,,,,7\n";
    let faults = [
        "2 as_of bad_moment",
        "2 past_due bad_amount",
        "2 oldest_unpaid bad_date",
        "2 settled bad_flag",
        "2 next_amount empty",
        "3 reference empty",
        "3 past_due empty",
        "3 next_due empty",
    ];
    assert_eq!(told(bad), faults);
    let twice = "C-1,2026-11-21,5,2026-10-05,,,\nC-1,2026-11-21,6,2026-10-05,,,\n";
    assert_eq!(told(twice), ["3 as_of duplicate_standing"]);
}

/// A phone sold by days has a price of a day and no schedule; a part payment needs one.
#[test]
fn days_are_sold_without_a_schedule() {
    let header = CONTRACTS.trim_end().to_owned()
        + ",payg_day_price,payg_total_days,payg_free_days,payg_carry,partial_unlock_day_price\n";
    let row = "C-9,351163520096208,INR,9000,,,,,,,Asia/Kolkata,hi,standard,Asha Devi,,\
        25.00,365,3,no,\n";
    let read = |row: &str| book::contracts((header.clone() + row).as_bytes()).unwrap().next();
    let terms = read(row).unwrap().unwrap().row.terms;
    let domain::terms::Servicing::Payg(payg) = terms.servicing() else { panic!("{terms:?}") };
    assert_eq!((payg.total, payg.free_days, payg.rate.day_price), (912_500, 3, 2_500));
    assert_eq!((payg.rate.carry, payg.rate.max_ahead_days), (false, None));
    assert_eq!((terms.rows().len(), terms.finance_charge()), (0, 0));
    let told = |row: &str| faults(book::contracts((header.clone() + row).as_bytes()));
    assert_eq!(told(&row.replace(",365,", ",,")), [""; 0], "the price is the total");
    assert_eq!(told(&row.replace("25.00", "0")), ["2 payg_day_price amount_not_positive"]);
    assert_eq!(told(&row.replace(",365,", ",300,")), ["2 payg_total schedule_short"]);
    assert_eq!(told(&row.replace("25.00", "99999.00")), [""; 0]);
    assert_eq!(told(&row.replace(",no,", ",perhaps,")), ["2 payg_carry bad_flag"]);
    let scheduled = row.replace("9000,,,,,,,", "9000,,12,,,,,");
    assert_eq!(told(&scheduled), ["2 count schedule_unwanted"]);
    let eased = row.replace(",no,", ",no,50");
    assert_eq!(told(&eased), ["2 partial_unlock_day_price schedule_unwanted"]);
    let unpriced = row.replace("25.00", "");
    assert!(told(&unpriced).contains(&"2 payg_free_days schedule_unwanted".to_owned()));
    let mixed = GOOD.trim_end().to_owned() + ",,,,,50.00\n";
    let terms = read(&mixed).unwrap().unwrap().row.terms;
    let eased = terms.partial_unlock().unwrap();
    assert_eq!((eased.day_price, eased.max_ahead_days), (5_000, Some(30)));
}
