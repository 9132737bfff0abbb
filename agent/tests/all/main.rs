//! A scripted server with real keys drives the agent through everything it must obey and refuse.

mod enrolment;
mod world;
