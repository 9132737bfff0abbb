//! Which debt a sum of money pays: one engine, twelve buckets, named orders.
//!
//! Debt is past due, due on the day, or in advance; each is penalty, fee, interest or principal.
//! An order lists the buckets money reaches; within a run of buckets of one timing it goes
//! instalment by instalment, or component by component.

mod rule;

pub use rule::{NAMES, Rule};

use std::ops::Range;

use crate::{
    Day,
    amortise::{Rounding, Row, divide},
};

/// What a debt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Component {
    /// Late fees.
    Penalty,
    /// Fees agreed.
    Fee,
    /// The price of time.
    Interest,
    /// What was financed.
    Principal,
}

/// Where a due date lies seen from the day the money counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timing {
    /// Before the day; the oldest first.
    PastDue,
    /// On the day.
    Due,
    /// After the day.
    InAdvance,
}

impl Advance {
    /// Every way.
    pub const ALL: [Advance; 3] = [Advance::Next, Advance::Last, Advance::Reamortise];

    /// The name in terms.
    pub fn name(self) -> &'static str {
        match self {
            Advance::Next => "next",
            Advance::Last => "last",
            Advance::Reamortise => "reamortise",
        }
    }

    /// The way of this name.
    pub fn parse(name: &str) -> Option<Advance> {
        Advance::ALL.into_iter().find(|advance| advance.name() == name)
    }
}

impl Timing {
    fn of(due: Day, on: Day) -> Timing {
        match due.cmp(&on) {
            std::cmp::Ordering::Less => Timing::PastDue,
            std::cmp::Ordering::Equal => Timing::Due,
            std::cmp::Ordering::Greater => Timing::InAdvance,
        }
    }
}

/// Which future rows money in advance pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Advance {
    /// The next one first.
    #[default]
    Next,
    /// The last one first.
    Last,
    /// All open ones in equal shares, the last takes the rest; what exceeds a row is spread again.
    Reamortise,
}

/// The way through the buckets of one timing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sweep {
    /// Instalment by instalment.
    #[default]
    Horizontal,
    /// Component by component.
    Vertical,
}

/// An order of allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    buckets: Vec<(Timing, Component)>,
    sweep: Sweep,
    advance: Advance,
}

/// What is still open of one instalment, in minor units, none below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Due day.
    pub due: Day,
    /// Late fees.
    pub penalty: i64,
    /// Fees.
    pub fee: i64,
    /// Interest.
    pub interest: i64,
    /// Principal.
    pub principal: i64,
}

impl Owed {
    /// Nothing owed on this day.
    pub fn nothing(due: Day) -> Owed {
        Owed { due, penalty: 0, fee: 0, interest: 0, principal: 0 }
    }

    /// All of it; saturates.
    pub fn total(&self) -> i64 {
        let parts = [self.penalty, self.fee, self.interest, self.principal];
        parts.iter().fold(0, |sum, part| sum.saturating_add(*part))
    }

    /// One component.
    pub fn of(&self, component: Component) -> i64 {
        match component {
            Component::Penalty => self.penalty,
            Component::Fee => self.fee,
            Component::Interest => self.interest,
            Component::Principal => self.principal,
        }
    }

    fn part(&mut self, component: Component) -> &mut i64 {
        match component {
            Component::Penalty => &mut self.penalty,
            Component::Fee => &mut self.fee,
            Component::Interest => &mut self.interest,
            Component::Principal => &mut self.principal,
        }
    }
}

impl From<&Row> for Owed {
    /// A row of which nothing is paid.
    fn from(row: &Row) -> Owed {
        Owed { principal: row.principal, interest: row.interest, ..Owed::nothing(row.due) }
    }
}

/// So much of a sum paid this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    /// Index of the instalment.
    pub row: usize,
    /// What of it.
    pub component: Component,
    /// Minor units, above zero.
    pub amount: i64,
}

