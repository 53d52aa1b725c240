use super::*;

fn n(text: &str) -> Number {
    Number::parse(text).unwrap()
}

#[test]
fn texts_as_terraform_prints_them() {
    let tiny = format!("0.{}1", "0".repeat(399));
    let third = "0.33333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333335";
    let hundred = format!("1{}", "0".repeat(100));
    for (got, want) in [
        (n("0.1").add(&n("0.2")).unwrap(), "0.3"),
        (n("1").divide(&n("3")).unwrap(), third),
        (
            Number::from(1).divide(&Number::from(3)).unwrap(),
            "0.33333333333333333334",
        ),
        (n("1e-400"), &tiny),
        (n("1e100"), &hundred),
        (n("0.1").multiply(&n("3")).unwrap(), "0.3"),
        (n("0").negated(), "-0"),
        (n("007"), "7"),
        (n("1e+3"), "1000"),
        (n("1.50"), "1.5"),
        (n(".5"), "0.5"),
        (n("5."), "5"),
        (n("123456.789e-12"), "0.000000123456789"),
        (n("1e-7"), "0.0000001"),
        (
            n("123456789012345678901234567890"),
            "123456789012345678901234567890",
        ),
        (n("9007199254740993"), "9007199254740993"),
        (Number::from_f64(2f64.sqrt()).unwrap(), "1.4142135623730951"),
        (n("1").divide(&n("0")).unwrap(), "+Inf"),
        (n("-1").divide(&n("0")).unwrap(), "-Inf"),
        (
            n("5.5").remainder(&n("0.3")).unwrap(),
            "0.09999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999988",
        ),
        (n("-7").remainder(&n("3")).unwrap(), "-1"),
        (n("5").remainder(&n("0")).unwrap(), "5"),
        (n("-2.5").floor(), "-3"),
        (n("-0.5").ceiling(), "0"),
        (n("1.1").ceiling(), "2"),
    ] {
        assert_eq!(got.to_string(), want);
    }
    let root = Number::from_f64(2f64.sqrt()).unwrap();
    assert_eq!(
        root.multiply(&root).unwrap().to_string(),
        "2.00000000000000027343234630647693"
    );
}

#[test]
fn what_is_no_number() {
    for text in [
        "",
        "-",
        "1e",
        "0x1f",
        " 1",
        "1_000",
        "infinity",
        "1e99999999999",
        "e3",
        "1e+-3",
        "--1",
        ".",
    ] {
        assert_eq!(Number::parse(text), None, "{text}");
    }
    assert_eq!(n("0").divide(&n("0")), Err(Undefined));
}

#[test]
fn order_and_conversions() {
    assert!(n("0.3") > n("0.29999999999999999999999999999999999999999999"));
    assert_eq!(n("0").cmp(&n("0").negated()), Ordering::Equal);
    assert!(Number::infinity(false) > n("1e1000"));
    assert_eq!(n("-9223372036854775808").to_i64(), Some(i64::MIN));
    assert_eq!(n("9223372036854775808").to_i64(), None);
    assert_eq!(n("1e90000").to_i64(), None);
    assert_eq!(n("1.5").to_i64(), None);
    assert_eq!(n("1.5").to_json(), serde_json::json!(1.5));
}

proptest::proptest! {
    #[test]
    fn whole_numbers_keep_their_text(value: i64) {
        proptest::prop_assert_eq!(n(&value.to_string()).to_string(), value.to_string());
        proptest::prop_assert_eq!(n(&value.to_string()).to_i64(), Some(value));
    }

    #[test]
    fn a_float_reads_back(value in -1e30f64..1e30) {
        let number = Number::from_f64(value).unwrap();
        proptest::prop_assert_eq!(number.to_f64().to_bits(), value.to_bits());
        proptest::prop_assert_eq!(number.to_string().parse::<f64>().unwrap(), value);
    }
}
