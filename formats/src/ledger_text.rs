//! A ledger as text: CSV, one row per posting, or a journal for hledger, one transaction per
//! commit. The same bookings give the same bytes.

use std::io::{self, Write};

use domain::{
    Currency, Day, Moment, Money, UnitId, Zone,
    ledger::{Account, AccountKind},
};

/// The columns of the CSV form.
pub const COLUMNS: [&str; 13] = [
    "at",
    "day",
    "unit",
    "version",
    "unit_kind",
    "reference",
    "command",
    "entry",
    "account",
    "kind",
    "currency",
    "amount",
    "minor",
];

/// How a ledger is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerForm {
    /// Rows with the columns of [`COLUMNS`].
    Csv,
    /// A journal that hledger checks strictly.
    Hledger,
}

/// What a ledger's text says of itself.
#[derive(Clone, Debug)]
pub struct LedgerHead {
    /// Whose ledger: the lender's short name.
    pub lender: String,
    /// The calendar of its days.
    pub zone: Zone,
    /// The first day; `None` = from the first booking.
    pub from: Option<Day>,
    /// The last day; `None` = to the last booking.
    pub to: Option<Day>,
    /// Every currency that the ledger is kept in.
    pub currencies: Vec<Currency>,
}

/// What one commit booked; balances in each currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// When.
    pub at: Moment,
    /// The unit whose commit it was.
    pub unit: UnitId,
    /// What the unit is.
    pub unit_kind: &'static str,
    /// The unit's version that the commit made.
    pub version: u64,
    /// The contract's reference, or the one received money names.
    pub reference: String,
    /// The commit's command.
    pub command: String,
    /// Its legs.
    pub legs: Vec<BookedLeg>,
}

/// One leg of a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedLeg {
    /// Its number within the unit.
    pub entry: u64,
    /// The account.
    pub account: Account,
    /// How much; debit positive, credit negative.
    pub money: Money,
}

/// A ledger being written.
pub struct LedgerText<W: Write> {
    zone: Zone,
    output: Output<W>,
}

enum Output<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Hledger(W),
}

impl<W: Write> LedgerText<W> {
    /// Begins with what stands before all bookings.
    pub fn begin(form: LedgerForm, head: &LedgerHead, mut output: W) -> io::Result<LedgerText<W>> {
        let zone = head.zone.clone();
        let output = match form {
            LedgerForm::Csv => {
                let mut rows = Box::new(csv::Writer::from_writer(output));
                rows.write_record(COLUMNS)?;
                Output::Csv(rows)
            }
            LedgerForm::Hledger => {
                declarations(head, &mut output)?;
                Output::Hledger(output)
            }
        };
        Ok(LedgerText { zone, output })
    }

    /// Writes a booking. They come in time order.
    pub fn push(&mut self, booking: &Booking) -> io::Result<()> {
        let day = self.zone.day(booking.at);
        match &mut self.output {
            Output::Csv(rows) => rows_of(booking, day, rows),
            Output::Hledger(output) => transaction(booking, day, output),
        }
    }

    /// Ends it and gives the output back.
    pub fn finish(self) -> io::Result<W> {
        match self.output {
            Output::Csv(rows) => rows.into_inner().map_err(csv::IntoInnerError::into_error),
            Output::Hledger(mut output) => output.flush().map(|()| output),
        }
    }
}

impl<W: Write> std::fmt::Debug for LedgerText<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LedgerText(..)")
    }
}

/// The account's place in the tree of a journal.
pub fn journal_name(account: Account) -> String {
    let top = match account.kind() {
        AccountKind::Asset => "assets",
        AccountKind::Liability => "liabilities",
        AccountKind::Income => "income",
        AccountKind::Expense => "expenses",
    };
    format!("{top}:{}", account.name())
}

