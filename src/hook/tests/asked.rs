use super::*;

const REPOSITORY: &str = "AWS::ECR::Repository";

#[test]
fn a_resource_is_judged_by_its_properties() {
    let setup = setup(CONFIG, Vec::new());
    let cases = [
        (
            resource("CREATE", REPOSITORY, good(), Json::Null),
            "SUCCESS -:  | ",
        ),
        (
            resource(
                "CREATE",
                REPOSITORY,
                with(good(), "RepositoryPolicyText", public()),
                Json::Null,
            ),
            "FAILED NonCompliant: policy-public-access policy-access-outside-organization | ",
        ),
        (
            resource(
                "UPDATE",
                REPOSITORY,
                with(good(), "ImageTagMutability", json!("MUTABLE")),
                good(),
            ),
            "FAILED NonCompliant: repository-tags-mutable | ",
        ),
        (
            resource(
                "DELETE",
                REPOSITORY,
                json!({}),
                json!({"RepositoryPolicyText": public()}),
            ),
            "SUCCESS -:  | ",
        ),
        (
            resource("CREATE", "AWS::S3::Bucket", json!({}), Json::Null),
            "SUCCESS -:  | ",
        ),
        (
            resource("CREATE", REPOSITORY, Json::Null, Json::Null),
            "FAILED NonCompliant: repository-not-scanned repository-tags-mutable repository-not-encrypted-with-kms repository-without-lifecycle-policy | ",
        ),
    ];
    for (invocation, wanted) in cases {
        assert_eq!(verdict(&asks(&setup, &invocation)), wanted, "{invocation}");
    }
}

#[test]
fn what_is_left_for_later_is_not_guessed() {
    let setup = setup(CONFIG, Vec::new());
    let policy = |principal: &str| {
        let mut policy = public();
        policy["Statement"][0]["Principal"] = json!({"AWS": principal});
        with(good(), "RepositoryPolicyText", policy)
    };
    let cases = [
        // doubt about a critical guardrail fails a request about a resource
        (
            policy("{{resolve:ssm:/who}}"),
            "FAILED NonCompliant: policy-public-access | policy-access-outside-organization",
        ),
        (
            policy("****"),
            "FAILED NonCompliant: policy-public-access | policy-access-outside-organization",
        ),
        (
            policy("arn:aws:iam::111122223333:role/{{resolve:ssm:/role}}"),
            "SUCCESS -:  | ",
        ),
        (
            with(
                good(),
                "ImageTagMutability",
                json!("{{changeSet:KNOWN_AFTER_APPLY}}"),
            ),
            "SUCCESS -:  | repository-tags-mutable",
        ),
    ];
    for (properties, wanted) in cases {
        let response = asks(
            &setup,
            &resource("CREATE", REPOSITORY, properties.clone(), Json::Null),
        );
        let found = verdict(&response);
        let [want, have] =
            [wanted, found.as_str()].map(|t| t.split(" |").next().unwrap().to_owned());
        assert_eq!(have, want, "{properties} {response}");
    }
}

#[test]
fn keys_are_found_whatever_their_letters() {
    let setup = setup(CONFIG, Vec::new());
    let mut invocation = resource("CREATE", REPOSITORY, good(), Json::Null);
    for (key, other) in [
        ("clientRequestToken", "clientRequesttoken"),
        ("stackId", "stackID"),
    ] {
        let value = invocation.as_object_mut().unwrap().remove(key).unwrap();
        invocation[other] = value;
    }
    let response = asks(&setup, &invocation);
    assert_eq!(response["clientRequestToken"], "t-1");
    assert_eq!(response["hookStatus"], "SUCCESS");
}

#[test]
fn whatever_comes_is_answered() {
    let setup = setup(CONFIG, Vec::new());
    let mut no_data = invocation("CREATE", json!({}));
    no_data.as_object_mut().unwrap().remove("requestData");
    let no_model = invocation("CREATE", json!({"targetName": REPOSITORY}));
    let no_payload = invocation("CREATE", json!({"targetName": "STACK"}));
    let deep = "[".repeat(100_000);
    let cases: [(Vec<u8>, &str, &str); 9] = [
        (Vec::new(), "", "the invocation is not JSON"),
        (
            b"{\"clientRequestToken\": \"t".to_vec(),
            "",
            "the invocation is not JSON",
        ),
        (b"\xff".to_vec(), "", "not UTF-8 from byte 0 on"),
        (b"[]".to_vec(), "", "an invocation is a JSON object"),
        (deep.into_bytes(), "", "the invocation is not JSON"),
        (
            no_data.to_string().into_bytes(),
            "t-1",
            "`requestData` is missing",
        ),
        (
            no_model.to_string().into_bytes(),
            "t-1",
            "`requestData.targetModel.resourceProperties` is missing",
        ),
        (
            no_payload.to_string().into_bytes(),
            "t-1",
            "`requestData.payload` is missing",
        ),
        (
            resource("REMOVE", REPOSITORY, good(), Json::Null)
                .to_string()
                .into_bytes(),
            "t-1",
            "unknown `actionInvocationPoint` `REMOVE_PRE_PROVISION`",
        ),
    ];
    for (body, token, message) in cases {
        let answer = answer(&setup, &body, PATIENCE).response;
        assert_eq!(
            answer.error_code,
            Some(response::ErrorCode::InternalFailure)
        );
        assert_eq!(answer.client_request_token, token);
        assert!(answer.message.starts_with(message), "{}", answer.message);
    }
}

