variable "x" {
  type = string
}

resource "aws_ecr_repository_creation_template" "this" {
  prefix      = "team/"
  applied_for = ["PULL_THROUGH_CACHE"]

  image_tag_mutability = var.x
}
