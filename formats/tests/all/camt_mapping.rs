//! Files of others against the facts a mature reader found in them.

#![expect(clippy::disallowed_methods, reason = "a test reads its example files")]

use domain::Moment;
use formats::{
    book::When,
    camt::{
        self, Account, Balance, BalanceKind, BankCode, Detail, Direction, Entry, Exact, Header,
        Party, Record, Status,
    },
};
use serde_json::Value;

use crate::camt::others;

#[test]
fn every_file_gives_the_facts_expected_of_it() {
    let Some(folder) = others() else { return };
    let (mut read, mut refused) = (0, 0);
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|end| end != "xml") {
            continue;
        }
        let found = camt::message(std::fs::read(&path).unwrap().as_slice());
        let Ok(expected) = std::fs::read_to_string(path.with_extension("json")) else {
            assert_eq!(found.unwrap_err().code, "missing_element", "{}", path.display());
            refused += 1;
            continue;
        };
        let (message, expected) = (found.unwrap(), serde_json::from_str(&expected).unwrap());
        let at = Place { value: &expected, shown: path.display().to_string() };
        header(&message.header, &at.to("getGroupHeader"));
        assert_eq!(message.records.len(), at.to("getRecords").items().len(), "{}", at.shown);
        for expected in at.to("getEntries").items() {
            // Entries of several statements are numbered anew in each, so that only some are kept.
            let told = expected.to("getRecord");
            let of = |found: &&Record| Some(found.id.as_str()) == told.to("getId").text();
            let found = message.records.iter().find(of).unwrap();
            let index = expected.to("getIndex").value.as_u64().unwrap();
            record(found, &told);
            entry(&found.entries[usize::try_from(index).unwrap()], &expected);
        }
        read += 1;
    }
    assert!(read >= 8 && refused >= 1, "{read} files read, {refused} refused");
}

/// A place in the expected facts.
struct Place<'a> {
    value: &'a Value,
    shown: String,
}

impl<'a> Place<'a> {
    fn to(&self, name: &str) -> Place<'a> {
        Place { value: &self.value[name], shown: format!("{}/{name}", self.shown) }
    }

    fn items(&self) -> Vec<Place<'a>> {
        let items = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        let place = |(at, value)| Place { value, shown: format!("{}/{at}", self.shown) };
        items.iter().enumerate().map(place).collect()
    }

    /// A list whose first item is written out under another name.
    fn listed(&self, list: &str, first: &str) -> Vec<Place<'a>> {
        let mut items = self.to(list).items();
        if let Some(at) = items.first_mut().filter(|at| at.value.is_string()) {
            *at = self.to(first);
        }
        items
    }

    fn class(&self) -> &'a str {
        let name = self.value["__CLASS__"].as_str().unwrap_or_default();
        name.rsplit('\\').next().unwrap_or_default()
    }

    /// Nothing and an empty text are the same.
    fn text(&self) -> Option<&'a str> {
        self.value.as_str().filter(|text| !text.is_empty())
    }

    fn is(&self, found: Option<&str>) {
        assert_eq!(found.filter(|text| !text.is_empty()), self.text(), "{}", self.shown);
    }

    fn is_when(&self, found: Option<When>) {
        let Some(expected) = self.value["0"].as_str() else {
            return assert_eq!(found, None, "{}", self.shown);
        };
        let moment = match found.unwrap() {
            When::At(moment) => moment,
            When::On(day) => Moment::parse(&format!("{day}T00:00:00Z")).unwrap(),
        };
        assert_eq!(Some(moment), Moment::parse(expected), "{}", self.shown);
    }

    fn is_money(&self, found: Option<(Exact, &str)>) {
        let Some(minor) = self.value["getAmount"].as_str() else {
            return assert_eq!(found, None, "{}", self.shown);
        };
        let code = self.value["getCurrency"]["getCode"].as_str().unwrap();
        let digits = domain::Currency::parse(code).unwrap().digits();
        let minor = format!("{:0>4}", minor.trim_start_matches('-'));
        let (whole, part) = minor.split_at(minor.len() - usize::from(digits));
        let mut amount = Exact::parse(&format!("{whole}.{part}")).unwrap();
        if self.value["getAmount"].as_str().unwrap().starts_with('-') {
            amount = amount.negated();
        }
        assert_eq!(found, Some((amount, code)), "{}", self.shown);
    }
}

