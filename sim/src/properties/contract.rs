//! What the server decides: nothing without its grounds, everything counted once.

use domain::{Contract, Ladder, Moment, Reason, evaluate};
use server::app::change::Loaded;

use super::{Found, arrears::days_past_due, unless};
use crate::Sabotage;

/// The longest rest of a sweep, and a slot.
const SWEEP_RESTS_S: i64 = 7 * 86_400;

/// Checks the contract as stored.
pub fn check(loaded: &Loaded, now: Moment, paid: i64, sabotage: Sabotage) -> Found {
    let mut contract = loaded.contract.clone();
    match sabotage {
        Sabotage::LoseConsent if contract.decision.stage.restricts() => {
            contract.consent = None;
        }
        Sabotage::LoseReasons => contract.decision.reasons.clear(),
        Sabotage::RestrictForEver if contract.decision.stage.restricts() => {
            contract.signed.sunset = Some(Moment::default());
        }
        _ => {}
    }
    let mut found = vec![("payment_counts_once", counted(&contract, paid))];
    found.push(("no_restriction_from_the_sunset_on", past_sunset(&contract, now)));
    if contract.decision.stage.restricts() {
        let grounds = grounds(&contract, &loaded.ladder, now);
        found.push(("no_restriction_without_consent_pack_notice_lender", grounds));
        found.push(("every_restriction_has_reasons", reasons(&contract)));
    }
    found.push((
        "announced_money_opens_within_its_budget",
        within_budget(&contract, &loaded.ladder),
    ));
    let rises = contract.decision.stage.restricts();
    let good = days_past_due(&contract, paid, now) == 0 || !contract.is_active();
    let detail = || format!("decided {} with nothing past due", contract.decision.stage);
    found.push(("good_standing_never_restricted", unless(!(rises && good), detail)));
    found
}

/// Checks that an act took its effect in the very commit that recorded it.
pub fn after_act(loaded: &Loaded, now: Moment, paid: i64) -> Found {
    let Loaded { contract, ladder, .. } = loaded;
    let decision = evaluate(contract, ladder, now);
    let detail = || format!("recorded {}, justified {}", contract.decision.stage, decision.stage);
    let down = unless(contract.decision.stage <= decision.stage, detail);
    vec![("down_is_never_delayed", down), ("payment_counts_once", counted(contract, paid))]
}

/// No stretch of the period's length holds more unlocks than the programme allows.
fn within_budget(contract: &Contract, ladder: &Ladder) -> Option<String> {
    let budget = &ladder.provisional;
    let period_s = i64::from(budget.period_days) * 86_400;
    let over = contract.unlocks.windows(usize::from(budget.count) + 1).find(|unlocks| {
        let (first, last) = (unlocks[0].at, unlocks[unlocks.len() - 1].at);
        last.seconds_since(first) < period_s
    });
    over.map(|unlocks| format!("opened {} times since {}", unlocks.len(), unlocks[0].at.rfc3339()))
}

/// A sweep may rest for days; the day itself is not put off.
fn past_sunset(contract: &Contract, now: Moment) -> Option<String> {
    let over_s = contract.sunset().map(|sunset| now.seconds_since(sunset))?;
    let restricts = contract.decision.stage.restricts() && over_s > SWEEP_RESTS_S;
    unless(!restricts, || format!("{} after {over_s} s", contract.decision.stage))
}

fn counted(contract: &Contract, paid: i64) -> Option<String> {
    unless(contract.paid == paid, || format!("paid {paid}, counted {}", contract.paid))
}

/// Consent, pack, lender, device, dates and notices that have run, each looked up by hand.
fn grounds(contract: &Contract, ladder: &Ladder, now: Moment) -> Option<String> {
    let stage = contract.decision.stage;
    let lender = &ladder.lender;
    let zone = contract.terms().zone();
    let step = ladder.steps.iter().find(|step| step.stage == stage);
    let needed = step.map_or(u32::MAX, |step| step.when.days_past_due);
    let days = days_past_due(contract, contract.paid, now);
    let mut lacks = Vec::new();
    let mut need = |holds: bool, what: &str| {
        if !holds {
            lacks.push(what.to_owned());
        }
    };
    need(contract.consent().is_some(), "consent");
    need(!contract.signed.packs.is_empty(), "pack");
    need(contract.device.is_some(), "device");
    let named = [&lender.name, &lender.phone, &lender.complaints];
    need(named.iter().all(|text| !text.trim().is_empty()), "lender");
    need(i64::from(days) >= i64::from(needed), "days past due");
    need(!ladder.notices.is_empty(), "notices in the ladder");
    for (k, rule) in (1_u8..).zip(&ladder.notices) {
        let notice = contract.notices.iter().find(|notice| notice.k == k);
        let delivered = notice.and_then(|notice| {
            let counts = notice.delivered.iter().filter(|(by, _)| rule.channels.contains(by));
            counts.map(|(_, at)| *at).min()
        });
        let run = delivered.is_some_and(|at| {
            let whole_days = zone.day(now).days_since(zone.day(at)) - 1;
            i64::from(whole_days) >= i64::from(rule.cure_days)
        });
        need(run, &format!("notice {k} delivered and run"));
    }
    unless(lacks.is_empty(), || {
        format!("{stage} at {days} days past due lacks {}", lacks.join(", "))
    })
}

fn reasons(contract: &Contract) -> Option<String> {
    let says_why =
        |reason: &&Reason| matches!(reason, Reason::PastDue(_) | Reason::CreditRanOut(_));
    let why = contract.decision.reasons.iter().find(says_why);
    let said = why.map(server::app::screens::plain).is_some_and(|text| !text.is_empty());
    unless(said, || format!("{} for no reason that a person can read", contract.decision.stage))
}
