variable "region" {
  type = string
}

provider "aws" {
  region = var.region
}

resource "aws_ecr_replication_configuration" "r" {
  replication_configuration {
    rule {
      destination {
        region      = "us-gov-west-1" # expect: var.region
        registry_id = "210987654321"
      }
    }
  }
}
