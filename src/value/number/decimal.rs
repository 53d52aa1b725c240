//! The shortest decimal text of a binary number.

use dashu_int::UBig;
use dashu_int::ops::BitTest;

/// The decimal digits of a number and how many of them stand before the point.
pub(super) struct Decimal {
    digits: Vec<u8>,
    point: i64,
}

/// The fewest digits that are nearer to `significand * 2^exponent` than to any other number of `precision` bits,
/// without an exponent. (The search for the first digit at which one may stop is the classic one for floats; a number's
/// neighbours are half a unit in the last place away.)
pub(super) fn shortest(significand: UBig, exponent: i64, precision: usize) -> String {
    if significand == UBig::ZERO {
        return "0".to_owned();
    }
    let bits = significand.bit_len();
    let precision = precision.max(bits);
    let whole_bits = i64::try_from(bits)
        .unwrap_or(i64::MAX)
        .saturating_add(exponent);
    if exponent >= 0 && usize::try_from(whole_bits).is_ok_and(|n| n <= precision) {
        return shifted(significand, exponent).to_string();
    }
    let shift = precision + 1 - bits;
    let mantissa = significand << shift;
    let exponent = exponent.saturating_sub(i64::try_from(shift).unwrap_or(0));
    let inclusive = !mantissa.bit(1);
    let one = UBig::from(1u8);
    let lower = Decimal::exact(mantissa.clone() - one.clone(), exponent);
    let upper = Decimal::exact(mantissa.clone() + one, exponent);
    let mut exact = Decimal::exact(mantissa, exponent);
    for (i, digit) in exact.digits.iter().copied().enumerate() {
        let at = |d: &Decimal| d.digits.get(i).copied().unwrap_or(b'0');
        let (l, u) = (at(&lower), at(&upper));
        let down = l != digit || (inclusive && i + 1 == lower.digits.len());
        let up = digit != u && (inclusive || digit + 1 < u || i + 1 < upper.digits.len());
        if !down && !up {
            continue;
        }
        let upwards = if down && up {
            exact.nearer_above(i + 1)
        } else {
            up
        };
        exact.cut(i + 1, upwards);
        break;
    }
    exact.text()
}

fn shifted(significand: UBig, exponent: i64) -> UBig {
    significand << usize::try_from(exponent).unwrap_or(0)
}

impl Decimal {
    /// All digits of `mantissa * 2^exponent`.
    pub(super) fn exact(mantissa: UBig, exponent: i64) -> Self {
        let (digits, scale) = if exponent >= 0 {
            (shifted(mantissa, exponent), 0)
        } else {
            let places = usize::try_from(exponent.unsigned_abs()).unwrap_or(0);
            (mantissa * UBig::from(5u8).pow(places), exponent)
        };
        let mut digits = digits.to_string().into_bytes();
        let point = i64::try_from(digits.len())
            .unwrap_or(0)
            .saturating_add(scale);
        trim(&mut digits);
        Decimal { digits, point }
    }

    /// Whether what follows the first `n` digits is more than half a unit of the last of them, or half and that one is odd.
    fn nearer_above(&self, n: usize) -> bool {
        let odd = |d: &u8| d % 2 == 1;
        match self.digits.get(n) {
            Some(b'5') if n + 1 == self.digits.len() => {
                n > 0 && self.digits.get(n - 1).is_some_and(odd)
            }
            Some(d) => *d >= b'5',
            None => false,
        }
    }

    /// Keeps `n` digits, the last of them one greater where `upwards`.
    fn cut(&mut self, n: usize, upwards: bool) {
        if n >= self.digits.len() {
            return;
        }
        self.digits.truncate(n);
        if upwards {
            while self.digits.last() == Some(&b'9') {
                self.digits.pop();
            }
            match self.digits.last_mut() {
                Some(d) => *d += 1,
                None => {
                    self.digits.push(b'1');
                    self.point += 1;
                }
            }
        }
        trim(&mut self.digits);
    }

    /// Rounds to so many places after the point, and writes all of them.
    pub(super) fn fixed(mut self, places: usize) -> String {
        let wanted = self
            .point
            .saturating_add(i64::try_from(places).unwrap_or(i64::MAX));
        match usize::try_from(wanted) {
            Ok(n) => self.cut(n, self.nearer_above(n)),
            Err(_) => self.digits.clear(),
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
        let text = self.text();
        if places == 0 {
            return text;
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        format!("{whole}.{fraction:0<places$}")
    }

    /// Rounds to one place before the point and so many after it, and writes the exponent.
    pub(super) fn scientific(mut self, places: usize) -> String {
        self.cut(places + 1, self.nearer_above(places + 1));
        let exponent = if self.digits.is_empty() {
            0
        } else {
            self.point - 1
        };
        let sign = if exponent < 0 { '-' } else { '+' };
        let digits: String = self.digits.iter().map(|d| char::from(*d)).collect();
        let width = places + 1;
        let digits = format!("{digits:0<width$}");
        let (first, rest) = digits.split_at_checked(1).unwrap_or(("0", ""));
        let point = if rest.is_empty() { "" } else { "." };
        format!("{first}{point}{rest}e{sign}{:02}", exponent.unsigned_abs())
    }

    fn text(&self) -> String {
        if self.digits.is_empty() {
            return "0".to_owned();
        }
        let digits: String = self.digits.iter().map(|d| char::from(*d)).collect();
        let Ok(point) = usize::try_from(self.point) else {
            let zeros = usize::try_from(self.point.unsigned_abs()).unwrap_or(0);
            return format!("0.{}{digits}", "0".repeat(zeros));
        };
        if point >= digits.len() {
            return format!("{digits}{}", "0".repeat(point - digits.len()));
        }
        let (whole, fraction) = digits.split_at(point);
        let whole = if whole.is_empty() { "0" } else { whole };
        format!("{whole}.{fraction}")
    }
}

fn trim(digits: &mut Vec<u8>) {
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
}
