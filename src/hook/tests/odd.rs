//! Invocations beyond the ordinary: other partitions, other spellings, values of other types, templates that hold more than
//! can be judged.

use super::*;

const REPOSITORY: &str = "AWS::ECR::Repository";

const PARTITIONS: &str = "
organizations:
  - {partition: aws, id: o-a1b2c3d4e5, accounts: ['111122223333'], regions: [us-east-1]}
  - {partition: aws-us-gov, id: o-g1b2c3d4e5, accounts: ['222233334444'], regions: [us-gov-west-1]}
  - {partition: aws-cn, id: o-c1b2c3d4e5, accounts: ['333344445555'], regions: [cn-north-1]}
hook: {payload_hosts: [127.0.0.1]}
";

/// A repository that a principal may pull from.
fn shared(principal: Json) -> Json {
    let mut policy = public();
    policy["Statement"][0]["Principal"] = json!({"AWS": principal});
    with(good(), "RepositoryPolicyText", policy)
}

/// A request from another account and region.
fn placed(mut invocation: Json, account: &str, partition: &str, region: &str) -> Json {
    let stack = format!("arn:{partition}:cloudformation:{region}:{account}:stack/ecr/0a1b2c3d");
    invocation["stackId"] = json!(stack);
    invocation["awsAccountId"] = json!(account);
    invocation["hookModel"] = json!({});
    invocation
}

#[test]
fn each_partition_has_its_own_organisation() {
    let setup = setup(PARTITIONS, Vec::new());
    let outside = "FAILED NonCompliant: policy-access-outside-organization | ";
    let cases = [
        (
            "222233334444",
            "aws-us-gov",
            "us-gov-west-1",
            "arn:aws-us-gov:iam::222233334444:role/r",
            "SUCCESS -:  | ",
        ),
        (
            "222233334444",
            "aws-us-gov",
            "us-gov-west-1",
            "arn:aws-us-gov:iam::989898989898:role/r",
            outside,
        ),
        (
            "333344445555",
            "aws-cn",
            "cn-north-1",
            "arn:aws-cn:iam::333344445555:role/r",
            "SUCCESS -:  | ",
        ),
        (
            "333344445555",
            "aws-cn",
            "cn-north-1",
            "arn:aws-cn:iam::222233334444:role/r",
            outside,
        ),
        (
            "111122223333",
            "aws",
            "us-east-1",
            "arn:aws:iam::000098765432:role/r",
            outside,
        ),
    ];
    for (account, partition, region, principal, wanted) in cases {
        let asked = resource("CREATE", REPOSITORY, shared(json!(principal)), Json::Null);
        let asked = placed(asked, account, partition, region);
        assert_eq!(verdict(&asks(&setup, &asked)), wanted, "{principal}");
    }
}

#[test]
fn values_of_other_types_mean_the_same() {
    let setup = setup(CONFIG, Vec::new());
    let outside =
        "FAILED NonCompliant: policy-access-outside-organization policy-account-root-principal | ";
    let text = public().to_string();
    let destination = |id: Json| {
        json!({"ReplicationConfiguration": {"Rules": [{
            "Destinations": [{"Region": "us-east-1", "RegistryId": id}],
            "RepositoryFilters": [{"Filter": "prod", "FilterType": "PREFIX_MATCH"}],
        }]}})
    };
    let replication = "AWS::ECR::ReplicationConfiguration";
    let away = "FAILED NonCompliant: replication-outside-organization | ";
    let cases = [
        (REPOSITORY, shared(json!("989898989898")), outside),
        (REPOSITORY, shared(json!(989_898_989_898_u64)), outside),
        (REPOSITORY, shared(json!(["989898989898"])), outside),
        (
            REPOSITORY,
            with(good(), "RepositoryPolicyText", json!(text)),
            "FAILED NonCompliant: policy-public-access policy-access-outside-organization | ",
        ),
        (
            REPOSITORY,
            with(
                good(),
                "ImageScanningConfiguration",
                json!({"ScanOnPush": "false"}),
            ),
            "FAILED NonCompliant: repository-not-scanned | ",
        ),
        (
            REPOSITORY,
            with(
                good(),
                "ImageScanningConfiguration",
                json!({"ScanOnPush": true}),
            ),
            "SUCCESS -:  | ",
        ),
        (replication, destination(json!("989898989898")), away),
        (replication, destination(json!(989_898_989_898_u64)), away),
    ];
    for (kind, properties, wanted) in cases {
        let asked = resource("CREATE", kind, properties, Json::Null);
        assert_eq!(verdict(&asks(&setup, &asked)), wanted, "{asked}");
    }
}

