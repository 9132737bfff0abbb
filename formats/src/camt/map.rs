//! Elements to facts.

use std::io::BufRead;

use domain::{Day, Moment};

use super::{
    ENTRIES_MAX, RECORDS_MAX, VERSIONS,
    exact::Exact,
    facts::{
        Balance, BalanceKind, BankCode, Batch, Detail, Direction, Entry, Header, Message,
        MessageKind, Period, Record, Reference, Remittance, Status,
    },
    party::{Account, Party, bank},
    tree::{Node, Xml},
};
use crate::book::{RowError, When};

/// Texts that stand where a reference is asked for and there is none.
const NO_REFERENCE: [&str; 5] =
    ["NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOTAVAILABLE", "UNKNOWN"];

pub(super) fn message<R: BufRead>(mut xml: Xml<R>) -> Result<Message, RowError> {
    let name = xml.document()?;
    let (kind, version) = kind_of(&name).ok_or_else(|| {
        let shown: String = name.chars().take(24).collect();
        let detail = format!("{shown}: expected camt.053 or camt.054, versions 02 to 13");
        xml.fault("Document", "unknown_version", &detail)
    })?;
    let (body, each) = match kind {
        MessageKind::Statement => ("BkToCstmrStmt", "Stmt"),
        MessageKind::Notification => ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    };
    if xml.child()?.as_deref() != Some(body) {
        return Err(xml.fault(body, "missing_element", "expected it first in the document"));
    }
    let (mut header, mut records, mut room) = (None, Vec::new(), ENTRIES_MAX);
    while let Some(name) = xml.child()? {
        if name == "GrpHdr" {
            header = Some(header_of(&xml.tree()?)?);
        } else if name == each {
            if records.len() == RECORDS_MAX {
                return Err(xml.fault(each, "too_many_entries", "more than 10,000 statements"));
            }
            records.push(record(&mut xml, &mut room)?);
        } else {
            xml.pass()?;
        }
    }
    xml.finish()?;
    let mut missing = |element: &str| xml.fault(element, "missing_element", "the file has none");
    match header {
        None => Err(missing("GrpHdr")),
        Some(_) if records.is_empty() => Err(missing(each)),
        Some(header) => Ok(Message { kind, version, header, records }),
    }
}

/// Kind and version of a message name such as `camt.053.001.08`.
fn kind_of(name: &str) -> Option<(MessageKind, u8)> {
    let (kind, version) = name.split_once(".001.")?;
    let kind = match kind {
        "camt.053" => MessageKind::Statement,
        "camt.054" => MessageKind::Notification,
        _ => return None,
    };
    let version = version.parse().ok().filter(|version| VERSIONS.contains(version))?;
    Some((kind, version))
}

fn header_of(node: &Node) -> Result<Header, RowError> {
    let query = match node.at("OrgnlBizQry") {
        None => None,
        Some(query) => {
            let at = when(query, "CreDtTm")?;
            query.text("MsgId").map(|id| (id, query.text("MsgNmId"), at))
        }
    };
    Ok(Header {
        id: required(node, "MsgId")?,
        created: when(node, "CreDtTm")?,
        recipient: node.at("MsgRcpt").map(Party::of),
        note: node.text("AddtlInf"),
        page: node.text("MsgPgntn/PgNb"),
        query,
    })
}

fn record<R: BufRead>(xml: &mut Xml<R>, room: &mut usize) -> Result<Record, RowError> {
    let line = xml.fault("", "", "").line;
    let mut record = Record { line, ..Record::default() };
    while let Some(name) = xml.child()? {
        match name.as_str() {
            "Ntry" => record.entries.push(entry(xml, room)?),
            "Bal" => record.balances.push(balance(&xml.tree()?)?),
            "Acct" => {
                let node = xml.tree()?;
                let missing = || node.fault("missing_element", "an account needs an Id");
                record.account = Account::of(&node).ok_or_else(missing)?;
            }
            "Id" => record.id = xml.tree()?.text,
            "ElctrncSeqNb" => record.sequence = Some(xml.tree()?.text),
            "LglSeqNb" => record.legal_sequence = Some(xml.tree()?.text),
            "CreDtTm" => record.created = Some(moment(&xml.tree()?)?),
            "FrToDt" => record.period = period(&xml.tree()?)?,
            "CpyDplctInd" => record.copy = Some(xml.tree()?.text),
            "StmtPgntn" | "NtfctnPgntn" => record.page = xml.tree()?.text("PgNb"),
            "AddtlStmtInf" | "AddtlNtfctnInf" => record.note = Some(xml.tree()?.text),
            _ => xml.pass()?,
        }
    }
    for (element, there) in [("Id", !record.id.is_empty()), ("Acct", !record.account.id.is_empty())]
    {
        if !there {
            return Err(xml.fault(element, "missing_element", "the statement has none"));
        }
    }
    Ok(record)
}

