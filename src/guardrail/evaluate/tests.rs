use super::*;
use crate::guardrail::check::{Scope, condition, expression};
use crate::guardrail::definition::Parameter;
use crate::resource::{Field, Shape};
use crate::span::{Files, Span};
use crate::value::{Piece, Sequence};
use proptest::prelude::*;

const ITEM: &[Field] = &[
    Field::computed("name", Shape::Text, ""),
    Field::computed("good", Shape::Bool, ""),
];

const MODEL: &[Field] = &[
    Field::computed("text", Shape::Text, ""),
    Field::computed("other", Shape::Text, ""),
    Field::computed("flag", Shape::Bool, ""),
    Field::computed("number", Shape::Number, ""),
    Field::computed("texts", Shape::Texts, ""),
    Field::computed("items", Shape::List(ITEM), ""),
    Field::computed("tags", Shape::Map, ""),
];

fn here() -> Span {
    Span::new(Files::default().add("a", ""), 0, 0)
}

fn unknown(reason: &str) -> Value {
    Value::unknown(Unknown::because(reason), here())
}

fn text(value: &str) -> Value {
    Value::text(value, here())
}

fn object(entries: &[(&str, Value)]) -> Value {
    let entries = entries.iter().map(|(k, v)| (Arc::from(*k), v.clone()));
    Value::object(entries.collect(), here())
}

fn list(items: Vec<Value>, more: Option<&str>) -> Value {
    let kind = Kind::Sequence {
        shape: Sequence::Tuple,
        items: items.into(),
        more: more.map(|m| Arc::new(Unknown::because(m))),
    };
    Value::new(kind, here())
}

/// A text whose parts between `<` and `>` are holes.
fn holes(text: &str) -> Value {
    let mut pieces = Vec::new();
    for (i, part) in text.split(['<', '>']).enumerate() {
        pieces.push(match i % 2 {
            0 => Piece::Lit(part, None),
            _ => Piece::Hole(Arc::new(Unknown::because(part))),
        });
    }
    Value::new(Kind::String(Text::of(pieces)), here())
}

/// `Ok` for true and false, else the reasons.
fn judge(source: &str, fields: &[(&str, Value)]) -> Result<bool, Vec<String>> {
    let mut all: Vec<(&str, Value)> = (MODEL.iter())
        .map(|f| (f.name, Value::null(here())))
        .collect();
    for (name, value) in fields {
        all.iter_mut().find(|(n, _)| n == name).unwrap().1 = value.clone();
    }
    let variables = BTreeMap::from([("m", object(&all))]);
    let none: BTreeMap<String, Parameter> = BTreeMap::new();
    let scope = Scope {
        variables: vec![("m", MODEL)],
        parameters: &none,
        built_in: false,
    };
    let expr = condition(source, &scope).unwrap_or_else(|e| panic!("{source}: {e:?}"));
    let (common, parameters) = (BTreeMap::new(), BTreeMap::new());
    let mut machine = Machine::new(&variables, &common, &parameters);
    let answer = machine.holds(&expr);
    answer.map_err(|w| w.reasons.iter().map(|r| r.reason.to_string()).collect())
}

