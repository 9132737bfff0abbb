//! The certificate as typed: handed out here, checked elsewhere.

use crate::kit::House;

const CONTRACT: &str = "reference,imei,currency,cash_price,down_payment,count,unit,every,\
instalment,first_due,time_zone,language,programme,borrower_name,borrower_phone,consent_form,\
consent_version,consent_at\nA-1,001010020079198,INR,1200.00,0,12,weeks,1,,2030-01-06,\
Asia/Kolkata,hi,standard,Asha,,form,1,2019-12-30\n";

#[test]
fn a_certificate_is_handed_out_and_checked_without_the_data() {
    let house = House::founded();
    house.ok(&["import", "contracts", &house.file("c.csv", CONTRACT)]);
    let file = |name: &str| house.folder.path().join(name).display().to_string();
    assert_eq!(house.run(&["certificate", "A-1"]).code, 1, "nothing is paid");
    let paid = "provider,provider_id,reference,amount,paid_at\ndesk,D-1,A-1,1200.00,2026-01-10\n";
    house.ok(&["import", "payments", &house.file("p.csv", paid)]);
    for name in ["a.cbor", "a.json", "a.txt"] {
        house.ok(&["certificate", "A-1", "--out", &file(name)]);
    }
    let page = house.ok(&["certificate", "A-1", "--form", "html", "--link", "https://l.example"]);
    assert!(page.out.contains("<svg"), "{}", page.out);
    let keys = house.json(&["admin", "signing-key", "list"]);
    let root = keys["root_public_key"].as_str().unwrap();
    let elsewhere = House::empty();
    for name in ["a.cbor", "a.json", "a.txt"] {
        let found = elsewhere.json(&["verify", &file(name), "--root", root]);
        assert_eq!((&found["holds"], &found["this_phone"]), (&true.into(), &().into()));
    }
    let text = std::fs::read_to_string(file("a.txt")).unwrap();
    let link = format!("https://l.example/verify/{}", text.trim());
    let own = ["verify", &link, "--root", root, "--imei", "001010020079198"];
    assert_eq!(elsewhere.json(&own)["this_phone"], true);
    let code = |args: &[&str]| {
        let ran = elsewhere.run(&[args, &["--json"]].concat());
        (ran.code, ran.json()["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    let other = ["verify", &link, "--root", root, "--imei", "351163520096208"];
    assert_eq!(code(&other), (1, "another_phone".into()));
    let strange = "00".repeat(32);
    assert_eq!(code(&["verify", &link, "--root", &strange]), (1, "not_proved".into()));
    assert_eq!(code(&["verify", "no-such-thing", "--root", root]), (2, "no_certificate".into()));
    assert_eq!(elsewhere.run(&["verify", &link]).code, 2, "without keys nothing is proved");
}
