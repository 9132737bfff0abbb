//! The phone is handed back: interest stops with its hand-over, grading takes it for the debt, and
//! the release follows. Both steps may come in one call.

use domain::{
    Command, Moment, TenantId, UnitId,
    ending::{End, Shortfall},
};

use super::{
    App,
    change::{Asked, Changed, Extras},
};
use crate::error::Error;

/// A phone that was handed over.
#[derive(Clone, Debug)]
pub struct HandOver {
    /// When; `None` = at this moment.
    pub value: Option<Moment>,
    /// Whatever the counter noted.
    pub note: String,
    /// Its grading, where it was graded on the spot.
    pub grading: Option<Grading>,
}

/// What a phone was found to be worth.
#[derive(Clone, Debug)]
pub struct Grading {
    /// In what state it was found.
    pub grade: String,
    /// What it counts for, in minor units.
    pub amount: i64,
    /// What becomes of the debt it does not cover; `None` = as the terms say.
    pub shortfall: Option<Shortfall>,
}

impl Grading {
    /// What is asked of the contract.
    pub fn command(self) -> Command {
        let Grading { grade, amount, shortfall } = self;
        Command::End(End::Grade { grade, amount, shortfall })
    }
}

impl App {
    /// Takes a phone back, and grades it if it was graded on the spot.
    pub async fn return_device(
        &self,
        tenant: TenantId,
        unit: UnitId,
        asked: &Asked,
        hand_over: HandOver,
    ) -> Result<Changed, Error> {
        self.contract_of(tenant, unit).await?;
        let HandOver { value, note, grading } = hand_over;
        let grade = grading.map(Grading::command);
        self.change(unit, asked, Extras::default(), |_, now| {
            let value = value.unwrap_or(now);
            let hand_over = Command::End(End::HandOver { value, note: note.clone() });
            Ok([Some(hand_over), grade.clone()].into_iter().flatten().collect())
        })
        .await
    }
}
