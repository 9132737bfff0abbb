//! From movements to a balance.

use super::{Account, Balance, Claim, Move, MoveKind};
use crate::{
    Day,
    allocation::{Component, Order, Owed, Portion, allocate},
};

impl Account {
    /// Reads all movements anew.
    pub(super) fn replay(&mut self) {
        self.now = self.run(&self.moves, self.reckoned);
        if let Some(day) = self.stopped {
            stop(&mut self.now, day, &self.rule.order());
        }
        let earns = |claim: &&Claim| claim.interest > 0 && claim.due > self.reckoned;
        let earned = self.now.claims.iter().filter(earns).map(|claim| claim.due).min();
        self.next = earned.into_iter().chain(self.next_fee()).min();
    }

    /// What movements leave of the base, with the late fees that fall through a day.
    pub(super) fn run(&self, moves: &[Move], through: Day) -> Balance {
        let opening = &self.opening;
        let mut balance =
            self.base.as_ref().map_or_else(|| opening.clone(), |base| base.over(opening));
        let order = self.rule.order();
        for entry in moves {
            if let Some(before) = entry.value.plus_days(-1) {
                self.fees(&mut balance, before);
            }
            take(&mut balance, entry, &order);
        }
        self.fees(&mut balance, through);
        balance
    }

    /// Charges the late fees that fall through a day, by day and then by due day.
    fn fees(&self, balance: &mut Balance, through: Day) {
        let Some(rule) = &self.late_fee else { return };
        let due = balance.owed.partition_point(|owed| owed.due <= through);
        let mut falling: Vec<(Day, usize)> = (0..due)
            .filter_map(|row| Some((self.falls(balance, row)?, row)))
            .filter(|(on, _)| *on <= through)
            .collect();
        if falling.is_empty() {
            return;
        }
        falling.sort_unstable();
        let financed = balance.financed();
        for (on, row) in falling {
            let owed = balance.owed[row];
            if let Some(fee) = rule.of(row, &owed, on, financed, &balance.charged) {
                balance.charged.add(row, on, fee);
                balance.owed[row].penalty = balance.owed[row].penalty.saturating_add(fee);
                let whole = &mut balance.claims[row].penalty;
                *whole = whole.saturating_add(fee);
            }
        }
    }

    /// The next day on which a late fee falls if nothing is paid.
    pub(super) fn next_fee(&self) -> Option<Day> {
        let rule = self.late_fee.as_ref()?;
        let balance = &self.now;
        let financed = balance.financed();
        let mut next: Option<Day> = None;
        for (row, owed) in balance.owed.iter().enumerate() {
            // No late fee falls before its due day.
            if next.is_some_and(|next| owed.due > next) {
                break;
            }
            let Some(on) = self.falls(balance, row) else { continue };
            if rule.of(row, owed, on, financed, &balance.charged).is_some() {
                next = Some(next.map_or(on, |next| next.min(on)));
            }
        }
        next
    }

    /// When a late fee falls on a claim that bears none yet: after its grace, counted anew when
    /// money was taken back from it, and not on a quiet day.
    fn falls(&self, balance: &Balance, row: usize) -> Option<Day> {
        let rule = self.late_fee.as_ref()?;
        if balance.owed[row].total() == 0 || balance.charged.bears(row) {
            return None;
        }
        let claim = &balance.claims[row];
        let mut on = rule.falls(claim.reopened.map_or(claim.due, |day| day.max(claim.due)))?;
        // Each pass may land in the next stretch; as many passes as stretches settle it.
        for _ in 0..self.quiet.len() {
            for quiet in &self.quiet {
                if on >= quiet.from && quiet.until.is_none_or(|until| on < until) {
                    on = quiet.until?;
                }
            }
        }
        Some(on)
    }
}

fn take(balance: &mut Balance, entry: &Move, order: &Order) {
    let on = entry.value;
    match entry.kind {
        MoveKind::In { amount } => pay(balance, amount, on, order),
        MoveKind::Close { forgone, crumbs } => close(balance, forgone, crumbs, on, order),
        MoveKind::Back { amount } => give_back(balance, amount, on),
        MoveKind::Chargeback { payment, amount } => {
            let claim = Claim { principal: amount, chargeback: Some(payment), ..blank(on) };
            balance.claim(claim);
            use_credit(balance, on, order);
        }
        MoveKind::ChargebackWon { payment } => {
            let row = balance.claims.iter().position(|claim| claim.chargeback == Some(payment));
            let Some(row) = row else { return };
            let paid = balance.claims[row].principal - balance.owed[row].principal;
            balance.claims[row].principal = 0;
            balance.owed[row].principal = 0;
            pay(balance, paid, on, order);
        }
        MoveKind::Fee { amount } => {
            balance.claim(Claim { fee: amount, ..blank(on) });
            balance.fees = balance.fees.saturating_add(amount);
            use_credit(balance, on, order);
        }
        MoveKind::Waiver { amount } => waive(balance, amount),
        MoveKind::Refund { amount } => balance.credit = balance.credit.saturating_sub(amount),
    }
}

