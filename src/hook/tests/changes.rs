use super::*;

fn stack(action: &str, template: &str, previous: &str) -> Json {
    let payload = json!({"template": template, "previousTemplate": previous}).to_string();
    asks(
        &setup(CONFIG, vec![ok(&payload)]),
        &pointing("STACK", action),
    )
}

fn template(properties: &Json) -> String {
    json!({"Resources": {"Repo": {"Type": "AWS::ECR::Repository", "Properties": properties}}})
        .to_string()
}

#[test]
fn a_stack_is_judged_by_its_template() {
    let public = template(&with(good(), "RepositoryPolicyText", public()));
    let cases = [
        ("CREATE", template(&good()), "SUCCESS -:  | "),
        (
            "CREATE",
            public.clone(),
            "FAILED NonCompliant: policy-public-access policy-access-outside-organization | ",
        ),
        (
            "CREATE",
            "Resources: {Q: {Type: AWS::SQS::Queue}}".to_owned(),
            "SUCCESS -:  | ",
        ),
        ("DELETE", public, "SUCCESS -:  | "),
        ("CREATE", String::new(), "FAILED InternalFailure:  | "),
        (
            "CREATE",
            "{\"Resources\": {\"A\": \"AWS::ECR::".to_owned(),
            "FAILED InternalFailure:  | ",
        ),
    ];
    for (action, template, wanted) in cases {
        assert_eq!(verdict(&stack(action, &template, "")), wanted, "{template}");
    }
}

#[test]
fn parameters_of_a_stack_are_judged_at_their_defaults() {
    let template = "
Parameters: {Mutability: {Type: String, Default: MUTABLE}}
Resources:
  Repo:
    Type: AWS::ECR::Repository
    Properties: {RepositoryName: a, ImageTagMutability: !Ref Mutability}
";
    let response = stack("CREATE", template, "");
    let message = response["message"].as_str().unwrap();
    assert!(message.contains("repository-tags-mutable"), "{message}");
    assert!(
        message.contains("parameters are judged at their defaults"),
        "{message}"
    );
}

/// A template with a parameter that is off by default.
fn switched(resources: &str) -> String {
    format!(
        "Parameters: {{On: {{Type: String, Default: 'no'}}}}
Conditions: {{IsOn: !Equals [!Ref On, 'yes']}}
Resources:
{resources}"
    )
}

#[test]
fn a_repository_that_other_parameters_drop_is_not_told() {
    let of = |rest: &str| {
        switched(&format!(
            "  Repo: {{Type: AWS::ECR::Repository, {rest}Properties: {}}}\n",
            good()
        ))
        .replace("'no'", "'yes'")
    };
    let response = stack("UPDATE", &of("Condition: IsOn, "), &of(""));
    let annotations = response["annotations"].as_array().unwrap();
    let deleted = annotations
        .iter()
        .find(|a| a["annotationName"] == "repository-deleted");
    assert_eq!(deleted.unwrap()["status"], "SKIPPED", "{response}");
    assert_eq!(response["hookStatus"], "SUCCESS", "{response}");
}

#[test]
fn what_only_other_parameters_of_a_stack_make_is_not_told() {
    let mutable = with(good(), "ImageTagMutability", json!("MUTABLE"));
    let chosen = json!({"Fn::If": ["IsOn", "MUTABLE", "IMMUTABLE"]});
    let chosen = with(good(), "ImageTagMutability", chosen);
    let line = |rest: String| format!("  Repo: {{Type: AWS::ECR::Repository, {rest}}}\n");
    for resource in [
        line(format!("Condition: IsOn, Properties: {mutable}")),
        line(format!("Properties: {chosen}")),
    ] {
        let response = stack("CREATE", &switched(&resource), "");
        let wanted = "SUCCESS -:  | repository-tags-mutable";
        assert_eq!(verdict(&response), wanted, "{resource}");
        let said = response["annotations"][0]["statusMessage"].as_str();
        let why = "cannot be told, since the values of the parameters are not told";
        assert!(said.unwrap().contains(why), "{response}");
    }
    let always = line(format!("Properties: {mutable}"));
    let wanted = "FAILED NonCompliant: repository-tags-mutable | ";
    assert_eq!(verdict(&stack("CREATE", &switched(&always), "")), wanted);
    // a parameter without a default is given as little
    let bare = |text: &str| switched(text).replace(", Default: 'no'", "");
    let chosen = line(format!("Properties: {chosen}"));
    let wanted = "SUCCESS -:  | repository-tags-mutable";
    assert_eq!(verdict(&stack("CREATE", &bare(&chosen), "")), wanted);
    let other = with(
        mutable,
        "RepositoryName",
        json!({"Fn::If": ["IsOn", "aa", "bb"]}),
    );
    let always = stack("CREATE", &bare(&line(format!("Properties: {other}"))), "");
    let wanted = "FAILED NonCompliant: repository-tags-mutable | ";
    assert_eq!(verdict(&always), wanted);
    assert!(!always.to_string().contains("(when"), "{always}");
}

