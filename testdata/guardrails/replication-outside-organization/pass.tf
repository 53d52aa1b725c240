resource "aws_ecr_replication_configuration" "this" {
  replication_configuration {
    rule {
      destination {
        region      = "eu-central-1"
        registry_id = "345678901234"
      }

      repository_filter {
        filter      = "team/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}

provider "aws" {
  alias  = "other"
  region = "eu-central-1"
}

resource "aws_ecr_replication_configuration" "trusted" {
  provider = aws.other
  replication_configuration {
    rule {
      destination {
        region      = "eu-central-1"
        registry_id = "456789012345"
      }

      repository_filter {
        filter      = "team/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}