fn declarations(head: &LedgerHead, output: &mut impl Write) -> io::Result<()> {
    let day = |day: Option<Day>, open: &str| day.map_or(open.to_owned(), |day| day.to_string());
    let (from, to) = (day(head.from, "the first booking"), day(head.to, "the last booking"));
    let (lender, zone) = (plain(&head.lender), head.zone.name());
    writeln!(output, "; Ledger of {lender}, from {from} to {to}, days in {zone}.")?;
    writeln!(output, "; One transaction per commit; debit positive, credit negative.\n")?;
    for currency in &head.currencies {
        let digits = "0".repeat(currency.digits().into());
        writeln!(output, "commodity 1000.{digits} {currency}")?;
    }
    writeln!(output)?;
    for account in Account::ALL {
        let letter = match account.kind() {
            AccountKind::Asset => 'A',
            AccountKind::Liability => 'L',
            AccountKind::Income => 'R',
            AccountKind::Expense => 'X',
        };
        writeln!(output, "account {:<30}  ; type:{letter}", journal_name(account))?;
    }
    Ok(())
}

fn transaction(booking: &Booking, day: Day, output: &mut impl Write) -> io::Result<()> {
    let Booking { at, unit, unit_kind, version, reference, command, legs } = booking;
    let reference = plain(reference);
    let told = format!("{command} {reference}");
    writeln!(output, "\n{day} * {}", told.trim())?;
    let at = at.rfc3339();
    writeln!(output, "    ; unit:{unit}, version:{version}, unit_kind:{unit_kind}, at:{at}")?;
    for BookedLeg { entry, account, money } in legs {
        let (account, amount) = (journal_name(*account), money.decimal());
        let currency = money.currency;
        writeln!(output, "    {account:<30}  {amount:>16} {currency}  ; entry:{entry}")?;
    }
    Ok(())
}

/// Without what would end a description.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == ';' { '_' } else { c }).collect()
}

