//! Words: in the contract's language, withheld where the law wants a reviewed text, and never two
//! under one version.

use domain::fact::Withheld;
use formats::words::{Words, builtin};
use server::app::{screens, sign_contract::NewContract};

use crate::{
    kit::*,
    phone::{Phone, pass_until},
};

/// A formal notice runs.
const NOTICE: protocol::Stage = protocol::Stage { rung: protocol::Rung::Notice, step: 0 };

fn speaking(language: &str) -> NewContract {
    let mut new = new_contract("C-1", 1);
    let (zone, language) = (new.terms.zone().clone(), language.to_owned());
    new.terms = domain::Terms::explicit(
        domain::terms::Price {
            currency: new.terms.currency(),
            cash_price: new.terms.cash_price(),
            down_payment: new.terms.down_payment(),
        },
        new.terms.rows().to_vec(),
        zone,
        language,
    )
    .unwrap();
    new
}

#[tokio::test]
async fn the_phone_says_everything_in_the_contracts_language() {
    let house = House::new().await;
    let unit = house.sign(speaking("hi-IN")).await;
    let mut phone = Phone::new(1);
    phone.offer(&house, unit).await;
    let agent::PhaseView::Asking { terms } = phone.agent.view(phone.at).phase else {
        panic!("nothing is asked: {:?}", phone.problems)
    };
    assert_eq!(terms.language, "hi");
    assert!(terms.disclosure.starts_with("किस्तों पर यह फ़ोन"), "{}", terms.disclosure);
    phone.accept(true);
    phone.talk(&house.app).await;
    pass_until(&house, &mut phone, NOTICE, 60).await;
    let view = phone.agent.view(phone.at);
    assert!(view.behind_tap.reason.ends_with("औपचारिक सूचना चल रही है: नीचे देखें।"));
    assert!(view.front.managed_by.contains("किस्तों पर"));
    let notice = view.notices.first().unwrap();
    assert_eq!(notice.language, "hi", "the language that is really spoken");
    assert!(notice.text.starts_with("सूचना 1, Example Handset Finance Ltd., "), "{}", notice.text);
    house.check().await;
}

#[tokio::test]
async fn a_language_that_nobody_has_is_spoken_in_english_and_says_so() {
    let house = House::new().await;
    let unit = house.sign(speaking("ta-IN")).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    pass_until(&house, &mut phone, NOTICE, 60).await;
    let notices = &house.contract(unit).await.notices;
    assert_eq!(notices[0].language, "en");
}

/// What a text was made of is told with it, as it was on that day: another template, or a review
/// that comes later, changes no line.
#[tokio::test]
async fn a_frozen_notice_names_its_templates_and_who_reviewed_them() {
    let house = House::new().await;
    let (program, own) = (house.sign(new_contract("C-1", 1)).await, new_contract("C-2", 2));
    let mut phone = Phone::new(1);
    phone.enrol(&house, program).await;
    pass_until(&house, &mut phone, NOTICE, 60).await;
    let before = prepared(&house, program).await;
    let draft = r#""templates":[{"own":false,"reviewed":null,"version":1}],"text":"NOTICE 1 "#;
    assert!(before.contains(draft), "{before}");

    let contact = "### language = en\n### version = 7\n### status = reviewed\n\
                   ### reviewed_by = A. Person\n### reviewed_on = 2026-01-02\n\n\
                   contact = Ask us: { $lender }, { $phone }. Complaints: { $complaints }\n";
    let words = Words::with(&[("en.ftl".to_owned(), contact.to_owned())]).unwrap();
    house.app.learn_words(house.tenant, words);
    let own = house.sign(own).await;
    let mut phone = Phone::new(2);
    phone.enrol(&house, own).await;
    pass_until(&house, &mut phone, NOTICE, 60).await;
    let both = r#""templates":[{"own":false,"reviewed":null,"version":1},"#.to_owned()
        + r#"{"own":true,"reviewed":{"by":"A. Person","on":"2026-01-02"},"version":7}]"#;
    let told = prepared(&house, own).await;
    assert!(told.contains(&both) && told.contains("Ask us: "), "{told}");
    assert_eq!(prepared(&house, program).await, before, "what was frozen stays");
    house.check().await;
}

/// The journal's line of the first notice of a contract.
async fn prepared(house: &House, unit: domain::UnitId) -> String {
    let journal = house.journal(unit).await;
    let line = journal.into_iter().find(|line| line.text.contains(r#""notice_prepared""#));
    line.expect("a notice was frozen").text
}

/// Other words make another version: a phone never hears two things under one number.
#[tokio::test]
async fn changed_words_come_with_a_version_of_their_own() {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    let (before, lines) = (phone.agent.sequence(), house.journal(unit).await.len());
    phone.check_in(&house.app).await;
    assert_eq!(phone.agent.sequence(), before, "nothing changed, nothing is written");
    assert_eq!(house.journal(unit).await.len(), lines);
    let own = "### language = en\n### version = 2\n### status = draft\n\n\
               stage-clear = All is well.\n";
    let words = Words::with(&[("en.ftl".to_owned(), own.to_owned())]).unwrap();
    house.app.learn_words(house.tenant, words);
    phone.check_in(&house.app).await;
    assert_eq!(phone.agent.sequence(), before + 1);
    assert_eq!(phone.agent.view(phone.at).behind_tap.reason, "All is well.");
    assert_eq!(phone.problems, [""; 0], "the agent refused nothing");
    phone.check_in(&house.app).await;
    assert_eq!(phone.agent.sequence(), before + 1, "once");
    house.check().await;
}

#[tokio::test]
async fn a_draft_is_no_notice_where_the_law_wants_a_reviewed_text() {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let loaded = house.app.contract_of(house.tenant, unit).await.unwrap();
    let words = Words::builtin();
    let show_from = house.app.now().plus_seconds(20 * DAY);
    let due = screens::Due { k: 1, owed: 100_000, show_from };
    let mut ladder = (*loaded.ladder).clone();
    let text = |ladder: &domain::Ladder, words: &Words| {
        screens::notice_text(&loaded.contract, ladder, words.voice("en"), due)
    };
    assert!(text(&ladder, &words).unwrap().starts_with("NOTICE 1 from Example Handset Finance"));
    ladder.conduct.drafts_refused = true;
    assert_eq!(text(&ladder, &words), Err(Withheld::Draft));
    let reviewed = "= reviewed\n### reviewed_by = A. Person\n### reviewed_on = 2026-02-01";
    let (_, english) = builtin().iter().find(|(name, _)| *name == "en.ftl").unwrap();
    let file = ("en.ftl".to_owned(), english.replacen("= draft", reviewed, 1));
    let own = Words::with(&[file]).unwrap();
    assert!(text(&ladder, &own).is_ok(), "a named person vouches for all of it");
    ladder.how_to_pay = "x".repeat(2_000);
    assert_eq!(text(&ladder, &own), Err(Withheld::TooLong), "never cut");
}
