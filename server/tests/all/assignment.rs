//! A contract passed on to another lender, with the real agent.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use domain::{Moment, TenantId, UnitId, hold::HoldKind};
use protocol::{Message, Rung, Stage, cert::KeyKind};
use server::{
    App, Error,
    app::{
        Pace,
        assign_contract::{Accepted, Offered, Passing},
        report::{Kind, Wanted},
    },
    keys::files::KeyDir,
};
use store::{Backend, MemoryStore, UnitKind};

use crate::{
    kit::*,
    mortal::Mortal,
    phone::{Phone, pass, pass_until},
};

const LOCK: Stage = Stage { rung: Rung::Lock, step: 0 };
const RESTRICT_1: Stage = Stage { rung: Rung::Restrict, step: 1 };
const OTHER: &str = "Other Credit Ltd.";

/// Two lenders of one installation, the same programmes, and who comes after whom.
pub(crate) struct Pair {
    pub(crate) first: House,
    pub(crate) second: House,
    pub(crate) dir: KeyDir,
    _folder: tempfile::TempDir,
}

impl Pair {
    pub(crate) async fn new() -> Pair {
        Pair::on(Arc::new(MemoryStore::new())).await
    }

    async fn on(store: Arc<dyn Backend>) -> Pair {
        let folder = tempfile::tempdir().unwrap();
        let dir = KeyDir::below(folder.path());
        let keys = dir.load(&*SeededEntropy::new(3)).unwrap();
        let first = House::on(store, keys, Pace::default()).await;
        let other = LENDER.replace("\"example\"", "\"other\"");
        let other = other.replace("Example Handset Finance Ltd.", OTHER);
        let lender = formats::parse_lender(&other).unwrap();
        let (tenant, _) = first.app.add_tenant(&lender, clerk()).await.unwrap();
        for text in [FAST, STANDARD] {
            let text = text.replace("how_to_pay = \"", "how_to_pay = \"To us, the others. ");
            first.app.add_programme(tenant, &text, clerk()).await.unwrap();
        }
        let (app, clock) = (first.app.clone(), first.clock.clone());
        let pair = Pair { second: House { app, clock, tenant }, first, dir, _folder: folder };
        pair.swear(pair.first.tenant, pair.second.tenant);
        pair
    }

    /// The root of the one signs that the other comes after it.
    fn swear(&self, from: TenantId, to: TenantId) {
        self.dir.succeed(from, to, None, self.app().now()).unwrap();
        assert!(self.app().keys.refresh().unwrap());
    }

    fn app(&self) -> &Arc<App> {
        &self.first.app
    }

    pub(crate) async fn offer(&self, reference: &str) -> Result<Passing, Error> {
        offer(&self.first, &self.second, reference, false).await
    }

    pub(crate) async fn accept(&self, reference: &str, name: &str) -> Result<Passing, Error> {
        accept(&self.first, &self.second, reference, name, false).await
    }

    async fn pass(&self, reference: &str, name: &str) -> UnitId {
        self.offer(reference).await.unwrap();
        self.accept(reference, name).await.unwrap().0
    }

    /// Both lenders' books hold, every journal folds to its row, and what one lender booked as
    /// passed on the other booked as taken over.
    async fn check(&self) {
        self.first.check().await;
        self.second.check().await;
        let passed = |balance: BTreeMap<String, i64>| balance.get("assigned_claims").copied();
        let (one, other) = (self.first.balance().await, self.second.balance().await);
        assert_eq!(passed(one).unwrap_or(0) + passed(other).unwrap_or(0), 0);
    }
}

async fn offer(from: &House, to: &House, reference: &str, look: bool) -> Result<Passing, Error> {
    let (to, reference) = (to.tenant, reference.to_owned());
    let offered = Offered { to, reference, reason: "the book is sold".into() };
    from.app.offer_contract(from.tenant, offered, clerk(), look).await
}

async fn accept(
    from: &House,
    to: &House,
    reference: &str,
    name: &str,
    look: bool,
) -> Result<Passing, Error> {
    let accepted = Accepted { from: from.tenant, reference: reference.into(), name: name.into() };
    to.app.accept_contract(to.tenant, accepted, clerk(), look).await
}

async fn enrolled(pair: &Pair) -> (Phone, UnitId) {
    let unit = pair.first.sign(new_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&pair.first, unit).await;
    phone.check_in(pair.app()).await;
    (phone, unit)
}

async fn locked(pair: &Pair) -> (Phone, UnitId) {
    let (mut phone, unit) = enrolled(pair).await;
    pass_until(&pair.first, &mut phone, LOCK, 40).await;
    (phone, unit)
}

