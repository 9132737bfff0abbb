//! `device run`: the loop of the process.

use std::{io::IsTerminal, path::PathBuf, process::ExitCode};

use agent::{Input, PhaseView};
use protocol::check_in::Sign;
use serde_json::json;
use server::{client::Client, clock::Entropy, real::RealEntropy};
use store::sqlite::DataLock;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc::UnboundedReceiver,
};

use super::{
    RunArgs,
    holder::{self, Typed},
    screen,
    shell::Shell,
    state::StateFile,
    tell::Teller,
};
use crate::{fail::Failure, out};

/// What ends the loop.
enum End {
    Stopped,
    Released,
    NotEnrolled(String),
}

/// Runs the agent until it is stopped, or free.
pub(super) async fn run(args: RunArgs, as_json: bool) -> Result<ExitCode, Failure> {
    let client = Client::new(&args.server, args.ca.as_deref())?;
    let imeis: Vec<String> = [Some(args.imei), args.imei2]
        .iter()
        .flatten()
        .map(|imei| imei.with_check_digit())
        .collect();
    let _lock = lock(&args.state)?;
    let file = StateFile::open(&args.state, &imeis)?;
    let teller = Teller { json: as_json };
    let mut shell = Shell::new(file, client, teller, !args.away)?;
    shell.give(Input::Start)?;
    if matches!(shell.view()?.phase, PhaseView::Unenrolled { .. }) {
        let code = args.code.clone().ok_or_else(|| {
            let detail = "--code: this device is not enrolled yet";
            let hint = "read its code with `quittance status REFERENCE --code`";
            Failure::usage("code_missing", detail).hint(hint)
        })?;
        let mut nonce = [0; 16];
        RealEntropy.fill(&mut nonce);
        shell.give(Input::Enrol { code, imeis, serial: args.serial.clone(), nonce })?;
    }
    let end = live(&mut shell, &args, teller).await?;
    match end {
        End::Stopped => Ok(ExitCode::SUCCESS),
        End::Released => {
            teller.event("end", json!({ "released": true }), "free for ever, and recorded");
            Ok(ExitCode::SUCCESS)
        }
        End::NotEnrolled(problem) => {
            let detail = format!("not enrolled: {problem}");
            Err(Failure::wrong(problem, detail))
        }
    }
}

/// One process at a time on a device's state.
fn lock(state: &std::path::Path) -> Result<DataLock, Failure> {
    let mut path = state.as_os_str().to_owned();
    path.push(".lock");
    Ok(DataLock::take(&PathBuf::from(path))?)
}

async fn live(shell: &mut Shell, args: &RunArgs, teller: Teller) -> Result<End, Failure> {
    let wrong = |error: std::io::Error| Failure::wrong("signals", error.to_string());
    let mut interrupt = signal(SignalKind::interrupt()).map_err(wrong)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(wrong)?;
    let mut typed = (!args.accept).then(holder::listen);
    let (mut offered, mut prompted) = (false, false);
    loop {
        if shell.asked && args.accept {
            answer_terms(shell, teller, true)?;
        } else if shell.asked && typed.is_none() {
            let detail = "nobody is there to accept the terms";
            return Err(Failure::usage("nobody_asked", detail).hint("give --accept"));
        } else if shell.asked && !prompted {
            prompted = true;
            ask(teller);
        }
        if shell.is_over()? {
            return Ok(End::Released);
        }
        match shell.view()?.phase {
            PhaseView::Unenrolled { problem } if offered => {
                return Ok(End::NotEnrolled(problem.unwrap_or_else(|| "refused".to_owned())));
            }
            PhaseView::Unenrolled { .. } => {}
            _ => offered = true,
        }
        let sleep = shell.sleep()?;
        tokio::select! {
            input = shell.answer() => shell.give(input)?,
            line = next(&mut typed) => match line {
                Some(Typed::Quit) => return Ok(End::Stopped),
                Some(line) => obey(shell, teller, line)?,
                None => typed = None,
            },
            () = tokio::time::sleep(sleep) => shell.give(Input::Wake)?,
            _ = interrupt.recv() => return Ok(End::Stopped),
            _ = terminate.recv() => return Ok(End::Stopped),
        }
    }
}

/// The next line typed; never, when nobody types.
async fn next(typed: &mut Option<UnboundedReceiver<Typed>>) -> Option<Typed> {
    match typed {
        Some(lines) => lines.recv().await,
        None => std::future::pending().await,
    }
}

fn ask(teller: Teller) {
    if !teller.json && std::io::stdin().is_terminal() {
        out::line("Do you accept? Type yes or no.");
    }
}

fn answer_terms(shell: &mut Shell, teller: Teller, accepted: bool) -> Result<(), Failure> {
    shell.asked = false;
    let text = if accepted { "the holder accepts" } else { "the holder refuses" };
    teller.event("holder", json!({ "accepted": accepted }), text);
    shell.give(Input::HolderAnswer { accepted })
}

fn obey(shell: &mut Shell, teller: Teller, typed: Typed) -> Result<(), Failure> {
    match typed {
        Typed::Yes | Typed::No if shell.asked => answer_terms(shell, teller, typed == Typed::Yes),
        Typed::Ack => {
            let open = shell.view()?.notices;
            for notice in open.into_iter().filter(|notice| !notice.acked) {
                shell.give(Input::AckNotice { id: notice.id })?;
            }
            Ok(())
        }
        Typed::Pass => shell.give(Input::UsePass),
        Typed::Online => shell.give(Input::Online),
        Typed::Dispute => shell.give(Input::Object),
        Typed::Sim => shell.give(Input::Tampered { sign: Sign::SimChanged }),
        Typed::Screen => {
            out::line(screen::page(&shell.view()?));
            Ok(())
        }
        other => {
            let what = if let Typed::Unknown(word) = &other { word.as_str() } else { "an answer" };
            out::note(format!(
                "{what:?} is nothing here: ack, pass, dispute, online, sim, screen, quit"
            ));
            Ok(())
        }
    }
}