#[test]
fn what_is_asked_follows_from_what_is_there() {
    let setup = setup(CONFIG, Vec::new());
    let bad = with(good(), "ImageTagMutability", json!("MUTABLE"));
    let asked = || resource("CREATE", REPOSITORY, bad.clone(), Json::Null);
    let changed = |change: &dyn Fn(&mut Json)| {
        let mut asked = asked();
        change(&mut asked);
        asked
    };
    let renamed = |from: &str, to: &str| {
        changed(&|asked| {
            let object = asked.as_object_mut().unwrap();
            let value = object.remove(from).unwrap();
            object.insert(to.to_owned(), value);
        })
    };
    let mutable = "FAILED NonCompliant: repository-tags-mutable | ";
    let failure = "FAILED InternalFailure:  | ";
    let cases = [
        (asked(), mutable),
        (renamed("stackId", "stackID"), mutable),
        (renamed("clientRequestToken", "clientRequesttoken"), mutable),
        (renamed("requestData", "RequestData"), mutable),
        (changed(&|a| a["stackId"] = json!("")), mutable),
        (changed(&|a| a["stackId"] = Json::Null), mutable),
        (
            changed(&|a| a["requestData"]["targetType"] = json!("RESOURCE")),
            mutable,
        ),
        (
            changed(&|a| a["requestData"]["targetLogicalId"] = Json::Null),
            mutable,
        ),
        (
            changed(&|a| a["actionInvocationPoint"] = Json::Null),
            mutable,
        ),
        (
            changed(&|a| a["hookEncryptionKeyArn"] = json!("x")),
            mutable,
        ),
        (
            changed(&|a| a["actionInvocationPoint"] = json!("LATER")),
            failure,
        ),
        (
            changed(&|a| a["requestData"]["targetName"] = Json::Null),
            failure,
        ),
        (
            changed(&|a| a["requestData"]["targetModel"] = json!({})),
            failure,
        ),
        (
            changed(&|a| a["requestData"]["targetName"] = json!("AWS::SQS::Queue")),
            "SUCCESS -:  | ",
        ),
        (
            changed(&|a| a["requestData"]["targetName"] = json!("My::Own::Type")),
            "SUCCESS -:  | ",
        ),
    ];
    for (asked, wanted) in cases {
        let response = asks(&setup, &asked);
        assert_eq!(verdict(&response), wanted, "{asked}");
        assert_eq!(response["clientRequestToken"], "t-1");
    }
}

/// The response to a template that is deployed for the first time.
fn deployed(template: &str) -> Json {
    let payload = json!({"template": template, "previousTemplate": ""});
    let setup = setup(CONFIG, vec![ok(&payload.to_string())]);
    asks(&setup, &pointing("STACK", "CREATE"))
}

/// A template with a repository that nothing is wrong with, and something else.
fn beside(other: &str) -> String {
    format!(
        "{other}\n  Repo: {{Type: AWS::ECR::Repository, Properties: {}}}\n",
        good()
    )
}

#[test]
fn a_response_tells_what_is_not_judged() {
    let nested = "Resources:\n  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://example.com/t.yaml'}}";
    let inside = "Resources:\n  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ../../etc/passwd}}";
    let include =
        "Resources:\n  Fn::Transform: {Name: AWS::Include, Parameters: {Location: 's3://b/k'}}";
    let own = "Transform: [Mine]\nResources:";
    let cases = [
        (
            beside(nested),
            "the resources of stack `N` are not judged: it is no file beside this one",
        ),
        (
            beside(inside),
            "the resources of stack `N` are not judged: it is no file beside this one",
        ),
        (
            beside(include),
            "`AWS::Include` is carried out at deployment: what it adds or changes is not judged",
        ),
        (
            beside(own),
            "`Mine` is carried out at deployment: what it adds or changes is not judged",
        ),
    ];
    for (template, wanted) in cases {
        let response = deployed(&template);
        assert_eq!(verdict(&response), "SUCCESS -:  | ", "{template}");
        let message = response["message"].as_str().unwrap();
        assert!(message.contains(wanted), "{message}");
    }
}

#[test]
fn a_property_that_is_none_is_told() {
    let setup = setup(CONFIG, Vec::new());
    let odd = with(good(), "ImageTagMutabilty", json!("IMMUTABLE"));
    let response = asks(&setup, &resource("CREATE", REPOSITORY, odd, Json::Null));
    assert_eq!(verdict(&response), "SUCCESS -:  | ");
    let message = |response: &Json| response["message"].as_str().unwrap().to_owned();
    let wanted = "; `AWS::ECR::Repository` has no property `ImageTagMutabilty`";
    assert!(message(&response).ends_with(wanted), "{response}");
    // what the service sets is among the properties of an update
    let arn = "arn:aws:ecr:us-east-1:111122223333:repository/team/app";
    let told = with(good(), "Arn", json!(arn));
    let response = asks(&setup, &resource("UPDATE", REPOSITORY, told, good()));
    assert!(!message(&response).contains("property"), "{response}");
}