fn period(node: &Node) -> Result<Option<Period>, RowError> {
    let from = when(node, "FrDtTm")?.or(when(node, "FrDt")?);
    let to = when(node, "ToDtTm")?.or(when(node, "ToDt")?);
    Ok(from.zip(to).map(|(from, to)| Period { from, to }))
}

fn balance(node: &Node) -> Result<Balance, RowError> {
    let code = node.text("Tp/CdOrPrtry/Cd").or_else(|| node.text("Tp/CdOrPrtry/Prtry"));
    let kind = match code.as_deref() {
        Some("OPBD") => BalanceKind::Opening,
        Some("PRCD") => BalanceKind::Previous,
        Some("ITBD") => BalanceKind::Interim,
        Some("CLBD") => BalanceKind::Closing,
        Some(code) => BalanceKind::Other(code.to_owned()),
        None => return Err(node.fault("missing_element", "a balance needs Tp/CdOrPrtry")),
    };
    let (amount, currency) = amount(node, "Amt")?.ok_or_else(|| lacking(node, "Amt"))?;
    let amount = match direction(node)? {
        Direction::Credit => amount,
        Direction::Debit => amount.negated(),
    };
    Ok(Balance { kind, amount, currency, date: choice(node, "Dt")? })
}

fn entry<R: BufRead>(xml: &mut Xml<R>, room: &mut usize) -> Result<Entry, RowError> {
    take_room(xml, room)?;
    let mut node = Node { name: "Ntry".to_owned(), ..Node::default() };
    node.line = xml.fault("", "", "").line;
    let (mut details, mut batch) = (Vec::new(), None);
    while let Some(name) = xml.child()? {
        if name != "NtryDtls" {
            let kid = xml.tree()?;
            node.kids.push(kid);
            if node.kids.len() > 64 {
                return Err(node.fault("element_too_large", "an entry has more than 64 elements"));
            }
            continue;
        }
        while let Some(name) = xml.child()? {
            match name.as_str() {
                "TxDtls" => {
                    take_room(xml, room)?;
                    details.push(detail(&xml.tree()?)?);
                }
                "Btch" => {
                    let found = xml.tree()?;
                    let count = found.text("NbOfTxs").and_then(|text| text.parse().ok());
                    batch =
                        Some(Batch { payment_information: reference(&found, "PmtInfId"), count });
                }
                _ => xml.pass()?,
            }
        }
    }
    let (amount, currency) = amount(&node, "Amt")?.ok_or_else(|| lacking(&node, "Amt"))?;
    Ok(Entry {
        line: node.line,
        reference: reference(&node, "NtryRef"),
        servicer_reference: reference(&node, "AcctSvcrRef"),
        amount,
        currency,
        direction: direction(&node)?,
        reversal: flag(&node, "RvslInd")?,
        status: status(&node)?,
        booked: choice(&node, "BookgDt")?,
        value: choice(&node, "ValDt")?,
        code: code(node.at("BkTxCd")),
        batch,
        details,
        note: node.text("AddtlNtryInf"),
    })
}

fn take_room<R: BufRead>(xml: &mut Xml<R>, room: &mut usize) -> Result<(), RowError> {
    let Some(left) = room.checked_sub(1) else {
        let detail = "more than 200,000 entries and details: split the file";
        return Err(xml.fault("Ntry", "too_many_entries", detail));
    };
    *room = left;
    Ok(())
}

fn detail(node: &Node) -> Result<Detail, RowError> {
    let ordered = match node.at("AmtDtls/TxAmt") {
        Some(at) => amount(at, "Amt")?,
        None => None,
    };
    let party = |path: &str| node.at(path).map(Party::of);
    let account = |path: &str| node.at(path).and_then(Account::of);
    let agent = |path: &str| node.at(path).and_then(bank);
    Ok(Detail {
        line: node.line,
        amount: amount(node, "Amt")?,
        ordered,
        code: code(node.at("BkTxCd")),
        refs: node.at("Refs").map(references).unwrap_or_default(),
        remittance: node.at("RmtInf").map(remittance).unwrap_or_default(),
        debtor: party("RltdPties/Dbtr"),
        debtor_account: account("RltdPties/DbtrAcct"),
        creditor: party("RltdPties/Cdtr"),
        creditor_account: account("RltdPties/CdtrAcct"),
        debtor_bank: agent("RltdAgts/DbtrAgt"),
        creditor_bank: agent("RltdAgts/CdtrAgt"),
        returned: node.at("RtrInf").is_some(),
        note: node.text("AddtlTxInf"),
    })
}

fn references(node: &Node) -> Reference {
    let own = |kid: &Node| {
        let number = reference(kid, "Ref").or_else(|| reference(kid, "Id"))?;
        Some((kid.text("Tp"), number))
    };
    Reference {
        servicer: reference(node, "AcctSvcrRef"),
        message: reference(node, "MsgId"),
        payment_information: reference(node, "PmtInfId"),
        instruction: reference(node, "InstrId"),
        end_to_end: reference(node, "EndToEndId"),
        transaction: reference(node, "TxId"),
        mandate: reference(node, "MndtId"),
        clearing: reference(node, "ClrSysRef"),
        uetr: reference(node, "UETR"),
        proprietary: node.all("Prtry").filter_map(own).collect(),
    }
}