/// What became of a sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allocation {
    /// In the order the money went.
    pub portions: Vec<Portion>,
    /// What no bucket took.
    pub rest: i64,
}

const DUE_FIRST: &str = "due-penalty-fee-interest-principal-in-advance-\
    principal-penalty-fee-interest-strategy";
const SAME_IN_ADVANCE: &str = "due-penalty-interest-principal-fee-in-advance-\
    penalty-interest-principal-fee-strategy";
/// The timings as an order goes through them.
const TIMINGS: [Timing; 3] = [Timing::PastDue, Timing::Due, Timing::InAdvance];

impl Default for Order {
    /// Interest, principal, fee, penalty: a penalty alone can never keep arrears open.
    fn default() -> Order {
        use Component::{Fee, Interest, Penalty, Principal};
        Order::uniform([Interest, Principal, Fee, Penalty])
    }
}

impl Order {
    /// An order of these buckets; `None` when one comes twice.
    pub fn new(buckets: &[(Timing, Component)]) -> Option<Order> {
        let mut sorted = buckets.to_vec();
        sorted.sort_unstable();
        let twice = sorted.windows(2).any(|pair| pair[0] == pair[1]);
        let order = Order {
            buckets: buckets.to_vec(),
            sweep: Sweep::default(),
            advance: Advance::default(),
        };
        (!twice).then_some(order)
    }

    /// Past due, due, in advance; the same components in each.
    pub fn uniform(components: [Component; 4]) -> Order {
        let of = |timing| components.map(|component| (timing, component));
        let buckets = TIMINGS.iter().flat_map(|timing| of(*timing)).collect();
        Order { buckets, sweep: Sweep::default(), advance: Advance::default() }
    }

    /// An order by its name: `default`, or the name another loan core gives it.
    pub fn named(name: &str) -> Option<Order> {
        use Component::{Fee, Interest, Penalty, Principal};
        use Timing::{Due, InAdvance, PastDue};
        let first = |due: [Component; 4], ahead: [Component; 4]| {
            let mut buckets = due.map(|part| (PastDue, part)).to_vec();
            buckets.extend(due.map(|part| (Due, part)));
            buckets.extend(ahead.map(|part| (InAdvance, part)));
            Order { buckets, sweep: Sweep::default(), advance: Advance::default() }
        };
        Some(match name {
            "default" => Order::default(),
            "mifos-standard-strategy" => Order::uniform([Penalty, Fee, Interest, Principal]),
            "rbi-india-strategy" => all_interest_first(),
            "principal-interest-penalties-fees-order-strategy" => {
                Order::uniform([Principal, Interest, Penalty, Fee])
            }
            "interest-principal-penalties-fees-order-strategy" => {
                Order::uniform([Interest, Principal, Penalty, Fee])
            }
            DUE_FIRST => {
                first([Penalty, Fee, Interest, Principal], [Principal, Penalty, Fee, Interest])
            }
            SAME_IN_ADVANCE => Order::uniform([Penalty, Interest, Principal, Fee]),
            _ => return None,
        })
    }

    /// The same order with another rule for money in advance.
    pub fn with_advance(self, advance: Advance) -> Order {
        Order { advance, ..self }
    }

    /// The same order by another way through its buckets.
    pub fn with_sweep(self, sweep: Sweep) -> Order {
        Order { sweep, ..self }
    }

    /// What becomes of money in advance.
    pub fn advance(&self) -> Advance {
        self.advance
    }

    /// The buckets, first first.
    pub fn buckets(&self) -> &[(Timing, Component)] {
        &self.buckets
    }

    /// Runs of buckets of one timing.
    fn runs(&self) -> impl Iterator<Item = (Timing, Vec<Component>)> + '_ {
        let runs = self.buckets.chunk_by(|one, two| one.0 == two.0);
        runs.map(|run| (run[0].0, run.iter().map(|bucket| bucket.1).collect()))
    }
}

