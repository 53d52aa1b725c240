//! Where resources are deployed: providers, and the target of the config.

use super::*;

#[test]
fn providers_say_where_a_resource_is_deployed() {
    let case = Case::of(
        &[
            (
                "main.tf",
                r#"
provider "aws" {
  region = "us-gov-west-1"
}
provider "aws" {
  alias  = "dr"
  region = "cn-north-1"
  assume_role {
    role_arn = "arn:aws-cn:iam::111122223333:role/x"
  }
}
resource "aws_ecr_repository" "a" {
  name = "a"
}
resource "aws_ecr_repository" "b" {
  provider = aws.dr
  name     = "b"
}
resource "aws_ecr_repository" "c" {
  region = "eu-west-1"
  name   = "c"
}
module "m" {
  source    = "./m"
  providers = { aws = aws.dr }
}
module "n" {
  source = "./m"
}
output "o" { value = [aws_ecr_repository.a.repository_url, aws_ecr_repository.b.arn, aws_ecr_repository.c.arn, module.m.arn, module.n.arn] }
"#,
            ),
            (
                "m/m.tf",
                "resource \"aws_ecr_repository\" \"r\" {\n  name = \"r\"\n}\noutput \"arn\" {\n  value = aws_ecr_repository.r.arn\n}\n",
            ),
        ],
        &World::default(),
    );
    assert_eq!(case.told(), Vec::<String>::new());
    assert_eq!(
        case.output("o"),
        "[<Account>.dkr.ecr.us-gov-west-1.amazonaws.com/a, arn:aws-cn:ecr:cn-north-1:111122223333:repository/b, \
         arn:aws:ecr:eu-west-1:<Account>:repository/c, arn:aws-cn:ecr:cn-north-1:111122223333:repository/r, \
         arn:aws-us-gov:ecr:us-gov-west-1:<Account>:repository/r]"
    );
}

#[test]
fn the_target_fills_what_the_code_leaves_open() {
    let target = Target {
        account: Some("012345678901".to_owned()),
        region: Some("eu-west-1".to_owned()),
        partition: None,
    };
    let world = World {
        target,
        ..World::default()
    };
    let text = "data \"aws_caller_identity\" \"me\" {}\ndata \"aws_region\" \"r\" {}\ndata \"aws_partition\" \"p\" {}\noutput \"o\" {\n value = \"${data.aws_partition.p.partition} ${data.aws_region.r.name} ${data.aws_caller_identity.me.account_id}\"\n}\n";
    assert_eq!(
        Case::of(&[("main.tf", text)], &world).output("o"),
        "aws eu-west-1 012345678901"
    );
    assert_eq!(
        Case::one(text).output("o"),
        "<Partition> <Region> <Account>"
    );
}
