//! Templates that name each other.

use super::*;

#[test]
fn a_nested_template_is_judged_through_its_parent() {
    let dir = tree(&[("stacks/parent.yaml", TEMPLATE), ("child.yaml", TEMPLATE)]);
    let nesting = Evaluators {
        template: |files, id, _, _| {
            let path = name(files, id);
            let mut root = root(&path, Form::CloudFormation);
            if let Some(base) = path.strip_suffix("parent.yaml") {
                let child = files.add(format!("{base}../child.yaml"), TEMPLATE);
                root.resources.push(resource(Span::new(child, 0, 1)));
            }
            (vec![root], Vec::new())
        },
        ..STUBS
    };
    let sources = run_with(nesting, &dir, &["."], &[]).unwrap();
    assert_eq!(names(&dir, &sources), ["stacks/parent.yaml"]);
    assert_eq!(
        names(&dir, &run(&dir, &["."], &[])),
        ["child.yaml", "stacks/parent.yaml"]
    );
}

#[test]
fn of_templates_in_a_circle_one_is_judged() {
    let dir = tree(&[
        ("a.yaml", TEMPLATE),
        ("b.yaml", TEMPLATE),
        ("c.yaml", TEMPLATE),
    ]);
    let nesting = Evaluators {
        template: |files, id, _, _| {
            let path = name(files, id);
            let mut root = root(&path, Form::CloudFormation);
            let other = match path.strip_suffix(".yaml").unwrap().chars().last() {
                Some('a') => "b.yaml",
                Some('b') => "a.yaml",
                _ => "c.yaml",
            };
            let directory = Path::new(&path).parent().unwrap();
            let other = directory.join(other).to_string_lossy().into_owned();
            root.resources
                .push(resource(Span::new(files.add(other, TEMPLATE), 0, 1)));
            root.resources.push(resource(Span::new(id, 0, 1)));
            (vec![root], Vec::new())
        },
        ..STUBS
    };
    let sources = run_with(nesting, &dir, &["."], &[]).unwrap();
    assert_eq!(names(&dir, &sources), ["a.yaml", "c.yaml"]);
}

fn resource(span: Span) -> RawResource {
    let none = || Value::text("", span);
    RawResource {
        address: "Stack.A".to_owned(),
        mode: Mode::Managed,
        kind: "AWS::ECR::Repository".to_owned(),
        exists: Some(true),
        doubt: None,
        span,
        extent: span,
        attributes: none(),
        account: none(),
        region: none(),
        change: None,
        meta: BTreeMap::new(),
    }
}