#[track_caller]
fn expect(source: &str, fields: &[(&str, Value)], want: Result<bool, &[&str]>) {
    let got = judge(source, fields);
    let want = want.map_err(|r| r.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
    assert_eq!(got, want, "{source}");
}

#[test]
fn logic_has_three_values() {
    let fields = [
        ("text", unknown("a")),
        ("other", unknown("b")),
        ("flag", Value::bool(true, here())),
    ];
    let a = "m.text == 'x'";
    let b = "m.other == 'x'";
    expect(&format!("{a} || true"), &fields, Ok(true));
    expect(&format!("true || {a}"), &fields, Ok(true));
    expect(&format!("{a} && false"), &fields, Ok(false));
    expect(&format!("{a} && true"), &fields, Err(&["a"]));
    expect(&format!("{a} && {b}"), &fields, Err(&["a", "b"]));
    expect(&format!("{a} || {b} || !({a})"), &fields, Err(&["a", "b"]));
    expect(&format!("!({a})"), &fields, Err(&["a"]));
    expect(&format!("m.flag ? true : {a}"), &fields, Ok(true));
    expect(&format!("{a} ? true : true"), &fields, Err(&["a"]));
    expect("m.text == m.other", &fields, Err(&["a", "b"]));
}

#[test]
fn lists_that_may_hold_more() {
    let open = |items| [("texts", list(items, Some("more")))];
    let a = || vec![text("a")];
    expect("'a' in m.texts", &open(a()), Ok(true));
    expect("'b' in m.texts", &open(a()), Err(&["more"]));
    expect("m.texts.all(t, t == 'b')", &open(a()), Ok(false));
    expect("m.texts.all(t, t == 'a')", &open(a()), Err(&["more"]));
    expect("m.texts.exists(t, t == 'a')", &open(a()), Ok(true));
    expect("m.texts.exists(t, t == 'b')", &open(a()), Err(&["more"]));
    expect("size(m.texts) > 0", &open(a()), Err(&["more"]));
    expect("m.texts[0] == 'a'", &open(a()), Err(&["more"]));
    expect("m.texts == ['a']", &open(a()), Err(&["more"]));
    expect(
        "m.texts.filter(t, t == 'a').exists(t, true)",
        &open(a()),
        Ok(true),
    );
    expect("m.texts.exists_one(t, true)", &open(a()), Err(&["more"]));
    let two = open(vec![text("a"), text("a")]);
    expect("m.texts.exists_one(t, t == 'a')", &two, Ok(false));
}

#[test]
fn lists_with_unknown_elements() {
    let items = [
        object(&[("name", text("a")), ("good", Value::bool(true, here()))]),
        object(&[("name", unknown("n")), ("good", unknown("g"))]),
        unknown("whole"),
    ];
    let fields = [("items", list(items.to_vec(), None))];
    expect("size(m.items) == 3", &fields, Ok(true));
    expect("m.items.all(i, i.good)", &fields, Err(&["g", "whole"]));
    expect("m.items.exists(i, i.name == 'a')", &fields, Ok(true));
    expect(
        "m.items.filter(i, i.good).size() == 1",
        &fields,
        Err(&["g", "whole"]),
    );
    expect("'a' in m.items.map(i, i.name)", &fields, Ok(true));
    expect(
        "'b' in m.items.map(i, i.name)",
        &fields,
        Err(&["whole", "n"]),
    );
    let texts = [("texts", list(vec![holes("a-<x>"), text("b")], None))];
    expect("'b' in m.texts", &texts, Ok(true));
    expect("'c' in m.texts", &texts, Ok(false));
    expect("'a-1' in m.texts", &texts, Err(&["x"]));
    expect("size(m.texts) == 2", &texts, Ok(true));
}

#[test]
fn texts_with_holes_are_decided_where_they_can_be() {
    let fields = [("text", holes("arn:<p>:ecr:<r>:1:x"))];
    expect("m.text == 'arn:aws:ecr:us:1:x'", &fields, Err(&["p", "r"]));
    expect("m.text == 'arn:aws:ecr:us:1:y'", &fields, Ok(false));
    expect("m.text == 'urn:aws:ecr:us:1:x'", &fields, Ok(false));
    expect("m.text == 'arn:aws:iam:us:1:x'", &fields, Ok(false));
    expect("m.text == null", &fields, Ok(false));
    expect("m.text.startsWith('arn:')", &fields, Ok(true));
    expect("m.text.startsWith('arn:aws')", &fields, Err(&["p", "r"]));
    expect("m.text.startsWith('b')", &fields, Ok(false));
    expect("m.text.endsWith(':x')", &fields, Ok(true));
    expect("m.text.endsWith('y')", &fields, Ok(false));
    expect("m.text.contains(':ecr:')", &fields, Ok(true));
    expect("m.text.contains('iam')", &fields, Err(&["p", "r"]));
    expect("m.text.matches('x$')", &fields, Err(&["p", "r"]));
    expect("glob(m.text, 'arn:*')", &fields, Err(&["p", "r"]));
    expect("size(m.text) > 3", &fields, Err(&["p", "r"]));
}

#[test]
fn what_is_known_about_an_unknown_decides() {
    let either = Unknown {
        either: vec![Some(text("a")), Some(text("b"))],
        prefix: Some("x".into()),
        ..Unknown::because("e")
    };
    let of = |u: Unknown| [("text", Value::unknown(u, here()))];
    let prefixless = Unknown {
        prefix: None,
        ..either.clone()
    };
    expect("m.text == 'c'", &of(prefixless.clone()), Ok(false));
    expect("m.text == 'a'", &of(prefixless.clone()), Err(&["e"]));
    expect("m.text in ['c', 'd']", &of(prefixless), Ok(false));
    let left_out = Unknown {
        either: vec![Some(text("a")), None],
        ..Unknown::because("e")
    };
    expect("m.text == 'c'", &of(left_out), Err(&["e"]));
    let prefix = Unknown {
        prefix: Some("ab".into()),
        ..Unknown::because("e")
    };
    expect("m.text == 'b'", &of(prefix.clone()), Ok(false));
    expect("m.text == 'abc'", &of(prefix.clone()), Err(&["e"]));
    expect("m.text.startsWith('a')", &of(prefix.clone()), Ok(true));
    expect("m.text == null", &of(prefix.clone()), Err(&["e"]));
    expect(
        "m.text == null",
        &of(Unknown {
            not_null: true,
            ..prefix
        }),
        Ok(false),
    );
}

#[test]
fn null_is_a_value_but_has_no_parts() {
    expect("m.text == null", &[], Ok(true));
    expect("m.text == 'a'", &[], Ok(false));
    expect("m.text.startsWith('a')", &[], Err(&["`m.text` is not set"]));
    expect("'a' in m.texts", &[], Err(&["`m.texts` is not set"]));
    expect("m.texts.all(t, true)", &[], Err(&["`m.texts` is not set"]));
    expect("m.flag || true", &[], Ok(true));
    expect("m.flag", &[], Err(&["`m.flag` is not set"]));
    expect("m.texts == null || m.texts.all(t, false)", &[], Ok(true));
    expect("m.number > 3", &[], Err(&["`m.number` is not set"]));
}

#[test]
fn mappings() {
    let known = [("tags", object(&[("a", text("1")), ("b", unknown("v"))]))];
    expect("'a' in m.tags", &known, Ok(true));
    expect("'c' in m.tags", &known, Ok(false));
    expect("m.tags.a == '1' && m.tags['a'] == '1'", &known, Ok(true));
    expect("m.tags.b == '1'", &known, Err(&["v"]));
    expect("m.tags.c == null", &known, Ok(true));
    expect("m.tags.all(k, k in ['a', 'b'])", &known, Ok(true));
    let mut open = known[0].1.clone();
    if let Kind::Mapping { more, .. } = &mut open.kind {
        *more = Some(Arc::new(Unknown::because("more")));
    }
    let open = [("tags", open)];
    expect("'a' in m.tags", &open, Ok(true));
    expect("'c' in m.tags", &open, Err(&["more"]));
    expect("m.tags.c == null", &open, Err(&["more"]));
    expect("m.tags.exists(k, k == 'c')", &open, Err(&["more"]));
}

#[test]
fn what_is_sensitive_is_noted() {
    let mut secret = text("s");
    secret.sensitive = true;
    let variables = BTreeMap::from([("m", object(&[("text", secret), ("other", text("o"))]))]);
    let none = BTreeMap::new();
    let scope = Scope {
        variables: vec![("m", MODEL)],
        parameters: &none,
        built_in: false,
    };
    for (source, want) in [
        ("m.text", true),
        ("m.other", false),
        ("m.other + m.text", true),
    ] {
        let (expr, _) = expression(source, &scope).unwrap();
        let (common, parameters) = (BTreeMap::new(), BTreeMap::new());
        let mut machine = Machine::new(&variables, &common, &parameters);
        machine.eval(&expr).unwrap();
        assert_eq!(machine.sensitive, want, "{source}");
    }
}

/// Conditions over `m`, with everything that a guardrail can say.
fn conditions() -> impl Strategy<Value = String> {
    let word = prop_oneof![Just("a"), Just("b"), Just("ab"), Just("")];
    let texts = prop_oneof![
        Just("m.text".to_owned()),
        Just("m.other".to_owned()),
        word.prop_map(|w| format!("'{w}'")),
    ];
    let lists = prop_oneof![
        Just("m.texts".to_owned()),
        Just("['a', 'b']".to_owned()),
        Just("m.items.map(i, i.name)".to_owned()),
        Just("m.texts.filter(t, t != 'a')".to_owned()),
        Just("m.items.map(i, i.good, i.name)".to_owned()),
    ];
    let leaf = prop_oneof![
        (texts.clone(), texts.clone()).prop_map(|(a, b)| format!("{a} == {b}")),
        (texts.clone(), texts.clone()).prop_map(|(a, b)| format!("{a} != {b}")),
        (texts.clone(), texts.clone()).prop_map(|(a, b)| format!("{a} < {b}")),
        (texts.clone(), lists.clone()).prop_map(|(a, b)| format!("{a} in {b}")),
        (texts.clone(), texts.clone()).prop_map(|(a, b)| format!("({a} + {b}).startsWith({a})")),
        (texts.clone(), texts.clone()).prop_map(|(a, b)| format!("{a}.contains({b})")),
        (texts.clone(), texts.clone()).prop_map(|(a, b)| format!("{a}.endsWith({b})")),
        texts.clone().prop_map(|a| format!("{a}.matches('^a')")),
        (lists.clone(), 0..3i64).prop_map(|(a, n)| format!("size({a}) - 1 >= {n}")),
        (lists.clone(), texts.clone()).prop_map(|(a, b)| format!("{a}.all(x, x == {b})")),
        (lists.clone(), texts.clone()).prop_map(|(a, b)| format!("{a}.exists(x, x == {b})")),
        (lists.clone(), texts).prop_map(|(a, b)| format!("{a}.exists_one(x, x == {b})")),
        (lists.clone(), lists).prop_map(|(a, b)| format!("{a} == {b}")),
        Just("m.items.all(i, i.good || i.name == m.text)".to_owned()),
        Just("m.flag".to_owned()),
        Just("'k' in m.tags".to_owned()),
        Just("m.number > 1".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
        ]
    })
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![Just("a"), Just("b"), Just("ab"), Just("")].prop_map(str::to_owned)
}