fn header(found: &Header, at: &Place) {
    at.to("getMessageId").is(Some(&found.id));
    at.to("getCreatedOn").is_when(found.created);
    at.to("getAdditionalInformation").is(found.note.as_deref());
    at.to("getPagination").to("getPageNumber").is(found.page.as_deref());
    party(found.recipient.as_ref(), &at.to("getMessageRecipient"));
    let query = at.to("getOriginalBusinessQuery");
    let (id, name, created) = found.query.clone().unwrap_or_default();
    query.to("getMessageId").is(Some(&id));
    query.to("getMessageNameId").is(name.as_deref());
    query.to("getCreatedOn").is_when(created);
}

fn record(found: &Record, at: &Place) {
    at.to("getId").is(Some(&found.id));
    at.to("getElectronicSequenceNumber").is(found.sequence.as_deref());
    at.to("getLegalSequenceNumber").is(found.legal_sequence.as_deref());
    at.to("getCreatedOn").is_when(found.created);
    at.to("getFromDate").is_when(found.period.map(|period| period.from));
    at.to("getToDate").is_when(found.period.map(|period| period.to));
    at.to("getCopyDuplicateIndicator").is(found.copy.as_deref());
    at.to("getAdditionalInformation").is(found.note.as_deref());
    at.to("getPagination").to("getPageNumber").is(found.page.as_deref());
    account(Some(&found.account), &at.to("getAccount"));
    let balances = at.to("getBalances").items();
    assert_eq!(found.balances.len(), balances.len(), "{}", at.shown);
    for (Balance { kind, amount, currency, date }, at) in found.balances.iter().zip(balances) {
        let kind = match kind {
            BalanceKind::Opening => "opening",
            BalanceKind::Closing => "closing",
            BalanceKind::Other(code) if code == "OPAV" => "opening_available",
            BalanceKind::Other(code) if code == "CLAV" => "closing_available",
            other => panic!("{}: {other:?}", at.shown),
        };
        at.to("getType").is(Some(kind));
        at.to("getAmount").is_money(Some((*amount, currency)));
        at.to("getDate").is_when(*date);
    }
}

fn entry(found: &Entry, at: &Place) {
    let signed = |amount: Exact| match found.direction {
        Direction::Credit => amount,
        Direction::Debit => amount.negated(),
    };
    let direction = if found.direction == Direction::Credit { "CRDT" } else { "DBIT" };
    at.to("getAccountServicerReference").is(found.servicer_reference.as_deref());
    at.to("getReference").is(found.reference.as_deref());
    at.to("getAdditionalInfo").is(found.note.as_deref());
    at.to("getAmount").is_money(Some((signed(found.amount), &found.currency)));
    at.to("getCreditDebitIndicator").is(Some(direction));
    at.to("getBookingDate").is_when(found.booked);
    at.to("getValueDate").is_when(found.value);
    assert_eq!(at.to("getReversalIndicator").value.as_bool(), Some(found.reversal), "{}", at.shown);
    let booked = at.to("getStatus").text() == Some("BOOK");
    assert_eq!(booked, found.status == Status::Booked, "{}", at.shown);
    let batch = found.batch.as_ref().and_then(|batch| batch.payment_information.as_deref());
    at.to("getBatchPaymentId").is(batch);
    code(&found.code, &at.to("getBankTransactionCode"));
    let details = at.listed("getTransactionDetails", "getTransactionDetail");
    assert_eq!(found.details.len(), details.len(), "{}", at.shown);
    for (found, at) in found.details.iter().zip(&details) {
        let money = |told: &Option<(Exact, String)>, at: Place| {
            at.is_money(told.as_ref().map(|(amount, code)| (signed(*amount), code.as_str())));
        };
        money(&found.amount, at.to("getAmount"));
        money(&found.ordered, at.to("getAmountDetails"));
        at.to("getCreditDebitIndicator").is(Some(direction));
        detail(found, at);
    }
}

