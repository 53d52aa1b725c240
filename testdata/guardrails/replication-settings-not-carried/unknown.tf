variable "prefix" {
  type = string
}

resource "aws_ecr_replication_configuration" "this" {
  replication_configuration {
    rule {
      destination {
        region      = "eu-central-1"
        registry_id = "210987654321"
      }
      repository_filter {
        filter      = "prod/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "copy"
  region = "eu-central-1"
}

resource "aws_ecr_repository_creation_template" "copy" {
  provider    = aws.copy
  prefix      = var.prefix
  applied_for = ["REPLICATION"]
}