#[derive(Clone, Debug)]
struct Model {
    text: String,
    other: String,
    flag: bool,
    number: i64,
    texts: Vec<String>,
    items: Vec<(String, bool)>,
    tags: Vec<String>,
}

fn models() -> impl Strategy<Value = Model> {
    let texts = prop::collection::vec(words(), 0..3);
    let items = prop::collection::vec((words(), any::<bool>()), 0..3);
    let tags = prop::collection::vec(
        prop_oneof![Just("k".to_owned()), Just("l".to_owned())],
        0..2,
    );
    (words(), words(), any::<bool>(), 0..3i64, texts, items, tags).prop_map(
        |(text, other, flag, number, texts, items, tags)| Model {
            text,
            other,
            flag,
            number,
            texts,
            items,
            tags,
        },
    )
}

impl Model {
    fn fields(&self) -> Vec<(&'static str, Value)> {
        let items = self.items.iter().map(|(name, good)| {
            object(&[("name", text(name)), ("good", Value::bool(*good, here()))])
        });
        let tags: Vec<(&str, Value)> = self.tags.iter().map(|t| (&**t, text("v"))).collect();
        vec![
            ("text", text(&self.text)),
            ("other", text(&self.other)),
            ("flag", Value::bool(self.flag, here())),
            ("number", Value::number(self.number, here())),
            (
                "texts",
                list(self.texts.iter().map(|t| text(t)).collect(), None),
            ),
            ("items", list(items.collect(), None)),
            ("tags", object(&tags)),
        ]
    }

