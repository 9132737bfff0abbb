//! A contract as the API shows it: where it stands, why, and what comes next.

use domain::{Contract, Decision, Ladder, Moment, Money, Planned, Reason, Zone, contract::State};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    account_view::{AccountView, account},
    assignments::{AssignmentView, assignment},
    custody::{FreedView, freed},
    device_state::{ContactView, DeviceState, contact, device},
    evidence::{EvidenceView, evidence},
    opening_view::{OpeningView, opening},
    sunset_view::{SunsetView, sunset},
    terms_view::{RowView, TermsView, terms},
    time_credit_view::{TimeCreditView, time_credit},
    unlock_view::{UnlocksView, unlocks},
};
use crate::{
    app::{explain_contract::Explained, screens},
    error::Error,
};

/// Everything about a contract but personal data.
#[derive(Serialize, ToSchema)]
pub(crate) struct ContractView {
    /// Its id.
    id: Uuid,
    /// The lender's own name for it.
    #[schema(example = "EX-00001")]
    reference: String,
    /// `active`, `settled`, `returning`, `returned`, `written_off`, `assigned`, `released` or
    /// `archived`.
    status: &'static str,
    /// Rises with every change.
    version: u64,
    /// When this was computed.
    #[schema(format = DateTime)]
    at: String,
    /// When it was signed.
    #[schema(format = DateTime)]
    signed_at: String,
    /// Money and calendar.
    terms: TermsView,
    /// Decimal sum of what was counted.
    paid: String,
    /// Of that, what its rail could still take back.
    unconfirmed: String,
    /// Where the account stands on the contract's local day.
    standing: StandingView,
    /// Time bought, where money buys any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    time_credit: Option<TimeCreditView>,
    /// What is open, by what it is for, and what the lender owes.
    account: AccountView,
    /// `clear`, `remind`, `notice`, `restrict` or `lock`.
    #[schema(example = "restrict")]
    rung: &'static str,
    /// The step of `restrict`, else 0.
    step: u8,
    /// What the stage takes away.
    restrictions: Vec<&'static str>,
    /// What holds on every rung until the release.
    guards: Vec<&'static str>,
    /// Why the stage holds, and why none above it does.
    reasons: Vec<ReasonView>,
    /// Later steps that the facts of this moment justify already.
    timetable: Vec<PlannedView>,
    /// Holds that keep the ladder down.
    holds: Vec<HoldView>,
    /// Signs of tampering that nobody dismissed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<EvidenceView>,
    /// The label of the borrower's area, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "IN-KL")]
    area: Option<String>,
    /// The budget for announced money.
    unlocks: UnlocksView,
    /// The last time that the phone was to come down from a restriction.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    opening: Option<OpeningView>,
    /// Formal notices of the arrears.
    notices: Vec<NoticeView>,
    /// The enrolled device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    device: Option<DeviceState>,
    /// Devices that were freed while the contract goes on, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    freed: Vec<FreedView>,
    /// Whom it is offered to, who has it, who had it, if another lender comes into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    assignment: Option<AssignmentView>,
    /// When its device was last heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_contact: Option<ContactView>,
    /// When the phone goes free whatever becomes of its lender.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sunset: Option<SunsetView>,
    /// The release, once it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    release: Option<ReleaseView>,
    /// The single-use code that enrols the next device; for `operator` and `support` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    enrolment_code: Option<String>,
}

/// Where an account stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct StandingView {
    /// Decimal number.
    past_due: String,
    /// 0 = nothing past due.
    days_past_due: u32,
    /// Instalments past due.
    unpaid_count: u32,
    /// Due day of the oldest of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    oldest_unpaid: Option<String>,
    /// The next one to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_due: Option<RowView>,
    /// Still to come until the last instalment is covered.
    remaining: String,
    /// Where the lender's own system keeps the account: the moment it last spoke of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    as_of: Option<String>,
    /// From when on its word is too old for anything to begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    fresh_until: Option<String>,
}

/// A reason.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonView {
    /// Stable code.
    #[schema(example = "notice_runs")]
    code: &'static str,
    /// In plain words.
    text: String,
}

/// A later step.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlannedView {
    /// Rung.
    rung: &'static str,
    /// Step.
    step: u8,
    /// Not before.
    #[schema(format = DateTime)]
    at: String,
    /// Least seconds after the step before took effect on the device.
    after_s: u32,
    /// The notice it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    notice: Option<Uuid>,
}

/// A hold.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoldView {
    /// Its id.
    id: Uuid,
    /// Kind.
    kind: &'static str,
    /// Since when.
    #[schema(format = DateTime)]
    from: String,
    /// Until when; absent = until closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    until: Option<String>,
    /// Why.
    cause: String,
    /// Whether it is open at this moment.
    open: bool,
    /// Until when its borrower is owed an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    answer_by: Option<String>,
    /// Whether that answer is late.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    late: bool,
}

/// A formal notice.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoticeView {
    /// Its id.
    id: Uuid,
    /// 1 = the first of the ladder.
    k: u8,
    /// Not shown before.
    #[schema(format = DateTime)]
    show_from: String,
    /// What it says is past due.
    owed: String,
    /// BCP 47 tag.
    language: String,
    /// The frozen text.
    text: String,
    /// How it reached a person.
    delivered: Vec<DeliveryView>,
    /// What became of its messages, the first word of each state; absent = nothing is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<MessageView>,
}

