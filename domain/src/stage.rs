//! Rungs, restrictions and guards: the vocabulary of what a contract may ask of a phone.

/// A rung of the ladder. `released` is a state of the contract, never a rung.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// Nothing.
    #[default]
    Clear,
    /// A dismissible message.
    Remind,
    /// A persistent banner; a formal notice runs.
    Notice,
    /// A numbered step of restrictions.
    Restrict,
    /// The kiosk screen; floor functions stay.
    Lock,
}

impl Rung {
    /// Every rung from the lowest.
    pub const ALL: [Rung; 5] =
        [Rung::Clear, Rung::Remind, Rung::Notice, Rung::Restrict, Rung::Lock];

    /// The name in files, lists and journals.
    pub fn name(self) -> &'static str {
        match self {
            Rung::Clear => "clear",
            Rung::Remind => "remind",
            Rung::Notice => "notice",
            Rung::Restrict => "restrict",
            Rung::Lock => "lock",
        }
    }

    /// The rung of this name.
    pub fn parse(name: &str) -> Option<Rung> {
        Rung::ALL.into_iter().find(|rung| rung.name() == name)
    }
}

/// Rung and step; the step counts from 1 on `restrict` and is 0 elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stage {
    /// The rung.
    pub rung: Rung,
    /// The step.
    pub step: u8,
}

impl Stage {
    /// The bottom of the ladder.
    pub const CLEAR: Stage = Stage { rung: Rung::Clear, step: 0 };
    /// A dismissible message.
    pub const REMIND: Stage = Stage { rung: Rung::Remind, step: 0 };
    /// A formal notice runs.
    pub const NOTICE: Stage = Stage { rung: Rung::Notice, step: 0 };
    /// The top of the ladder.
    pub const LOCK: Stage = Stage { rung: Rung::Lock, step: 0 };

    /// The k-th step of `restrict`, from 1.
    pub fn restrict(step: u8) -> Stage {
        Stage { rung: Rung::Restrict, step }
    }

    /// The stage of this name: `clear`, `restrict/2`.
    pub fn parse(text: &str) -> Option<Stage> {
        let (rung, step) = match text.split_once('/') {
            Some((rung, step)) => (rung, step.parse().ok().filter(|step| *step > 0)?),
            None => (text, 0),
        };
        let rung = Rung::parse(rung)?;
        ((rung == Rung::Restrict) == (step > 0)).then_some(Stage { rung, step })
    }

    /// Whether this stage takes anything away from the holder.
    pub fn restricts(self) -> bool {
        self.rung > Rung::Notice
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.step {
            0 => f.write_str(self.rung.name()),
            step => write!(f, "{}/{step}", self.rung.name()),
        }
    }
}

macro_rules! named {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$vdoc:meta])* $variant:ident $text:literal),* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The name in files, lists and journals.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }

            /// The value of this name.
            pub fn parse(name: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|value| value.name() == name)
            }
        }
    };
}
pub(crate) use named;

named!(
    /// What a step may take away. Emergency calls, incoming calls, public alerts, the way to pay,
    /// contact with the lender, network switches, incoming SMS, alarms, accessibility, health apps
    /// and the borrower's own data export have no value here.
    Restriction {
        /// A reminding wallpaper replaces the holder's own.
        Wallpaper "wallpaper",
        /// Camera.
        Camera "camera",
        /// Gallery.
        Gallery "gallery",
        /// Installing apps.
        AppInstall "app_install",
        /// Apps that are not essential.
        NonessentialApps "nonessential_apps",
        /// Outgoing calls, save to emergency, lender and allowed numbers.
        OutgoingCalls "outgoing_calls",
        /// Outgoing messages, save to lender and allowed numbers.
        OutgoingSms "outgoing_sms",
        /// Mobile data; only packs for appliances may allow it.
        DataNetwork "data_network",
    }
);

named!(
    /// What no step can ever take away: the names by which texts speak of it. None of them is the
    /// name of a restriction.
    Floor {
        /// Emergency calls.
        EmergencyCalls "emergency_calls",
        /// Incoming calls.
        IncomingCalls "incoming_calls",
        /// Public alerts.
        PublicAlerts "public_alerts",
        /// The way to pay.
        Payment "payment",
        /// Contact with the lender.
        LenderContact "lender_contact",
        /// Network switches.
        NetworkSwitches "network_switches",
        /// Incoming messages, one-time codes among them.
        IncomingSms "incoming_sms",
        /// Clock and alarms.
        Alarms "alarms",
        /// Accessibility.
        Accessibility "accessibility",
        /// Health apps and accessories.
        HealthApps "health_apps",
        /// Export of the borrower's own data.
        DataExport "data_export",
    }
);

named!(
    /// What holds from enrolment to release on every rung, disclosed at the sale.
    Guard {
        /// No factory reset from the settings.
        FactoryReset "factory_reset",
        /// No safe mode.
        SafeMode "safe_mode",
        /// No debugging.
        Debugging "debugging",
        /// No apps from unknown sources.
        UnknownInstalls "unknown_installs",
        /// The agent cannot be removed.
        AgentRemoval "agent_removal",
    }
);

named!(
    /// How a formal notice reaches a person.
    Channel {
        /// The phone's own screen, reported by the device.
        Screen "screen",
        /// The lender posts the evidence of a delivery of his own.
        Declared "declared",
        /// A text message to the borrower's phone number.
        Sms "sms",
        /// A WhatsApp message to the borrower's phone number.
        Whatsapp "whatsapp",
        /// An e-mail to the borrower's address.
        Email "email",
    }
);

impl Channel {
    /// Those by which a message goes out, and whose carriers tell what became of it.
    pub const MESSAGES: [Channel; 3] = [Channel::Sms, Channel::Whatsapp, Channel::Email];

    /// Whether a message goes out by it.
    pub fn is_message(self) -> bool {
        Channel::MESSAGES.contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_order_as_the_ladder_rises() {
        let rising = [
            Stage::CLEAR,
            Stage::REMIND,
            Stage::NOTICE,
            Stage::restrict(1),
            Stage::restrict(2),
            Stage::LOCK,
        ];
        assert!(rising.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(Stage::restrict(2).to_string(), "restrict/2");
    }
}
