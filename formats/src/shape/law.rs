//! Later law of a contract.

use domain::{
    Day,
    law::{Law, LawChange},
};
use serde::{Deserialize, Serialize};

use super::shaped;
use crate::text::one;

#[derive(Serialize, Deserialize)]
#[serde(remote = "Law", deny_unknown_fields)]
pub(crate) struct LawShape {
    begun: bool,
    #[serde(with = "one")]
    from: Day,
    pack: String,
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "LawChange", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum LawChangeShape {
    Learnt {
        #[serde(with = "one")]
        from: Day,
        pack: String,
        version: u32,
    },
    Began {
        pack: String,
        version: u32,
    },
}

shaped!(Law: LawShape);
