//! Numbers as Terraform has them: binary floating point, 512 bits for what is written, 64 for what a function counts, 53
//! for what it computes with the processor's floats; a result has the greater precision of its operands.

use dashu_float::{Context, FBig, Repr, round::mode::HalfEven};
use dashu_int::IBig;
use dashu_int::ops::UnsignedAbs;
use std::cmp::Ordering;
use std::fmt;

mod decimal;

type Big = FBig<HalfEven, 2>;

/// Exponents beyond this are no numbers of any infrastructure, and their digits would fill the memory.
const EXPONENT_LIMIT: i64 = 100_000;

/// The same in binary digits, for results.
const BINARY_LIMIT: usize = 1 << 20;

/// A number of Terraform's precision.
#[derive(Clone, Debug)]
pub struct Number(Big);

/// An operation that has no result: zero divided by zero, infinity minus infinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undefined;

impl Number {
    /// Bits of precision of a number that is written down, as in Terraform.
    pub const PRECISION: usize = 512;

    /// The number that a decimal text says, rounded once: digits with an optional sign, point and exponent, or `Inf`.
    /// `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, body) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if body == "Inf" || body == "inf" {
            return Some(Self::infinity(negative));
        }
        let (mantissa, exponent) = match body.split_once(['e', 'E']) {
            Some((m, e)) if e.trim_start_matches(['+', '-']).len() + 1 >= e.len() => {
                (m, e.parse::<i64>().ok()?)
            }
            Some(_) => return None,
            None => (body, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        let size = i64::try_from(digits.len()).ok()?.max(exponent.abs());
        if size > EXPONENT_LIMIT {
            return None;
        }
        let number = scaled(digits.parse().ok()?, exponent)?;
        Some(if negative { number.negated() } else { number })
    }

    /// How many there are of something.
    pub fn count(n: usize) -> Self {
        Number::from(i64::try_from(n).unwrap_or(i64::MAX))
    }

    /// Positive or negative infinity: what a division by zero gives.
    pub fn infinity(negative: bool) -> Self {
        Number(if negative {
            Big::NEG_INFINITY
        } else {
            Big::INFINITY
        })
    }

    /// The number of a processor's float; `None` for NaN.
    pub fn from_f64(n: f64) -> Option<Self> {
        if n.is_infinite() {
            return Some(Self::infinity(n < 0.0));
        }
        let big = Big::try_from(n).ok()?;
        Some(Number(big.with_precision(53).value()))
    }

    /// The nearest processor's float.
    pub fn to_f64(&self) -> f64 {
        self.0.to_f64().value()
    }

    /// The whole number, where it is one that fits.
    pub fn to_i64(&self) -> Option<i64> {
        if self.is_zero() {
            return Some(0); // with or without a sign
        }
        if !self.is_whole() || self.bits() > 64 {
            return None;
        }
        i64::try_from(self.0.clone()).ok()
    }

    /// The whole number, where it is one that is not negative and fits.
    pub fn to_usize(&self) -> Option<usize> {
        self.to_i64().and_then(|n| usize::try_from(n).ok())
    }

    /// Whether it has no fraction (and is finite).
    pub fn is_whole(&self) -> bool {
        self.is_finite() && (self.is_zero() || self.0.repr().exponent() >= 0)
    }

    /// Whether it is finite.
    pub fn is_finite(&self) -> bool {
        self.0.repr().is_finite()
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.is_finite() && *self.0.repr().significand() == IBig::ZERO
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.0.repr().sign() == dashu_int::Sign::Negative
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negated(&self) -> Self {
        if self.is_zero() && !self.is_negative() {
            let zero = Repr::<2>::neg_zero();
            return Number(Big::from_repr(zero, self.0.context()));
        }
        Number(-self.0.clone())
    }

    /// The number without its sign.
    #[must_use]
    pub fn magnitude(&self) -> Self {
        if self.is_negative() {
            self.negated()
        } else {
            self.clone()
        }
    }

    /// The sum.
    pub fn add(&self, other: &Self) -> Result<Self, Undefined> {
        match (self.is_finite(), other.is_finite()) {
            (true, true) => Ok(Number(&self.0 + &other.0)),
            (true, false) => Ok(other.clone()),
            (false, true) => Ok(self.clone()),
            (false, false) if self.is_negative() == other.is_negative() => Ok(self.clone()),
            (false, false) => Err(Undefined),
        }
    }

    /// The difference.
    pub fn subtract(&self, other: &Self) -> Result<Self, Undefined> {
        self.add(&other.negated())
    }

    /// The product; its precision grows where that keeps it exact, up to that of a written number.
    pub fn multiply(&self, other: &Self) -> Result<Self, Undefined> {
        if !self.is_finite() || !other.is_finite() {
            if self.is_zero() || other.is_zero() {
                return Err(Undefined);
            }
            return Ok(Self::infinity(self.is_negative() != other.is_negative()));
        }
        let wide = Context::<HalfEven>::new(Self::PRECISION);
        let product = (wide.mul(self.0.repr(), other.0.repr()))
            .map_err(|_| Undefined)?
            .value();
        let precision = (self.0.precision())
            .max(other.0.precision())
            .max(product.repr().digits());
        Number(product.with_precision(precision).value()).sized()
    }

    /// The quotient; infinite where only the divisor is zero.
    pub fn divide(&self, other: &Self) -> Result<Self, Undefined> {
        let negative = self.is_negative() != other.is_negative();
        match (self.is_finite(), other.is_finite()) {
            (false, false) => Err(Undefined),
            (false, true) => Ok(Self::infinity(negative)),
            (true, false) => Ok(Number::from(0)),
            (true, true) if other.is_zero() && self.is_zero() => Err(Undefined),
            (true, true) if other.is_zero() => Ok(Self::infinity(negative)),
            (true, true) => {
                let precision = self.0.precision().max(other.0.precision());
                let context = Context::<HalfEven>::new(precision);
                (context.div(self.0.repr(), other.0.repr()))
                    .map_err(|_| Undefined)
                    .and_then(|q| Number(q.value()).sized())
            }
        }
    }

    /// What a division that truncates leaves over; the number itself where the divisor is zero, as in Terraform.
    pub fn remainder(&self, other: &Self) -> Result<Self, Undefined> {
        if !self.is_finite() || !other.is_finite() {
            return Err(Undefined);
        }
        if other.is_zero() {
            return Ok(self.clone());
        }
        let quotient = self.divide(other)?.truncated();
        self.subtract(&quotient.multiply(other)?)
    }

    /// The number without its fraction; infinity as it is.
    #[must_use]
    pub fn truncated(&self) -> Self {
        if self.is_whole() || !self.is_finite() {
            return self.clone();
        }
        let whole = self.0.trunc();
        Number(whole.with_precision(self.0.precision()).value())
    }

    /// The greatest whole number that is not above it.
    #[must_use]
    pub fn floor(&self) -> Self {
        let whole = self.truncated();
        if self.is_negative() && whole != *self {
            return whole.add(&Number::from(-1)).unwrap_or(whole);
        }
        whole
    }

    /// The least whole number that is not below it.
    #[must_use]
    pub fn ceiling(&self) -> Self {
        let whole = self.truncated();
        if !self.is_negative() && whole != *self {
            return whole.add(&Number::from(1)).unwrap_or(whole);
        }
        if whole.is_zero() {
            return Number::from(0);
        }
        whole
    }

    /// As JSON: exact where it fits, else the nearest float; null for infinity, which JSON has not.
    pub fn to_json(&self) -> serde_json::Value {
        match self.to_i64() {
            Some(n) => n.into(),
            None => serde_json::Value::from(self.to_f64()),
        }
    }

    /// With so many places after the point; infinity in words.
    pub fn fixed(&self, places: usize) -> String {
        self.written(|digits| digits.fixed(places))
    }

    /// With an exponent of at least two digits and so many places after the point; infinity in words.
    pub fn scientific(&self, places: usize) -> String {
        self.written(|digits| digits.scientific(places))
    }

    /// With so many digits (as many as it needs where `None`), and with an exponent where that is below -4, or `limit`
    /// or more; infinity in words.
    pub fn general(&self, digits: Option<usize>, limit: i64) -> String {
        let plain = self.to_string();
        let needed = plain.trim_start_matches(['-', '0', '.']).replace('.', "");
        let needed = needed.trim_end_matches('0').len().max(1);
        let scientific = self.scientific(digits.unwrap_or(needed).max(1) - 1);
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let power: i64 = exponent.parse().unwrap_or(0);
        if !(-4..limit).contains(&power) {
            let mantissa = match mantissa.contains('.') {
                true => mantissa.trim_end_matches('0').trim_end_matches('.'),
                false => mantissa,
            };
            return format!("{mantissa}e{exponent}");
        }
        let Some(digits) = digits else {
            return plain;
        };
        let places = i64::try_from(digits).unwrap_or(0) - 1 - power;
        let fixed = self.fixed(usize::try_from(places).unwrap_or(0));
        match fixed.contains('.') {
            true => fixed.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => fixed,
        }
    }

    fn written(&self, write: impl Fn(decimal::Decimal) -> String) -> String {
        if !self.is_finite() {
            return self.to_string();
        }
        let repr = self.0.repr();
        let significand = repr.significand().clone().unsigned_abs();
        let text = write(decimal::Decimal::exact(significand, repr.exponent() as i64));
        let sign = if self.is_negative() { "-" } else { "" };
        format!("{sign}{text}")
    }

    /// The first ten digits, with an exponent where it is far from one: the text by which Terraform orders structures
    /// with numbers in them inside a set.
    pub fn brief(&self) -> String {
        let float = self.to_f64();
        if !float.is_finite() || float == 0.0 {
            return self.to_string();
        }
        let text = format!("{float:.9e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        if (-4..10).contains(&exponent) {
            let places = usize::try_from(9 - exponent).unwrap_or(0);
            let plain = format!("{float:.places$}");
            if places == 0 {
                return plain;
            }
            return plain.trim_end_matches('0').trim_end_matches('.').to_owned();
        }
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
    }

    /// The number, unless its digits would fill the memory.
    fn sized(self) -> Result<Self, Undefined> {
        let exponent = self.0.repr().exponent().unsigned_abs();
        if exponent > BINARY_LIMIT && self.is_finite() {
            return Err(Undefined);
        }
        Ok(self)
    }

    /// How many binary digits its whole part has.
    fn bits(&self) -> usize {
        let repr = self.0.repr();
        let exponent = usize::try_from(repr.exponent()).unwrap_or(0);
        repr.digits().saturating_add(exponent)
    }
}

/// `digits * 10^exponent`, rounded once to the precision of a written number.
fn scaled(digits: IBig, exponent: i64) -> Option<Number> {
    let power = IBig::from(10).pow(usize::try_from(exponent.unsigned_abs()).ok()?);
    let context = Context::<HalfEven>::new(Number::PRECISION);
    if exponent >= 0 {
        let exact = Repr::<2>::new(digits * power, 0);
        let unrounded = Big::from_repr(exact, Context::new(0));
        return Some(Number(unrounded.with_precision(Number::PRECISION).value()));
    }
    let quotient = context.div(&Repr::<2>::new(digits, 0), &Repr::<2>::new(power, 0));
    quotient.ok().map(|q| Number(q.value()))
}

impl From<i64> for Number {
    fn from(n: i64) -> Self {
        Number(Big::from(n).with_precision(64).value())
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.is_zero() && other.is_zero() {
            return Ordering::Equal;
        }
        self.0.cmp(&other.0)
    }
}

/// As Terraform's `tostring`: without exponent, the fewest digits that say the same number in its precision.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        if !self.is_finite() {
            let plus = if self.is_negative() { "" } else { "+" };
            return write!(f, "{sign}{plus}Inf");
        }
        let repr = self.0.repr();
        let digits = repr.significand().clone().unsigned_abs();
        let text = decimal::shortest(digits, repr.exponent() as i64, self.0.precision());
        write!(f, "{sign}{text}")
    }
}

#[cfg(test)]
mod tests;
