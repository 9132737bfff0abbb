//! `#[serde(with = "account")]`: what is kept of an account, and the late fee agreed. An account as
//! it was read says nothing before the terms are put back to it.

use domain::{
    Day, HoldId, UnitId,
    account::{Account, Balance, Claim, Folded, Kept, Move, MoveKind, Quiet, Stretch},
    allocation::Owed,
    amortise::Share,
    late_fee::{Base, Caps, Charge, Charged, LateFee},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{maybe as shaped_maybe, shaped};
use crate::text::{Text, maybe, one};

/// A value as its one text.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "T: Text")]
pub(super) struct Word<T>(#[serde(with = "one")] pub(super) T);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Doc {
    base: Option<BalanceDoc>,
    #[serde(with = "one")]
    folded: Day,
    moves: Vec<(Word<Day>, u32, MoveDoc)>,
    quiet: Vec<QuietDoc>,
    #[serde(with = "one")]
    reckoned: Day,
    recorded: u32,
    #[serde(with = "maybe")]
    stopped: Option<Day>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum MoveDoc {
    In(Word<i64>),
    Back(Word<i64>),
    Close(Word<i64>, Word<i64>),
    Chargeback(Word<UnitId>, Word<i64>),
    ChargebackWon(Word<UnitId>),
    Fee(Word<i64>),
    Waiver(Word<i64>),
    Refund(Word<i64>),
}

type QuietDoc = (Option<Word<HoldId>>, Word<Day>, Option<Word<Day>>);

/// A balance beside the rows of the schedule.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BalanceDoc {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ahead: Option<Word<i64>>,
    charged: Vec<(usize, Word<i64>)>,
    claims: Vec<StretchDoc>,
    credit: Word<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    earned: Option<Word<i64>>,
    fees: Word<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    given: Option<Word<i64>>,
    months: Vec<(i16, u8, Word<i64>)>,
    waived: Word<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum StretchDoc {
    Beside(ClaimDoc),
    Open(u32),
    Paid(u32),
    Row(ClaimDoc),
}

/// A claim and what is open of it: penalty, fee, interest, principal.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimDoc {
    #[serde(with = "maybe")]
    chargeback: Option<UnitId>,
    #[serde(with = "one")]
    due: Day,
    open: Parts,
    #[serde(with = "maybe")]
    reopened: Option<Day>,
    whole: Parts,
}

type Parts = (Word<i64>, Word<i64>, Word<i64>, Word<i64>);

pub(crate) fn serialize<S: Serializer>(account: &Account, s: S) -> Result<S::Ok, S::Error> {
    let quiet = |quiet: &Quiet| (quiet.hold.map(Word), Word(quiet.from), quiet.until.map(Word));
    Doc {
        base: account.base.as_ref().map(base_doc),
        folded: account.folded,
        moves: account.moves.iter().map(move_doc).collect(),
        quiet: account.quiet.iter().map(quiet).collect(),
        reckoned: account.reckoned,
        recorded: account.recorded,
        stopped: account.stopped,
    }
    .serialize(s)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Account, D::Error> {
    let doc = Doc::deserialize(d)?;
    let quiet = |(hold, Word(from), until): QuietDoc| Quiet {
        hold: hold.map(|Word(hold)| hold),
        from,
        until: until.map(|Word(day)| day),
    };
    let kept = Kept {
        folded: doc.folded,
        base: doc.base.map(base),
        moves: doc.moves.into_iter().map(read_move).collect(),
        recorded: doc.recorded,
        reckoned: doc.reckoned,
        quiet: doc.quiet.into_iter().map(quiet).collect(),
        stopped: doc.stopped,
    };
    let rising = kept.moves.windows(2).all(|pair| pair[0].value <= pair[1].value);
    if !rising {
        return Err(D::Error::custom("moves: expected by rising value day"));
    }
    Ok(Account::kept(kept, &[], None))
}

fn move_doc(entry: &Move) -> (Word<Day>, u32, MoveDoc) {
    let kind = match entry.kind {
        MoveKind::In { amount } => MoveDoc::In(Word(amount)),
        MoveKind::Back { amount } => MoveDoc::Back(Word(amount)),
        MoveKind::Close { forgone, crumbs } => MoveDoc::Close(Word(forgone), Word(crumbs)),
        MoveKind::Chargeback { payment, amount } => {
            MoveDoc::Chargeback(Word(payment), Word(amount))
        }
        MoveKind::ChargebackWon { payment } => MoveDoc::ChargebackWon(Word(payment)),
        MoveKind::Fee { amount } => MoveDoc::Fee(Word(amount)),
        MoveKind::Waiver { amount } => MoveDoc::Waiver(Word(amount)),
        MoveKind::Refund { amount } => MoveDoc::Refund(Word(amount)),
    };
    (Word(entry.value), entry.number, kind)
}

fn read_move((Word(value), number, kind): (Word<Day>, u32, MoveDoc)) -> Move {
    let kind = match kind {
        MoveDoc::In(Word(amount)) => MoveKind::In { amount },
        MoveDoc::Back(Word(amount)) => MoveKind::Back { amount },
        MoveDoc::Close(Word(forgone), Word(crumbs)) => MoveKind::Close { forgone, crumbs },
        MoveDoc::Chargeback(Word(payment), Word(amount)) => {
            MoveKind::Chargeback { payment, amount }
        }
        MoveDoc::ChargebackWon(Word(payment)) => MoveKind::ChargebackWon { payment },
        MoveDoc::Fee(Word(amount)) => MoveKind::Fee { amount },
        MoveDoc::Waiver(Word(amount)) => MoveKind::Waiver { amount },
        MoveDoc::Refund(Word(amount)) => MoveKind::Refund { amount },
    };
    Move { value, number, kind }
}

fn base_doc(folded: &Folded) -> BalanceDoc {
    let stretch = |stretch: &Stretch| match stretch {
        Stretch::Beside(claim, owed) => StretchDoc::Beside(claim_doc(claim, owed)),
        Stretch::Open(rows) => StretchDoc::Open(*rows),
        Stretch::Paid(rows) => StretchDoc::Paid(*rows),
        Stretch::Row(claim, owed) => StretchDoc::Row(claim_doc(claim, owed)),
    };
    let balance = &folded.rest;
    let charged = &balance.charged;
    let months = charged.months().iter();
    BalanceDoc {
        ahead: Some(balance.ahead).filter(|ahead| *ahead != 0).map(Word),
        charged: charged.rows().iter().map(|(row, fee)| (*row, Word(*fee))).collect(),
        claims: folded.claims.iter().map(stretch).collect(),
        credit: Word(balance.credit),
        earned: Some(balance.earned).filter(|earned| *earned != 0).map(Word),
        fees: Word(balance.fees),
        given: Some(balance.given).filter(|given| *given != 0).map(Word),
        months: months.map(|((year, month), fee)| (*year, *month, Word(*fee))).collect(),
        waived: Word(balance.waived),
    }
}

fn claim_doc(claim: &Claim, owed: &Owed) -> ClaimDoc {
    let parts = |a, b, c, d| (Word(a), Word(b), Word(c), Word(d));
    ClaimDoc {
        chargeback: claim.chargeback,
        due: claim.due,
        open: parts(owed.penalty, owed.fee, owed.interest, owed.principal),
        reopened: claim.reopened,
        whole: parts(claim.penalty, claim.fee, claim.interest, claim.principal),
    }
}

fn base(doc: BalanceDoc) -> Folded {
    let stretch = |stretch| match stretch {
        StretchDoc::Beside(doc) => {
            let (claim, owed) = read_claim(&doc);
            Stretch::Beside(claim, owed)
        }
        StretchDoc::Open(rows) => Stretch::Open(rows),
        StretchDoc::Paid(rows) => Stretch::Paid(rows),
        StretchDoc::Row(doc) => {
            let (claim, owed) = read_claim(&doc);
            Stretch::Row(claim, owed)
        }
    };
    let rows = doc.charged.into_iter().map(|(row, Word(fee))| (row, fee)).collect();
    let months = doc.months.into_iter().map(|(year, month, Word(fee))| ((year, month), fee));
    let rest = Balance {
        claims: Vec::new(),
        owed: Vec::new(),
        credit: doc.credit.0,
        fees: doc.fees.0,
        charged: Charged::of(rows, months.collect()),
        waived: doc.waived.0,
        given: doc.given.map_or(0, |Word(given)| given),
        earned: doc.earned.map_or(0, |Word(earned)| earned),
        ahead: doc.ahead.map_or(0, |Word(ahead)| ahead),
    };
    Folded { claims: doc.claims.into_iter().map(stretch).collect(), rest }
}

fn read_claim(doc: &ClaimDoc) -> (Claim, Owed) {
    let ClaimDoc { chargeback, due, reopened, .. } = *doc;
    let (Word(penalty), Word(fee), Word(interest), Word(principal)) = doc.open;
    let owed = Owed { due, penalty, fee, interest, principal };
    let (Word(penalty), Word(fee), Word(interest), Word(principal)) = doc.whole;
    (Claim { due, principal, interest, fee, penalty, chargeback, reopened }, owed)
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "LateFee", deny_unknown_fields)]
pub(crate) struct LateFeeShape {
    #[serde(with = "CapsShape")]
    caps: Caps,
    #[serde(with = "ChargeShape")]
    charge: Charge,
    grace_days: u32,
    #[serde(with = "one")]
    minimum_past_due: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Caps", deny_unknown_fields)]
struct CapsShape {
    #[serde(with = "maybe")]
    contract: Option<i64>,
    #[serde(with = "shaped_maybe")]
    financed: Option<Share>,
    #[serde(with = "maybe")]
    instalment: Option<i64>,
    #[serde(with = "maybe")]
    month: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Charge", rename_all = "snake_case", deny_unknown_fields)]
enum ChargeShape {
    Flat(#[serde(with = "one")] i64),
    Share(#[serde(with = "ShareShape")] Share, #[serde(with = "BaseShape")] Base),
}

/// Parts per billion.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Share", transparent)]
pub(crate) struct ShareShape(#[serde(with = "one")] i64);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Base", rename_all = "snake_case")]
enum BaseShape {
    Principal,
    PrincipalInterest,
    PrincipalInterestFees,
}

shaped!(LateFee: LateFeeShape, Share: ShareShape);
