//! What a world is made from.

use domain::Moment;

/// What a world is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Everything follows from it.
    pub seed: u64,
    /// How many contracts, each with its phone.
    pub phones: u32,
    /// How many days.
    pub days: u32,
    /// Policy pack: `test-fast` or `in-rbi-draft-2026`.
    pub pack: String,
    /// The last day on which somebody joins.
    pub join_days: u32,
    /// Phones that are not clear keep a wait open, and a payment is answered through it.
    pub held: bool,
    /// A visit that shows nothing new is judged once in so many.
    pub look_every: u32,
    /// Days after the last due day on which a phone goes free; `None` = as the programmes say.
    pub sunset_days: Option<u32>,
    /// The day from which nobody answers a phone or takes money, if the lender vanishes.
    pub vanishes: Option<u32>,
    /// What goes wrong.
    pub faults: Faults,
    /// When the world begins.
    pub start: Moment,
    /// What the properties are lied to about, to see them fail.
    pub sabotage: Sabotage,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            seed: 1,
            phones: 20,
            days: 150,
            pack: "test-fast".to_owned(),
            join_days: 9,
            held: false,
            look_every: 1,
            sunset_days: None,
            vanishes: None,
            faults: Faults::ordinary(),
            // 2026-10-05, midnight.
            start: Moment::from_seconds(1_791_158_400),
            sabotage: Sabotage::None,
        }
    }
}

/// How often things go wrong, per mille of their occasions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults {
    /// A request does not arrive; the same for its reply.
    pub lose: u32,
    /// A request arrives twice.
    pub double: u32,
    /// An old request arrives again, or an old reply.
    pub replay: u32,
    /// A phone's process dies between two effects, per slot.
    pub crash: u32,
    /// A phone boots again or loses power for days, per slot.
    pub power: u32,
    /// A phone is reset to factory state, per slot.
    pub reset: u32,
    /// The sweep rests for days, per day.
    pub sweep_rests: u32,
    /// A provider tells of a payment twice, a file comes twice.
    pub tell_twice: u32,
    /// Somebody without the secret calls first.
    pub forge: u32,
    /// A payer writes something that names no contract.
    pub misdirect: u32,
    /// A restricted payer of mobile money announces what he does not pay, per day.
    pub bluff: u32,
    /// A night's files come a night later.
    pub late_file: u32,
}

impl Faults {
    /// Nothing goes wrong.
    pub const fn none() -> Faults {
        Faults {
            lose: 0,
            double: 0,
            replay: 0,
            crash: 0,
            power: 0,
            reset: 0,
            sweep_rests: 0,
            tell_twice: 0,
            forge: 0,
            misdirect: 0,
            bluff: 0,
            late_file: 0,
        }
    }

    /// A bad network, clumsy holders, payers who mistype, and banks that are late.
    pub const fn ordinary() -> Faults {
        Faults {
            lose: 50,
            double: 30,
            replay: 30,
            crash: 15,
            power: 8,
            reset: 1,
            sweep_rests: 20,
            tell_twice: 90,
            forge: 30,
            misdirect: 40,
            bluff: 60,
            late_file: 80,
        }
    }
}

/// What the properties are lied to about: each makes one of them fire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sabotage {
    /// They see the truth.
    #[default]
    None,
    /// Money is counted under a second id.
    CountTwice,
    /// Money that is only announced is confirmed by nobody who has seen it.
    TrustHints,
    /// A provider's call is told without its proof.
    LoseProof,
    /// A phone in good standing restricts.
    RestrictEarly,
    /// A phone that was paid for stays shut.
    StayShut,
    /// A phone never rises.
    NeverRise,
    /// A released phone restricts.
    LockReleased,
    /// A phone is tied to its contract on a day that has come.
    KeepForEver,
    /// A contract restricts on a day that has come.
    RestrictForEver,
    /// A phone goes back to an older lease.
    GoBack,
    /// A restricted contract has no consent.
    LoseConsent,
    /// A restriction has no reason.
    LoseReasons,
    /// A line of a journal is edited.
    EditJournal,
    /// A decision in a journal is another one, with a chain that holds.
    EditDecision,
    /// A decision in a journal is left out.
    DropDecision,
}