fn detail(found: &Detail, at: &Place) {
    code(&found.code, &at.to("getBankTransactionCode"));
    at.to("getAdditionalTransactionInformation").is(found.note.as_deref());
    let (refs, told) = (&found.refs, at.to("getReference"));
    told.to("getAccountServicerReference").is(refs.servicer.as_deref());
    told.to("getEndToEndId").is(refs.end_to_end.as_deref());
    told.to("getInstructionId").is(refs.instruction.as_deref());
    told.to("getPaymentInformationId").is(refs.payment_information.as_deref());
    told.to("getMessageId").is(refs.message.as_deref());
    told.to("getTransactionId").is(refs.transaction.as_deref());
    told.to("getMandateId").is(refs.mandate.as_deref());
    told.to("getClearingSystemReference").is(refs.clearing.as_deref());
    told.to("getUuidEndToEndReference").is(refs.uetr.as_deref());
    let own = told.to("getProprietaries").items();
    assert_eq!(refs.proprietary.len(), own.len(), "{}", told.shown);
    for ((kind, number), at) in refs.proprietary.iter().zip(own) {
        at.to("getType").is(kind.as_deref());
        at.to("getReference").is(Some(number));
    }
    remittance(found, &at.to("getRemittanceInformation"));
    for at in at.listed("getRelatedParties", "getRelatedParty") {
        let who = at.to("getRelatedPartyType");
        let (found, at_bank) = match who.class() {
            "Creditor" => (&found.creditor, &found.creditor_account),
            "Debtor" => (&found.debtor, &found.debtor_account),
            other => panic!("{}: {other}", at.shown),
        };
        party(found.as_ref(), &who);
        account(at_bank.as_ref(), &at.to("getAccount"));
    }
    for at in at.listed("getRelatedAgents", "getRelatedAgent") {
        let who = at.to("getRelatedAgentType");
        let creditor = who.class() == "CreditorAgent";
        let found = if creditor { &found.creditor_bank } else { &found.debtor_bank };
        who.to("getBIC").is(found.as_deref());
    }
}

fn remittance(found: &Detail, at: &Place) {
    let found = &found.remittance;
    let free = at.listed("getUnstructuredBlocks", "getUnstructuredBlock");
    assert_eq!(found.free.len(), free.len(), "{}", at.shown);
    for (text, at) in found.free.iter().zip(free) {
        at.to("getMessage").is(Some(text));
    }
    let blocks = at.listed("getStructuredBlocks", "getStructuredBlock");
    assert_eq!(found.structured.len(), blocks.len(), "{}", at.shown);
    for ((kind, number), block) in found.structured.iter().zip(&blocks) {
        let mut told = block.to("getCreditorReferenceInformation");
        if told.value.is_string() {
            told = at.to("getCreditorReferenceInformation");
        }
        told.to("getRef").is(Some(number));
        let expected = told.to("getCode").text().or(told.to("getProprietary").text());
        assert_eq!(kind.as_deref(), expected, "{}", told.shown);
    }
    let notes = blocks.iter().filter_map(|at| at.to("getAdditionalRemittanceInformation").text());
    assert!(found.notes.iter().map(String::as_str).eq(notes), "{}", at.shown);
}

fn code(found: &BankCode, at: &Place) {
    let (domain, own) = (at.to("getDomain"), at.to("getProprietary"));
    let (code, family, below) = found.domain.clone().unwrap_or_default();
    domain.to("getCode").is(Some(&code));
    domain.to("getFamily").to("getCode").is(Some(&family));
    domain.to("getFamily").to("getSubFamilyCode").is(Some(&below));
    let (code, issuer) = found.proprietary.clone().unwrap_or_default();
    own.to("getCode").is(Some(&code));
    own.to("getIssuer").is(issuer.as_deref());
}

fn party(found: Option<&Party>, at: &Place) {
    let found = found.cloned().unwrap_or_default();
    at.to("getName").is(found.name.as_deref());
    at.to("getCountryOfResidence").is(found.residence.as_deref());
    let (address, told) = (found.address.unwrap_or_default(), at.to("getAddress"));
    told.to("getCountry").is(address.country.as_deref());
    told.to("getStreetName").is(address.street.as_deref());
    told.to("getBuildingNumber").is(address.building.as_deref());
    told.to("getPostCode").is(address.post_code.as_deref());
    told.to("getTownName").is(address.town.as_deref());
    let lines: Vec<&str> =
        told.to("getAddressLines").items().iter().filter_map(Place::text).collect();
    assert_eq!(address.lines, lines, "{}", told.shown);
    let told = at.to("getIdentification");
    let other = found.ids.iter().find(|id| id.kind == "Othr");
    told.to("getOtherId").is(other.map(|id| id.id.as_str()));
    told.to("getOtherIssuer").is(other.and_then(|id| id.issuer.as_deref()));
    told.to("getOtherSchemeName").is(other.and_then(|id| id.scheme.as_deref()));
    if let Some(bank) = told.to("getBic").text() {
        let known = ["BICOrBEI", "AnyBIC", "BIC", "BICFI"];
        let listed = found.ids.iter().find(|id| known.contains(&id.kind.as_str()));
        assert_eq!(listed.map(|id| id.id.as_str()), Some(bank), "{}", told.shown);
    }
}

fn account(found: Option<&Account>, at: &Place) {
    at.to("getIdentification").is(found.map(|account| account.id.as_str()));
    if let Some(found) = found {
        assert_eq!(at.class() == "IbanAccount", found.iban, "{}", at.shown);
    }
}
