//! Rungs, steps, restrictions and guards as the wire names them: closed lists of numbers.

/// The rung of the ladder a device stands on. `released` is a state, never a value here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Rung {
    /// Nothing is shown, nothing is restricted.
    #[default]
    Clear = 0,
    /// A dismissible message.
    Remind = 1,
    /// A persistent banner; a formal notice is running.
    Notice = 2,
    /// A numbered step of restrictions.
    Restrict = 3,
    /// The kiosk screen; floor functions stay.
    Lock = 4,
}

impl Rung {
    /// The rung with this wire number.
    pub fn from_code(code: u8) -> Option<Rung> {
        [Rung::Clear, Rung::Remind, Rung::Notice, Rung::Restrict, Rung::Lock]
            .into_iter()
            .find(|rung| *rung as u8 == code)
    }
}

/// Rung and step. The step is 1.. on `restrict` and 0 on every other rung.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stage {
    /// The rung.
    pub rung: Rung,
    /// The step within `restrict`.
    pub step: u8,
}

impl Stage {
    /// No message, no restriction.
    pub const CLEAR: Stage = Stage { rung: Rung::Clear, step: 0 };

    /// A stage whose step fits its rung; `None` when it does not.
    pub fn new(rung: Rung, step: u8) -> Option<Stage> {
        ((rung == Rung::Restrict) == (step > 0)).then_some(Stage { rung, step })
    }
}

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$vdoc:meta])* $variant:ident = $code:literal $text:literal),* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum $name { $($(#[$vdoc])* $variant = $code),* }

        impl $name {
            /// Every value, by rising code.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The value with this wire code.
            pub fn from_code(code: u16) -> Option<$name> {
                match code { $($code => Some($name::$variant),)* _ => None }
            }

            /// The wire code.
            pub fn code(self) -> u16 { self as u16 }

            /// The name used in files and on screens.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }
        }
    };
}

codes!(
    /// What a stage may take away. There is no code for a floor function.
    Restriction {
        /// A reminding wallpaper replaces the holder's own.
        Wallpaper = 1 "wallpaper",
        /// Camera.
        Camera = 2 "camera",
        /// Gallery.
        Gallery = 3 "gallery",
        /// Installing apps.
        AppInstall = 4 "app_install",
        /// Apps that are not essential.
        NonessentialApps = 5 "nonessential_apps",
        /// Outgoing calls, save to emergency, lender and allowed numbers.
        OutgoingCalls = 6 "outgoing_calls",
        /// Outgoing messages, save to lender and allowed numbers.
        OutgoingSms = 7 "outgoing_sms",
        /// Mobile data; only packs for appliances may allow it.
        DataNetwork = 8 "data_network",
    }
);

codes!(
    /// What holds from enrolment to release on every rung.
    Guard {
        /// No factory reset from the settings.
        FactoryReset = 1 "factory_reset",
        /// No safe mode.
        SafeMode = 2 "safe_mode",
        /// No debugging.
        Debugging = 3 "debugging",
        /// No apps from unknown sources.
        UnknownInstalls = 4 "unknown_installs",
        /// The agent cannot be removed.
        AgentRemoval = 5 "agent_removal",
    }
);
