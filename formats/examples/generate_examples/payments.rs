//! Payers of several temperaments.

use domain::{Day, Moment, Money, Terms};

use crate::{
    SEED,
    contracts::{Sale, csv_text},
    draw::Draw,
};

/// Payments after this day are not known yet.
const LAST: (i16, i8, i8) = (2026, 11, 15);
const PROVIDERS: &[(&str, &str)] =
    &[("mobile-money", "MM"), ("mobile-money", "MM"), ("bank-transfer", "BT"), ("cash-desk", "CD")];

/// How somebody pays.
#[derive(Clone, Copy, Debug)]
enum Payer {
    Punctual,
    /// Some days after each due day.
    Late,
    /// A part first, the rest later.
    Halves,
    /// Less than due, again and again.
    Partial,
    /// Stops after a while.
    Vanishing,
    /// Stops, and pays everything open after months.
    Returning,
    /// Pays ahead.
    Ahead,
}

const PAYERS: &[Payer] = &[
    Payer::Punctual,
    Payer::Punctual,
    Payer::Punctual,
    Payer::Punctual,
    Payer::Late,
    Payer::Late,
    Payer::Late,
    Payer::Halves,
    Payer::Halves,
    Payer::Partial,
    Payer::Vanishing,
    Payer::Vanishing,
    Payer::Returning,
    Payer::Ahead,
];

struct Payment {
    at: Moment,
    sale: usize,
    amount: i64,
    provider: &'static (&'static str, &'static str),
    /// As the provider writes it.
    paid_at: String,
}

/// So many payments of these sales, as a CSV text in the order they were made.
pub(crate) fn payments(sales: &[Sale], count: usize) -> String {
    let mut made = Vec::new();
    for (sale, number) in (0..sales.len()).zip(1_000_000..) {
        of_sale(&mut Draw::of(SEED, number), sale, &sales[sale].terms, &mut made);
    }
    assert!(made.len() >= count, "{} payments were made, {count} are wanted", made.len());
    made.truncate(count);
    made.sort_by_key(|payment| (payment.at, payment.sale));
    let rows = (1..).zip(&made).map(|(number, payment): (u32, &Payment)| {
        let (provider, prefix) = payment.provider;
        let sale = &sales[payment.sale];
        vec![
            (*provider).to_owned(),
            format!("{prefix}-{number:06}"),
            sale.reference.clone(),
            Money::new(payment.amount, sale.terms.currency()).decimal(),
            payment.paid_at.clone(),
        ]
    });
    csv_text(&["provider", "provider_id", "reference", "amount", "paid_at"], rows)
}

fn of_sale(draw: &mut Draw, sale: usize, terms: &Terms, made: &mut Vec<Payment>) {
    let (year, month, day) = LAST;
    let last = Day::new(year, month, day).expect("a day");
    let payer = *draw.one(PAYERS);
    let provider = draw.one(PROVIDERS);
    let stops = usize::try_from(draw.between(1, 9)).expect("a few");
    let mut open = terms.total();
    let mut pay = |draw: &mut Draw, day: Option<Day>, amount: i64| {
        let amount = amount.min(open);
        if let Some(day) = day.filter(|day| *day <= last && amount > 0) {
            let (at, paid_at) = moment(draw, terms, day);
            open -= amount;
            made.push(Payment { at, sale, amount, provider, paid_at });
        }
    };
    for (index, row) in terms.rows().iter().enumerate() {
        let due = row.due;
        let mut after =
            |low, high| due.plus_days(i32::try_from(draw.between(low, high)).expect("a few days"));
        match payer {
            Payer::Punctual => {
                let day = after(-4, 0);
                pay(draw, day, row.amount);
            }
            Payer::Late => {
                let day = after(1, 24);
                pay(draw, day, row.amount);
            }
            Payer::Halves => {
                let (first, second) = (after(-2, 0), after(3, 9));
                pay(draw, first, row.amount / 2);
                pay(draw, second, row.amount - row.amount / 2);
            }
            Payer::Partial => {
                let day = after(-1, 6);
                let share = draw.between(55, 95);
                pay(draw, day, row.amount * share / 100);
            }
            Payer::Vanishing | Payer::Returning if index < stops => {
                let day = after(-3, 5);
                pay(draw, day, row.amount);
            }
            Payer::Vanishing => {}
            Payer::Returning => {
                let day = after(70, 130);
                if index == stops {
                    pay(draw, day, row.amount * 5);
                }
            }
            Payer::Ahead if index % 3 == 0 => {
                let day = after(-6, 0);
                pay(draw, day, row.amount * 3);
            }
            Payer::Ahead => {}
        }
    }
}

/// A moment of a local day, as written by a provider: mostly with the local offset, some in UTC,
/// some as the day alone.
fn moment(draw: &mut Draw, terms: &Terms, day: Day) -> (Moment, String) {
    let second = draw.between(6 * 3600, 22 * 3600);
    let local = u32::try_from(second).expect("within a day");
    let at = terms.zone().at(day, local);
    let style = draw.between(1, 20);
    if style == 1 {
        return (terms.zone().midnight(day), day.to_string());
    }
    let clock = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    if style <= 4 {
        let utc = at.rfc3339();
        return (at, utc.replace(".000000Z", "Z"));
    }
    let as_utc = Moment::parse(&format!("{day}T{clock}Z")).expect("a moment");
    let offset = as_utc.seconds_since(at) / 60;
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
    (at, format!("{day}T{clock}{sign}{hours:02}:{minutes:02}"))
}
