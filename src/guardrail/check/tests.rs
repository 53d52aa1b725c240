use super::*;
use crate::guardrail::vocabulary::{COMMON, target};
use std::collections::BTreeMap;

fn parameters() -> BTreeMap<String, Parameter> {
    let parameter = |kind| Parameter {
        kind,
        default: None,
        required: false,
        doc: String::new(),
    };
    BTreeMap::from([
        ("allowed".to_owned(), parameter(ParameterKind::Texts)),
        ("days".to_owned(), parameter(ParameterKind::Number)),
    ])
}

fn with_scope<T>(name: &str, run: impl Fn(&Scope) -> T) -> T {
    let parameters = parameters();
    let variables = target(name).unwrap().variables.iter().chain(COMMON);
    run(&Scope {
        variables: variables.copied().collect(),
        parameters: &parameters,
        built_in: false,
    })
}

/// Both parsers make the same of an expression.
#[test]
fn ours_are_read_as_everybodys() {
    for source in GOOD {
        with_scope("repository", |scope| {
            let (slow, _) = expression(source, scope).unwrap();
            let (quick, _) = quickly(source, scope).unwrap();
            assert_eq!(format!("{quick:?}"), format!("{slow:?}"), "{source}");
        });
    }
}

/// Every mistake as "text under the caret: message; help".
fn mistakes(source: &str) -> Vec<String> {
    with_scope("repository", |scope| match condition(source, scope) {
        Ok(_) => Vec::new(),
        Err(problems) => show(source, problems),
    })
}

fn show(source: &str, problems: Vec<Problem>) -> Vec<String> {
    let one = |p: Problem| {
        let at = source.get(p.range.clone()).unwrap();
        let help = p.help.map(|h| format!("; {h}")).unwrap_or_default();
        format!("{at}: {}{help}", p.message)
    };
    problems.into_iter().map(one).collect()
}

const GOOD: [&str; 16] = [
    "repository.tag_mutability == \"IMMUTABLE\"",
    "repository.scan_on_push",
    "repository.exclusion_filters.all(f, f.filter in parameters.allowed)",
    "repository.exclusion_filters.exists_one(f, f.takes_every_tag)",
    "repository.exclusion_filters.filter(f, f.takes_every_tag).size() == 0",
    "repository.exclusion_filters.map(f, f.filter).all(x, x.startsWith('a'))",
    "repository.exclusion_filters.map(f, f.takes_every_tag, f.filter)[0] != 'a'",
    "parameters.allowed == null || 'x' in parameters.allowed",
    "repository.tags.owner != null && repository.tags['team'] != ''",
    "'owner' in repository.tags",
    "repository.tags.all(k, glob(k, 'dp:*'))",
    "repository.name.matches('^[a-z]+$')",
    "registry.account in organization.accounts ? true : !repository.force_delete",
    "size(repository.name) + 1 > parameters.days - 2",
    "repository.kms_key == null",
    "[1, 2] == [size(repository.name)]",
];

#[test]
fn good_conditions_pass() {
    for source in GOOD {
        assert_eq!(mistakes(source), Vec::<String>::new(), "{source}");
    }
}

#[test]
fn mistakes_have_their_place_and_a_next_step() {
    for (source, want) in [
        (
            "repositry.name == 'é' && true",
            "repositry: unknown variable `repositry`; did you mean `repository`?",
        ),
        (
            "'é' != '' && repository.nam == 'x'",
            "nam: unknown field `nam`; did you mean `name`?",
        ),
        (
            "repository\n  .exclusion_filters.all(f, f.filtr == 'x')",
            "filtr: unknown field `filtr`; did you mean `filter`?",
        ),
        (
            "repository.name.startWith('x')",
            "startWith: unknown function `startWith`; did you mean `startsWith`?",
        ),
        (
            "repository.name in parameters.alowed",
            "alowed: unknown parameter `alowed`; did you mean `allowed`?",
        ),
        (
            "has(repository.name)",
            "name: `has()` cannot tell what is unknown from what is left out; compare with null, or say `\"key\" in mapping`",
        ),
        (
            "repository.name == 3",
            "==: a text is never equal to a number",
        ),
        (
            "repository.name < 3",
            "<: a text has no order with a number",
        ),
        (
            "3 in parameters.allowed",
            "in: a number is never in a list whose elements are each a text",
        ),
        (
            "repository.name",
            "repository.name: a condition is true or false, this is a text",
        ),
        (
            "repository.name && true",
            "repository.name: a boolean is wanted here, this is a text",
        ),
        ("repository.name.size", "size: a text has no field `size`"),
        (
            "repository.name.startsWith()",
            "startsWith: `startsWith` takes 2, got 1",
        ),
        (
            "repository.exclusion_filters.all(f)",
            "all: `all` takes a variable and an expression",
        ),
        (
            "1.5 > 2",
            "1.5: a guardrail knows whole numbers, texts, booleans and null only",
        ),
        (
            "size(repository.tags) * 2 == 2",
            "*: `*` cannot be used in a guardrail",
        ),
        (
            "parameters == null",
            "parameters: name a parameter: `parameters.NAME`",
        ),
        (
            "repository.name.matches('(')",
            "'(': not a regular expression: error: unclosed group",
        ),
        (
            "repository.name ==",
            ": not a CEL expression: mismatched input its end",
        ),
        (
            "true true",
            "t: not a CEL expression: extraneous input `true`",
        ),
        (
            "repository == repository",
            "==: objects and mappings can be compared with null only",
        ),
    ] {
        assert_eq!(mistakes(source), [want], "{source}");
    }
}

