//! The lender's accounts at his bank and at a mobile wallet: what payers send is booked day by day,
//! and told in files as banks write them: ISO 20022 statements whose balances chain.

use std::{collections::BTreeMap, fmt::Write as _};

use domain::{Currency, Day, Moment, Money};

/// Money sent to an account, or its taking back.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The bank's own id for it.
    pub id: String,
    /// The id of the transfer that this takes back.
    pub original: Option<String>,
    /// What the payer wrote.
    pub words: String,
    /// Whether he wrote it in the field for references.
    pub structured: bool,
    /// Whether the bank may book it in a batch, and give it another id.
    pub batch: bool,
    /// Minor units.
    pub minor: i64,
    /// From when it counts.
    pub value: Day,
    /// When it was booked.
    pub booked: Day,
}

/// Who sent it: a contract's reference, the payment's number, and whether it is taken back.
pub type Sent = (String, u32, bool);

/// Transfers that are booked together, or each by itself.
type Group = Vec<(Sent, Transfer)>;

/// What a day booked on an account.
#[derive(Debug, Default)]
struct Booked {
    opening: i64,
    closing: i64,
    entries: Vec<Vec<Transfer>>,
}

#[derive(Debug)]
struct Account {
    currency: Currency,
    balance: i64,
    waiting: BTreeMap<Sent, Transfer>,
    days: BTreeMap<u32, Booked>,
}

/// All accounts.
#[derive(Debug, Default)]
pub struct Bank {
    accounts: BTreeMap<String, Account>,
    /// Ids as they were booked.
    ids: BTreeMap<Sent, (String, u32)>,
    told_through: u32,
}

/// Balance with which an account begins, minor units.
const BEGINS: i64 = 100_000;

impl Bank {
    /// A payer sends money to an account.
    pub fn send(&mut self, account: &str, currency: Currency, sent: Sent, transfer: Transfer) {
        let account = self.accounts.entry(account.to_owned()).or_insert_with(|| Account {
            currency,
            balance: BEGINS,
            waiting: BTreeMap::new(),
            days: BTreeMap::new(),
        });
        account.waiting.insert(sent, transfer);
    }

    /// A day ends: what waits is booked.
    pub fn close(&mut self, day: u32) {
        let told = self.told_through;
        for (name, account) in &mut self.accounts {
            let mut booked = Booked { opening: account.balance, ..Booked::default() };
            let mut groups: BTreeMap<Option<(Day, Day)>, Group> = BTreeMap::new();
            for (sent, transfer) in std::mem::take(&mut account.waiting) {
                let back = transfer.original.is_some();
                account.balance += if back { -transfer.minor } else { transfer.minor };
                let days = (transfer.booked, transfer.value);
                groups.entry(transfer.batch.then_some(days)).or_default().push((sent, transfer));
            }
            for (number, (days, mut group)) in groups.into_iter().enumerate() {
                let together = days.is_some() && group.len() > 1;
                for (place, (sent, transfer)) in group.iter_mut().enumerate() {
                    if together {
                        transfer.id = format!("BATCH-{name}-{day}-{number}/{}", place + 1);
                    }
                    self.ids.insert(sent.clone(), (transfer.id.clone(), day));
                }
                let transfers = group.into_iter().map(|(_, transfer)| transfer);
                if together {
                    booked.entries.push(transfers.collect());
                } else {
                    booked.entries.extend(transfers.map(|transfer| vec![transfer]));
                }
            }
            booked.closing = account.balance;
            account.days.insert(day, booked);
            // What no file has told of stays at hand, and a day more for files that overlap.
            account.days.retain(|known, _| known + 1 >= told);
        }
    }

    /// The id under which files have told of a transfer.
    pub fn told_id(&self, sent: &Sent) -> Option<&str> {
        let told = self.ids.get(sent).filter(|(_, day)| *day < self.told_through);
        told.map(|(id, _)| id.as_str())
    }