/// Interest of what falls due after a day is given up; what was paid of it pays what is open.
fn stop(balance: &mut Balance, day: Day, order: &Order) {
    // What was earned before a restructure moved it to later rows stays owed.
    let most = balance.interest().saturating_sub(balance.earned).max(0);
    let freed = forgo(balance, most, Some(day));
    pay(balance, freed, day, order);
}

/// Gives interest up, latest rows first, of all rows or of those that fall due after a day. Answers
/// what had been paid of it.
fn forgo(balance: &mut Balance, most: i64, after: Option<Day>) -> i64 {
    let (mut rest, mut freed) = (most, 0_i64);
    for (claim, owed) in balance.claims.iter_mut().zip(&mut balance.owed).rev() {
        if after.is_some_and(|day| claim.due <= day) {
            break;
        }
        let cut = rest.min(claim.interest);
        let unpaid = cut.min(owed.interest);
        claim.interest -= cut;
        owed.interest -= unpaid;
        freed = freed.saturating_add(cut - unpaid);
        rest -= cut;
    }
    freed
}

fn blank(due: Day) -> Claim {
    let nothing = Owed::nothing(due);
    let Owed { due, penalty, fee, interest, principal } = nothing;
    Claim { due, principal, interest, fee, penalty, chargeback: None, reopened: None }
}

/// Money pays what was taken back too much first, then what is owed; the rest is credit.
fn pay(balance: &mut Balance, amount: i64, on: Day, order: &Order) {
    let fills = amount.min(balance.missing());
    balance.credit = balance.credit.saturating_add(fills);
    // An old account begins with a hundred rows that are paid: they are passed over once.
    let open = balance.owed.iter().position(|owed| owed.total() != 0).unwrap_or(0);
    let open = &mut balance.owed[open..];
    let mut due = open.iter().take_while(|owed| owed.due <= on);
    let is_due = due.any(|owed| owed.principal + owed.interest > 0);
    let done = allocate(open, amount - fills, on, order);
    balance.credit = balance.credit.saturating_add(done.rest);
    let of_fees = |part: &&Portion| matches!(part.component, Component::Fee | Component::Penalty);
    let fees: i64 = done.portions.iter().filter(of_fees).map(|part| part.amount).sum();
    // Money that pays fees alone while nothing else is due is meant for them.
    if is_due || fees < amount - fills {
        balance.ahead = balance.ahead.saturating_add(fees);
    }
    if balance.ahead > 0 && balance.is_even() {
        balance.ahead = 0;
    }
}

/// Interest forgone goes from the latest rows; what had paid it pays what is open.
fn close(balance: &mut Balance, forgone: i64, crumbs: i64, on: Day, order: &Order) {
    let freed = forgo(balance, forgone, None);
    pay(balance, freed, on, order);
    let gift = crumbs.min(balance.open());
    pay(balance, gift, on, order);
    balance.given = balance.given.saturating_add(gift);
}

/// Credit pays a debt that came after it.
fn use_credit(balance: &mut Balance, on: Day, order: &Order) {
    let credit = balance.credit.max(0);
    balance.credit -= credit;
    pay(balance, credit, on, order);
}

/// Money taken back comes from the credit, then from what was paid last: the latest claims, each
/// in the reverse of the order in which money pays it.
fn give_back(balance: &mut Balance, amount: i64, on: Day) {
    let mut rest = amount;
    let from_credit = rest.min(balance.credit.max(0));
    balance.credit -= from_credit;
    rest -= from_credit;
    const LAST_FIRST: [Component; 4] =
        [Component::Penalty, Component::Fee, Component::Principal, Component::Interest];
    for row in (0..balance.claims.len()).rev() {
        for component in LAST_FIRST {
            let whole = *balance.claims[row].part(component);
            let open = part(&mut balance.owed[row], component);
            let reopened = rest.min(whole - *open).max(0);
            *open += reopened;
            rest -= reopened;
            if reopened > 0 {
                balance.claims[row].reopened = Some(on);
            }
        }
        if rest == 0 {
            return;
        }
    }
    balance.credit = balance.credit.saturating_sub(rest);
}

fn waive(balance: &mut Balance, amount: i64) {
    let mut rest = amount;
    for component in [Component::Penalty, Component::Fee] {
        for row in 0..balance.owed.len() {
            let open = part(&mut balance.owed[row], component);
            let given = rest.min(*open);
            *open -= given;
            *balance.claims[row].part(component) -= given;
            rest -= given;
        }
    }
    balance.waived = balance.waived.saturating_add(amount - rest);
}

fn part(owed: &mut Owed, component: Component) -> &mut i64 {
    match component {
        Component::Penalty => &mut owed.penalty,
        Component::Fee => &mut owed.fee,
        Component::Interest => &mut owed.interest,
        Component::Principal => &mut owed.principal,
    }
}
