//! The kinds of files of a book: how a row becomes what a use case takes, and which one takes it.

use std::fs::File;

use domain::{
    Money, Refusal, Terms,
    terms::{Servicing, TermsHash},
    time_credit::Payg,
};
use formats::{
    book::{self, ContractRow, DeviceRow, PaymentRow, RowError, Rows, When},
    intake::IntakeState,
};
use serde_json::{Value, json};
use server::{
    Error,
    app::{
        lanes::in_lanes, post_payment::NewPayment, register_device::NewDevice,
        sign_contract::NewContract,
    },
};

use super::here::Here;

/// Contracts whose payments are counted side by side; the store joins their commits.
pub(super) const SIDE_BY_SIDE: usize = 256;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Became {
    /// It is in.
    New,
    /// It was in already, exactly so.
    Known,
    /// Money that no contract takes; it is kept.
    Suspense,
    /// A standing that is older than the one known: nothing changed.
    Older,
}

impl Became {
    fn of(repeated: bool) -> Became {
        if repeated { Became::Known } else { Became::New }
    }
}

/// What came of many rows, each by itself.
pub(super) type Answers = Vec<Result<Became, Error>>;

/// A kind of file.
pub(super) trait Kind {
    /// Its name in commands and reports.
    const NAME: &'static str;
    /// A row as read.
    type Row: book::Row;
    /// What the use case takes.
    type New;

    /// Opens the file.
    fn open(file: File) -> Result<Rows<File, Self::Row>, Vec<RowError>>;
    /// Makes of a row what the use case takes.
    async fn make(desk: &Here, row: &Self::Row) -> Result<Self::New, Error>;
    /// What writing it would come to.
    async fn would(desk: &Here, new: &Self::New) -> Result<Became, Error>;
    /// Writes many.
    async fn write(desk: &Here, many: Vec<Self::New>) -> Result<Answers, Error>;
    /// The column a refusal is about.
    fn column(refusal: &Refusal) -> &'static str;
    /// The server's call for many.
    const PATH: &'static str;
    /// A row as that call takes it.
    fn body(row: &Self::Row) -> Value;
}

/// `import devices`.
pub(super) enum Devices {}

impl Kind for Devices {
    const NAME: &'static str = "devices";
    type Row = DeviceRow;
    type New = NewDevice;

    fn open(file: File) -> Result<Rows<File, DeviceRow>, Vec<RowError>> {
        book::devices(file)
    }

    async fn make(_: &Here, row: &DeviceRow) -> Result<NewDevice, Error> {
        let DeviceRow { imei, imei2, serial, make, model } = row.clone();
        Ok(NewDevice { imei, imei2, serial: serial.unwrap_or_default(), make, model })
    }

    async fn would(desk: &Here, new: &NewDevice) -> Result<Became, Error> {
        desk.app.would_register(desk.tenant, new).await.map(Became::of)
    }

    async fn write(desk: &Here, many: Vec<NewDevice>) -> Result<Answers, Error> {
        let answers = desk.app.register_devices(desk.tenant, many, &desk.actor).await?;
        let became = |answer: Result<server::app::register_device::Registered, Error>| {
            answer.map(|device| Became::of(device.repeated))
        };
        Ok(answers.into_iter().map(became).collect())
    }

    fn column(refusal: &Refusal) -> &'static str {
        match refusal.code {
            "duplicate_imei" => "imei",
            "bad_imei" => "imei2",
            _ => "",
        }
    }

    const PATH: &'static str = "/v1/devices/bulk";

    fn body(row: &DeviceRow) -> Value {
        json!({
            "imei": row.imei.with_check_digit(),
            "imei2": row.imei2.map(|imei| imei.with_check_digit()),
            "serial": row.serial,
            "make": row.make,
            "model": row.model,
        })
    }
}

/// `import contracts`.
pub(super) enum Contracts {}

impl Kind for Contracts {
    const NAME: &'static str = "contracts";
    type Row = ContractRow;
    type New = NewContract;

    fn open(file: File) -> Result<Rows<File, ContractRow>, Vec<RowError>> {
        book::contracts(file)
    }

    async fn make(_: &Here, row: &ContractRow) -> Result<NewContract, Error> {
        Ok(NewContract::of_row(row.clone()))
    }

    async fn would(desk: &Here, new: &NewContract) -> Result<Became, Error> {
        desk.app.would_sign(desk.tenant, new).await.map(Became::of)
    }

    async fn write(desk: &Here, many: Vec<NewContract>) -> Result<Answers, Error> {
        let answers = desk.app.sign_contracts(desk.tenant, many, &desk.actor).await?;
        let became = |answer: Result<server::app::change::Changed, Error>| {
            answer.map(|contract| Became::of(contract.repeated))
        };
        Ok(answers.into_iter().map(became).collect())
    }

