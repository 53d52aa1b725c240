data "aws_caller_identity" "current" {}

locals {
  backup = "456789012345"
}

resource "aws_ecr_account_setting" "scope" {
  name  = "REGISTRY_POLICY_SCOPE"
  value = "V1"
}

resource "aws_ecr_registry_scanning_configuration" "this" {
  scan_type = "ENHANCED"

  rule {
    scan_frequency = "CONTINUOUS_SCAN"
    repository_filter {
      filter      = "prod/*"
      filter_type = "WILDCARD"
    }
  }
}

resource "aws_ecr_replication_configuration" "this" {
  replication_configuration {
    rule {
      destination {
        region      = "eu-central-1"
        registry_id = data.aws_caller_identity.current.account_id
      }
    }
    rule {
      destination {
        region      = "eu-west-2"
        registry_id = local.backup
      }
      repository_filter {
        filter      = "prod/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}

resource "aws_ecr_pull_through_cache_rule" "this" {
  for_each = {
    ecr-public = "public.ecr.aws"
    github     = "ghcr.io"
    docker-hub = "registry-1.docker.io"
  }

  ecr_repository_prefix = each.key
  upstream_registry_url = each.value
  credential_arn        = each.key == "ecr-public" ? null : "arn:aws:secretsmanager:eu-west-1:210987654321:secret:ecr-pullthroughcache/${each.key}"
}

resource "aws_ecr_repository_creation_template" "cached" {
  prefix      = "docker-hub"
  applied_for = ["PULL_THROUGH_CACHE"]

  image_tag_mutability = "MUTABLE"
  repository_policy    = file("${path.module}/cached.json")
}

resource "aws_ecr_registry_policy" "this" {
  policy = data.aws_iam_policy_document.registry.json
}

data "aws_iam_policy_document" "registry" {
  statement {
    sid       = "ReplicationFromTheBackup"
    actions   = ["ecr:ReplicateImage", "ecr:CreateRepository"]
    resources = ["arn:aws:ecr:eu-west-1:${data.aws_caller_identity.current.account_id}:repository/*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.backup}:root"]
    }
  }
}

resource "aws_ecr_repository" "api" {
  name                 = "prod/api"
  image_tag_mutability = "IMMUTABLE"
}

resource "aws_ecr_repository" "sandbox" {
  name                 = "sandbox"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}