    /// What `cel` itself says of a condition.
    fn cel(&self, source: &str) -> bool {
        use std::collections::HashMap;
        let items: Vec<HashMap<&str, cel::Value>> = (self.items.iter())
            .map(|(n, g)| HashMap::from([("name", n.as_str().into()), ("good", (*g).into())]))
            .collect();
        let tags: HashMap<String, String> = self
            .tags
            .iter()
            .map(|t| (t.clone(), "v".to_owned()))
            .collect();
        let model: HashMap<&str, cel::Value> = HashMap::from([
            ("text", self.text.as_str().into()),
            ("other", self.other.as_str().into()),
            ("flag", self.flag.into()),
            ("number", self.number.into()),
            ("texts", self.texts.clone().into()),
            ("items", items.into()),
            ("tags", tags.into()),
        ]);
        let mut context = cel::Context::default();
        context.add_variable_from_value("m", model);
        match cel::Program::compile(source).unwrap().execute(&context) {
            Ok(cel::Value::Bool(b)) => b,
            other => panic!("{source}: {other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Where everything is known, a condition means what it means in CEL.
    #[test]
    fn known_values_are_judged_as_cel_does(source in conditions(), model in models()) {
        prop_assert_eq!(judge(&source, &model.fields()), Ok(model.cel(&source)), "{}", source);
    }

    /// What is said to be certain holds whatever the unknown parts turn out to be.
    #[test]
    fn certain_answers_are_right(source in conditions(), model in models(), hidden in 0usize..9) {
        let mut fields = model.fields();
        let hide = |fields: &mut Vec<(&'static str, Value)>, name: &str, value: Value| {
            fields.iter_mut().find(|(n, _)| *n == name).unwrap().1 = value;
        };
        let texts = || model.texts.iter().skip(1).map(|t| text(t)).collect::<Vec<_>>();
        match hidden {
            0 => hide(&mut fields, "text", unknown("x")),
            1 => hide(&mut fields, "texts", unknown("x")),
            2 => hide(&mut fields, "items", unknown("x")),
            3 => hide(&mut fields, "texts", list(texts(), Some("x"))),
            4 if !model.texts.is_empty() => {
                let mut items = texts();
                items.insert(0, unknown("x"));
                hide(&mut fields, "texts", list(items, None));
            }
            5 if model.text.len() > 1 => {
                let holed = holes(&format!("{}<x>", &model.text.chars().next().unwrap()));
                hide(&mut fields, "text", holed);
            }
            6 if !model.items.is_empty() => {
                let mut items: Vec<Value> = model.items.iter().map(|(name, _)| {
                    object(&[("name", text(name)), ("good", unknown("x"))])
                }).collect();
                items[0] = unknown("y");
                hide(&mut fields, "items", list(items, None));
            }
            7 => hide(&mut fields, "flag", unknown("x")),
            8 => hide(&mut fields, "tags", unknown("x")),
            _ => {}
        }
        if let Ok(answer) = judge(&source, &fields) {
            prop_assert_eq!(answer, model.cel(&source), "{}", source);
        }
    }
}