#[test]
fn what_a_change_set_leaves_may_be_otherwise() {
    let off = json!({"ScanOnPush": "false"});
    let repository = with(good(), "ImageScanningConfiguration", off);
    let made = json!([change("Repo", "CREATE", &Json::Null, &repository)]);
    let scans = |condition: &str| {
        format!(
            "  Scans:
    Type: AWS::ECR::RegistryScanningConfiguration
    Condition: {condition}
    Properties:
      ScanType: BASIC
      Rules: [{{ScanFrequency: SCAN_ON_PUSH, RepositoryFilters: [{{Filter: '*', FilterType: WILDCARD}}]}}]
"
        )
    };
    let repo = "  Repo: {Type: AWS::ECR::Repository}\n";
    let on = "  Repo: {Type: AWS::ECR::Repository, Condition: IsOn}\n";
    let not = "Conditions: {IsOff: !Not [!Condition IsOn], IsOn:";
    let template = |resources: String| switched(&resources).replace("Conditions: {IsOn:", not);
    for (resources, wanted) in [
        // there by default
        (
            format!("{repo}{}", scans("IsOff")),
            "SUCCESS -:  | repository-not-scanned",
        ),
        // not there by default
        (
            format!("{repo}{}", scans("IsOn")),
            "FAILED NonCompliant: repository-not-scanned | ",
        ),
        // what is made tells which case it is
        (format!("{on}{}", scans("IsOn")), "SUCCESS -:  | "),
        (
            format!("{on}{}", scans("IsOff")),
            "FAILED NonCompliant: repository-not-scanned | ",
        ),
    ] {
        let response = change_set(&template(resources), &made);
        assert_eq!(verdict(&response), wanted);
        let message = response["message"].as_str().unwrap();
        let said = message.contains("what the change set does not change is taken");
        assert!(said || wanted.starts_with("FAILED"), "{message}");
    }
}

fn change_set(template: &str, changes: &Json) -> Json {
    let payload = json!({"template": template, "changedResources": changes}).to_string();
    asks(
        &setup(CONFIG, vec![ok(&payload)]),
        &pointing("CHANGE_SET", "CREATE"),
    )
}

fn change(id: &str, action: &str, before: &Json, after: &Json) -> Json {
    let context = |properties: &Json| match properties {
        Json::Null => Json::Null,
        properties => json!(json!({"Properties": properties}).to_string()),
    };
    json!({
        "logicalResourceId": id,
        "resourceType": "AWS::ECR::Repository",
        "action": action,
        "lineNumber": 1,
        "beforeContext": context(before),
        "afterContext": context(after),
    })
}

#[test]
fn a_change_set_is_judged_by_what_it_changes() {
    let mutable = with(good(), "ImageTagMutability", json!("MUTABLE"));
    let bare =
        "Resources: {Repo: {Type: AWS::ECR::Repository}, Other: {Type: AWS::ECR::Repository}}";
    let off = with(
        good(),
        "ImageScanningConfiguration",
        json!({"ScanOnPush": "false"}),
    );
    let scans = "
Resources:
  Repo: {Type: AWS::ECR::Repository}
  Scans:
    Type: AWS::ECR::RegistryScanningConfiguration
    Properties:
      ScanType: BASIC
      Rules: [{ScanFrequency: SCAN_ON_PUSH, RepositoryFilters: [{Filter: '*', FilterType: WILDCARD}]}]
";
    let cases = [
        (
            bare,
            json!([change("Repo", "CREATE", &Json::Null, &good())]),
            "SUCCESS -:  | ",
        ),
        (
            bare,
            json!([change("Repo", "UPDATE", &good(), &mutable)]),
            "FAILED NonCompliant: repository-tags-mutable | ",
        ),
        (bare, json!([]), "SUCCESS -:  | "),
        (bare, json!(null), "SUCCESS -:  | "),
        // what stays counts as what stands beside it
        (
            scans,
            json!([change("Repo", "CREATE", &Json::Null, &off)]),
            "SUCCESS -:  | ",
        ),
        (
            bare,
            json!([change("Repo", "CREATE", &Json::Null, &off)]),
            "FAILED NonCompliant: repository-not-scanned | ",
        ),
        (
            bare,
            json!([change("Repo", "CREATE", &Json::Null, &Json::Null)]),
            "FAILED InternalFailure:  | ",
        ),
        (
            bare,
            json!([change("Repo", "BREAK", &Json::Null, &Json::Null)]),
            "FAILED InternalFailure:  | ",
        ),
        (bare, json!(["Repo"]), "FAILED InternalFailure:  | "),
        (bare, json!("Repo"), "FAILED InternalFailure:  | "),
    ];
    for (template, changes, wanted) in cases {
        assert_eq!(
            verdict(&change_set(template, &changes)),
            wanted,
            "{changes}"
        );
    }
}

