//! What a reminder says.

use domain::{Day, Money, policy::Lender, remind::ReminderKind};

use super::{Voice, Why};

/// What a reminder is made of.
#[derive(Clone, Copy, Debug)]
pub struct ReminderWords<'a> {
    /// Before, on or after the due day.
    pub kind: ReminderKind,
    /// Who lends.
    pub lender: &'a Lender,
    /// The contract.
    pub reference: &'a str,
    /// What falls due, or is past due.
    pub amount: Money,
    /// The due day.
    pub due: Day,
    /// Why something is past due.
    pub why: Why,
    /// How to pay.
    pub pay: &'a str,
    /// Where to pay; `{reference}` stands for the contract's.
    pub link: Option<&'a str>,
    /// Whether automatic payment is spoken of.
    pub auto_pay: bool,
}

impl Voice<'_> {
    /// A reminder: what, how to pay, and who says so.
    pub fn reminder(&self, of: &ReminderWords<'_>) -> String {
        let (amount, pay) = (self.money(of.amount), of.pay);
        let (amount, pay) = (("amount", amount.into()), ("pay", pay.into()));
        let mut lines = vec![match of.kind {
            ReminderKind::Before => {
                self.say("remind-before", [amount, ("date", self.day(of.due).into()), pay])
            }
            ReminderKind::Due => self.say("remind-due", [amount, pay]),
            ReminderKind::After => {
                self.say("remind-after", [("why", self.why(of.why).into()), amount, pay])
            }
        }];
        if let Some(link) = of.link {
            let link = link.replace("{reference}", &in_address(of.reference));
            lines.push(self.say("remind-link", [("link", link.into())]));
        }
        if of.auto_pay && of.kind != ReminderKind::After {
            lines.push(self.say("remind-auto-pay", []));
        }
        let Lender { name, phone, complaints, .. } = of.lender;
        lines.push(self.say(
            "contact",
            [
                ("lender", name.as_str().into()),
                ("phone", phone.as_str().into()),
                ("complaints", complaints.as_str().into()),
            ],
        ));
        lines.join("\n")
    }
}

/// A reference as it may stand in an address.
fn in_address(reference: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let sign =
        |byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    reference.bytes().map(sign).collect()
}