/// Charges and interest of all that is past due or due, before any principal.
fn all_interest_first() -> Order {
    use Component::{Fee, Interest, Penalty, Principal};
    use Timing::{Due, InAdvance, PastDue};
    let mut buckets = Vec::with_capacity(12);
    for timing in [PastDue, Due] {
        buckets.extend([Penalty, Fee, Interest].map(|part| (timing, part)));
    }
    buckets.extend([(PastDue, Principal), (Due, Principal)]);
    buckets.extend([Penalty, Fee, Interest, Principal].map(|part| (InAdvance, part)));
    Order { buckets, sweep: Sweep::default(), advance: Advance::default() }
}

/// Pays `amount` on a day. `owed` loses what was paid; its rows stand by rising due date. An amount
/// of nothing or less pays nothing and comes back as it is.
pub fn allocate(owed: &mut [Owed], amount: i64, on: Day, order: &Order) -> Allocation {
    let mut till = Till { owed, done: Allocation { portions: Vec::new(), rest: amount } };
    for (timing, components) in order.runs() {
        if till.done.rest <= 0 {
            break;
        }
        let rows = till.rows(timing, on);
        let spread = timing == Timing::InAdvance && order.advance == Advance::Reamortise;
        let groups: Vec<&[Component]> = match order.sweep {
            Sweep::Horizontal => vec![&components],
            Sweep::Vertical => components.chunks(1).collect(),
        };
        for group in groups {
            if spread {
                till.spread(rows.clone(), group);
            } else if timing == Timing::InAdvance && order.advance == Advance::Last {
                till.sweep(rows.clone().rev(), group);
            } else {
                till.sweep(rows.clone(), group);
            }
        }
    }
    till.done
}

struct Till<'a> {
    owed: &'a mut [Owed],
    done: Allocation,
}

