//! Reminders of instalments.

use domain::{
    Day, Moment,
    remind::{Reminder, Sent},
};
use serde::{Deserialize, Serialize};

use super::shaped;
use crate::text::one;

#[derive(Serialize, Deserialize)]
#[serde(remote = "Reminder", deny_unknown_fields)]
pub(crate) struct ReminderShape {
    #[serde(with = "one")]
    days: i32,
    #[serde(with = "one")]
    due: Day,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Sent", deny_unknown_fields)]
pub(crate) struct SentShape {
    #[serde(with = "one")]
    at: Moment,
    #[serde(with = "ReminderShape")]
    reminder: Reminder,
}

shaped!(Sent: SentShape);
