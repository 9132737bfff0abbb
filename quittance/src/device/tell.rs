//! What the process prints: each thing that happens on a line of its own.

use agent::Effect;
use protocol::{Guard, Restriction, Stage};
use serde_json::{Value, json};
use server::{clock::Clock, real::RealClock};

use crate::out;

/// Prints lines for a person or for a script.
#[derive(Clone, Copy, Debug)]
pub(super) struct Teller {
    pub(super) json: bool,
}

impl Teller {
    /// Prints what happens, with the time.
    pub(super) fn event(self, name: &str, mut value: Value, text: &str) {
        let at = RealClock.now().rfc3339();
        if self.json {
            if let Some(fields) = value.as_object_mut() {
                fields.insert("event".into(), name.into());
                fields.insert("at".into(), at.clone().into());
            }
            return out::json(&value);
        }
        let time = at.get(11..19).unwrap_or("");
        out::line(format!("{time} {name:<8} {text}").trim_end());
    }

    /// Prints an effect.
    pub(super) fn effect(self, effect: &Effect) {
        match effect {
            Effect::Save { state } => {
                let text = format!("{} bytes of state, before anything else", state.len());
                self.event("save", json!({ "bytes": state.len() }), &text);
            }
            Effect::Send { to, body, hold_s } => {
                let value = json!({ "to": to.path(), "bytes": body.len(), "hold_s": hold_s });
                let held = if *hold_s > 0 { format!(", held up to {hold_s} s") } else { "".into() };
                self.event("send", value, &format!("{} {} bytes{held}", to.path(), body.len()));
            }
            Effect::Apply { stage, restrictions, guards } => {
                let (restrictions, guards) = (names(restrictions), guard_names(guards));
                let stage = stage_name(*stage);
                let off = match restrictions.as_slice() {
                    [] => "nothing restricted".to_owned(),
                    list => format!("restricted {}", list.join(", ")),
                };
                let kept = match guards.as_slice() {
                    [] => "no guard".to_owned(),
                    list => format!("guards {}", list.join(", ")),
                };
                let text = format!("{stage}: {off}; {kept}");
                let value = json!({
                    "stage": stage, "restrictions": restrictions, "guards": guards,
                });
                self.event("apply", value, &text);
            }
            Effect::AskHolder { terms } => {
                let value = json!({ "lender": terms.lender, "disclosure": terms.disclosure });
                self.event(
                    "ask",
                    value,
                    &format!("{} asks:\n\n{}\n", terms.lender, terms.disclosure),
                );
            }
            Effect::ScreenChanged => self.event("screen", json!({}), "says something else"),
            Effect::TokenAnswer { answer } => {
                let answer = format!("{answer:?}");
                self.event("token", json!({ "answer": answer }), &answer);
            }
            Effect::DeleteKeys => self.event("delete", json!({}), "the device key is gone"),
            Effect::RemoveSelf => {
                self.event("remove", json!({}), "every right over this device is given up");
            }
        }
    }
}

/// The names of restrictions.
pub(super) fn names(list: &[Restriction]) -> Vec<&'static str> {
    list.iter().map(|one| one.name()).collect()
}

fn guard_names(list: &[Guard]) -> Vec<&'static str> {
    list.iter().map(|one| one.name()).collect()
}

/// `restrict/2`, as lists and journals write it.
pub(super) fn stage_name(stage: Stage) -> String {
    let rung = format!("{:?}", stage.rung).to_lowercase();
    if stage.step == 0 { rung } else { format!("{rung}/{}", stage.step) }
}