/// What became of the message of a notice.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageView {
    /// `sms`, `whatsapp`, `email`; `screen` where the holder confirmed it.
    channel: &'static str,
    /// `accepted`, `delivered`, `read`, `acknowledged`, `deemed`, `failed` or `bounced`.
    state: &'static str,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// A delivery of a notice.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    /// `screen` or `declared`.
    channel: &'static str,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// A release.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReleaseView {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// `paid`, `returned` or `written_off`.
    cause: &'static str,
    /// Whether the device confirmed that it removed itself.
    removed: bool,
}

/// The whole of a contract as `GET /v1/contracts/{reference}` answers it, for who explains one
/// without a server.
pub fn explained_json(explained: Explained, with_code: bool) -> Result<String, Error> {
    serde_json::to_string(&view(explained, with_code))
        .map_err(|error| Error::Fault(error.to_string()))
}

/// The whole of a contract; the code only for those who may hand it out.
pub(crate) fn view(explained: Explained, with_code: bool) -> ContractView {
    let Explained { loaded, decision, at, presence, enrolment_code } = explained;
    let contract = &loaded.contract;
    let money = |minor: i64| Money::new(minor, contract.terms().currency()).decimal();
    let restrictions = decision.restrictions.iter().map(|one| one.name());
    ContractView {
        id: contract.unit.0,
        reference: contract.signed.reference.clone(),
        status: contract.state.name(),
        version: loaded.row.version,
        at: at.rfc3339(),
        signed_at: contract.signed_at.rfc3339(),
        terms: terms(contract),
        paid: money(contract.paid),
        unconfirmed: money(contract.unconfirmed),
        standing: standing(contract, &loaded.ladder, &decision),
        time_credit: time_credit(contract, at),
        account: account(contract),
        rung: decision.stage.rung.name(),
        step: decision.stage.step,
        restrictions: restrictions.collect(),
        guards: loaded.ladder.guards.iter().map(|guard| guard.name()).collect(),
        reasons: decision
            .reasons
            .iter()
            .map(|one| ReasonView::of(one, contract.terms().zone()))
            .collect(),
        timetable: decision.timetable.iter().map(planned).collect(),
        holds: holds(contract, at),
        evidence: evidence(contract),
        area: contract.area.clone(),
        unlocks: unlocks(contract, &loaded.ladder, at),
        opening: opening(contract, &loaded.ladder),
        notices: notices(contract),
        device: device(contract),
        freed: freed(contract),
        assignment: assignment(contract),
        last_contact: presence.map(contact),
        sunset: sunset(contract),
        release: release(&contract.state),
        enrolment_code: enrolment_code.filter(|_| with_code),
    }
}

fn standing(contract: &Contract, ladder: &Ladder, decision: &Decision) -> StandingView {
    let money = |minor: i64| Money::new(minor, contract.terms().currency()).decimal();
    let standing = &decision.standing;
    let next = standing.next_due;
    StandingView {
        past_due: money(standing.past_due),
        days_past_due: standing.days_past_due,
        unpaid_count: standing.unpaid_count,
        oldest_unpaid: standing.oldest_unpaid.map(|day| day.to_string()),
        next_due: next.map(|(due, open)| RowView { due: due.to_string(), amount: money(open) }),
        remaining: money(standing.remaining),
        as_of: contract.outside.as_ref().map(|pushed| pushed.as_of.rfc3339()),
        fresh_until: contract.fresh_until(ladder).map(Moment::rfc3339),
    }
}

impl ReasonView {
    /// A reason, its moments on this calendar.
    pub(crate) fn of(reason: &Reason, zone: &Zone) -> ReasonView {
        ReasonView { code: screens::code(reason), text: screens::plain_local(reason, zone) }
    }
}

fn planned(planned: &Planned) -> PlannedView {
    PlannedView {
        rung: planned.stage.rung.name(),
        step: planned.stage.step,
        at: planned.at.rfc3339(),
        after_s: planned.after_s,
        notice: planned.notice.map(|id| id.0),
    }
}

fn holds(contract: &Contract, at: Moment) -> Vec<HoldView> {
    let holds = contract.holds.iter().map(|hold| {
        let answer_by = hold.answer_by(contract.terms());
        HoldView {
            id: hold.id.0,
            kind: hold.kind.name(),
            from: hold.from.rfc3339(),
            until: hold.until.map(Moment::rfc3339),
            cause: hold.cause.clone(),
            open: hold.is_open(at),
            answer_by: answer_by.map(Moment::rfc3339),
            late: answer_by.is_some_and(|by| by <= at),
        }
    });
    holds.collect()
}

fn notices(contract: &Contract) -> Vec<NoticeView> {
    let deliveries = |notice: &domain::contract::Notice| {
        let delivered = notice.delivered.iter();
        let view = |(channel, at): &(domain::Channel, Moment)| DeliveryView {
            channel: channel.name(),
            at: at.rfc3339(),
        };
        delivered.map(view).collect()
    };
    let messages = |notice: &domain::contract::Notice| {
        let view = |told: &domain::delivery::Message| MessageView {
            channel: told.channel.name(),
            state: told.state.name(),
            at: told.at.rfc3339(),
        };
        notice.messages.iter().map(view).collect()
    };
    let notices = contract.notices.iter().map(|notice| NoticeView {
        id: notice.id.0,
        k: notice.k,
        show_from: notice.show_from.rfc3339(),
        owed: Money::new(notice.owed, contract.terms().currency()).decimal(),
        language: notice.language.clone(),
        text: notice.text.clone(),
        delivered: deliveries(notice),
        messages: messages(notice),
    });
    notices.collect()
}

fn release(state: &State) -> Option<ReleaseView> {
    match state {
        State::Released { at, cause, removed, .. } => {
            Some(ReleaseView { at: at.rfc3339(), cause: cause.name(), removed: *removed })
        }
        _ => None,
    }
}
