//! Steps of endings.

use domain::{Moment, ending::Ending};
use serde::{Deserialize, Serialize};

use super::shaped;
use crate::text::one;

#[derive(Serialize, Deserialize)]
#[serde(remote = "Ending", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum EndingShape {
    HandedOver {
        note: String,
        #[serde(with = "one")]
        value: Moment,
    },
    HandOverUndone {
        reason: String,
    },
    Graded {
        #[serde(with = "one")]
        amount: i64,
        grade: String,
        #[serde(with = "one")]
        waived: i64,
    },
    WrittenOff {
        reason: String,
        release: bool,
    },
    WriteOffUndone {
        reason: String,
    },
    LetGo {
        reason: String,
    },
}

shaped!(Ending: EndingShape);
