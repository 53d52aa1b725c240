variable "tags" {
  type = map(string)
}

provider "aws" {
  default_tags {
    tags = var.tags
  }
}

resource "aws_ecr_repository" "app" {
  name = "app"
}
