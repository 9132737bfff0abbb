//! A scripted server with real keys drives the agent through everything it must obey and refuse.
#![expect(clippy::unwrap_used, reason = "a test that meets nothing where something must be fails")]

mod accept;
mod clocks;
mod crash;
mod enrolment;
mod garbage;
mod in_use;
mod ladder;
mod lender;
mod phone;
mod release;
mod relief;
mod screen;
mod succeed;
#[cfg(test)]
mod sunset;
mod talk;