#[test]
fn a_comment_of_the_template_waives_in_a_change_set() {
    let template = "
Resources:
  # ecr-guard: waive[repository-tags-mutable] it moves
  Repo:
    Type: AWS::ECR::Repository
";
    let mutable = with(good(), "ImageTagMutability", json!("MUTABLE"));
    let changes = json!([change("Repo", "CREATE", &Json::Null, &mutable)]);
    let response = change_set(template, &changes);
    assert_eq!(response["hookStatus"], "SUCCESS", "{response}");
    let message = response["message"].as_str().unwrap();
    assert!(message.starts_with("compliant; 1 waived"), "{message}");
}

#[test]
fn what_a_stack_update_takes_away_is_told() {
    let repository = template(&good());
    let queue = r#"{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}"#;
    let retained = repository.replace(
        "\"Properties\"",
        "\"DeletionPolicy\": \"Retain\", \"Properties\"",
    );
    let renamed = template(&with(good(), "RepositoryName", json!("team/other")));
    let cases = [
        (
            queue,
            repository.as_str(),
            "FAILED NonCompliant: repository-deleted | ",
        ),
        (queue, &retained, "SUCCESS -:  | "),
        (
            &renamed,
            &repository,
            "FAILED NonCompliant: repository-replaced | ",
        ),
        (&repository, &repository, "SUCCESS -:  | "),
        (&repository, "", "SUCCESS -:  | "),
        (&repository, "not: a template", "SUCCESS -:  | "),
    ];
    for (now, before, wanted) in cases {
        assert_eq!(
            verdict(&stack("UPDATE", now, before)),
            wanted,
            "{now} {before}"
        );
    }
    assert_eq!(verdict(&stack("DELETE", "", &repository)), "SUCCESS -:  | ");
}

#[test]
fn what_a_change_set_takes_away_is_told() {
    let deny = json!({"Version": "2012-10-17", "Statement": [{"Sid": "Keep", "Effect": "Deny", "Principal": "*", "Action": "ecr:DeleteRepository"}]});
    let guarded = with(good(), "RepositoryPolicyText", deny);
    let renamed = with(good(), "RepositoryName", json!("team/other"));
    let mut retained = change("Repo", "DELETE", &good(), &Json::Null);
    let context = json!({"Properties": good(), "DeletionPolicy": "Retain"});
    retained["beforeContext"] = json!(context.to_string());
    let cases = [
        (
            change("Repo", "DELETE", &good(), &Json::Null),
            "FAILED NonCompliant: repository-deleted | ",
        ),
        (retained, "SUCCESS -:  | "),
        (
            change("Repo", "UPDATE", &good(), &renamed),
            "FAILED NonCompliant: repository-replaced | ",
        ),
        (
            change("Repo", "UPDATE", &guarded, &good()),
            "FAILED NonCompliant: protection-removed | ",
        ),
        (
            change("Repo", "UPDATE", &Json::Null, &good()),
            "SUCCESS -:  | ",
        ),
    ];
    for (change, wanted) in cases {
        assert_eq!(
            verdict(&change_set("Resources: {}", &json!([change]))),
            wanted,
            "{change}"
        );
    }
}

#[test]
fn an_update_of_a_resource_is_compared_with_what_it_was() {
    let setup = setup(CONFIG, Vec::new());
    let kind = "AWS::ECR::Repository";
    let renamed = with(good(), "RepositoryName", json!("team/other"));
    let as_text = with(
        good(),
        "ImageScanningConfiguration",
        json!({"ScanOnPush": true}),
    );
    let cases = [
        (
            resource("UPDATE", kind, renamed, good()),
            "FAILED NonCompliant: repository-replaced | ",
        ),
        (resource("UPDATE", kind, good(), as_text), "SUCCESS -:  | "),
        (
            resource("UPDATE", kind, good(), Json::Null),
            "SUCCESS -:  | ",
        ),
    ];
    for (invocation, wanted) in cases {
        assert_eq!(verdict(&asks(&setup, &invocation)), wanted, "{invocation}");
    }
}
