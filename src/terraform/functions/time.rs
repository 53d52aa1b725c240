//! Functions on points in time, written as RFC 3339 has them.

use super::{Call, FunctionError, Outcome};
use crate::value::Number;
use crate::value::Value;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// A point in time with the offset that it was written with.
struct Moment {
    local: DateTime,
    offset: Offset,
    utc: bool,
}

fn moment(call: &Call, argument: usize) -> Result<Moment, FunctionError> {
    let text = call.str(argument)?;
    parse(text).ok_or_else(|| FunctionError::argument(argument, "not a valid RFC3339 timestamp"))
}

/// `2006-01-02T15:04:05Z`, with a fraction or an offset.
fn parse(text: &str) -> Option<Moment> {
    let timestamp: Timestamp = text.parse().ok()?;
    let (_, time) = text.split_once('T')?;
    if time.get(6..8) == Some("60") {
        return None; // a leap second, which Go does not know
    }
    let utc = time.ends_with('Z');
    let shape = |s: &str| s.len() == 6 && s.as_bytes().get(3) == Some(&b':');
    let zone = if utc {
        "+00:00"
    } else {
        time.get(time.len().checked_sub(6)?..)?
    };
    let (sign, rest) = zone.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':')?;
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    let seconds = match sign {
        "+" => seconds,
        "-" => -seconds,
        _ => return None,
    };
    let offset = Offset::from_seconds(seconds).ok().filter(|_| shape(zone))?;
    Some(Moment {
        local: offset.to_datetime(timestamp),
        offset,
        utc,
    })
}

impl Moment {
    fn timestamp(&self) -> Result<Timestamp, FunctionError> {
        self.offset
            .to_timestamp(self.local)
            .map_err(|_| FunctionError::new("the time is out of range"))
    }

    /// `+0130`, `+01:30`.
    fn zone(&self, colon: &str) -> String {
        let seconds = self.offset.seconds();
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.abs() / 60;
        format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
    }
}

pub(super) fn timecmp(call: &Call) -> Outcome {
    let (a, b) = (moment(call, 0)?.timestamp()?, moment(call, 1)?.timestamp()?);
    Ok(Value::number(Number::from(a.cmp(&b) as i64), call.span))
}

pub(super) fn timeadd(call: &Call) -> Outcome {
    let moment = moment(call, 0)?;
    let text = call.str(1)?;
    let duration = duration(text)
        .ok_or_else(|| FunctionError::new(format!("time: invalid duration {text:?}")))?;
    let out = moment.timestamp()?.checked_add(duration);
    let out = out.map_err(|_| FunctionError::new("the time is out of range"))?;
    let local = moment.offset.to_datetime(out);
    let zone = if moment.offset == Offset::UTC {
        "Z".to_owned()
    } else {
        moment.zone(":")
    };
    let (d, t) = (local.date(), local.time());
    Ok(call.made(format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{zone}",
        d.year(),
        d.month(),
        d.day(),
        t.hour(),
        t.minute(),
        t.second()
    )))
}

/// `-1h2m3.5s`
fn duration(text: &str) -> Option<SignedDuration> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    let mut total = 0f64;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .filter(|n| *n > 0)?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let letters = tail
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(letters)?;
        let seconds = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" | "μs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * seconds;
        rest = tail;
    }
    if text.trim_start_matches(['+', '-']).is_empty() {
        return None;
    }
    SignedDuration::try_from_secs_f64(if negative { -total } else { total }).ok()
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

pub(super) fn formatdate(call: &Call) -> Outcome {
    let moment = moment(call, 1)?;
    let mut out = String::new();
    let mut rest = call.str(0)?;
    while let Some(first) = rest.chars().next() {
        if let Some(tail) = rest.strip_prefix("''") {
            out.push('\'');
            rest = tail;
            continue;
        }
        if first == '\'' {
            let (text, tail) =
                quoted(rest).ok_or_else(|| FunctionError::argument(0, "unterminated literal '"))?;
            out.push_str(&text);
            rest = tail;
            continue;
        }
        let length = rest.find(|c| c != first).unwrap_or(rest.len());
        let (run, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
        out.push_str(&verb(&moment, run).map_err(|e| FunctionError::argument(0, e))?);
        rest = tail;
    }
    Ok(call.made(out))
}

/// The text in quotes that stands first (two quotes inside are one), and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut rest = text.strip_prefix('\'')?;
    loop {
        let (before, after) = rest.split_once('\'')?;
        out.push_str(before);
        match after.strip_prefix('\'') {
            Some(more) => {
                out.push('\'');
                rest = more;
            }
            None => return Some((out, after)),
        }
    }
}

fn verb(moment: &Moment, run: &str) -> Result<String, String> {
    let (date, time) = (moment.local.date(), moment.local.time());
    let month = MONTHS
        .get(usize::from(date.month().unsigned_abs()).saturating_sub(1))
        .copied()
        .unwrap_or("");
    let weekday = date.weekday().to_monday_zero_offset().unsigned_abs();
    let day = DAYS.get(usize::from(weekday)).copied().unwrap_or("");
    let hour12 = match time.hour() % 12 {
        0 => 12,
        h => h,
    };
    let half = if time.hour() < 12 { "AM" } else { "PM" };
    Ok(match run {
        "YYYY" => format!("{:04}", date.year()),
        "YY" => format!("{:02}", date.year().rem_euclid(100)),
        "MMMM" => month.to_owned(),
        "MMM" => month.get(..3).unwrap_or(month).to_owned(),
        "MM" => format!("{:02}", date.month()),
        "M" => date.month().to_string(),
        "DD" => format!("{:02}", date.day()),
        "D" => date.day().to_string(),
        "EEEE" => day.to_owned(),
        "EEE" => day.get(..3).unwrap_or(day).to_owned(),
        "hh" => format!("{:02}", time.hour()),
        "h" => time.hour().to_string(),
        "HH" => format!("{hour12:02}"),
        "H" => hour12.to_string(),
        "AA" => half.to_owned(),
        "aa" => half.to_lowercase(),
        "mm" => format!("{:02}", time.minute()),
        "m" => time.minute().to_string(),
        "ss" => format!("{:02}", time.second()),
        "s" => time.second().to_string(),
        "ZZZZZ" => moment.zone(":"),
        "ZZZZ" => moment.zone(""),
        "ZZZ" if moment.utc || moment.offset == Offset::UTC => "UTC".to_owned(),
        "ZZZ" => moment.zone(""),
        "Z" if moment.utc || moment.offset == Offset::UTC => "Z".to_owned(),
        "Z" => moment.zone(":"),
        other if other.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            return Err(format!("invalid date format verb \"{other}\""));
        }
        other => other.to_owned(),
    })
}
