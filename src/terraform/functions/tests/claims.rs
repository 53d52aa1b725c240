//! No argument does harm, and what is claimed to be known is true.

use super::holes::{arn, spell};
use super::*;

/// Texts that some function takes for more than a text.
const ODD: [&str; 30] = [
    "",
    "a",
    "é👍🏽",
    "%",
    "%[",
    "%[9]*d",
    "%5.3q",
    "/(/",
    "/a(b)?/",
    "'",
    "''x",
    "10.0.0.0/8",
    "fd00::/0",
    "0.0.0.0/0",
    "-1",
    "1",
    "9223372036854775807",
    "1e99999",
    "Inf",
    "{",
    "[1,",
    "{\"a\": 1}",
    "a: &b [*b]",
    "2018-01-02T03:04:05Z",
    "-1h2.5m",
    "arn:aws:iam::1:role/a/b",
    "YQ==",
    "\n\r\n",
    "a,b\n1",
    "$1${x",
];

fn config(cases: u32) -> proptest::prelude::ProptestConfig {
    let mut config = proptest::prelude::ProptestConfig::with_cases(cases);
    config.failure_persistence = None;
    config
}

fn any_value() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::prelude::*;
    let files = Files::default();
    let span = Span::new(files.add("a", "a"), 0, 1);
    let open = || Some(Arc::new(Unknown::because("`var.x` has no value")));
    let leaf = prop_oneof![
        8 => (0..ODD.len()).prop_map(move |i| Value::text(ODD[i], span)),
        1 => ".{0,6}".prop_map(move |s: String| Value::text(text(&s), span)),
        1 => any::<bool>().prop_map(move |b| Value::bool(b, span)),
        4 => (-70i64..70).prop_map(move |n| Value::number(n, span)),
        1 => any::<i64>().prop_map(move |n| Value::number(n, span)),
        1 => any::<f64>().prop_map(move |n| Value::number(Number::from_f64(n).unwrap_or(Number::from(0)), span)),
        1 => Just(Value::null(span)),
        1 => Just(Value::unknown(Unknown::because("`var.x` has no value"), span)),
        1 => Just(arn(&Files::default(), ":root")),
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        let list = (
            prop::collection::vec(inner.clone(), 0..4),
            any::<bool>(),
            any::<bool>(),
        );
        let map = (
            prop::collection::btree_map("[ab]", inner, 0..3),
            any::<bool>(),
        );
        prop_oneof![
            list.prop_map(move |(items, set, more)| {
                let mut value = Value::tuple(items, span);
                if set
                    && let Ok(set) =
                        crate::terraform::convert::convert(&value, &Type::Set(Box::default()))
                {
                    value = set;
                }
                if let (Kind::Sequence { more: slot, .. }, true) = (&mut value.kind, more) {
                    *slot = open();
                }
                value
            }),
            map.prop_map(move |(entries, more)| {
                let entries = entries
                    .into_iter()
                    .map(|(k, v)| (k.as_str().into(), v))
                    .collect();
                let mut value = Value::object(entries, span);
                if let (Kind::Mapping { more: slot, .. }, true) = (&mut value.kind, more) {
                    *slot = open();
                }
                value
            }),
        ]
    })
}

proptest::proptest! {
    #![proptest_config(config(300))]
    #[test]
    fn no_argument_makes_a_function_panic(args in proptest::collection::vec(any_value(), 0..5)) {
        let files = Files::default();
        let span = Span::new(files.add("a", "a"), 0, 1);
        let context = Context { files: &files, root: Path::new("/nonexistent"), shown: "", project: &Project::default() };
        for function in table::FUNCTIONS {
            let result = call(function.name, args.clone(), &context, span);
            if let Ok(value) = result {
                let _ = json::encode(&value).known().map(str::len);
            }
        }
    }
}

/// The value with some parts made unknown, as `mask` says.
fn hidden(value: &Value, mask: &mut dyn Iterator<Item = u8>) -> Value {
    let why = |ty| Unknown {
        not_null: true,
        ..Unknown::because("`var.x` has no value").of(ty)
    };
    let choice = mask.next().unwrap_or(9);
    let span = value.place.span;
    match (&value.kind, choice) {
        (Kind::Null(_), 0) => Value::unknown(Unknown::because("`var.x` has no value"), span),
        (Kind::Bool(_) | Kind::Number(_), 0) => Value::unknown(why(type_of(value)), span),
        (Kind::String(_), 0) => Value::unknown(why(Type::String), span),
        (Kind::String(t), 1) => {
            let known = t.known().unwrap_or_default();
            let at = known
                .char_indices()
                .nth(1)
                .map_or(known.len(), |(at, _)| at);
            let pieces = [
                Piece::Lit(known.get(..at).unwrap(), None),
                Piece::Hole(Arc::new(why(Type::String))),
            ];
            Value::new(Kind::String(Text::of(pieces)), span)
        }
        (Kind::Sequence { .. } | Kind::Mapping { .. }, 0) => {
            Value::unknown(why(Type::Dynamic), span)
        }
        (Kind::Sequence { shape, items, .. }, _) => {
            let items = items.iter().map(|v| hidden(v, mask)).collect();
            let kind = Kind::Sequence {
                shape: shape.clone(),
                items,
                more: None,
            };
            let hidden = Value::new(kind, span);
            match shape {
                crate::value::Sequence::Set(of) => {
                    crate::terraform::convert::set(of.clone(), hidden.items(), span)
                }
                _ => hidden,
            }
        }
        (Kind::Mapping { shape, entries, .. }, _) => {
            let entries = entries
                .iter()
                .map(|(k, v)| (k.clone(), hidden(v, mask)))
                .collect();
            Value::new(
                Kind::Mapping {
                    shape: shape.clone(),
                    entries,
                    more: None,
                },
                span,
            )
        }
        _ => value.clone(),
    }
}

