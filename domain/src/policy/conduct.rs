//! What a pack asks of messages to the borrower.

use super::ContactWindow;

/// Messages to the borrower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conduct {
    /// When messages may be sent: within every one of these; none = at any time.
    pub windows: Vec<ContactWindow>,
    /// Most reminders in one local day.
    pub reminder_max_per_day: u32,
    /// Whether a formal notice needs a template that a named person reviewed.
    pub drafts_refused: bool,
}

impl Default for Conduct {
    fn default() -> Conduct {
        Conduct {
            windows: vec![ContactWindow::default()],
            reminder_max_per_day: 1,
            drafts_refused: false,
        }
    }
}