#[test]
fn every_mistake_shows_at_once() {
    assert_eq!(
        mistakes("repository.nam == 'x' && foo(registry.acount)").len(),
        3
    );
}

#[test]
fn deep_nesting_is_refused_and_does_no_harm() {
    let deep = format!("{}true{}", "(".repeat(5000), ")".repeat(5000));
    assert!(!mistakes(&deep).is_empty());
    let long = vec!["true"; 3000].join(" && ");
    assert!(mistakes(&long).is_empty());
}

#[test]
fn messages_are_checked_too() {
    let read = |source: &str| with_scope("repository", |s| template(source, s).map(|p| p.len()));
    assert_eq!(read("{repository.name} is {{new}}"), Ok(2));
    assert_eq!(read("{repository.name == \"}\" ? 'a' : 'b'}"), Ok(1));
    let bad = |source: &str| show(source, read(source).unwrap_err());
    assert_eq!(
        bad("é {repository.nme}"),
        ["nme: unknown field `nme`; did you mean `name`?"]
    );
    assert_eq!(
        bad("x {repository"),
        ["{repository: `{` without `}`; write `{{` for a brace"]
    );
    assert_eq!(
        bad("x {} y"),
        ["{}: `{}` holds no expression; write `{{}}` for braces"]
    );
}

#[test]
fn the_way_to_the_caret_is_checked() {
    let read = |name: &str, source: &str| with_scope(name, |s| at(source, s));
    let way = read("grant", "statement.actions[1]").unwrap();
    assert_eq!(way.variable, "statement");
    assert_eq!(way.steps, [Step::Field("actions"), Step::Element(1)]);
    let way = read("repository", "exclusion_filters[0].filter").unwrap();
    assert_eq!(way.variable, "repository");
    assert_eq!(way.steps.len(), 3);
    for (source, want) in [
        (
            "exclusion_filters.filter",
            "filter: a list has no field `filter`",
        ),
        (
            "scan_on_psh",
            "scan_on_psh: `repository` has no field `scan_on_psh`; did you mean `scan_on_push`?",
        ),
        ("name[0]", "name: `[0]` is no element of a list"),
        (
            "exclusion_filters[x]",
            "exclusion_filters: `[x]` is no element of a list",
        ),
    ] {
        assert_eq!(
            show(source, read("repository", source).unwrap_err()),
            [want]
        );
    }
}

mod soup {
    use super::*;
    use proptest::prelude::*;

    /// Words of CEL and of the model in any order.
    fn words() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "repository",
            ".",
            "name",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "all",
            "exists",
            "filter",
            "map",
            "x",
            ",",
            "==",
            "&&",
            "||",
            "!",
            "in",
            "?",
            ":",
            "'a'",
            "\"",
            "'",
            "1",
            "-",
            "+",
            "9223372036854775807",
            "1u",
            "b'x'",
            "r'\\'",
            "has",
            "size",
            "matches",
            "é",
            "\n",
            "//",
            "parameters",
            "allowed",
            "null",
            "true",
            "`",
            "@",
            "exclusion_filters",
            ".?",
            "optional",
            "'\\x'",
            "\\",
            "\u{0}",
            "dyn",
            "type",
        ]);
        prop::collection::vec(word, 0..16).prop_map(|w| w.join(" "))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// No text makes the reader panic, and every mistake has a place inside the text.
        #[test]
        fn any_text_is_read_or_refused(source in words(), raw in "\\PC{0,40}") {
            for source in [source, raw] {
                with_scope("repository", |scope| {
                    let found = [
                        condition(&source, scope).err(),
                        template(&source, scope).err(),
                        at(&source, scope).err(),
                    ];
                    for problem in found.into_iter().flatten().flatten() {
                        assert!(problem.range.start <= problem.range.end, "{source}: {problem:?}");
                        assert!(problem.range.end <= source.len().max(1), "{source}: {problem:?}");
                    }
                });
            }
        }
    }
}

#[test]
fn nesting_is_bounded() {
    let source = format!("{}true{}", "(".repeat(200), ")".repeat(200));
    let [said] = mistakes(&source).try_into().unwrap();
    assert!(
        said.ends_with("not a CEL expression: it is nested deeper than 96 levels"),
        "{said}"
    );
}
