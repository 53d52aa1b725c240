provider "aws" {
  region = "eu-west-1"
}

resource "aws_kms_key" "images" {
  description = "Images of the shop"
}

module "payments" {
  source = "../../modules/ecr"

  team            = "payments"
  repositories    = ["api", "worker"]
  tag_mutability  = "IMMUTABLE"
  kms_key         = aws_kms_key.images.arn
  pull_principals = var.pull_accounts
  keep_images     = 50
}

module "checkout" {
  source = "../../modules/ecr"

  team            = "checkout"
  repositories    = ["web"]
  kms_key         = aws_kms_key.images.arn
  pull_principals = ["arn:aws:iam::345678901234:role/deploy"]
  lambda          = true
}

resource "aws_ecr_replication_configuration" "this" {
  replication_configuration {
    rule {
      destination {
        region      = "eu-central-1"
        registry_id = "210987654321"
      }
      destination {
        region      = "us-east-1"
        registry_id = "210987654312"
      }
      repository_filter {
        filter      = "payments/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}

resource "aws_ecr_registry_policy" "this" {
  policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "PullForTheOrganisation",
          "Effect": "Allow",
          "Principal": "*",
          "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
          "Resource": "arn:aws:ecr:eu-west-1:210987654321:repository/base/*",
          "Condition": {
            "ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}
          }
        }
      ]
    }
  JSON
}