#[tokio::test]
async fn a_locked_phone_follows_the_buyer_who_opens_it_when_he_is_paid() {
    let pair = Pair::new().await;
    let (mut phone, old) = locked(&pair).await;
    let before = pair.first.contract(old).await;
    let people = pair.first.personal(old).await;
    let unit = pair.pass("C-1", "N-1").await;
    assert!(pair.accept("C-1", "N-1").await.unwrap().1, "accepting again changes nothing");
    let after = pair.second.contract(unit).await;
    assert_eq!((&after.account, &after.notices), (&before.account, &before.notices));
    assert_eq!((&after.effects, after.passes_used), (&before.effects, before.passes_used));
    assert_eq!(after.signed.terms_hash, before.signed.terms_hash);
    assert_eq!(pair.first.contract(old).await.state.name(), "assigned");
    assert_eq!(
        (pair.first.personal(old).await.len(), pair.second.personal(unit).await),
        (0, people)
    );

    assert_eq!(phone.stage(), LOCK);
    phone.check_in(pair.app()).await;
    assert_eq!((phone.stage(), &phone.problems), (LOCK, &vec![]));
    let view = phone.agent.view(phone.at);
    assert_eq!(view.front.lender, OTHER);
    assert!(view.front.managed_by.contains("from Example Handset Finance Ltd."));
    assert!(view.front.how_to_pay.starts_with("To us, the others. "));
    let origin = pair.second.contract(unit).await.origin.unwrap();
    assert!(origin.followed);
    pair.check().await;

    pair.second.pay("p-1", "N-1", "3000").await;
    phone.check_in(pair.app()).await;
    assert!(phone.agent.is_released(), "{:?}", phone.problems);
    pair.check().await;
    pair.second.sign(new_contract("N-2", 1)).await;
}

#[tokio::test]
async fn nothing_rises_before_the_phone_follows() {
    let pair = Pair::new().await;
    let (mut phone, _) = enrolled(&pair).await;
    pass_until(&pair.first, &mut phone, RESTRICT_1, 40).await;
    let unit = pair.pass("C-1", "N-1").await;
    for _ in 0..20 {
        pair.second.clock.pass(DAY);
        pair.app().sweep(1).await.unwrap();
        let decision = pair.second.contract(unit).await.decision;
        assert_eq!(decision.stage.to_string(), "restrict/1");
    }
    let reasons = pair.second.contract(unit).await.decision.reasons;
    assert!(reasons.contains(&domain::Reason::LenderChanged), "{reasons:?}");
    phone.check_in(pair.app()).await;
    pass_until(&pair.second, &mut phone, LOCK, 10).await;
    pair.check().await;
}

#[tokio::test]
async fn what_protects_the_borrower_goes_along() {
    let pair = Pair::new().await;
    let (mut phone, old) = locked(&pair).await;
    let hold = domain::hold::Hold {
        id: domain::HoldId::from_bytes([1; 16]),
        kind: HoldKind::LegalStay,
        from: pair.app().now(),
        until: None,
        cause: "court".into(),
    };
    let asked = server::app::change::Asked::once(pair.app(), "open_hold", clerk());
    let open = domain::Command::OpenHold(hold);
    pair.app().act(pair.first.tenant, old, &asked, open).await.unwrap();
    let unit = pair.pass("C-1", "N-1").await;
    phone.check_in(pair.app()).await;
    assert_eq!(phone.stage(), Stage::CLEAR, "the court's stay binds the buyer");
    assert_eq!(pair.second.contract(unit).await.holds.len(), 1);
    pair.check().await;
}

#[tokio::test]
async fn the_seller_can_do_nothing_with_it_any_more() {
    let pair = Pair::new().await;
    let (mut phone, old) = locked(&pair).await;
    let unit = pair.pass("C-1", "N-1").await;
    for command in [
        write_off(false),
        write_off(true),
        domain::Command::Credit { amount: 100, reason: "gift".into() },
        domain::Command::Release { certificate: vec![1] },
    ] {
        let asked = server::app::change::Asked::once(pair.app(), "act", clerk());
        let refused = pair.app().act(pair.first.tenant, old, &asked, command).await;
        assert_eq!(code(refused), "contract_assigned");
    }
    let hidden = pair.app().contract_of(pair.first.tenant, unit).await;
    assert!(matches!(hidden, Err(Error::NotFound(_))), "it is the buyer's");
    phone.check_in(pair.app()).await;
    let early = phone.sent.iter().find(|(door, _)| *door == agent::Door::CheckIn).cloned().unwrap();
    let reply = crate::phone::answer(pair.app(), early.0, &early.1).await.unwrap();
    assert_eq!(reply.kind, protocol::reply::ReplyKind::Assigned, "what was said before");
    phone.give(agent::Input::Reply { bytes: reply.encode() });
    phone.talk(pair.app()).await;
    assert_eq!(phone.agent.view(phone.at).front.lender, OTHER, "played again it does nothing");
    pair.second.pay("p-1", "N-1", "3000").await;
    phone.check_in(pair.app()).await;
    assert!(phone.agent.is_released());
    pair.check().await;
}