    fn column(refusal: &Refusal) -> &'static str {
        match refusal.code {
            "duplicate_reference" | "bad_reference" => "reference",
            "device_already_financed" | "bad_imei" => "imei",
            "unknown_programme" | "unknown_pack" => "programme",
            "consent_in_future" => "consent_at",
            "consent_language" => "consent_language",
            "disclosure_mismatch" => "consent_hash",
            _ => "",
        }
    }

    const PATH: &'static str = "/v1/contracts/bulk";

    /// With the terms its instalments are computed from, or else with the instalments one by one:
    /// they are what was read.
    fn body(row: &ContractRow) -> Value {
        let terms = &row.terms;
        let told = row.told.as_ref().and_then(|text| serde_json::from_str::<Value>(text).ok());
        let by_rows = told.is_none() && terms.servicing() == Servicing::Instalments;
        let money = |minor: i64| Money::new(minor, terms.currency()).decimal();
        let rows: Vec<Value> = terms
            .rows()
            .iter()
            .map(|row| json!({ "due": row.due.to_string(), "amount": money(row.amount) }))
            .collect();
        let consent = row.consent.as_ref();
        let shown = consent.and_then(|consent| consent.told.as_ref());
        json!({
            "reference": row.reference,
            "imei": row.imei.with_check_digit(),
            "currency": terms.currency().code(),
            "cash_price": money(terms.cash_price()),
            "down_payment": money(terms.down_payment()),
            "rows": by_rows.then_some(rows),
            "terms": told,
            "payg": payg(terms),
            "partial_unlock": terms.partial_unlock().map(|rate| json!({
                "day_price": money(rate.day_price),
                "max_days": rate.max_ahead_days,
            })),
            "standing": terms.is_outside().then_some("outside"),
            "time_zone": terms.zone().name(),
            "language": terms.language(),
            "programme": row.programme,
            "borrower_name": row.borrower_name,
            "borrower_phone": row.borrower_phone,
            "borrower_email": Some(&row.borrower_email).filter(|email| !email.is_empty()),
            "consent_form": consent.map(|consent| consent.form.clone()),
            "consent_version": consent.map(|consent| consent.version.clone()),
            "consent_at": consent.map(|consent| consent.at.rfc3339()),
            "consent_language": shown.map(|told| told.language.clone()),
            "consent_hash": shown.map(|told| TermsHash(told.hash).to_string()),
        })
    }
}

/// How days are sold, if they are.
fn payg(terms: &Terms) -> Option<Value> {
    let Servicing::Payg(Payg { rate, total, free_days }) = terms.servicing() else { return None };
    let money = |minor: i64| Money::new(minor, terms.currency()).decimal();
    Some(json!({
        "day_price": money(rate.day_price),
        "total_price": money(total),
        "free_days": free_days,
        "max_ahead_days": rate.max_ahead_days,
        "notice_days": rate.notice_days,
        "carry": rate.carry,
    }))
}

/// `import payments`.
pub(super) enum Payments {}

impl Kind for Payments {
    const NAME: &'static str = "payments";
    type Row = PaymentRow;
    type New = NewPayment;

    fn open(file: File) -> Result<Rows<File, PaymentRow>, Vec<RowError>> {
        book::payments(file)
    }

    async fn make(desk: &Here, row: &PaymentRow) -> Result<NewPayment, Error> {
        let paid_at = match row.paid_at {
            When::At(moment) => moment,
            day => {
                let zone = desk.zone(&row.reference).await?;
                day.moment(&zone.ok_or_else(|| unknown_reference(&row.reference))?)
            }
        };
        Ok(NewPayment {
            provider: row.provider.clone(),
            provider_id: row.provider_id.clone(),
            reference: row.reference.clone(),
            amount: row.amount_text.clone(),
            currency: None,
            paid_at,
        })
    }

    async fn would(desk: &Here, new: &NewPayment) -> Result<Became, Error> {
        desk.app.would_post(desk.tenant, new).await.map(Became::of)
    }

    /// The payments of one contract one after the other, of different ones side by side.
    async fn write(desk: &Here, many: Vec<NewPayment>) -> Result<Answers, Error> {
        let posted = in_lanes(
            many,
            |new| new.reference.clone(),
            SIDE_BY_SIDE,
            async |new| {
                let posted = desk.app.post_payment(desk.tenant, new, desk.actor.clone()).await;
                posted.map(|posted| posted_as(&posted))
            },
        );
        Ok(posted.await)
    }

    fn column(refusal: &Refusal) -> &'static str {
        match refusal.code {
            "unknown_reference" => "reference",
            "bad_amount" | "amount_too_precise" | "amount_overflow" | "amount_not_positive" => {
                "amount"
            }
            "paid_in_future" => "paid_at",
            "payment_id_reused" => "provider_id",
            _ => "",
        }
    }

    const PATH: &'static str = "/v1/payments/bulk";

    fn body(row: &PaymentRow) -> Value {
        let paid_at = match row.paid_at {
            When::At(moment) => moment.rfc3339(),
            When::On(day) => day.to_string(),
        };
        json!({
            "provider": row.provider,
            "provider_id": row.provider_id,
            "reference": row.reference,
            "amount": row.amount_text,
            "paid_at": paid_at,
        })
    }
}

fn posted_as(posted: &server::app::post_payment::Posted) -> Became {
    match posted.intake.state {
        _ if posted.repeated => Became::Known,
        IntakeState::Suspense { .. } => Became::Suspense,
        _ => Became::New,
    }
}

fn unknown_reference(reference: &str) -> Error {
    Error::refused("unknown_reference", format!("reference {reference:?}: no such contract"))
}
