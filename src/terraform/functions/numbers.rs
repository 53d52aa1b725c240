//! Functions on numbers.

use super::{Call, FunctionError, Outcome};
use crate::value::{Kind, Number, Sequence, Type, Value};

/// As many values as `range` makes.
const RANGE_LIMIT: usize = 1024;

fn number(call: &Call, number: Number) -> Value {
    call.value(Kind::Number(number))
}

fn float(call: &Call, n: f64) -> Outcome {
    let number =
        Number::from_f64(n).ok_or_else(|| FunctionError::new("the result is not a number"))?;
    Ok(call.value(Kind::Number(number)))
}

pub(super) fn abs(call: &Call) -> Outcome {
    Ok(number(call, call.number(0)?.magnitude()))
}

pub(super) fn ceil(call: &Call) -> Outcome {
    Ok(number(call, call.number(0)?.ceiling()))
}

pub(super) fn floor(call: &Call) -> Outcome {
    Ok(number(call, call.number(0)?.floor()))
}

pub(super) fn log(call: &Call) -> Outcome {
    float(
        call,
        call.number(0)?.to_f64().ln() / call.number(1)?.to_f64().ln(),
    )
}

pub(super) fn pow(call: &Call) -> Outcome {
    let (base, exponent) = (call.number(0)?.to_f64(), call.number(1)?.to_f64());
    float(call, power(base, exponent))
}