#[tokio::test]
async fn it_goes_back_by_the_same_act() {
    let pair = Pair::new().await;
    let (mut phone, old) = locked(&pair).await;
    let unit = pair.pass("C-1", "N-1").await;
    pair.swear(pair.second.tenant, pair.first.tenant);
    offer(&pair.second, &pair.first, "N-1", false).await.unwrap();
    let taken = accept(&pair.second, &pair.first, "N-1", "C-1", false).await;
    assert_eq!(code(taken), "duplicate_reference", "the old contract keeps its name");
    let (back, _) = accept(&pair.second, &pair.first, "N-1", "C-1b", false).await.unwrap();
    assert!(back != old && back != unit);
    phone.check_in(pair.app()).await;
    assert_eq!(phone.stage(), LOCK);
    assert_eq!(phone.agent.view(phone.at).front.lender, "Example Handset Finance Ltd.");
    pair.first.pay("p-1", "C-1b", "3000").await;
    phone.check_in(pair.app()).await;
    assert!(phone.agent.is_released(), "{:?}", phone.problems);
    pair.check().await;
}

#[tokio::test]
async fn money_that_comes_to_the_seller_counts_with_the_buyer_once() {
    let pair = Pair::new().await;
    let (mut phone, _) = locked(&pair).await;
    let unit = pair.pass("C-1", "N-1").await;
    phone.check_in(pair.app()).await;
    let posted = pair.first.pay("late", "C-1", "3000").await;
    assert_eq!(posted.intake.state.name(), "suspense");
    assert!(pair.first.pay("late", "C-1", "3000").await.repeated);
    assert_eq!(pair.second.contract(unit).await.paid, 300_000);
    phone.check_in(pair.app()).await;
    assert!(phone.agent.is_released());
    let payment = posted.payment;
    let matched =
        pair.app().match_suspense(pair.first.tenant, payment, "C-1", "his name", clerk()).await;
    assert_eq!(code(matched), "payment_not_in_suspense");
    let balance = pair.first.balance().await;
    assert_eq!((balance["suspense"], balance["in_transit"]), (-300_000, 0));
    assert_eq!(pair.second.balance().await["provider_clearing"], 300_000);
    pair.check().await;
}

#[tokio::test]
async fn a_crash_between_any_two_commits_loses_nothing() {
    for commits in 0..4 {
        let store = Mortal::new();
        let pair = Pair::on(store.clone()).await;
        let (mut phone, old) = locked(&pair).await;
        pair.offer("C-1").await.unwrap();
        store.dies_after(commits);
        let done = pair.accept("C-1", "N-1").await;
        assert_eq!(done.is_ok(), commits == 3, "{commits}");
        store.revives();
        phone.check_in(pair.app()).await;
        assert_eq!(phone.stage(), LOCK, "the phone works whatever happened");
        let busy: &[&str] = if commits == 1 { &["busy"] } else { &[] };
        assert_eq!(phone.problems, busy, "after {commits} commits");
        phone.tick(DAY);
        pair.first.clock.pass(DAY);
        pair.app().drain_transit(1).await.unwrap();
        if commits == 0 {
            assert!(pair.first.contract(old).await.is_active());
            continue;
        }
        assert!(pair.accept("C-1", "N-1").await.unwrap().1);
        assert_eq!(pair.first.personal(old).await.len(), 0);
        let unit = pair.app().by_reference(pair.second.tenant, "N-1").await.unwrap().unwrap();
        phone.check_in(pair.app()).await;
        assert_eq!(phone.agent.view(phone.at).front.lender, OTHER, "after {commits} commits");
        assert_eq!(pair.second.contract(unit).await.state.name(), "active");
        let again = pair.app().drain_transit(2).await.unwrap();
        assert_eq!(again.looked, 0, "no job is left");
        pair.check().await;
    }
}

