//! The command line of `cargo xtask`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::stages::Choice;
use crate::{campaigns, generate, mutants, stages, tidy, tree};

/// One command.
struct Command {
    name: &'static str,
    summary: &'static str,
    help: &'static str,
    run: fn(&Path, &mut Arguments) -> Result<bool>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "test",
        summary: "run everything CI runs, stage by stage",
        help: "\
Usage: cargo xtask test [--list] [--only STAGE | --from STAGE]

Stops at the first stage that fails and says how to run it by hand.
Builds into CARGO_TARGET_DIR where that is set.

Examples:
  cargo xtask test
  cargo xtask test --only clippy
  cargo xtask test --from tests",
        run: test,
    },
    Command {
        name: "tidy",
        summary: "check the fences of the house",
        help: "\
Usage: cargo xtask tidy

Dependency direction, walls, licences, budgets, dead files, banned words, links.
Prints every finding as `file:line: what: what to do [check]`.
An exception is a comment at the place:
  // tidy: allow(<check>) reason: why the rule does not fit here

Example:
  cargo xtask tidy",
        run: tidy,
    },
    Command {
        name: "generate",
        summary: "make the generated files, or check them",
        help: "\
Usage: cargo xtask generate [--check]

Writes every generated file that differs from what its generator makes.
With --check writes nothing and fails where one differs.

Example:
  cargo xtask generate && git diff",
        run: generate,
    },
    Command {
        name: "bench",
        summary: "measure against baselines built in the same run",
        help: "\
Usage: cargo xtask bench [ARGUMENTS OF THE BENCHES]

Runs the end of day over 100,000 contracts, check-ins, payments and webhooks, durable commits,
and evaluation; every argument goes to every bench. docs/performance.md says what each measures.

Examples:
  cargo xtask bench
  cargo xtask bench --sizes 100k,1m --flat
  cargo xtask bench --rates 10,100,1000,5000 --seconds 10 --with-day",
        run: |root, arguments| campaigns::bench(root, &arguments.rest()).map(|()| true),
    },
    Command {
        name: "mutants",
        summary: "take rules out one by one and see the named tests fall",
        help: "\
Usage: cargo xtask mutants [--only NAME] [--json] [--list]

Copies the tree under the target directory, takes one rule out at a time, and runs the one test
that must then fail. Exit code 1 where one passes all the same, does not compile, or never ends.
NAME is a mutant, a promise, or the crate of the tests; --list names them, docs/proof.md too.

Examples:
  cargo xtask mutants
  cargo xtask mutants --only invariant_2
  cargo xtask mutants --only silent-server --json",
        run: mutants,
    },
    Command {
        name: "long",
        summary: "thousands of worlds, larger models, mutants, many rounds of kill -9",
        help: "\
Usage: cargo xtask long [--seeds N] [--rounds N]

Simulates seeds 1 to N (5000), exhausts the larger models (gigabytes of memory), takes every rule
of the mutants out, then kills a writing store N times (500).

Example:
  cargo xtask long --seeds 20000 --rounds 2000",
        run: long,
    },
    Command {
        name: "fuzz",
        summary: "fuzz every decoder for a while",
        help: "\
Usage: cargo xtask fuzz [--seconds N] [--target NAME]

Fuzzes every target under fuzz/ for N seconds (60) each.
Needs cargo-fuzz and a nightly compiler; says so when they are missing.

Example:
  cargo xtask fuzz --seconds 600",
        run: fuzz,
    },
];

/// Runs the command that `arguments` name: exit code 0 done, 1 found wrong, 2 bad usage.
pub fn run(arguments: &[String]) -> ExitCode {
    let name = arguments.first().map_or("--help", String::as_str);
    if matches!(name, "--help" | "-h" | "help") {
        println!("{}", overview());
        return ExitCode::SUCCESS;
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprintln!("there is no command `{name}`\n\n{}", overview());
        return ExitCode::from(2);
    };
    let mut rest = Arguments(arguments[1..].to_vec());
    if rest.0.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("cargo xtask {name}: {}\n\n{}", command.summary, command.help);
        return ExitCode::SUCCESS;
    }
    match (command.run)(&tree::root(), &mut rest) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) if error.is::<Usage>() => {
            eprintln!("cargo xtask {name}: {error}\n\n{}", command.help);
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("cargo xtask {name}: {error:#}");
            ExitCode::from(1)
        }
    }
}

fn overview() -> String {
    let lines = COMMANDS.iter().map(|c| format!("  {:<10} {}\n", c.name, c.summary));
    let lines: String = lines.collect();
    format!(
        "Usage: cargo xtask COMMAND\n\n{lines}\n\
         `cargo xtask COMMAND --help` says more. Example:\n  cargo xtask test"
    )
}

