#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use super::*;

/// Nobody tells of a guardrail of ours that cannot be read when the program runs: here it is told.
#[test]
fn what_is_built_says_what_the_files_say() {
    let files = Files::default();
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/policies");
    let entries = std::fs::read_dir(directory).unwrap();
    let mut paths: Vec<_> = entries.map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "yaml"));
    paths.sort();
    let built = guardrails(&files).unwrap();
    assert_eq!(built.len(), paths.len());
    for (path, built) in paths.iter().zip(&built) {
        let text = std::fs::read_to_string(path).unwrap();
        let id = path.file_stem().unwrap().to_str().unwrap();
        let file = files.add(id, text.as_str());
        // Read as a user's is: with the parser that tells what is wrong.
        let own = Guardrail::read(id, &files, file, false).unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!(built.id, own.id);
        assert_eq!(*files.get(built.file).unwrap().text, *text);
        let show = |g: &Guardrail| format!("{:#?} {:#?}", g.definition, g.rule());
        assert_eq!(show(built), show(&own));
    }
    let texts: Vec<_> = (built.iter())
        .map(|g| (g.id.clone(), files.get(g.file).unwrap().text.clone()))
        .collect();
    let texts = texts.iter().flat_map(|(id, text)| [id.as_str(), &**text]);
    assert_eq!(crate::config::fingerprint(texts), SHA256);
}

/// A run without guardrails passes everything: none that is lost on the way is passed over.
#[test]
fn what_cannot_be_read_is_an_error() {
    let files = Files::default();
    let json = include_str!(concat!(env!("OUT_DIR"), "/guardrails.json"));
    let lost = json.replacen("\"target\":\"", "\"target\":\"un", 1);
    for (json, texts) in [
        ("", TEXTS),
        ("[]", &[]),
        (json, &TEXTS[1..]),
        (&lost, TEXTS),
    ] {
        let error = read(json, texts, &files).unwrap_err();
        assert!(
            error
                .message
                .starts_with("the built-in guardrails cannot be read: ")
        );
    }
}
