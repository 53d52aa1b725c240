provider "aws" {
  default_tags {
    tags = { team = "a" }
  }
}

resource "aws_ecr_repository" "app" {
  name = "app"
  tags = { stage = "test" }
}
