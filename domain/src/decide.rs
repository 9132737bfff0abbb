//! From commands to the facts or the refusal that answer them.

mod assignment;
mod consent;
mod custody;
mod deliveries;
mod endings;
mod holds;
mod money;
mod notices;
mod provisional;
mod redress;
mod restructure;
mod safety;
mod settlement;
mod standing;
mod sunset;

pub use assignment::check_may_pass;
pub use consent::check_may_activate;
pub use money::MOVE_MAX;
pub use provisional::spent;
pub(crate) use standing::has_schedule;
pub use sunset::check_may_dispute;

use crate::{
    Moment,
    command::{Command, Refusal},
    contract::Contract,
    fact::{Actor, Enrolment, Fact, Signed, What},
    ladder::Ladder,
    law, remind,
};

/// Longest notice text in bytes.
pub const NOTICE_TEXT_MAX: usize = 1536;
/// Longest free text of a person in bytes.
pub const CAUSE_MAX: usize = 500;
/// A value date may lie this far ahead of the booking, for clocks that differ.
const VALUE_AHEAD_S: i64 = 86_400;

/// The first fact of a contract, if what is signed makes one.
pub fn sign(signed: Signed, ladder: &Ladder, actor: Actor, at: Moment) -> Result<Fact, Refusal> {
    let reference = signed.reference.trim();
    if reference.is_empty() || reference.len() > 64 || reference != signed.reference {
        let detail = "reference: 1 to 64 characters without blanks at the ends";
        return Err(Refusal::new("bad_reference", detail));
    }
    if signed.programme != ladder.programme || signed.packs != ladder.packs {
        let detail = "programme and packs must be the versions in force";
        return Err(Refusal::new("stale_programme", detail));
    }
    if signed.consent.as_ref().is_some_and(|consent| consent.at > at.plus_seconds(VALUE_AHEAD_S)) {
        return Err(Refusal::new("consent_in_future", "consent_at lies in the future"));
    }
    Ok(Fact { at, actor, what: What::Signed(Box::new(signed)) })
}

/// The facts a command makes, or why it makes none. An empty answer means: already so.
pub fn decide(
    contract: &Contract,
    ladder: &Ladder,
    command: Command,
    actor: Actor,
    at: Moment,
) -> Result<Vec<Fact>, Refusal> {
    assignment::check_ours(contract, &command)?;
    standing::check_kept_here(contract, &command)?;
    let whats = match command {
        Command::PushStanding(pushed) => standing::push(contract, ladder, pushed, at)?,
        Command::RecordConsent(given) => consent::record(contract, given, at)?,
        Command::Enrol(enrolment) => enrol(contract, ladder, enrolment)?,
        Command::PostPayment { payment, amount, value, confirmed } => {
            money::check_post(contract, amount, value, at)?;
            let posted = What::PaymentPosted { payment, amount, value, confirmed };
            redress::posted(contract, ladder, posted, at)
        }
        Command::ConfirmPayment { payment, amount } => {
            money::check_amount(amount)?;
            vec![What::PaymentConfirmed { payment, amount }]
        }
        Command::ReversePayment { payment, amount } => {
            money::check_reversal(contract, payment, amount)?;
            money::moved(contract, ladder, What::PaymentReversed { payment, amount }, at)
        }
        Command::ChargeBack { .. }
        | Command::WinChargeback { .. }
        | Command::ChargeFee { .. }
        | Command::WaiveFees { .. }
        | Command::Refund { .. }
        | Command::Credit { .. } => money::change(contract, ladder, command, at)?,
        Command::Restructure(ask, amended) => restructure::restructure(contract, ask, amended, at)?,
        Command::QuotePayoff { id, on } => settlement::quote(contract, id, on, at)?,
        Command::Reckon => money::reckon(contract, at),
        Command::Compensate => redress::compensate(contract, ladder),
        Command::PrepareNotice { .. } => notices::prepare(contract, ladder, command, at)?,
        Command::WithholdNotice { k, cause } => notices::withhold(contract, ladder, k, cause, at)?,
        Command::NoticeShown { .. }
        | Command::NoticeAcked { .. }
        | Command::TellDelivery(_)
        | Command::DeemDelivered
        | Command::DeclareNotice { .. } => deliveries::reached(contract, ladder, command, at)?,
        Command::Remind(reminder) => remind::decide(contract, ladder, reminder, at),
        Command::ReportStage { stage, sequence, applied } => {
            vec![What::StageApplied { stage, sequence, applied: applied.min(at) }]
        }
        Command::UsePass { used, hours } => vec![What::PassUsed { used: used.min(at), hours }],
        Command::Object { hold, asked } => holds::object(contract, hold, asked.min(at), at),
        Command::ReportEvidence { what, happened, detail } => {
            vec![What::DeviceReported { what, happened: happened.min(at), detail }]
        }
        Command::EventsThrough(number) => events_through(contract, number),
        Command::OpenHold(hold) => holds::open(contract, ladder, hold, at)?,
        Command::CloseHold(id) => holds::close(contract, id, at),
        Command::OpenProvisional(announced) => provisional::open(contract, ladder, announced, at)?,
        Command::EndProvisional(transaction) => provisional::end(contract, &transaction, at),
        Command::Release { certificate } => endings::release(contract, certificate)?,
        Command::ConfirmRemoval => endings::confirm_removal(contract)?,
        Command::End(end) => endings::end(contract, end, at)?,
        Command::Custody(pass) => custody::pass(contract, pass, at)?,
        Command::Assign(assign) => assignment::assign(contract, assign)?,
        Command::LearnLaw(versions) => law::learn(contract, &versions, at),
        Command::Ward(ward) => safety::ward(contract, ladder, ward, at)?,
        Command::Sunset(ask) => sunset::ask(contract, ask, at)?,
    };
    Ok(whats.into_iter().map(|what| Fact { at, actor: actor.clone(), what }).collect())
}

fn events_through(contract: &Contract, number: u64) -> Vec<What> {
    let news = number > contract.events_through;
    news.then_some(What::EventsThrough(number)).into_iter().collect()
}

fn enrol(contract: &Contract, ladder: &Ladder, enrolment: Enrolment) -> Result<Vec<What>, Refusal> {
    if contract.device.as_ref() == Some(&enrolment) {
        return Ok(Vec::new());
    }
    if !contract.is_active() {
        let detail = format!("the contract is {}", contract.state.name());
        return Err(Refusal::new("contract_not_active", detail));
    }
    check_may_activate(contract, ladder)?;
    if Some(enrolment.key_gen) != contract.key_gen().checked_add(1) {
        let detail = "the key generation must follow the one in force";
        return Err(Refusal::new("stale_key_generation", detail));
    }
    Ok(vec![What::Enrolled(enrolment)])
}

fn check_text(field: &str, text: &str, max: usize) -> Result<(), Refusal> {
    if !text.trim().is_empty() && text.len() <= max {
        return Ok(());
    }
    Err(Refusal::new("bad_text", format!("{field}: 1 to {max} bytes of text")))
}