#[tokio::test]
async fn names_that_are_taken_meanwhile_keep_nothing_from_arriving() {
    let store = Mortal::new();
    let pair = Pair::on(store.clone()).await;
    let (mut phone, _) = locked(&pair).await;
    pair.offer("C-1").await.unwrap();
    store.dies_after(1);
    pair.accept("C-1", "N-1").await.unwrap_err();
    store.revives();
    pair.second.sign(new_contract("N-1", 1)).await;
    pair.first.clock.pass(DAY);
    pair.app().drain_transit(1).await.unwrap();
    phone.check_in(pair.app()).await;
    assert_eq!(phone.agent.view(phone.at).front.lender, OTHER);
    let units = store::Query::Units {
        tenant: Some(pair.second.tenant),
        kind: UnitKind::Contract,
        status: None,
        rung_min: 0,
    };
    assert_eq!(store::walk::entries(&*pair.app().store, units).await.unwrap().len(), 2);
    pair.check().await;
}

#[tokio::test]
async fn what_cannot_be_passed_on_is_refused_and_nothing_changes() {
    let pair = Pair::new().await;
    let (_, old) = locked(&pair).await;
    let (first, second) = (&pair.first, &pair.second);
    assert_eq!(code(pair.accept("C-1", "N-1").await), "not_offered");
    assert_eq!(code(pair.accept("C-9", "N-1").await), "not_offered", "told apart from nothing");
    assert_eq!(code(offer(first, first, "C-1", false).await), "same_tenant");
    assert_eq!(code(offer(first, second, "C-9", false).await), "unknown_reference");
    assert!(!offer(first, second, "C-1", true).await.unwrap().1);
    assert_eq!(first.contract(old).await.offered, None, "a look changes nothing");
    assert!(!pair.offer("C-1").await.unwrap().1);
    assert!(pair.offer("C-1").await.unwrap().1);
    let version = first.row(old).await.version;

    second.sign(new_contract("N-7", 7)).await;
    assert_eq!(code(pair.accept("C-1", "N-7").await), "duplicate_reference");
    assert_eq!(code(pair.accept("C-1", " N").await), "bad_reference");
    assert_eq!(code(accept(first, first, "C-1", "N-1", false).await), "not_offered");
    let looked = accept(first, second, "C-1", "N-1", true).await.unwrap();
    assert_eq!(first.row(old).await.version, version, "a look changes nothing");
    assert_eq!(pair.accept("C-1", "N-1").await.unwrap().0, looked.0, "and says what will be");

    first.sign(new_contract("C-2", 2)).await;
    let mut unheard = Phone::new(2);
    let unit = pair.app().by_reference(first.tenant, "C-2").await.unwrap().unwrap();
    unheard.offer(first, unit).await;
    unheard.accept(true);
    let (door, body) = unheard.out.remove(0);
    crate::phone::answer(pair.app(), door, &body).await.unwrap();
    assert_eq!(code(pair.offer("C-2").await), "device_not_heard");
    let paid = first.sign(new_contract("C-3", 3)).await;
    first.pay("p-3", "C-3", "3000").await;
    assert!(first.contract(paid).await.is_released());
    assert_eq!(code(pair.offer("C-3").await), "contract_not_active");
    pair.check().await;
}

#[tokio::test]
async fn the_buyer_needs_the_same_rules_and_the_word_of_the_root() {
    let pair = Pair::new().await;
    let (first, second) = (&pair.first, &pair.second);
    let (_, _) = locked(&pair).await;
    offer(first, second, "C-1", false).await.unwrap();
    accept(first, second, "C-1", "N-1", false).await.unwrap();
    offer(second, first, "N-1", false).await.unwrap();
    let unsworn = accept(second, first, "N-1", "C-1b", false).await;
    assert_eq!(code(unsworn), "succession_missing");
    let newer = FAST.replace("version = 1", "version = 2");
    first.app.add_programme(first.tenant, &newer, clerk()).await.unwrap();
    first.sign(new_contract("C-2", 2)).await;
    pair.offer("C-2").await.unwrap();
    assert_eq!(code(pair.accept("C-2", "N-2").await), "programme_missing");
    let harder = newer.replacen("cure_days = ", "cure_days = 1", 1);
    assert_ne!(harder, newer);
    first.app.add_programme(second.tenant, &harder, clerk()).await.unwrap();
    assert_eq!(code(pair.accept("C-2", "N-2").await), "programme_differs");
    pair.check().await;
}

