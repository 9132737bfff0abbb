//! The holder at the terminal.

use std::io::BufRead;

use tokio::sync::mpsc;

/// What a holder types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Yes, to what is asked.
    Yes,
    /// No.
    No,
    /// Acknowledge the notices on the screen.
    Ack,
    /// Use an emergency pass.
    Pass,
    /// Talk to the server at once.
    Online,
    /// Say that something is wrong.
    Dispute,
    /// Put another SIM card in.
    Sim,
    /// Print the screen.
    Screen,
    /// End the process.
    Quit,
    /// Something else.
    Unknown(String),
}

impl Typed {
    fn of(line: &str) -> Typed {
        match line.trim().to_lowercase().as_str() {
            "y" | "yes" => Typed::Yes,
            "n" | "no" => Typed::No,
            "ack" => Typed::Ack,
            "pass" => Typed::Pass,
            "online" => Typed::Online,
            "dispute" => Typed::Dispute,
            "sim" => Typed::Sim,
            "screen" | "" => Typed::Screen,
            "quit" | "exit" => Typed::Quit,
            _ => Typed::Unknown(line.trim().to_owned()),
        }
    }
}

/// Reads lines until the input ends.
pub(super) fn listen() -> mpsc::UnboundedReceiver<Typed> {
    let (send, receive) = mpsc::unbounded_channel();
    // A thread of its own: reading a terminal cannot be called off.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if send.send(Typed::of(&line)).is_err() {
                return;
            }
        }
    });
    receive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_as_they_are_typed() {
        assert_eq!(Typed::of(" YES \n"), Typed::Yes);
        assert_eq!(Typed::of("pass"), Typed::Pass);
        assert_eq!(Typed::of("please"), Typed::Unknown("please".to_owned()));
    }
}
