//! Who stands on the other side of money. Personal data: nothing of it shows in `Debug`.

use std::fmt;

use super::tree::Node;

/// A person, a firm or a bank.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// Its name.
    pub name: Option<String>,
    /// Where it is.
    pub address: Option<Address>,
    /// Its numbers, as the file lists them.
    pub ids: Vec<PartyId>,
    /// The country it lives in.
    pub residence: Option<String>,
}

/// A postal address.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Country code.
    pub country: Option<String>,
    /// Free lines.
    pub lines: Vec<String>,
    /// Street.
    pub street: Option<String>,
    /// House.
    pub building: Option<String>,
    /// Post code.
    pub post_code: Option<String>,
    /// Town.
    pub town: Option<String>,
}

/// A number that names somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct PartyId {
    /// The element that holds it: `BICOrBEI`, `AnyBIC`, `Othr`, …
    pub kind: String,
    /// The number.
    pub id: String,
    /// Who gave it.
    pub issuer: Option<String>,
    /// Of which scheme.
    pub scheme: Option<String>,
}

/// An account.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// IBAN, or the bank's own number.
    pub id: String,
    /// Whether that is an IBAN.
    pub iban: bool,
    /// Its currency.
    pub currency: Option<String>,
}

macro_rules! hidden {
    ($($type:ty),*) => {$(
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($type), "(..)"))
            }
        }
    )*};
}

hidden!(Party, Address, PartyId, Account);

impl Party {
    /// Of an element that holds it, in the form before version 4 or since.
    pub(super) fn of(node: &Node) -> Party {
        let node = node.at("Pty").unwrap_or(node);
        let ids = node.at("Id").into_iter().flat_map(|id| id.kids.iter()).flat_map(|kind| {
            kind.kids.iter().filter(|kid| !kid.name.contains("Birth")).filter_map(PartyId::of)
        });
        Party {
            name: node.text("Nm"),
            address: node.at("PstlAdr").map(Address::of),
            ids: ids.collect(),
            residence: node.text("CtryOfRes"),
        }
    }
}

impl PartyId {
    fn of(node: &Node) -> Option<PartyId> {
        let kind = node.name.clone();
        if node.kids.is_empty() {
            let id = Some(node.text.clone()).filter(|text| !text.is_empty())?;
            return Some(PartyId { kind, id, issuer: None, scheme: None });
        }
        let scheme = node.text("SchmeNm/Cd").or_else(|| node.text("SchmeNm/Prtry"));
        Some(PartyId { kind, id: node.text("Id")?, issuer: node.text("Issr"), scheme })
    }
}

impl Address {
    fn of(node: &Node) -> Address {
        Address {
            country: node.text("Ctry"),
            lines: node.all("AdrLine").map(|line| line.text.clone()).collect(),
            street: node.text("StrtNm"),
            building: node.text("BldgNb"),
            post_code: node.text("PstCd"),
            town: node.text("TwnNm"),
        }
    }
}

impl Account {
    /// Of an element that holds it.
    pub(super) fn of(node: &Node) -> Option<Account> {
        let iban = node.text("Id/IBAN");
        let other = || node.text("Id/Othr/Id").or_else(|| node.text("Id/PrtryAcct/Id"));
        let currency = node.text("Ccy");
        match iban {
            Some(id) => Some(Account { id, iban: true, currency }),
            None => other().map(|id| Account { id, iban: false, currency }),
        }
    }
}

/// The code of a bank, in the form before version 3 or since.
pub(super) fn bank(node: &Node) -> Option<String> {
    let at = node.at("FinInstnId")?;
    at.text("BICFI").or_else(|| at.text("BIC"))
}