#[tokio::test]
async fn a_contract_whose_phone_is_not_enrolled_is_enrolled_with_the_buyer() {
    let pair = Pair::new().await;
    pair.first.sign(new_contract("C-1", 1)).await;
    let unit = pair.pass("C-1", "N-1").await;
    let mut phone = Phone::new(1);
    phone.enrol(&pair.second, unit).await;
    assert_eq!(phone.agent.view(phone.at).front.lender, OTHER);
    pass_until(&pair.second, &mut phone, LOCK, 40).await;
    pair.check().await;
}

#[tokio::test]
async fn keys_may_change_on_both_sides_before_the_phone_hears_of_it() {
    let pair = Pair::new().await;
    let (mut phone, _) = locked(&pair).await;
    let change = |tenant, kind| {
        let entropy = SeededEntropy::new(u64::from(kind as u8));
        pair.dir.rotate(tenant, kind, pair.app().now(), &*entropy).unwrap();
        assert!(pair.app().keys.refresh().unwrap());
    };
    pair.first.clock.pass(HOUR);
    change(pair.first.tenant, KeyKind::Release);
    pair.pass("C-1", "N-1").await;
    pair.first.clock.pass(HOUR);
    change(pair.first.tenant, KeyKind::Release);
    change(pair.second.tenant, KeyKind::Lease);
    phone.check_in(pair.app()).await;
    assert_eq!(phone.agent.view(phone.at).front.lender, OTHER);
    change(pair.second.tenant, KeyKind::Token);
    pair.second.pay("p-1", "N-1", "3000").await;
    phone.check_in(pair.app()).await;
    assert!(phone.agent.is_released(), "{:?}", phone.problems);
}

#[tokio::test]
async fn past_days_of_the_seller_stay_as_they_were() {
    let pair = Pair::new().await;
    let (mut phone, _) = locked(&pair).await;
    let zone = domain::Zone::parse("Asia/Kolkata").unwrap();
    let day = zone.day(pair.app().now());
    let par = async |house: &House, as_of: domain::Day| {
        let wanted =
            Wanted { kind: Kind::Par, as_of: Some(as_of), from: None, to: None, bands: None };
        let report = house.app.report(house.tenant, wanted, |_| {}).await.unwrap();
        format!("{:?}", report.rows)
    };
    let before = par(&pair.first, day).await;
    pass(&pair.first, &mut phone, 30).await;
    pair.pass("C-1", "N-1").await;
    let today = zone.day(pair.app().now());
    let (gone, come) = (par(&pair.first, today).await, par(&pair.second, today).await);
    assert_eq!((gone.as_str(), gone != come), ("[]", true), "{come}");
    assert_eq!(par(&pair.second, day).await, "[]", "the buyer had it not yet");
    assert_eq!(par(&pair.first, day).await, before);
}

#[tokio::test]
async fn a_root_that_is_not_here_is_named_and_another_ones_is_refused() {
    let pair = Pair::new().await;
    let (one, other) = (pair.first.tenant, pair.second.tenant);
    let now = Moment::from_seconds(START + HOUR);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("root");
    pair.dir.export_root(one, &file).unwrap();
    assert_eq!(code(pair.dir.succeed(one, other, None, now)), "root_absent");
    assert_eq!(code(pair.dir.succeed(other, one, Some(&file), now)), "root_wrong");
    assert_eq!(code(pair.dir.succeed(one, one, Some(&file), now)), "same_tenant");
    pair.dir.succeed(one, other, Some(&file), now).unwrap();
    assert!(Path::new(&file).exists());
    let loaded = pair.dir.load(&*SeededEntropy::new(1)).unwrap();
    assert!(loaded.succession(one, other, now).is_some());
    assert!(loaded.succession(other, one, now).is_none());
    let late = now.plus_seconds(6 * 366 * DAY);
    assert!(loaded.succession(one, other, late).is_none(), "it ends");
}

/// What a bank takes back from the seller is his matter: no debt of the borrower's comes of it.
#[tokio::test]
async fn money_taken_back_from_the_seller_later_is_no_debt_with_the_buyer() {
    let pair = Pair::new().await;
    let (mut phone, _) = enrolled(&pair).await;
    let posted = pair.first.pay("early", "C-1", "1000").await;
    phone.check_in(pair.app()).await;
    let unit = pair.pass("C-1", "N-1").await;
    let (seller, actor) = (pair.first.tenant, clerk());
    let undone = pair.app().reverse_payment(seller, posted.payment, actor).await;
    assert_eq!(code(undone), "contract_assigned");
    let account = pair.second.contract(unit).await.account;
    assert_eq!(account.now().open(), 200_000);
    pair.check().await;
}
