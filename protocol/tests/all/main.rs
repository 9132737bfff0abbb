//! The wire seen from outside: vectors, properties and the fuzzing corpus.

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod redaction;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod vectors;
