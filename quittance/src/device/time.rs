//! The device's clocks, from the operating system.

use agent::Moment;
use server::{clock::Clock, real::RealClock};

use crate::fail::Failure;

/// This moment by the machine's clocks: time since boot with suspend, which boot, wall clock.
pub(super) fn moment() -> Result<Moment, Failure> {
    let uptime = read("/proc/uptime")?;
    let boot = read("/proc/sys/kernel/random/boot_id")?;
    let wrong = || Failure::wrong("no_clock", "/proc/uptime: not the seconds since boot");
    let uptime_ms = milliseconds(&uptime).ok_or_else(wrong)?;
    let digits: String = boot.chars().filter(char::is_ascii_hexdigit).take(8).collect();
    let boot = u32::from_str_radix(&digits, 16).map_err(|_| wrong())?;
    let wall_s = u64::try_from(RealClock.now().seconds()).unwrap_or(0);
    Ok(Moment { uptime_ms, boot, wall_s })
}

fn read(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::file(path.as_ref(), &error))
}

/// `12345.67 …` as milliseconds.
fn milliseconds(text: &str) -> Option<u64> {
    let first = text.split_whitespace().next()?;
    let (whole, part) = first.split_once('.')?;
    let seconds: u64 = whole.parse().ok()?;
    let part: u64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
    seconds.checked_mul(1000)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_since_boot_are_read_to_the_millisecond() {
        assert_eq!(milliseconds("35.4 12.0\n"), Some(35_400));
        assert_eq!(milliseconds("1234567.89 1.00\n"), Some(1_234_567_890));
        assert_eq!(milliseconds("what"), None);
        let (one, other) = (moment().unwrap(), moment().unwrap());
        assert!(one.boot == other.boot && one.uptime_ms <= other.uptime_ms);
    }
}