#[test]
fn trouble_may_be_let_pass() {
    let setup = setup("hook: {on_error: pass}", Vec::new());
    let answer = answer(&setup, b"{}", PATIENCE).response;
    assert_eq!(answer.hook_status, response::HookStatus::Success);
    assert!(
        answer.message.starts_with("not judged: "),
        "{}",
        answer.message
    );
}

#[test]
fn a_config_that_is_wrong_fails_what_would_be_judged() {
    let setup = setup("organisation: {}", Vec::new());
    let judged = asks(&setup, &resource("CREATE", REPOSITORY, good(), Json::Null));
    assert_eq!(verdict(&judged), "FAILED InternalFailure:  | ");
    assert!(judged["message"].as_str().unwrap().contains("organisation"));
    let other = asks(
        &setup,
        &resource("CREATE", "AWS::S3::Bucket", json!({}), Json::Null),
    );
    assert_eq!(verdict(&other), "SUCCESS -:  | ");
}

#[test]
fn account_and_region_come_with_the_invocation() {
    let config = format!(
        "{CONFIG}target: {{account: '444455556666', region: us-west-2}}
overrides: [{{match: {{accounts: ['111122223333'], regions: [us-gov-*]}}, guardrails: {{repository-tags-mutable: off}}}}]"
    );
    let setup = setup(&config, Vec::new());
    let mutable = with(good(), "ImageTagMutability", json!("MUTABLE"));
    let mut invocation = resource("CREATE", REPOSITORY, mutable, Json::Null);
    assert_eq!(
        verdict(&asks(&setup, &invocation)),
        "FAILED NonCompliant: repository-tags-mutable | "
    );
    invocation["stackId"] =
        json!("arn:aws-us-gov:cloudformation:us-gov-west-1:111122223333:stack/ecr/1");
    assert_eq!(verdict(&asks(&setup, &invocation)), "SUCCESS -:  | ");
}

#[test]
fn cloud_control_has_no_stack_and_shorter_messages() {
    let setup = setup(CONFIG, Vec::new());
    let statements: Vec<Json> = (0..60)
        .map(|i| json!({"Sid": format!("Écrire{i}"), "Effect": "Allow", "Principal": "*", "Action": "ecr:*", "Resource": "*"}))
        .collect();
    let properties = json!({"PolicyText": {"Version": "2012-10-17", "Statement": statements}});
    let mut invocation = resource("CREATE", "AWS::ECR::RegistryPolicy", properties, Json::Null);
    let limits = [response::MESSAGE, response::CLOUD_CONTROL_MESSAGE];
    for (stack, limit) in [invocation["stackId"].clone(), json!("")]
        .into_iter()
        .zip(limits)
    {
        invocation["stackId"] = stack;
        let response = asks(&setup, &invocation);
        let message = response["message"].as_str().unwrap();
        assert!(
            message.len() <= limit && message.len() + 4 > limit,
            "{}",
            message.len()
        );
        assert!(
            message.starts_with("not compliant: policy-public-access, "),
            "{message}"
        );
        assert!(message.ends_with('…'));
    }
}

#[test]
fn waivers_name_the_stack_and_the_logical_id() {
    let waiver = |path: &str| {
        format!(
            "{CONFIG}waivers: [{{guardrail: repository-tags-mutable, resource: Repo, path: '{path}', reason: old}}]"
        )
    };
    let mutable = with(good(), "ImageTagMutability", json!("MUTABLE"));
    let invocation = resource("CREATE", REPOSITORY, mutable, Json::Null);
    for (path, wanted) in [("stack:ecr", "SUCCESS"), ("stack:other", "FAILED")] {
        let response = asks(&setup(&waiver(path), Vec::new()), &invocation);
        assert_eq!(response["hookStatus"], wanted, "{response}");
    }
    let said = "x # ecr-guard: waive[repository-tags-mutable] mine";
    let comment = with(invocation, "note", json!(said));
    assert_eq!(
        asks(&setup(CONFIG, Vec::new()), &comment)["hookStatus"],
        "FAILED"
    );
}

#[test]
fn a_response_in_full() {
    let setup = setup(CONFIG, Vec::new());
    let properties = with(good(), "RepositoryPolicyText", public());
    let response = asks(
        &setup,
        &resource("CREATE", REPOSITORY, properties, Json::Null),
    );
    insta::assert_snapshot!(serde_json::to_string_pretty(&response).unwrap());
}

#[test]
fn a_cut_leaves_whole_characters() {
    for (text, limit, wanted) in [
        ("abc", 3, "abc"),
        ("abcdef", 5, "ab…"),
        ("ééé", 5, "é…"),
        ("é", 1, "…"),
    ] {
        assert_eq!(response::cut(text, limit), wanted);
    }
}