#[test]
fn a_template_is_written_out_and_judged_at_its_defaults() {
    let loops = "Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Stages:
    - Stage
    - [dev, prod]
    - Fn::ForEach::Teams:
        - Team
        - [a, b]
        - 'R${Stage}${Team}':
            Type: AWS::ECR::Repository
            Properties: {RepositoryName: !Sub 'team/${Stage}-${Team}', ImageTagMutability: MUTABLE}
";
    let message = deployed(loops)["message"].as_str().unwrap().to_owned();
    for id in ["Rdeva", "Rdevb", "Rproda", "Rprodb"] {
        let wanted = format!("repository-tags-mutable at {id}: ");
        assert!(message.contains(&wanted), "{message}");
    }
    let default = |value: &str| {
        let properties = with(
            good(),
            "ImageTagMutability",
            json!({"Fn::If": ["IsProd", "IMMUTABLE", "MUTABLE"]}),
        );
        format!(
            "Parameters: {{Env: {{Type: String, Default: {value}}}}}\nConditions: {{IsProd: !Equals [!Ref Env, prod]}}\nResources:\n  Repo: {{Type: AWS::ECR::Repository, Properties: {properties}}}\n"
        )
    };
    for (value, wanted) in [
        ("prod", "SUCCESS -:  | repository-tags-mutable"),
        ("dev", "FAILED NonCompliant: repository-tags-mutable | "),
    ] {
        let response = deployed(&default(value));
        assert_eq!(verdict(&response), wanted);
        let said = "parameters are judged at their defaults";
        assert!(response["message"].as_str().unwrap().contains(said));
    }
    let sam = "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: '111122223333.dkr.ecr.us-east-1.amazonaws.com/app:latest'}}\n";
    let wanted = "FAILED NonCompliant: image-latest-tag | ";
    assert_eq!(verdict(&deployed(sam)), wanted);
}

#[test]
fn every_type_that_is_asked_about_is_judged() {
    let setup = setup(CONFIG, Vec::new());
    let foreign = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::989898989898:root"}, "Action": "ecr:ReplicateImage", "Resource": "*"}]});
    let everything = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}]});
    let image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/app";
    let cases = [
        (
            "AWS::ECR::RegistryPolicy",
            json!({"PolicyText": foreign}),
            "policy-access-outside-organization",
        ),
        (
            "AWS::ECR::RegistryPolicy",
            json!({"PolicyText": foreign.to_string()}),
            "policy-access-outside-organization",
        ),
        (
            "AWS::ECR::PublicRepository",
            json!({"RepositoryName": "x"}),
            "public-gallery-repository",
        ),
        (
            "AWS::ECR::PullThroughCacheRule",
            json!({"EcrRepositoryPrefix": "dh", "UpstreamRegistryUrl": "registry-1.docker.io"}),
            "pull-through-without-credentials",
        ),
        (
            "AWS::ECR::RepositoryCreationTemplate",
            json!({"Prefix": "ROOT", "AppliedFor": ["REPLICATION"], "RepositoryPolicy": public().to_string()}),
            "policy-public-access",
        ),
        (
            "AWS::EC2::VPCEndpoint",
            json!({"ServiceName": "com.amazonaws.us-east-1.ecr.api", "VpcEndpointType": "Interface", "VpcId": "vpc-1"}),
            "vpc-endpoint-policy-open",
        ),
        (
            "AWS::ECS::TaskDefinition",
            json!({"ContainerDefinitions": [{"Name": "a", "Image": format!("{image}:latest")}]}),
            "image-latest-tag",
        ),
        (
            "AWS::Lambda::Function",
            json!({"Code": {"ImageUri": image}, "Role": "r"}),
            "image-latest-tag",
        ),
        (
            "AWS::IAM::Policy",
            json!({"PolicyName": "p", "PolicyDocument": everything, "Roles": ["r"]}),
            "identity-policy-wildcard",
        ),
    ];
    for (kind, properties, wanted) in cases {
        let response = asks(&setup, &resource("CREATE", kind, properties, Json::Null));
        assert_eq!(response["errorCode"], "NonCompliant", "{kind}");
        let shown = verdict(&response);
        assert!(shown.contains(wanted), "{kind}: {shown}");
        let gone = asks(&setup, &resource("DELETE", kind, json!({}), Json::Null));
        assert_eq!(verdict(&gone), "SUCCESS -:  | ", "{kind}");
    }
}
