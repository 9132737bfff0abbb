//! The world: a few seeds keep every promise, one seed gives one output, and each property can
//! fail.

mod sabotage;
mod seeds;
mod sunset;