/// Whether what is known of `seen` is true of the `whole`.
pub(in crate::terraform) fn true_of(seen: &Value, whole: &Value) -> bool {
    match (&seen.kind, &whole.kind) {
        (Kind::Null(_), Kind::Null(_)) => true,
        (Kind::Unknown(u), _) => !(u.not_null && whole.is_null()),
        (Kind::String(s), Kind::String(w)) => match (s.known(), w.known()) {
            (Some(s), Some(w)) => s == w,
            (None, Some(w)) => {
                w.starts_with(s.known_prefix()) && w.ends_with(super::text::known_suffix(s))
            }
            _ => false,
        },
        (
            Kind::Sequence {
                more: Some(_),
                items,
                ..
            },
            Kind::Sequence { items: all, .. },
        ) => items.iter().all(|i| all.iter().any(|w| true_of(i, w))),
        (
            Kind::Sequence {
                shape: crate::value::Sequence::Set(_),
                items,
                ..
            },
            Kind::Sequence { items: all, .. },
        ) => {
            items.iter().all(|i| all.iter().any(|w| true_of(i, w)))
                && (!seen.is_wholly_known() || items.len() == all.len())
        }
        (Kind::Sequence { items, .. }, Kind::Sequence { items: all, .. }) => {
            items.len() == all.len() && items.iter().zip(all).all(|(i, w)| true_of(i, w))
        }
        (Kind::Mapping { entries, more, .. }, Kind::Mapping { entries: all, .. }) => {
            (more.is_some() || entries.len() == all.len())
                && (entries.iter()).all(|(k, v)| all.get(k).is_some_and(|w| true_of(v, w)))
        }
        // an element of another type may make texts of numbers and booleans, in terraform's answers as in ours
        _ => {
            let text = |v| crate::terraform::convert::convert(v, &Type::String).ok();
            let same = |a: Value, b: Value| crate::terraform::convert::equal(&a, &b) == Some(true);
            text(seen).zip(text(whole)).is_some_and(|(a, b)| same(a, b))
        }
    }
}

proptest::proptest! {
    #![proptest_config(config(400))]
    /// What a function says about unknown arguments is true whatever they turn out to be.
    #[test]
    fn what_is_claimed_is_true(
        args in proptest::collection::vec(any_value(), 1..4),
        mask in proptest::collection::vec(0u8..5, 40),
    ) {
        if !args.iter().all(Value::is_wholly_known) {
            return Ok(());
        }
        let files = Files::default();
        let span = Span::new(files.add("a", "a"), 0, 1);
        let context = Context { files: &files, root: Path::new("/nonexistent"), shown: "", project: &Project::default() };
        let mut mask = mask.into_iter();
        let partly: Vec<Value> = args.iter().map(|v| hidden(v, &mut mask)).collect();
        // the order of a set with unknown elements is not known, yet its encoding has to write one
        let unordered = partly.iter().any(unordered);
        let writes = |name: &str| ["jsonencode", "format", "formatlist"].contains(&name);
        for function in table::FUNCTIONS.iter().filter(|f| !(unordered && writes(f.name))) {
            let Ok(whole) = call(function.name, args.clone(), &context, span) else {
                continue;
            };
            let seen = match call(function.name, partly.clone(), &context, span) {
                Ok(seen) => seen,
                Err(e) => panic!("{} refuses {} of {}: {}", function.name, list(&partly), list(&args), e.message),
            };
            if !whole.is_wholly_known() {
                continue;
            }
            let (p, a) = (list(&partly), list(&args));
            assert!(true_of(&seen, &whole), "{} of {p} is {}, of {a} {}", function.name, spell(&seen), spell(&whole));
        }
    }
}

fn unordered(value: &Value) -> bool {
    let set = matches!(&value.kind, Kind::Sequence { shape: crate::value::Sequence::Set(_), items, .. } if items.len() > 1);
    (set && !value.is_wholly_known())
        || value.items().iter().any(unordered)
        || value.entries().iter().any(|(_, v)| unordered(v))
}

fn list(args: &[Value]) -> String {
    args.iter().map(spell).collect::<Vec<_>>().join(", ")
}
