//! What keeps people safe from mistakes and from each other: answers to borrowers, the area a
//! contract belongs to, the feeds its money comes through, and from when a freeze has to bind.
//!
//! **Invariant:** nothing here raises a stage; what ends a hold lets the ladder go on, no higher
//! than dates and notices allow.

use crate::{
    HoldId, Moment, contract::Contract, fact::Fact, ladder::Ladder, levels::levels,
    policy::care::Evidence, stage::Stage, standing::Position,
};

/// Longest label of an area or name of a feed in bytes.
pub const LABEL_MAX: usize = 64;
/// Feeds of a contract that are remembered.
pub const FEEDS_MAX: usize = 3;

/// What a borrower was told about his dispute or hardship.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// He is right.
    Upheld,
    /// He is not; nothing rises for some days more.
    Refused,
    /// He took it back himself.
    Withdrawn,
}

impl Answer {
    /// Every answer.
    pub const ALL: [Answer; 3] = [Answer::Upheld, Answer::Refused, Answer::Withdrawn];

    /// The name in files and journals.
    pub fn name(self) -> &'static str {
        match self {
            Answer::Upheld => "upheld",
            Answer::Refused => "refused",
            Answer::Withdrawn => "withdrawn",
        }
    }

    /// The answer of this name.
    pub fn parse(name: &str) -> Option<Answer> {
        Answer::ALL.into_iter().find(|answer| answer.name() == name)
    }
}

/// Facts about safety.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Safety {
    /// A person ended a hold before its time.
    HoldEnded {
        /// Which.
        hold: HoldId,
        /// What the borrower was told, where he asked something.
        answer: Option<Answer>,
        /// Until when nothing rises all the same.
        stays_until: Option<Moment>,
        /// Why.
        reason: String,
    },
    /// The lender labelled the area of the borrower.
    AreaSet {
        /// The label; `None` = no longer.
        area: Option<String>,
        /// Why.
        reason: String,
    },
    /// Money came through this feed.
    PaysThrough(String),
    /// A named person approved a step of the current arrears.
    StepApproved {
        /// Which.
        stage: Stage,
        /// What he looked at, and why it is right.
        reason: String,
    },
    /// A person looked into a sign of tampering, and it counts no more.
    EvidenceDismissed {
        /// Of which kind.
        evidence: Evidence,
        /// What he found.
        reason: String,
    },
}

/// What is asked about safety.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ward {
    /// End a hold before its time.
    EndHold {
        /// Which.
        hold: HoldId,
        /// What the borrower is told, where he asked something.
        answer: Option<Answer>,
        /// Why.
        reason: String,
    },
    /// Label the area of the borrower.
    SetArea {
        /// The label; `None` = no longer.
        area: Option<String>,
        /// Why.
        reason: String,
    },
    /// Money comes through this feed.
    PayThrough(String),
    /// Approve the step that is next.
    ApproveStep {
        /// Which.
        stage: Stage,
        /// What he looked at, and why it is right.
        reason: String,
    },
    /// A sign of tampering counts no more.
    DismissEvidence {
        /// Of which kind.
        evidence: Evidence,
        /// What was found.
        reason: String,
    },
}

impl Contract {
    pub(crate) fn apply_safety(&mut self, fact: &Fact, safety: &Safety) {
        match safety {
            Safety::HoldEnded { hold, stays_until: None, .. } => self.hold_closed(*hold, fact.at),
            Safety::HoldEnded { hold, stays_until: Some(until), .. } => {
                for hold in self.holds.iter_mut().filter(|known| known.id == *hold) {
                    hold.until = Some(*until);
                }
                self.account.loud(*hold, self.day(fact.at));
                self.forget_holds(fact.at);
            }
            Safety::AreaSet { area, .. } => self.area.clone_from(area),
            Safety::StepApproved { stage, .. } => self.approvals.push((*stage, fact.at)),
            Safety::EvidenceDismissed { evidence, .. } => self.evidence_dismissed(*evidence),
            Safety::PaysThrough(feed) => {
                self.pays_through.retain(|known| known != feed);
                if self.pays_through.len() >= FEEDS_MAX {
                    self.pays_through.remove(0);
                }
                self.pays_through.push(feed.clone());
            }
        }
    }
}

/// From when a freezing hold has to bind for a contract to stay where it was: before the lowest
/// step that would begin, and not after the decision that was in force.
pub fn freeze_from(contract: &Contract, ladder: &Ladder, before: Stage) -> Moment {
    let position = Position::stands(contract, ladder);
    let levels = levels(contract, ladder, &position);
    let above = levels.iter().find(|level| level.stage > before && level.stage.restricts());
    let start = above.and_then(|level| level.start);
    let known = contract.decision.at;
    start.map_or(known, |start| known.min(Moment::from_micros(start.micros() - 1)))
}

/// Whether a person's approval is all that a step waits for, or its dates and nothing else.
pub(crate) fn waits_for_a_person(contract: &Contract, ladder: &Ladder, stage: Stage) -> bool {
    let mut approved = contract.clone();
    approved.approvals.push((stage, Moment::default()));
    let approved = step_start(&approved, ladder, stage);
    ladder.asks_a_person(stage)
        && approved.is_some()
        && step_start(contract, ladder, stage).is_none()
}

/// When a stage above `notice` could begin by dates, notices and reports.
pub fn step_start(contract: &Contract, ladder: &Ladder, stage: Stage) -> Option<Moment> {
    let position = Position::stands(contract, ladder);
    let levels = levels(contract, ladder, &position);
    levels.iter().find(|level| level.stage == stage && stage.restricts())?.start
}
