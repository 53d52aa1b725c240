#![allow(clippy::unwrap_used, reason = "a test may fail")]

use super::*;

fn call(arguments: &[&str], environment: &[(&str, &str)]) -> Call {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    let get = |name: &str| {
        let found = environment.iter().find(|(n, _)| *n == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Call::of(&arguments, get).unwrap()
}

fn given(call: &Call) -> (Vec<String>, String) {
    let (arguments, plan) = call.with_plan(Path::new("/tmp/x/plan"));
    let texts = arguments.iter().map(|a| a.to_string_lossy().into_owned());
    (texts.collect(), plan.to_string_lossy().into_owned())
}

#[test]
fn the_plan_goes_where_the_user_says() {
    let ours = "-out=/tmp/x/plan";
    let (arguments, plan) = given(&call(&["-chdir=envs/prod", "plan", "-json"], &[]));
    assert_eq!(arguments, ["-chdir=envs/prod", "plan", ours, "-json"]);
    assert_eq!(plan, "/tmp/x/plan");
    for arguments in [
        &["plan", "-out=p"][..],
        &["plan", "-out", "p"],
        &["plan", "--out", "p", "-var", "a=b"],
    ] {
        let call = call(arguments, &[]);
        assert_eq!(given(&call).1, "p");
        assert_eq!(given(&call).0, arguments);
    }
    let call = call(&["plan"], &[("TF_CLI_ARGS_plan", "-lock=false -out='a b'")]);
    assert_eq!(given(&call), (vec!["plan".to_owned()], "a b".to_owned()));
}

#[test]
fn the_value_of_an_option_is_no_option() {
    let call = call(&["plan", "-var", "-out=x", "-target", "-json"], &[]);
    assert_eq!(given(&call).1, "/tmp/x/plan");
    assert!(!call.flag("json"));
}

#[test]
fn flags_are_read_from_the_environment_too() {
    let call = call(
        &["plan", "-detailed-exitcode=false"],
        &[
            ("TF_CLI_ARGS", "-json"),
            ("TF_CLI_ARGS_plan", "-detailed-exitcode"),
        ],
    );
    assert!(call.flag("json"));
    assert!(!call.flag("detailed-exitcode"));
}

#[test]
fn the_directory_is_that_of_chdir() {
    for (argument, want) in [
        ("-chdir=a/b/", "a/b"),
        ("--chdir=a", "a"),
        ("-chdir=/", "/"),
        ("-chdir=.", "."),
        ("-no-color", "."),
    ] {
        assert_eq!(call(&[argument, "plan"], &[]).directory(), want);
    }
}

#[test]
fn variables_are_given_in_order() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("p.tfvars"), "a = 1\n").unwrap();
    let call = call(
        &["plan", "-var", "a=x=y", "-var-file=p.tfvars", "-var=b=2"],
        &[],
    );
    let inputs = call.inputs(&dir.path().to_string_lossy()).unwrap();
    let told: Vec<String> = (inputs.variables.iter())
        .map(|v| match v {
            VariableInput::Value { name, value } => format!("{name}: {value}"),
            VariableInput::File { text, .. } => text.clone(),
        })
        .collect();
    assert_eq!(told, ["a: x=y", "a = 1\n", "b: 2"]);
}

#[test]
fn only_plan_is_wrapped() {
    for arguments in [&["apply"][..], &["-chdir=x", "init"], &["-version"]] {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        assert!(Call::of(&arguments, |_| None).is_err());
    }
}

#[test]
fn words_are_taken_apart_as_a_shell_does() {
    let texts = |text: &str| -> Vec<String> {
        words(text)
            .iter()
            .map(|w| w.to_string_lossy().into_owned())
            .collect()
    };
    assert_eq!(
        texts(r#" -a  -b='c d' "" e\ f "g\"h" "#),
        ["-a", "-b=c d", "", "e f", "g\"h"]
    );
    assert_eq!(texts(""), Vec::<String>::new());
}
