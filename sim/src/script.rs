//! What a borrower does about money, day by day: written in advance from temperament and terms, so
//! that it depends on nothing the server says.

use domain::{Day, Money, Terms};

use crate::{
    cast::{Member, Temperament},
    chance::Chance,
};

/// One act of a borrower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Pays; the number makes the provider's id.
    Pay {
        /// From 0.
        number: u32,
        /// Minor units.
        minor: i64,
    },
    /// The rail takes a payment back.
    Bounce {
        /// Which.
        number: u32,
    },
    /// Says that something is wrong; nothing rises for so many days.
    Dispute {
        /// Days.
        days: u32,
    },
}

/// A borrower's acts by rising day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    acts: Vec<(Day, Act)>,
    next: usize,
}

impl Script {
    /// The script of a member. `pace` stretches delays: how many days of lateness the ladder at
    /// hand takes to reach its top.
    pub fn of(member: &Member, seed: u64, pace: u32) -> Script {
        let chance = Chance::new(seed, 2_000_000 + u64::from(member.index));
        let mut writer = Writer { acts: Vec::new(), number: 0, chance, pace };
        writer.write(member);
        let mut acts = writer.acts;
        acts.sort_by_key(|(day, _)| *day);
        Script { acts, next: 0 }
    }

    /// The acts due by a day that have not been done.
    pub fn due(&mut self, day: Day) -> Vec<Act> {
        let due: Vec<Act> = self.acts[self.next..]
            .iter()
            .take_while(|(when, _)| *when <= day)
            .map(|(_, act)| act.clone())
            .collect();
        self.next += due.len();
        due
    }
}

/// The decimal text of an amount.
pub fn decimal(terms: &Terms, minor: i64) -> String {
    Money::new(minor, terms.currency()).decimal()
}

struct Writer {
    acts: Vec<(Day, Act)>,
    number: u32,
    chance: Chance,
    pace: u32,
}

impl Writer {
    fn pay(&mut self, day: Day, minor: i64) -> u32 {
        let number = self.number;
        self.number += 1;
        self.acts.push((day, Act::Pay { number, minor }));
        number
    }

    fn write(&mut self, member: &Member) {
        let rows = &member.dues;
        let total = member.terms.total();
        let stops_at = self.chance.between(0, 3) as usize;
        let returns = self.chance.happens(500);
        let disputes_at = self.chance.below(rows.len() as u64) as usize;
        let mut paid = 0;
        for (index, &(due, amount)) in rows.iter().enumerate() {
            let late = self.chance.between(1, self.pace);
            match member.temperament {
                Temperament::Punctual => {
                    self.pay(due, amount);
                }
                Temperament::Late => {
                    self.pay(after(due, late), amount);
                }
                Temperament::Partial => {
                    self.pay(due, amount / 2);
                    self.pay(after(due, late), amount - amount / 2);
                }
                Temperament::Vanishing if index < stops_at => {
                    self.pay(due, amount);
                    paid += amount;
                }
                Temperament::Vanishing if returns => {
                    self.pay(after(due, self.pace * 2), total - paid);
                    return;
                }
                Temperament::Vanishing => return,
                Temperament::Over => {
                    let minor = amount + amount / 3;
                    self.pay(due, minor);
                    paid += minor;
                    if paid >= total {
                        return;
                    }
                }
                Temperament::Early if index == 1 || rows.len() == 1 => {
                    self.pay(due.plus_days(-1).unwrap_or(due), total - paid);
                    return;
                }
                Temperament::Early => {
                    self.pay(due, amount);
                    paid += amount;
                }
                Temperament::Bouncing => {
                    let number = self.pay(due, amount);
                    if index + 1 < rows.len() && self.chance.happens(400) {
                        self.acts.push((after(due, 2), Act::Bounce { number }));
                        self.pay(after(due, 2 + late), amount);
                    }
                }
                Temperament::Disputing => {
                    if index == disputes_at {
                        let days = self.chance.between(3, 20);
                        self.acts.push((after(due, late / 2), Act::Dispute { days }));
                    }
                    self.pay(after(due, late), amount);
                }
            }
        }
    }
}

fn after(day: Day, days: u32) -> Day {
    i32::try_from(days).ok().and_then(|days| day.plus_days(days)).unwrap_or(day)
}
