//! The ways a borrower's money takes, and what each provider says of it: signed events, an unsigned
//! confirmation, a row of the lender's own cash desk.

use domain::{Moment, Money};
use serde_json::json;
use server::intake::{Secret, signed};

use crate::cast::Member;

/// A way that money takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rail {
    /// A card: signed events.
    Card,
    /// A wallet: calls that a program signs.
    Wallet,
    /// Mobile money: an unsigned call, and the wallet's statement at night.
    Mobile,
    /// A transfer: the bank's statement at night.
    Bank,
    /// Cash at the lender's own desk.
    Cash,
}

/// The source of card events.
pub const CARDS: &str = "cards";
/// The source of a wallet's calls.
pub const WALLET: &str = "wallet";
/// The source of mobile money.
pub const MOBILE: &str = "mobile";
/// Who reports cash.
pub const DESK: &str = "desk";
/// Mobile money is of one country.
pub const MOBILE_CURRENCY: &str = "KES";
/// What the cards' provider and we know.
pub const CARD_SECRET: &str = "whsec_of_the_world_of_cards";
/// What the wallet and we know.
pub const WALLET_SECRET: &str = "secret-of-the-worlds-wallet";

/// A call of a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The address.
    pub path: String,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A payment as its payer made it.
#[derive(Clone, Debug)]
pub struct Payment {
    /// The provider's id.
    pub id: String,
    /// Minor units.
    pub minor: i64,
    /// What he wrote for whom it is.
    pub words: String,
    /// When.
    pub at: Moment,
}

impl Rail {
    /// The name in summaries.
    pub fn name(self) -> &'static str {
        match self {
            Rail::Card => "card",
            Rail::Wallet => "wallet",
            Rail::Mobile => "mobile",
            Rail::Bank => "bank",
            Rail::Cash => "cash",
        }
    }

    /// Whether a file in the night makes it money.
    pub fn is_by_file(self) -> bool {
        matches!(self, Rail::Mobile | Rail::Bank)
    }

    /// Who tells of a member's money.
    pub fn provider(self, member: &Member) -> String {
        match self {
            Rail::Card => CARDS.to_owned(),
            Rail::Wallet => WALLET.to_owned(),
            Rail::Mobile => MOBILE.to_owned(),
            Rail::Bank => format!("XX00LENDER{}", member.terms.currency().code()),
            Rail::Cash => DESK.to_owned(),
        }
    }

    /// The provider's id of a member's payment.
    pub fn id(self, member: &Member, number: u32) -> String {
        let index = member.index;
        match self {
            Rail::Card => format!("pi_{index}x{number}"),
            Rail::Wallet => format!("W-{index}-{number}"),
            Rail::Mobile => format!("MM{index:05}N{number:04}"),
            Rail::Bank => format!("BK{index:05}N{number:04}"),
            Rail::Cash => format!("CD-{index}-{number}"),
        }
    }

    /// How the provider tells of a payment; a transfer is told by files alone. With another secret
    /// than the one agreed the call proves nothing.
    pub fn tell(self, member: &Member, payment: &Payment, forged: bool) -> Option<Call> {
        let Payment { id, minor, words, at } = payment;
        let currency = member.terms.currency();
        let amount = Money::new(*minor, currency).decimal();
        let code = currency.code();
        match self {
            Rail::Bank => None,
            Rail::Card => {
                let object = json!({
                    "id": id, "object": "payment_intent", "amount": minor,
                    "amount_received": minor, "currency": code.to_ascii_lowercase(),
                    "metadata": { "reference": words },
                });
                Some(event("payment_intent.succeeded", id, object, *at, forged))
            }
            Rail::Wallet => {
                let entry = json!({
                    "id": id, "amount": amount, "currency": code, "paid_at": at.rfc3339(),
                    "reference": words,
                });
                Some(wallet(entry, *at, forged))
            }
            Rail::Mobile => {
                let (day, second) = member.terms.zone().wall(*at);
                let day = day.to_string().replace('-', "");
                let (hour, minute) = (second / 3600, second / 60 % 60);
                let body = json!({
                    "TransactionType": "Pay Bill", "TransID": id,
                    "TransTime": format!("{day}{hour:02}{minute:02}{:02}", second % 60),
                    "TransAmount": amount, "BusinessShortCode": "600638",
                    "BillRefNumber": words, "MSISDN": "2547 ***** 126", "FirstName": "ASHA",
                });
                let path = format!("/v1/intake/{MOBILE}/mpesa");
                Some(Call { path, headers: json_headers(), body: body.to_string().into_bytes() })
            }
            Rail::Cash => {
                let body = json!({
                    "provider": DESK, "provider_id": id, "reference": words, "amount": amount,
                    "paid_at": at.rfc3339(),
                });
                let path = "/v1/payments".to_owned();
                Some(Call { path, headers: json_headers(), body: body.to_string().into_bytes() })
            }
        }
    }

    /// How the provider tells that it took a payment back, where it does so by a call.
    pub fn take_back(self, member: &Member, payment: &Payment) -> Option<Call> {
        let Payment { id, minor, at, .. } = payment;
        let currency = member.terms.currency();
        match self {
            Rail::Card => {
                let object = json!({
                    "id": format!("ch_{id}"), "object": "charge", "payment_intent": id,
                    "amount": minor, "amount_refunded": minor,
                    "currency": currency.code().to_ascii_lowercase(),
                });
                Some(event("charge.refunded", id, object, *at, false))
            }
            Rail::Wallet => {
                let entry = json!({
                    "id": format!("{id}-back"), "currency": currency.code(),
                    "amount": Money::new(*minor, currency).decimal(),
                    "paid_at": at.rfc3339(), "reverses": id,
                });
                Some(wallet(entry, *at, false))
            }
            Rail::Mobile | Rail::Bank | Rail::Cash => None,
        }
    }
}

fn json_headers() -> Vec<(&'static str, String)> {
    vec![("content-type", "application/json".to_owned())]
}

fn proved(secret: &str, forged: bool, at: Moment, body: &[u8]) -> String {
    let secret = if forged { "a guess at what they agreed" } else { secret };
    signed(&Secret::new(secret.as_bytes()), at, body)
}

fn event(kind: &str, id: &str, object: serde_json::Value, at: Moment, forged: bool) -> Call {
    let body = json!({
        "id": format!("evt_{kind}_{id}"), "object": "event", "type": kind,
        "created": at.seconds(), "data": { "object": object },
    });
    let body = body.to_string().into_bytes();
    let mut headers = json_headers();
    headers.push(("stripe-signature", proved(CARD_SECRET, forged, at, &body)));
    Call { path: format!("/v1/intake/{CARDS}/stripe"), headers, body }
}

fn wallet(entry: serde_json::Value, at: Moment, forged: bool) -> Call {
    let body = json!({ "payments": [entry] }).to_string().into_bytes();
    let mut headers = json_headers();
    headers.push(("quittance-signature", proved(WALLET_SECRET, forged, at, &body)));
    Call { path: format!("/v1/intake/{WALLET}/generic"), headers, body }
}