/// A command line that cannot be understood.
#[derive(Debug)]
struct Usage(String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// What is left of the command line.
struct Arguments(Vec<String>);

impl Arguments {
    fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|argument| argument != name);
        self.0.len() < before
    }

    fn value(&mut self, name: &str) -> Result<Option<String>> {
        let Some(at) = self.0.iter().position(|argument| argument == name) else {
            return Ok(None);
        };
        if at + 1 >= self.0.len() {
            bail!(Usage(format!("{name} needs a value")));
        }
        self.0.remove(at);
        Ok(Some(self.0.remove(at)))
    }

    fn number(&mut self, name: &str, default: u32) -> Result<u32> {
        match self.value(name)? {
            None => Ok(default),
            Some(text) => match text.parse() {
                Ok(number) if number > 0 => Ok(number),
                _ => bail!(Usage(format!("{name} needs a whole number above 0, not `{text}`"))),
            },
        }
    }

    fn rest(&mut self) -> Vec<String> {
        std::mem::take(&mut self.0)
    }

    fn done(&self) -> Result<()> {
        match self.0.first() {
            Some(argument) => bail!(Usage(format!("`{argument}` is not expected"))),
            None => Ok(()),
        }
    }
}

fn test(root: &Path, arguments: &mut Arguments) -> Result<bool> {
    let list = arguments.flag("--list");
    let choice = Choice { only: arguments.value("--only")?, from: arguments.value("--from")? };
    arguments.done()?;
    if list {
        print!("{}", stages::list());
        return Ok(true);
    }
    stages::run(root, &choice)
}

fn tidy(root: &Path, arguments: &mut Arguments) -> Result<bool> {
    arguments.done()?;
    let repo = tidy::Repo::read(root)?;
    let findings = tidy::check(&repo);
    print!("{}", tidy::report(&findings, repo.tree.texts.len()));
    Ok(findings.is_empty())
}

fn generate(root: &Path, arguments: &mut Arguments) -> Result<bool> {
    let check = arguments.flag("--check");
    arguments.done()?;
    if check {
        generate::check(root)?;
        return Ok(true);
    }
    let written = generate::write(root)?;
    for path in &written {
        println!("written: {path}");
    }
    println!(
        "generate: {} generators, {} files written",
        generate::GENERATORS.len(),
        written.len()
    );
    Ok(true)
}

fn mutants(root: &Path, arguments: &mut Arguments) -> Result<bool> {
    let (list, json) = (arguments.flag("--list"), arguments.flag("--json"));
    let only = arguments.value("--only")?;
    arguments.done()?;
    let chosen = mutants::chosen(only.as_deref());
    if chosen.is_empty() {
        let only = only.unwrap_or_default();
        bail!(Usage(format!("there is no mutant and no promise `{only}`: see --list")));
    }
    if list {
        for mutant in chosen {
            println!("{:<34} {:<34} {}", mutant.name, mutant.promise, mutant.test);
        }
        return Ok(true);
    }
    mutants::run(root, only.as_deref(), json)
}

fn long(root: &Path, arguments: &mut Arguments) -> Result<bool> {
    let seeds = arguments.number("--seeds", 5000)?;
    let rounds = arguments.number("--rounds", 500)?;
    arguments.done()?;
    campaigns::long(root, seeds, rounds).map(|()| true)
}

fn fuzz(root: &Path, arguments: &mut Arguments) -> Result<bool> {
    let seconds = arguments.number("--seconds", 60)?;
    let target = arguments.value("--target")?;
    arguments.done()?;
    campaigns::fuzz(root, seconds, target.as_deref()).map(|()| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Arguments {
        Arguments(line.split_whitespace().map(str::to_owned).collect())
    }

    #[test]
    fn options_are_taken_and_the_rest_is_refused() {
        let mut line = arguments("--list --only tidy more");
        assert!(line.flag("--list"));
        assert_eq!(line.value("--only").unwrap().as_deref(), Some("tidy"));
        assert_eq!(line.done().unwrap_err().to_string(), "`more` is not expected");
    }

    #[test]
    fn bad_usage_is_told_apart() {
        assert!(arguments("--seconds").number("--seconds", 1).unwrap_err().is::<Usage>());
        assert!(arguments("--seconds x").number("--seconds", 1).unwrap_err().is::<Usage>());
        assert_eq!(run(&["nothing".to_owned()]), ExitCode::from(2));
        assert_eq!(run(&["tidy".to_owned(), "x".to_owned()]), ExitCode::from(2));
        let nobody = ["mutants", "--only", "nobody"].map(str::to_owned);
        assert_eq!(run(&nobody), ExitCode::from(2));
    }

    #[test]
    fn every_command_helps_with_an_example() {
        for command in COMMANDS {
            let help = command.help;
            assert!(help.contains("Example") && help.contains("Usage"), "{}", command.name);
            assert_eq!(run(&[command.name.to_owned(), "--help".to_owned()]), ExitCode::SUCCESS);
        }
    }
}
