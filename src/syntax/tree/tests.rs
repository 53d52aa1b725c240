use super::*;
use crate::span::Files;
use crate::syntax::yaml;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    accounts: Vec<String>,
    #[serde(default)]
    deep: Option<Deep>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deep {
    on: bool,
}

fn read(text: &str) -> Result<Config, (String, String)> {
    let files = Files::default();
    let id = files.add("c.yaml", text);
    let (documents, _) = yaml::parse(&files, id);
    documents[0].deserialize().map_err(|(span, message)| {
        let at = files.location(span);
        (format!("{}:{}", at.line, at.column), message)
    })
}

#[test]
fn account_ids_stay_text() {
    let config = read("accounts: [012345678901, 111122223333, '1', 0777]\n").unwrap();
    assert_eq!(
        config.accounts,
        ["012345678901", "111122223333", "1", "0777"]
    );
    assert!(config.deep.is_none());
    let config = read("accounts: []\ndeep: {on: true}\n").unwrap();
    assert!(config.deep.unwrap().on);
}

#[test]
fn what_does_not_fit_has_its_place() {
    for (text, place) in [
        ("accounts: [a, [b]]\n", "1:15"),
        ("accounts: []\ndeep: {on: [x]}\n", "2:12"),
        ("accounts: []\ndeep:\n  off: 1\n", "3:3"),
        ("accounts: []\ntypo: 1\n", "2:1"),
        ("deep: {on: true}\n", "1:1"),
    ] {
        assert_eq!(read(text).unwrap_err().0, place, "{text}");
    }
}

#[test]
fn a_path_leads_to_a_node() {
    let files = Files::default();
    let id = files.add("c.yaml", "a:\n  - b: [x, y]\n");
    let tree = yaml::parse(&files, id).0.remove(0);
    let path = [
        Seg::Key("a".into()),
        Seg::Index(0),
        Seg::Key("b".into()),
        Seg::Index(1),
    ];
    assert_eq!(tree.at(&path).and_then(Tree::str), Some("y"));
    assert!(tree.at(&[Seg::Index(0)]).is_none());
}

#[test]
fn values_follow_the_schema_and_keep_keys() {
    let files = Files::default();
    let id = files.add("c.yaml", "on: yes\nn: 012\ns: !!str 1\nl: [~, 'no']\n");
    let tree = yaml::parse(&files, id).0.remove(0);
    let old = tree.to_value(Scalars::Yaml11);
    assert!(matches!(old.get("on").unwrap().kind, Kind::Bool(true)));
    assert_eq!(old.get("n").unwrap().as_i64(), Some(10));
    assert_eq!(old.get("s").unwrap().as_str(), Some("1"));
    assert!(old.get("l").unwrap().items()[0].is_null());
    assert_eq!(old.get("l").unwrap().items()[1].as_str(), Some("no"));
    assert_eq!(files.text(old.get("n").unwrap().place.key.unwrap()), "n");
    let text = tree.to_value(Scalars::Text);
    assert_eq!(text.get("n").unwrap().as_str(), Some("012"));
}

#[test]
fn numbers_are_exact_and_huge_exponents_do_no_harm() {
    let files = Files::default();
    let id = files.add(
        "c.yaml",
        "[1.10, 1e3, 1e999999999, 1e-99999999999999999999]\n",
    );
    let value = yaml::parse(&files, id).0.remove(0).to_value(Scalars::Core);
    let text = |i: usize| match &value.items()[i].kind {
        Kind::Number(n) => n.to_string(),
        _ => "text".to_owned(),
    };
    assert_eq!((text(0), text(1)), ("1.1".to_owned(), "1000".to_owned()));
    assert!(matches!(value.items()[2].kind, Kind::String(_)));
}
