//! Policy packs through the built program.

use serde_json::Value;

use crate::kit::House;

fn pack(name: &str) -> String {
    let path = format!("{}/../packs/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn path(house: &House, name: &str) -> String {
    house.folder.path().join(name).display().to_string()
}

#[test]
fn a_pack_is_checked_signed_and_trusted() {
    let house = House::empty();
    let text = pack("test-fast").replace("\"test-fast\"", "\"my-law\"");
    let file = house.file("my-law.toml", &text);
    let told = house.ok(&["pack", "check", &file]);
    assert!(told.out.contains("my-law version 1: permitted, needs counsel, not signed"));
    let (key, second) = (path(&house, "counsel"), path(&house, "bench"));
    let trusted = path(&house, "trusted");
    std::fs::create_dir(&trusted).unwrap();
    let strict = ["pack", "check", &file, "--trusted", &trusted, "--json"];
    let unsigned = house.run(&strict);
    assert_eq!(unsigned.code, 1);
    assert_eq!(unsigned.json()["packs"][0]["error"]["code"], "pack_unsigned");

    house.ok(&["pack", "keygen", &key]);
    assert_eq!(house.run(&["pack", "keygen", &key]).code, 2, "a key is never overwritten");
    let sign = |key: &str| house.json(&["pack", "sign", &file, "--key", &format!("{key}.key")]);
    let signed = house.ok(&["pack", "sign", &file, "--key", &format!("{key}.key")]);
    assert!(signed.out.contains("my-law.toml.sig, by one publisher"), "{}", signed.out);
    assert!(signed.out.contains("another publisher"), "{}", signed.out);
    let again = sign(&key);
    assert_eq!((&again["new"], &again["missing"]), (&false.into(), &1.into()), "counts once");
    let untrusted = house.run(&strict);
    assert_eq!(untrusted.json()["packs"][0]["error"]["code"], "pack_untrusted");
    std::fs::copy(format!("{key}.pub"), format!("{trusted}/counsel.pub")).unwrap();
    let alone = house.run(&strict);
    assert_eq!(alone.code, 1);
    let error = &alone.json()["packs"][0]["error"];
    assert_eq!(error["code"], "pack_second_signature");
    assert!(error["detail"].as_str().unwrap().contains("signed by counsel alone"), "{error}");
    let told = house.ok(&["pack", "check", &file]).out;
    assert!(told.contains(" alone"), "{told}");
    house.ok(&["pack", "keygen", &second]);
    std::fs::copy(format!("{second}.pub"), format!("{trusted}/bench.pub")).unwrap();
    let both = sign(&second);
    assert_eq!((&both["new"], &both["missing"]), (&true.into(), &0.into()));
    assert_eq!(both["signed_by"].as_array().unwrap().len(), 2);
    let names = serde_json::json!(["counsel", "bench"]);
    assert_eq!(house.ok(&strict).json()["packs"][0]["signed_by"], names);

    house.file("my-law.toml", &text.replace("removal_hours = 24", "removal_hours = 25"));
    let changed = house.run(&strict);
    assert_eq!(changed.json()["packs"][0]["error"]["code"], "pack_signature");
    assert_eq!(sign(&second)["dropped"], 2, "what was signed before the change does not stay");
    let wrong =
        house.file("wrong.toml", &text.replace("min_dpd_restrict = 6", "min_dpd_restrict = 2"));
    let ran = house.run(&["pack", "check", &wrong, "--json"]);
    assert_eq!(ran.code, 1);
    let error = &ran.json()["packs"][0]["error"];
    assert_eq!((&error["line"], &error["field"]), (&14.into(), &"min_dpd_restrict".into()));
    assert_eq!(house.run(&["pack", "check", "no-such-file"]).code, 2);
    assert_eq!(house.run(&["pack", "sign", &wrong, "--key", &format!("{key}.key")]).code, 1);
    assert_eq!(house.run(&["pack", "sign", &file, "--key", &format!("{key}.pub")]).code, 2);
}

#[test]
fn the_strictest_of_several_packs_is_explained() {
    let house = House::empty();
    let text = pack("test-fast").replace("\"test-fast\"", "\"my-law\"");
    let file = house.file("my-law.toml", &text.replace("removal_hours = 24", "removal_hours = 2"));
    let programme = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/programme.toml");
    let args = ["pack", "explain", "in-rbi-draft-2026", &file, "--programme", programme];
    let told = house.json(&args);
    let field = |name: &str| {
        let fields = told["fields"].as_array().unwrap();
        fields.iter().find(|field| field["field"] == name).unwrap().clone()
    };
    assert_eq!(field("removal_hours")["by"], serde_json::json!(["my-law@1"]));
    assert_eq!(field("removal_hours")["value"], "2");
    assert_eq!(field("min_dpd_restrict")["by"], serde_json::json!(["in-rbi-draft-2026@1"]));
    assert_eq!(field("rung_max")["value"], "restrict");
    let steps = told["programme"]["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["stage"] != "lock"));
    let text = house.ok(&args).out;
    assert!(text.contains("min_dpd_restrict") && text.contains("restrict/4"), "{text}");
    let ran = house.run(&["pack", "explain", "no-such-pack"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("in-rbi-draft-2026"), "{}", ran.err);
}

#[test]
fn the_packs_of_a_place_are_listed() {
    let house = House::empty();
    let shipped = house.json(&["pack", "list"]);
    let ids = |told: &Value| -> Vec<String> {
        let packs = told["packs"].as_array().unwrap();
        packs.iter().map(|pack| pack["id"].as_str().unwrap().to_owned()).collect()
    };
    assert!(ids(&shipped).contains(&"in-rbi-draft-2026".to_owned()));

    let house = House::founded();
    let packs = house.data().join("packs");
    std::fs::create_dir_all(packs.join("trusted")).unwrap();
    let [counsel, bench] = ["counsel", "bench"].map(|name| {
        let key = path(&house, name);
        house.ok(&["pack", "keygen", &key]);
        std::fs::copy(format!("{key}.pub"), packs.join(format!("trusted/{name}.pub"))).unwrap();
        format!("{key}.key")
    });
    let text = pack("test-fast").replace("\"test-fast\"", "\"my-law\"");
    let file = packs.join("my-law.toml").display().to_string();
    std::fs::write(&file, &text).unwrap();
    std::fs::write(packs.join("loose.toml"), &text).unwrap();
    house.ok(&["pack", "sign", &file, "--key", &counsel]);
    let told = house.json(&["pack", "list"]);
    assert!(!ids(&told).contains(&"my-law".to_owned()), "one publisher makes no law");
    assert_eq!(told["refused"][1]["code"], "pack_second_signature");
    house.ok(&["pack", "sign", &file, "--key", &bench]);
    let told = house.json(&["pack", "list"]);
    assert!(ids(&told).contains(&"my-law".to_owned()));
    assert_eq!(told["refused"][0]["code"], "pack_unsigned");
    let listed = told["packs"].as_array().unwrap();
    let own = listed.iter().find(|pack| pack["id"] == "my-law").unwrap();
    assert_eq!(own["signed_by"].as_array().unwrap().len(), 2);
    let text = house.ok(&["pack", "list"]).out;
    assert!(text.contains("needs counsel") && text.contains("refused: "), "{text}");
}
