provider "aws" {
  default_tags {
    tags = {
      "dp:exclude:network" = "true" # expect
    }
  }
}

resource "aws_ecr_repository" "app" {
  name = "app"
  tags = { team = "a" }
}
