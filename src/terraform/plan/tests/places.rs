//! Where the values of a plan stand, where its resources are deployed, and what they refer to.

use super::*;

#[test]
fn places_are_those_of_the_plan() {
    let text = "{\"format_version\": \"1.2\", \"resource_changes\": [\n{\"address\": \"a.b\", \"type\": \"a\", \"change\": {\"actions\": [\"create\"],\n\"after\": {\"policy\": \"{\\\"Version\\\": 1}\"},\n\"after_unknown\": {\"id\": true}}}]}";
    let files = Files::default();
    let id = files.add("p", text);
    let (root, _) = evaluate(&files, id, &World::default(), None);
    let resource = &root.resources[0];
    assert_eq!(files.text(resource.span), "\"a.b\"");
    let policy = resource.attributes.get("policy").unwrap();
    let location = files.location(policy.place.span);
    assert_eq!((location.line, location.column), (3, 21));
    assert_eq!(files.text(policy.place.key.unwrap()), "\"policy\"");
    let parsed = json::parse_text(policy.as_text().unwrap(), policy.place.span).unwrap();
    let version = parsed.get("Version").unwrap().place;
    assert_eq!(
        (files.text(version.span), files.text(version.key.unwrap())),
        ("1".to_owned(), "\\\"Version\\\"".to_owned())
    );
    assert_eq!(
        files
            .location(resource.attributes.get("id").unwrap().place.span)
            .line,
        4
    );
}

#[test]
fn accounts_and_regions_come_from_providers() {
    let root = made();
    let at = |address: &str| {
        let r = resource(&root, address);
        let show = |v: &Value| match v.as_unknown() {
            Some(u) => format!("{:?}", u.role),
            None => v.as_str().unwrap().to_owned(),
        };
        (show(&r.account), show(&r.region))
    };
    let owned = |(a, b): (&str, &str)| (a.to_owned(), b.to_owned());
    assert_eq!(
        at("aws_ecr_repository.dr"),
        owned(("222233334444", "eu-central-1"))
    );
    assert_eq!(
        at("aws_ecr_repository.late"),
        owned(("Some(Account)", "us-east-1"))
    );
    assert_eq!(
        at("aws_iam_role.puller"),
        owned(("Some(Account)", "eu-west-1"))
    );
    assert_eq!(
        at("module.m.aws_ecr_repository.known"),
        owned(("Some(Account)", "eu-west-1"))
    );
}

#[test]
fn an_arn_tells_the_account() {
    let change = r#"{"actions": ["update"], "after": {"arn": "arn:aws:ecr:eu-west-1:111122223333:repository/a"}}"#;
    let resource = one(change);
    assert_eq!(
        (resource.account.as_str(), resource.region.as_str()),
        (Some("111122223333"), Some("eu-west-1"))
    );
}

#[test]
fn joins_follow_references() {
    let root = made();
    let cases = [
        (
            "aws_ecr_lifecycle_policy.each[\"a\"]",
            "aws_ecr_repository.each[\"a\"].name",
        ),
        (
            "aws_ecr_repository_policy.each[\"b\"]",
            "aws_ecr_repository.each[\"b\"].name",
        ),
        (
            "aws_ecr_lifecycle_policy.m",
            "module.m.aws_ecr_repository.this.name",
        ),
        (
            "aws_ecr_lifecycle_policy.known",
            "module.m.aws_ecr_repository.known.name",
        ),
        (
            "module.m.aws_ecr_repository_policy.this",
            "module.m.aws_ecr_repository.this.name",
        ),
        (
            "aws_ecr_repository_policy.mixed",
            "aws_ecr_repository.dr.name",
        ),
    ];
    for (address, want) in cases {
        assert_eq!(way(&root, address, "repository").0, [want], "{address}");
    }
}

#[test]
fn a_reference_among_others_is_a_reason_and_no_way() {
    let root = made();
    let reason = |r: &str| (Vec::<String>::new(), Some(r.to_owned()));
    let policy = way(&root, "aws_ecr_repository_policy.mixed", "policy");
    assert_eq!(
        policy,
        reason("`aws_ecr_repository.dr.arn` is known after apply")
    );
    let name = way(&root, "aws_ecr_repository.each[\"a\"]", "name");
    assert_eq!(
        name,
        reason("`aws_iam_role.puller.unique_id` is known after apply")
    );
    assert_eq!(way(&root, "aws_ecr_repository.late", "id"), (vec![], None));
}