/// Terraform takes powers by squaring, in floats of the processor, and its rounding errors add up.
fn power(base: f64, exponent: f64) -> f64 {
    let whole = exponent.fract() == 0.0 && exponent.abs() < 4096.0;
    if !whole || !base.is_normal() {
        return base.powf(exponent);
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 4096")]
    let mut left = exponent.abs() as u32;
    let (mut square, mut scale) = split(base);
    let (mut result, mut shift) = (1.0, 0);
    while left > 0 {
        if left % 2 == 1 {
            result *= square;
            shift += scale;
        }
        square *= square;
        scale *= 2;
        if square.abs() < 0.5 {
            square *= 2.0;
            scale -= 1;
        }
        left /= 2;
    }
    match exponent < 0.0 {
        true => scaled(1.0 / result, -shift),
        false => scaled(result, shift),
    }
}

/// A normal float as a number from a half to one, and the power of two that it is multiplied by.
fn split(n: f64) -> (f64, i64) {
    let bits = n.to_bits();
    let exponent = (bits >> 52) & 0x7ff;
    let half = (bits & !(0x7ff << 52)) | (1022 << 52);
    (
        f64::from_bits(half),
        i64::try_from(exponent).unwrap_or(0) - 1022,
    )
}

/// A float times a power of two.
fn scaled(n: f64, shift: i64) -> f64 {
    let mut left = i32::try_from(shift.clamp(-4000, 4000)).unwrap_or(0);
    let mut out = n;
    while left != 0 {
        let step = left.clamp(-1000, 1000);
        out *= 2f64.powi(step);
        left -= step;
    }
    out
}

pub(super) fn signum(call: &Call) -> Outcome {
    Ok(number(call, Number::from(call.whole(0)?.signum())))
}

fn extreme(call: &Call, better: fn(&Number, &Number) -> bool) -> Outcome {
    let mut best: Option<&Number> = None;
    for i in 0..call.args.len() {
        let n = call.number(i)?;
        if best.is_none_or(|b| better(n, b)) {
            best = Some(n);
        }
    }
    match best {
        Some(n) => Ok(number(call, n.clone())),
        None => Err(FunctionError::new("must pass at least one number")),
    }
}

pub(super) fn max(call: &Call) -> Outcome {
    extreme(call, |a, b| a > b)
}

pub(super) fn min(call: &Call) -> Outcome {
    extreme(call, |a, b| a < b)
}

pub(super) fn sum(call: &Call) -> Outcome {
    let list = call.get(0)?;
    let Kind::Sequence { items, .. } = &list.kind else {
        return Err(FunctionError::argument(0, "cannot sum noniterable"));
    };
    if items.is_empty() {
        return Err(FunctionError::argument(0, "cannot sum an empty list"));
    }
    let wrong =
        || FunctionError::argument(0, "argument must be list, set, or tuple of number values");
    let mut total = Number::from(0);
    for item in items {
        let item = crate::terraform::convert::convert(item, &Type::Number).map_err(|_| wrong())?;
        let Kind::Number(n) = &item.kind else {
            return Err(wrong());
        };
        total = total
            .add(n)
            .map_err(|_| FunctionError::new("can't compute sum of opposing infinities"))?;
    }
    Ok(number(call, total))
}

pub(super) fn parseint(call: &Call) -> Outcome {
    let value = call.get(0)?;
    let Some(text) = value.as_str() else {
        let ty = crate::terraform::convert::friendly(&crate::terraform::convert::type_of(value));
        return Err(FunctionError::argument(
            0,
            format!("first argument must be a string, not {ty}"),
        ));
    };
    let base = call.whole(1).ok().filter(|b| (2..=62).contains(b));
    let Some(base) = base else {
        let message = "base must be a whole number between 2 and 62 inclusive";
        return Err(FunctionError::argument(1, message));
    };
    let wrong = || {
        let shown = if value.sensitive {
            "the given string".to_owned()
        } else {
            format!("{text:?}")
        };
        FunctionError::argument(0, format!("cannot parse {shown} as a base {base} integer"))
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || digits.len() > 1024 {
        return Err(wrong());
    }
    let mut total = Number::parse("0").ok_or_else(wrong)?;
    for c in digits.chars() {
        let digit = digit(c, base).filter(|d| *d < base).ok_or_else(wrong)?;
        let shifted = total.multiply(&Number::from(base));
        total = shifted
            .and_then(|n| n.add(&Number::from(digit)))
            .map_err(|_| wrong())?;
    }
    Ok(number(
        call,
        if negative && !total.is_zero() {
            total.negated()
        } else {
            total
        },
    ))
}

/// The value of a digit; above base 36 letters of the two cases are different digits.
fn digit(c: char, base: i64) -> Option<i64> {
    let offset = |from: char, first: i64| Some(i64::from(u32::from(c) - u32::from(from)) + first);
    match c {
        '0'..='9' => offset('0', 0),
        'a'..='z' => offset('a', 10),
        'A'..='Z' if base <= 36 => offset('A', 10),
        'A'..='Z' => offset('A', 36),
        _ => None,
    }
}

pub(super) fn range(call: &Call) -> Outcome {
    let (zero, one) = (Number::from(0), Number::from(1));
    let (start, end, step) = match call.args.len() {
        1 => (zero.clone(), call.number(0)?.clone(), None),
        2 => (call.number(0)?.clone(), call.number(1)?.clone(), None),
        3 => (
            call.number(0)?.clone(),
            call.number(1)?.clone(),
            Some(call.number(2)?.clone()),
        ),
        _ => return Err(FunctionError::new("must have one, two, or three arguments")),
    };
    let step = step.unwrap_or_else(|| if end < start { one.negated() } else { one });
    if step > zero && end < start {
        return Err(FunctionError::argument(
            1,
            "end must be greater than start when step is positive",
        ));
    }
    if step < zero && end > start {
        return Err(FunctionError::argument(
            1,
            "end must be less than start when step is negative",
        ));
    }
    let mut items = Vec::new();
    let mut n = start;
    while if step < zero { n > end } else { n < end } {
        if items.len() >= RANGE_LIMIT {
            return Err(FunctionError::new(
                "more than 1024 values were generated; either decrease the difference between start and end or use a smaller step",
            ));
        }
        items.push(number(call, n.clone()));
        n = n
            .add(&step)
            .map_err(|_| FunctionError::new("the range is infinite"))?;
    }
    let shape = Sequence::List(Type::Number);
    Ok(call.value(Kind::Sequence {
        shape,
        items: items.into(),
        more: None,
    }))
}