fn rows_of<W: Write>(booking: &Booking, day: Day, rows: &mut csv::Writer<W>) -> io::Result<()> {
    let (at, day, unit) = (booking.at.rfc3339(), day.to_string(), booking.unit.to_string());
    let version = booking.version.to_string();
    for BookedLeg { entry, account, money } in &booking.legs {
        let row: [&str; COLUMNS.len()] = [
            &at,
            &day,
            &unit,
            &version,
            booking.unit_kind,
            &booking.reference,
            &booking.command,
            &entry.to_string(),
            account.name(),
            account.kind().name(),
            money.currency.code(),
            &money.decimal(),
            &money.minor.to_string(),
        ];
        rows.write_record(row)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn head() -> LedgerHead {
        LedgerHead {
            lender: "example".to_owned(),
            zone: Zone::parse("Asia/Kolkata").unwrap(),
            from: Day::parse("2026-01-01"),
            to: None,
            currencies: ["INR", "JPY", "KWD"].map(|code| Currency::parse(code).unwrap()).to_vec(),
        }
    }

    /// Paid at 23:30 UTC, which is the next day in Kolkata.
    fn booking(reference: &str, legs: &[(Account, &str, i64)]) -> Booking {
        let leg = |(entry, (account, code, minor)): (u64, &(Account, &str, i64))| {
            let money = Money::new(*minor, Currency::parse(code).unwrap());
            BookedLeg { entry, account: *account, money }
        };
        Booking {
            at: Moment::parse("2026-01-05T23:30:00.000001Z").unwrap(),
            unit: UnitId::from_bytes([1; 16]),
            unit_kind: "contract",
            version: 2,
            reference: reference.to_owned(),
            command: "post_payment".to_owned(),
            legs: (3..).zip(legs).map(leg).collect(),
        }
    }

    fn check(form: LedgerForm, bookings: &[Booking], expected: Expect) {
        let mut text = LedgerText::begin(form, &head(), Vec::new()).unwrap();
        bookings.iter().for_each(|booking| text.push(booking).unwrap());
        let text = String::from_utf8(text.finish().unwrap()).unwrap();
        let unit = UnitId::from_bytes([1; 16]).to_string();
        expected
            .assert_eq(&text.replace(&unit, "UNIT").replace("2026-01-05T23:30:00.000001Z", "AT"));
    }

    #[test]
    fn csv_has_a_header_and_a_row_for_each_leg() {
        let legs = [(Account::InTransit, "INR", 79_100), (Account::BadDebt, "INR", -79_100)];
        let odd = [(Account::InTransit, "KWD", 1), (Account::BadDebt, "KWD", -1)];
        let bookings = [booking("EX-1", &legs), booking("a \"b\", c\nd", &odd)];
        check(
            LedgerForm::Csv,
            &bookings,
            expect![[r#"
            at,day,unit,version,unit_kind,reference,command,entry,account,kind,currency,amount,minor
            AT,2026-01-06,UNIT,2,contract,EX-1,post_payment,3,in_transit,liability,INR,791.00,79100
            AT,2026-01-06,UNIT,2,contract,EX-1,post_payment,4,bad_debt,expense,INR,-791.00,-79100
            AT,2026-01-06,UNIT,2,contract,"a ""b"", c
            d",post_payment,3,in_transit,liability,KWD,0.001,1
            AT,2026-01-06,UNIT,2,contract,"a ""b"", c
            d",post_payment,4,bad_debt,expense,KWD,-0.001,-1
        "#]],
        );
    }

    #[test]
    fn a_journal_declares_and_balances() {
        let legs = [
            (Account::InTransit, "INR", 79_100),
            (Account::ReceivablePrincipal, "INR", -79_000),
            (Account::CustomerCredit, "INR", -100),
        ];
        let odd = [
            (Account::InTransit, "KWD", 1),
            (Account::ReceivablePrincipal, "KWD", -1),
            (Account::Suspense, "JPY", -1_200),
            (Account::InTransit, "JPY", 1_200),
        ];
        let bookings = [booking("EX-1", &legs), booking("a; date:2001-01-01\n2020 x", &odd)];
        check(
            LedgerForm::Hledger,
            &bookings,
            expect![[r#"
                ; Ledger of example, from 2026-01-01 to the last booking, days in Asia/Kolkata.
                ; One transaction per commit; debit positive, credit negative.

                commodity 1000.00 INR
                commodity 1000. JPY
                commodity 1000.000 KWD

                account assets:receivable_principal     ; type:A
                account assets:receivable_interest      ; type:A
                account assets:receivable_fee           ; type:A
                account assets:receivable_penalty       ; type:A
                account assets:receivable_chargeback    ; type:A
                account assets:provider_clearing        ; type:A
                account assets:device_stock             ; type:A
                account assets:assigned_claims          ; type:A
                account liabilities:in_transit          ; type:L
                account liabilities:suspense            ; type:L
                account liabilities:customer_credit     ; type:L
                account liabilities:unearned_interest   ; type:L
                account income:sales                    ; type:R
                account income:interest_income          ; type:R
                account income:fee_income               ; type:R
                account income:penalty_income           ; type:R
                account income:recovery_income          ; type:R
                account expenses:goodwill_cost          ; type:X
                account expenses:compensation_cost      ; type:X
                account expenses:waiver_cost            ; type:X
                account expenses:shortfall_cost         ; type:X
                account expenses:bad_debt               ; type:X

                2026-01-06 * post_payment EX-1
                    ; unit:UNIT, version:2, unit_kind:contract, at:AT
                    liabilities:in_transit                    791.00 INR  ; entry:3
                    assets:receivable_principal              -790.00 INR  ; entry:4
                    liabilities:customer_credit                -1.00 INR  ; entry:5

                2026-01-06 * post_payment a_ date:2001-01-01_2020 x
                    ; unit:UNIT, version:2, unit_kind:contract, at:AT
                    liabilities:in_transit                     0.001 KWD  ; entry:3
                    assets:receivable_principal               -0.001 KWD  ; entry:4
                    liabilities:suspense                       -1200 JPY  ; entry:5
                    liabilities:in_transit                      1200 JPY  ; entry:6
            "#]],
        );
    }
}
