//! Every message a language must have, and what each must say.

/// A message of the catalog.
#[derive(Debug)]
pub(super) struct Message {
    /// Its name.
    pub(super) id: &'static str,
    /// What it is given: it must show all of it, whichever way its variants go.
    pub(super) shows: &'static [&'static str],
    /// Further values that it may use.
    pub(super) may: &'static [&'static str],
    /// Other messages that it must take in, whichever way its variants go.
    pub(super) takes: &'static [&'static str],
    /// Whether a lender's own file cannot change it.
    pub(super) floor: bool,
}

const fn plain(id: &'static str) -> Message {
    Message { id, shows: &[], may: &[], takes: &[], floor: false }
}

const fn shows(id: &'static str, shows: &'static [&'static str]) -> Message {
    Message { shows, ..plain(id) }
}

const fn floor(id: &'static str) -> Message {
    Message { floor: true, ..plain(id) }
}

/// Messages that can be part of a formal notice.
pub(super) const FORMAL: &[&str] = &[
    "notice",
    "follows-notice",
    "follows-steps",
    "follows-nothing",
    "why-instalment",
    "why-credit",
    "why-overdue",
    "money",
    "date",
    "whole-days",
    "how-to-pay",
    "how-to-dispute",
    "never-blocked",
    "contact",
];

/// The catalog.
pub(super) const CATALOG: &[Message] = &[
    shows("money", &["currency", "amount"]),
    // A month is chosen by its number and shown by its name.
    Message { may: &["month"], ..shows("date", &["day", "year"]) },
    shows("due-on", &["amount", "date"]),
    shows("days", &["count"]),
    shows("whole-days", &["count"]),
    shows("minutes", &["count"]),
    shows("hours", &["count"]),
    floor("emergency-always"),
    floor("never-read"),
    floor("never-blocked"),
    floor("floor"),
    Message { takes: &["emergency-always", "never-read"], ..shows("managed-by", &["lender"]) },
    Message {
        takes: &["emergency-always", "never-read"],
        ..shows("managed-by-after", &["lender", "before"])
    },
    shows("why-instalment", &["date"]),
    shows("why-credit", &["date"]),
    plain("why-overdue"),
    plain("stage-clear"),
    plain("stage-handed-over"),
    plain("stage-written-off"),
    shows("stage-remind", &["why"]),
    shows("stage-notice", &["why"]),
    shows("stage-restrict", &["why"]),
    shows("stage-lock", &["why"]),
    plain("stage-tampered"),
    shows("remind-before", &["amount", "date", "pay"]),
    shows("remind-due", &["amount", "pay"]),
    shows("remind-after", &["why", "amount", "pay"]),
    shows("remind-link", &["link"]),
    plain("remind-auto-pay"),
    Message {
        takes: &["never-blocked"],
        ..shows(
            "notice",
            &[
                "k",
                "lender",
                "date",
                "reference",
                "owed",
                "why",
                "days",
                "follows",
                "pay",
                "dispute",
                "phone",
                "complaints",
            ],
        )
    },
    plain("follows-notice"),
    plain("follows-steps"),
    plain("follows-nothing"),
    shows("how-to-pay", &["pay"]),
    shows("how-to-dispute", &["dispute"]),
    shows("contact", &["lender", "phone", "complaints"]),
    plain("restriction-wallpaper"),
    plain("restriction-camera"),
    plain("restriction-gallery"),
    plain("restriction-app_install"),
    plain("restriction-nonessential_apps"),
    plain("restriction-outgoing_calls"),
    plain("restriction-outgoing_sms"),
    plain("restriction-data_network"),
    plain("guard-factory_reset"),
    plain("guard-safe_mode"),
    plain("guard-debugging"),
    plain("guard-unknown_installs"),
    plain("guard-agent_removal"),
    plain("disclosure-title"),
    Message { may: &["count"], ..shows("terms-line", &["total", "date"]) },
    plain("heading-late"),
    shows("late-remind", &["from"]),
    shows("late-notice", &["from", "k", "days"]),
    shows("late-step", &["from", "functions"]),
    shows("late-lock", &["from"]),
    plain("late-nothing"),
    shows("late-paid", &["within"]),
    plain("heading-never"),
    plain("heading-until"),
    shows("until-guards", &["guards"]),
    plain("heading-urgent"),
    Message { may: &["count"], ..shows("urgent", &["hours"]) },
    plain("heading-end"),
    shows("end", &["hours"]),
    shows("sunset", &["date"]),
    plain("heading-contact"),
    shows("page-contract", &["reference"]),
    shows("page-hash", &["hash"]),
];

/// The message of this name.
pub(super) fn find(id: &str) -> Option<&'static Message> {
    CATALOG.iter().find(|message| message.id == id)
}
