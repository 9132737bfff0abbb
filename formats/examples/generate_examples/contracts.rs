//! Sales: a phone, a borrower, a schedule.

use domain::{
    Currency, Day, Imei, Money, Terms, Zone,
    schedule::{Equal, MonthEnd, Period},
    terms::Price,
};

use crate::{
    draw::Draw,
    places::{PLACES, Place},
};

/// Type allocation codes that begin with 00 belong to test equipment.
const PHONES: &[(&str, &str, &str)] = &[
    ("00101001", "Nimbus", "N4"),
    ("00101002", "Nimbus", "N4 Plus"),
    ("00101003", "Karoo", "Veld 10"),
    ("00101004", "Lumen", "A1, 64 GB"),
    ("00101005", "Lumen", "A1, 128 GB"),
    ("00101006", "Sampada", "S-20"),
];

/// One sale.
#[derive(Debug)]
pub(crate) struct Sale {
    pub(crate) reference: String,
    pub(crate) terms: Terms,
    plan: Equal,
    imei: Imei,
    imei2: Option<Imei>,
    phone: &'static (&'static str, &'static str, &'static str),
    number: u64,
    name: String,
    calls: String,
    consent_at: Option<Day>,
}

/// So many sales.
pub(crate) fn sales(seed: u64, count: u64) -> Vec<Sale> {
    (1..=count).map(|number| sale(&mut Draw::of(seed, number), number, count)).collect()
}

/// The devices of the sales.
pub(crate) fn devices(sales: &[Sale]) -> String {
    let rows = sales.iter().map(|sale| {
        let (_, make, model) = sale.phone;
        let second = sale.imei2.map(|imei| imei.with_check_digit()).unwrap_or_default();
        let serial = if sale.number % 9 == 0 { String::new() } else { serial(sale.number) };
        vec![sale.imei.with_check_digit(), second, serial, (*make).into(), (*model).into()]
    });
    csv_text(&["imei", "imei2", "serial", "make", "model"], rows)
}

/// The contracts of the sales.
pub(crate) fn contracts(sales: &[Sale]) -> String {
    let header = [
        "reference",
        "imei",
        "currency",
        "cash_price",
        "down_payment",
        "count",
        "unit",
        "every",
        "instalment",
        "first_due",
        "time_zone",
        "language",
        "programme",
        "borrower_name",
        "borrower_phone",
        "consent_form",
        "consent_version",
        "consent_at",
    ];
    csv_text(&header, sales.iter().map(contract))
}

/// A CSV text of these rows.
pub(crate) fn csv_text(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).expect("writing to memory does not fail");
    for row in rows {
        writer.write_record(row).expect("writing to memory does not fail");
    }
    let bytes = writer.into_inner().expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("every field is text")
}

fn contract(sale: &Sale) -> Vec<String> {
    let (terms, plan) = (&sale.terms, &sale.plan);
    let decimal = |minor| Money::new(minor, terms.currency()).decimal();
    let unit = match plan.period {
        Period::Days => "days",
        Period::Weeks => "weeks",
        Period::Months => "months",
    };
    let consent = |text: &str| sale.consent_at.map(|_| text.to_owned()).unwrap_or_default();
    vec![
        sale.reference.clone(),
        sale.imei.with_check_digit(),
        terms.currency().code().to_owned(),
        decimal(terms.cash_price()),
        decimal(terms.down_payment()),
        plan.count.to_string(),
        unit.to_owned(),
        plan.every.to_string(),
        plan.instalment.map(decimal).unwrap_or_default(),
        plan.first_due.to_string(),
        terms.zone().name().to_owned(),
        terms.language().to_owned(),
        "standard".to_owned(),
        sale.name.clone(),
        sale.calls.clone(),
        consent("device-restriction"),
        consent("2"),
        sale.consent_at.map(|day| day.to_string()).unwrap_or_default(),
    ]
}

fn sale(draw: &mut Draw, number: u64, count: u64) -> Sale {
    let place = *draw.one(PLACES);
    let phone = draw.one(PHONES);
    let imei2 = draw.per_cent(40).then(|| imei(phone.0, number + count));
    let currency = Currency::parse(place.currency).expect("a listed currency");
    let price = price(draw, place, currency);
    let plan = plan(draw, price.cash_price - price.down_payment, currency);
    let zone = Zone::parse(draw.one::<&str>(place.zones)).expect("a zone of the bundled data");
    let language = (*draw.one(place.languages)).to_owned();
    let terms = Terms::equal(price, &plan, zone, language).expect("prices exceed down payments");
    let signed = plan.first_due.plus_days(-before(&plan)).expect("within the calendar");
    Sale {
        reference: format!("EX-{number:05}"),
        terms,
        plan,
        imei: imei(phone.0, number),
        imei2,
        phone,
        number,
        name: name(draw, place),
        calls: format!("{} 555 {:07}", place.calling_code, draw.between(0, 9_999_999)),
        consent_at: draw.per_cent(96).then_some(signed),
    }
}

fn price(draw: &mut Draw, place: &Place, currency: Currency) -> Price {
    let unit = 10_i64.pow(u32::from(currency.digits()));
    let (low, high) = place.prices;
    let cash_price = draw.between(low / place.step, high / place.step) * place.step * unit;
    let share = *draw.one(&[0, 10, 10, 15, 20, 30]);
    Price { currency, cash_price, down_payment: cash_price * share / 100 / unit * unit }
}

fn plan(draw: &mut Draw, financed: i64, currency: Currency) -> Equal {
    let (period, every, low, high) = *draw.one(&[
        (Period::Months, 1, 6, 24),
        (Period::Months, 1, 6, 24),
        (Period::Months, 1, 6, 18),
        (Period::Weeks, 1, 26, 52),
        (Period::Weeks, 2, 12, 36),
        (Period::Weeks, 2, 12, 36),
        (Period::Days, 10, 18, 40),
    ]);
    let count = draw.between(low, high);
    // A charge of 4 to 32 per cent, the instalment rounded up to what a counter can take.
    let coin = if currency.digits() == 3 { 50 } else { 100 };
    let charged = financed + financed * draw.between(4, 32) / 100;
    let instalment = (charged / count / coin + 1) * coin;
    let month = i8::try_from(draw.between(1, 8)).expect("a month");
    let first = Day::new(2026, month, 8).expect("a day");
    let first_due = first.plus_days(i32::try_from(draw.between(0, 30)).expect("a few days"));
    Equal {
        count: u32::try_from(count).expect("a few dozen"),
        period,
        every,
        first_due: first_due.expect("within the calendar"),
        month_end: MonthEnd::Clamp,
        instalment: draw.per_cent(55).then_some(instalment),
    }
}

/// Days from the sale to the first due day.
fn before(plan: &Equal) -> i32 {
    let unit = match plan.period {
        Period::Days => 1,
        Period::Weeks => 7,
        Period::Months => 30,
    };
    unit * i32::try_from(plan.every).expect("a few")
}

fn imei(tac: &str, number: u64) -> Imei {
    // 7919 shares no factor with a million: every number has its own serial.
    Imei::parse(&format!("{tac}{:06}", number * 7_919 % 1_000_000)).expect("fourteen digits")
}

fn serial(number: u64) -> String {
    format!("SN{:08X}", number * 2_654_435_761 % (1 << 32))
}

fn name(draw: &mut Draw, place: &Place) -> String {
    let (first, last) = (draw.one(place.first_names), draw.one(place.last_names));
    if place.family_first { format!("{last} {first}") } else { format!("{first} {last}") }
}