impl Till<'_> {
    /// The rows of a timing, which stand together.
    fn rows(&self, timing: Timing, on: Day) -> Range<usize> {
        let before = self.owed.partition_point(|row| Timing::of(row.due, on) < timing);
        let through = self.owed.partition_point(|row| Timing::of(row.due, on) <= timing);
        before..through
    }

    fn sweep(&mut self, rows: impl Iterator<Item = usize>, components: &[Component]) {
        for row in rows {
            if self.done.rest <= 0 {
                return;
            }
            let rest = self.done.rest;
            self.pay(row, components, rest);
        }
    }

    /// Equal shares over the open rows, until the money or the debt is gone.
    fn spread(&mut self, rows: Range<usize>, components: &[Component]) {
        loop {
            let is_open = |row: &usize| self.open(*row, components) > 0;
            let open: Vec<usize> = rows.clone().filter(is_open).collect();
            let sum = self.done.rest;
            let count = i128::try_from(open.len()).unwrap_or(i128::MAX);
            if sum <= 0 || open.is_empty() {
                return;
            }
            let share = divide(i128::from(sum), count, Rounding::HalfEven).unwrap_or(0);
            let share = i64::try_from(share).unwrap_or(sum);
            for (index, row) in open.iter().enumerate() {
                let left =
                    sum.saturating_sub(share.saturating_mul(i64::try_from(index).unwrap_or(0)));
                let last = index + 1 == open.len();
                self.pay(*row, components, if last { left } else { share.min(left) });
            }
        }
    }

    fn open(&self, row: usize, components: &[Component]) -> i64 {
        components.iter().map(|component| self.owed[row].of(*component).max(0)).sum()
    }

    /// At most `budget` of a row, component by component.
    fn pay(&mut self, row: usize, components: &[Component], budget: i64) {
        let mut budget = budget.min(self.done.rest);
        for component in components {
            let part = self.owed[row].part(*component);
            let amount = budget.min(*part);
            if amount > 0 {
                *part -= amount;
                budget -= amount;
                self.done.rest -= amount;
                self.done.portions.push(Portion { row, component: *component, amount });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn book() -> Vec<Owed> {
        let row = |due: &str, penalty| Owed {
            penalty,
            fee: 5,
            interest: 10,
            principal: 100,
            ..Owed::nothing(day(due))
        };
        vec![row("2026-01-10", 3), row("2026-02-10", 0), row("2026-03-10", 0)]
    }

    /// What is left of every row after a payment on 10 February.
    fn left(order: &Order, amount: i64) -> (Vec<[i64; 4]>, i64) {
        let mut owed = book();
        let done = allocate(&mut owed, amount, day("2026-02-10"), order);
        let paid: i64 = done.portions.iter().map(|portion| portion.amount).sum();
        assert_eq!(paid + done.rest, amount);
        let row = |row: &Owed| [row.penalty, row.fee, row.interest, row.principal];
        (owed.iter().map(row).collect(), done.rest)
    }

    #[test]
    fn the_default_pays_a_penalty_last() {
        let order = Order::default();
        assert_eq!(left(&order, 110).0[0], [3, 5, 0, 0]);
        assert_eq!(left(&order, 118).0[0], [0, 0, 0, 0]);
        assert_eq!(left(&order, 130).0[1], [0, 5, 0, 98]);
        assert_eq!(left(&order, 400), (vec![[0; 4]; 3], 52));
    }

    #[test]
    fn a_vertical_sweep_goes_component_by_component() {
        let mut owed = book();
        let order = Order::default().with_sweep(Sweep::Vertical);
        let done = allocate(&mut owed, 25, day("2026-04-01"), &order);
        assert_eq!(owed.iter().map(|row| row.interest).collect::<Vec<_>>(), [0, 0, 5]);
        assert_eq!(done.portions.len(), 3);
    }

    #[test]
    fn named_orders_are_what_they_say() {
        let standard = Order::named("mifos-standard-strategy").unwrap();
        assert_eq!(left(&standard, 10).0[0], [0, 0, 8, 100]);
        let principal = Order::named("principal-interest-penalties-fees-order-strategy").unwrap();
        assert_eq!(left(&principal, 104).0[0], [3, 5, 6, 0]);
        let interest_first = Order::named("rbi-india-strategy").unwrap();
        assert_eq!(left(&interest_first, 30).0[..2], [[0, 0, 0, 100], [0, 0, 3, 100]]);
        assert_eq!(left(&interest_first, 143).0[..2], [[0, 0, 0, 0], [0, 0, 0, 90]]);
        assert_eq!(Order::named("no-such-strategy"), None);
        let ahead = Order::named(
            "due-penalty-fee-interest-principal-in-advance-\
            principal-penalty-fee-interest-strategy",
        );
        assert_eq!(ahead.unwrap().buckets()[8], (Timing::InAdvance, Component::Principal));
        assert_eq!(standard.buckets().len(), 12);
    }

    #[test]
    fn a_bucket_left_out_takes_nothing_and_none_comes_twice() {
        let only = [(Timing::PastDue, Component::Principal)];
        let order = Order::new(&only).unwrap();
        assert_eq!(left(&order, 250), (vec![[3, 5, 10, 0], [0, 5, 10, 100], [0, 5, 10, 100]], 150));
        assert_eq!(Order::new(&[only[0], only[0]]), None);
    }

    #[test]
    fn nothing_or_less_pays_nothing() {
        for amount in [0, -5, i64::MIN] {
            let mut owed = book();
            let done = allocate(&mut owed, amount, day("2026-02-10"), &Order::default());
            assert_eq!((done.portions.len(), done.rest), (0, amount));
            assert_eq!(owed, book());
        }
    }

    #[test]
    fn shares_end_with_money_or_debt() {
        for amount in [1, 2, 3, 229, 230, 231] {
            let mut owed = book();
            let order = Order::default().with_advance(Advance::Reamortise);
            let done = allocate(&mut owed, amount, day("2025-12-01"), &order);
            assert_eq!(done.rest, 0, "{amount}");
        }
    }
}
