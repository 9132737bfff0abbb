//! Signature cases that every backend must answer alike.
