//! What `status` says, as data.

use domain::{Moment, Money, fact::Hold};
use serde::Serialize;
use server::app::{explain_contract::Explained, screens};

/// A contract explained.
#[derive(Debug, Serialize)]
pub(super) struct View {
    pub(super) reference: String,
    pub(super) id: String,
    pub(super) state: String,
    pub(super) lender: String,
    pub(super) programme: String,
    pub(super) packs: Vec<String>,
    pub(super) currency: String,
    pub(super) time_zone: String,
    pub(super) at: String,
    pub(super) stage: String,
    pub(super) restrictions: Vec<&'static str>,
    pub(super) reasons: Vec<String>,
    pub(super) money: MoneyView,
    pub(super) timetable: Vec<PlannedView>,
    pub(super) next_look: Option<String>,
    pub(super) notices: Vec<NoticeView>,
    pub(super) holds: Vec<HoldView>,
    pub(super) device: Option<DeviceView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) enrolment_code: Option<String>,
    pub(super) version: u64,
}

/// The account. Amounts are decimal numbers in the contract's currency.
#[derive(Debug, Serialize)]
pub(super) struct MoneyView {
    pub(super) total: String,
    pub(super) paid: String,
    pub(super) unconfirmed: String,
    pub(super) remaining: String,
    pub(super) past_due: String,
    pub(super) days_past_due: u32,
    pub(super) oldest_unpaid: Option<String>,
    pub(super) unpaid_count: u32,
    pub(super) next_due: Option<DueView>,
}

#[derive(Debug, Serialize)]
pub(super) struct DueView {
    pub(super) day: String,
    pub(super) amount: String,
}

#[derive(Debug, Serialize)]
pub(super) struct PlannedView {
    pub(super) stage: String,
    pub(super) at: String,
    pub(super) local: String,
    pub(super) after_s: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct NoticeView {
    pub(super) k: u8,
    pub(super) show_from: String,
    pub(super) owed: String,
    pub(super) delivered: Vec<DeliveryView>,
}

#[derive(Debug, Serialize)]
pub(super) struct DeliveryView {
    pub(super) channel: &'static str,
    pub(super) local: String,
}

#[derive(Debug, Serialize)]
pub(super) struct HoldView {
    pub(super) kind: &'static str,
    pub(super) from: String,
    pub(super) until: Option<String>,
    pub(super) cause: String,
}

/// The bound device and what it last said.
#[derive(Debug, Serialize)]
pub(super) struct DeviceView {
    pub(super) key_gen: u32,
    pub(super) applied: Option<String>,
    pub(super) applied_at: Option<String>,
    pub(super) last_heard: Option<String>,
    pub(super) heard_s_ago: Option<i64>,
    pub(super) battery: Option<u8>,
    pub(super) agent_version: Option<String>,
    pub(super) holds_version: Option<u64>,
}

impl View {
    /// The view of a contract; the enrolment code only where it was asked for.
    pub(super) fn of(explained: &Explained, with_code: bool) -> View {
        let contract = &explained.loaded.contract;
        let ladder = &explained.loaded.ladder;
        let decision = &explained.decision;
        let zone = contract.terms().zone();
        let local = |moment: Moment| screens::local(moment, zone);
        let pinned = |(id, version): &(String, u32)| format!("{id}@{version}");
        let planned = decision.timetable.iter().map(|planned| PlannedView {
            stage: planned.stage.to_string(),
            at: planned.at.rfc3339(),
            local: local(planned.at),
            after_s: planned.after_s,
        });
        let holds = contract.holds.iter().filter(|hold| contract.binds(hold, explained.at));
        View {
            reference: contract.signed.reference.clone(),
            id: contract.unit.to_string(),
            state: contract.state.name().to_owned(),
            lender: ladder.lender.name.clone(),
            programme: pinned(&contract.signed.programme),
            packs: contract.signed.packs.iter().map(pinned).collect(),
            currency: contract.terms().currency().code().to_owned(),
            time_zone: zone.name().to_owned(),
            at: local(explained.at),
            stage: decision.stage.to_string(),
            restrictions: decision.restrictions.iter().map(|one| one.name()).collect(),
            reasons: decision
                .reasons
                .iter()
                .map(|reason| screens::plain_local(reason, zone))
                .collect(),
            money: money(explained),
            timetable: planned.collect(),
            next_look: decision.next_look.map(local),
            notices: notices(explained),
            holds: holds.map(|one| hold(one, local)).collect(),
            device: device(explained),
            enrolment_code: explained.enrolment_code.clone().filter(|_| with_code),
            version: explained.loaded.row.version,
        }
    }
}

fn money(explained: &Explained) -> MoneyView {
    let contract = &explained.loaded.contract;
    let standing = &explained.decision.standing;
    let amount = |minor: i64| Money::new(minor, contract.terms().currency()).decimal();
    MoneyView {
        total: amount(contract.terms().total()),
        paid: amount(contract.paid),
        unconfirmed: amount(contract.unconfirmed),
        remaining: amount(standing.remaining),
        past_due: amount(standing.past_due),
        days_past_due: standing.days_past_due,
        oldest_unpaid: standing.oldest_unpaid.map(|day| day.to_string()),
        unpaid_count: standing.unpaid_count,
        next_due: standing
            .next_due
            .map(|(day, minor)| DueView { day: day.to_string(), amount: amount(minor) }),
    }
}

fn notices(explained: &Explained) -> Vec<NoticeView> {
    let contract = &explained.loaded.contract;
    let zone = contract.terms().zone();
    let amount = |minor: i64| Money::new(minor, contract.terms().currency()).decimal();
    let notices = contract.notices.iter().map(|notice| NoticeView {
        k: notice.k,
        show_from: screens::local(notice.show_from, zone),
        owed: amount(notice.owed),
        delivered: notice
            .delivered
            .iter()
            .map(|(channel, at)| DeliveryView {
                channel: channel.name(),
                local: screens::local(*at, zone),
            })
            .collect(),
    });
    notices.collect()
}

fn hold(hold: &Hold, local: impl Fn(Moment) -> String) -> HoldView {
    HoldView {
        kind: hold.kind.name(),
        from: local(hold.from),
        until: hold.until.map(local),
        cause: hold.cause.clone(),
    }
}

fn device(explained: &Explained) -> Option<DeviceView> {
    let contract = &explained.loaded.contract;
    let device = contract.device.as_ref()?;
    let zone = contract.terms().zone();
    let presence = explained.presence.as_ref();
    Some(DeviceView {
        key_gen: device.key_gen,
        applied: contract.applied.map(|(stage, ..)| stage.to_string()),
        applied_at: contract.applied.map(|(.., at)| screens::local(at, zone)),
        last_heard: presence.map(|presence| screens::local(presence.seen_at, zone)),
        heard_s_ago: presence.map(|presence| explained.at.seconds_since(presence.seen_at)),
        battery: presence.and_then(|presence| presence.battery),
        agent_version: presence.map(|presence| presence.agent_version.clone()),
        holds_version: presence.map(|presence| presence.applied_seq),
    })
}