    /// Days before this one have been told in files.
    pub fn told_through(&self) -> u32 {
        self.told_through
    }

    /// Files tell of the days before this one.
    pub fn told(&mut self, day: u32) {
        self.told_through = day;
    }

    /// The statement of the days from one up to another of the accounts that a rule picks; `None`
    /// where nothing was booked.
    pub fn statement(
        &self,
        from: u32,
        until: u32,
        at: Moment,
        picked: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let mut text = String::new();
        for (name, account) in self.accounts.iter().filter(|(name, _)| picked(name)) {
            let days: Vec<&Booked> = account.days.range(from..until).map(|(_, day)| day).collect();
            let entries: Vec<&Vec<Transfer>> =
                days.iter().flat_map(|day| day.entries.iter()).collect();
            let (Some(first), Some(last)) = (days.first(), days.last()) else { continue };
            let Some(day) =
                entries.iter().flat_map(|group| group.iter()).map(|one| one.booked).max()
            else {
                continue;
            };
            let money = |minor: i64| amount(minor, account.currency);
            let id = format!("{name}-{from}-{until}");
            let _ = write!(
                text,
                "<Stmt><Id>{id}</Id><CreDtTm>{}</CreDtTm>\
                 <Acct><Id><IBAN>{name}</IBAN></Id></Acct>",
                at.rfc3339()
            );
            for (code, minor) in [("OPBD", first.opening), ("CLBD", last.closing)] {
                let side = if minor < 0 { "DBIT" } else { "CRDT" };
                let _ = write!(
                    text,
                    "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{}\
                     <CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>",
                    money(minor.abs())
                );
            }
            for group in entries {
                entry(&mut text, group, account.currency);
            }
            text.push_str("</Stmt>\n");
        }
        if text.is_empty() {
            return None;
        }
        Some(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
             <GrpHdr><MsgId>F-{from}-{until}</MsgId><CreDtTm>{}</CreDtTm></GrpHdr>\n{text}\
             </BkToCstmrStmt></Document>\n",
            at.rfc3339()
        ))
    }
}

fn amount(minor: i64, currency: Currency) -> String {
    let decimal = Money::new(minor, currency).decimal();
    format!("<Amt Ccy=\"{}\">{decimal}</Amt>", currency.code())
}

/// One entry: a transfer, a taking back, or a batch with its details.
fn entry(text: &mut String, group: &[Transfer], currency: Currency) {
    let Some(first) = group.first() else { return };
    let total: i64 = group.iter().map(|transfer| transfer.minor).sum();
    let side = match first.original {
        Some(_) => "<CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd>",
        None => "<CdtDbtInd>CRDT</CdtDbtInd>",
    };
    let id = first.id.split('/').next().unwrap_or_default();
    let _ = write!(
        text,
        "\n<Ntry>{}{side}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{}</Dt></BookgDt>\
         <ValDt><Dt>{}</Dt></ValDt><AcctSvcrRef>{id}</AcctSvcrRef><NtryDtls>",
        amount(total, currency),
        first.booked,
        first.value
    );
    if group.len() > 1 {
        let _ = write!(text, "<Btch><NbOfTxs>{}</NbOfTxs></Btch>", group.len());
    }
    for transfer in group {
        let own = transfer.original.as_ref().map(|id| format!("<TxId>{id}</TxId>"));
        let reference = if transfer.structured { transfer.words.as_str() } else { "NOTPROVIDED" };
        let _ = write!(
            text,
            "<TxDtls><Refs><EndToEndId>{reference}</EndToEndId>{}</Refs>{}",
            own.unwrap_or_default(),
            amount(transfer.minor, currency)
        );
        if !transfer.structured {
            let _ = write!(text, "<RmtInf><Ustrd>{}</Ustrd></RmtInf>", transfer.words);
        }
        text.push_str("</TxDtls>");
    }
    text.push_str("</NtryDtls></Ntry>");
}
