//! A scripted server with real keys drives the agent through everything it must obey and refuse.

mod accept;
mod clocks;
mod crash;
mod enrolment;
mod garbage;
mod ladder;
mod release;
mod relief;
mod screen;
mod talk;
mod world;