fn remittance(node: &Node) -> Remittance {
    let texts = |name: &'static str, of: &Node| -> Vec<String> {
        of.all(name).map(|kid| kid.text.clone()).filter(|text| !text.is_empty()).collect()
    };
    let kind = |at: &Node| at.text("Tp/CdOrPrtry/Cd").or_else(|| at.text("Tp/CdOrPrtry/Prtry"));
    let structured = node.all("Strd").filter_map(|block| {
        let at = block.at("CdtrRefInf")?;
        Some((kind(at), reference(at, "Ref")?))
    });
    Remittance {
        free: texts("Ustrd", node),
        structured: structured.collect(),
        notes: node.all("Strd").flat_map(|block| texts("AddtlRmtInf", block)).collect(),
    }
}

fn code(node: Option<&Node>) -> BankCode {
    let Some(node) = node else {
        return BankCode::default();
    };
    let text = |path: &str| node.text(path).unwrap_or_default();
    let domain = node
        .at("Domn")
        .map(|_| (text("Domn/Cd"), text("Domn/Fmly/Cd"), text("Domn/Fmly/SubFmlyCd")));
    let proprietary = node.text("Prtry/Cd").map(|code| (code, node.text("Prtry/Issr")));
    BankCode { domain, proprietary }
}

fn status(node: &Node) -> Result<Status, RowError> {
    let text = node.text("Sts/Cd").or_else(|| node.text("Sts/Prtry")).or_else(|| node.text("Sts"));
    match text.as_deref() {
        Some("BOOK") => Ok(Status::Booked),
        Some("PDNG") => Ok(Status::Pending),
        Some(other) => Ok(Status::Other(other.to_owned())),
        None => Err(lacking(node, "Sts")),
    }
}

fn direction(node: &Node) -> Result<Direction, RowError> {
    let at = node.at("CdtDbtInd").ok_or_else(|| lacking(node, "CdtDbtInd"))?;
    match at.text.as_str() {
        "CRDT" => Ok(Direction::Credit),
        "DBIT" => Ok(Direction::Debit),
        _ => Err(at.fault("bad_value", "expected CRDT or DBIT")),
    }
}

fn flag(node: &Node, name: &str) -> Result<bool, RowError> {
    match node.at(name) {
        None => Ok(false),
        Some(at) => match at.text.as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(at.fault("bad_value", "expected true or false")),
        },
    }
}

fn amount(node: &Node, name: &str) -> Result<Option<(Exact, String)>, RowError> {
    let Some(at) = node.at(name) else {
        return Ok(None);
    };
    let wrong = || at.fault("bad_amount", "expected a number above zero, five decimals at most");
    let amount = Exact::parse(&at.text).ok_or_else(wrong)?;
    let currency = at.currency.clone().unwrap_or_default();
    if currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(Some((amount, currency)));
    }
    Err(at.fault("unknown_currency", "expected an ISO 4217 code as attribute Ccy"))
}

/// A day or moment in an element that has the one or the other.
fn choice(node: &Node, name: &str) -> Result<Option<When>, RowError> {
    match node.at(name) {
        Some(at) => match at.at("DtTm").or_else(|| at.at("Dt")) {
            Some(inner) => moment(inner).map(Some),
            None => Err(lacking(at, "Dt")),
        },
        None => Ok(None),
    }
}

fn when(node: &Node, name: &str) -> Result<Option<When>, RowError> {
    node.at(name).map(moment).transpose()
}

/// A moment; one without an offset is known to the day.
fn moment(node: &Node) -> Result<When, RowError> {
    let text = node.text.as_str();
    let day = || Day::parse(text.get(..10)?);
    let plain = |rest: &str| {
        // A day may carry an offset of its own: `2026-03-31+02:00`, `2026-03-31Z`.
        let time = rest.starts_with('T') && rest.is_ascii() && rest.len() < 30;
        rest.is_empty() || rest == "Z" || rest.starts_with(['+', '-']) || time
    };
    let found = Moment::parse(text).map(When::At).or_else(|| {
        let rest = text.get(10..)?;
        day().filter(|_| plain(rest)).map(When::On)
    });
    found.ok_or_else(|| node.fault("bad_moment", "expected a date or a moment"))
}

/// A reference that says something.
fn reference(node: &Node, name: &str) -> Option<String> {
    let text = node.text(name)?;
    let nothing = NO_REFERENCE.iter().any(|none| text.eq_ignore_ascii_case(none));
    (!nothing).then_some(text)
}

fn required(node: &Node, name: &str) -> Result<String, RowError> {
    node.text(name).ok_or_else(|| lacking(node, name))
}

fn lacking(node: &Node, name: &str) -> RowError {
    let detail = format!("expected {name} in it");
    node.fault("missing_element", &detail)
}
