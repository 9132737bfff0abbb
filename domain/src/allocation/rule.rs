//! How a contract's terms name the allocation of its money.

use super::{Advance, DUE_FIRST, Order, SAME_IN_ADVANCE};

/// Every name of an order.
pub const NAMES: [&str; 7] = [
    "default",
    "mifos-standard-strategy",
    "rbi-india-strategy",
    "principal-interest-penalties-fees-order-strategy",
    "interest-principal-penalties-fees-order-strategy",
    DUE_FIRST,
    SAME_IN_ADVANCE,
];

/// How a contract's money is allocated, as its terms name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    name: &'static str,
    advance: Advance,
}

impl Default for Rule {
    fn default() -> Rule {
        Rule { name: NAMES[0], advance: Advance::default() }
    }
}

impl Rule {
    /// A rule by the name of its order; `None` when there is no such order.
    pub fn new(name: &str, advance: Advance) -> Option<Rule> {
        let known = NAMES.into_iter().find(|known| *known == name);
        known.map(|name| Rule { name, advance })
    }

    /// The name of its order.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// What becomes of money in advance.
    pub fn advance(self) -> Advance {
        self.advance
    }

    /// The order itself.
    pub fn order(self) -> Order {
        Order::named(self.name).unwrap_or_default().with_advance(self.advance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_an_order() {
        let with_last = |order: Order| order.with_advance(Advance::Last);
        for name in NAMES {
            let rule = Rule::new(name, Advance::Last).unwrap();
            assert_eq!((rule.name(), rule.order().advance()), (name, Advance::Last));
            assert_eq!(Some(rule.order()), Order::named(name).map(with_last));
        }
        assert_eq!(Rule::new("no-such-strategy", Advance::Next), None);
        assert_eq!(Rule::default().order(), Order::default());
    }
}
