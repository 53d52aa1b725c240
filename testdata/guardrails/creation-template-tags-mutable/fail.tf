resource "aws_ecr_repository_creation_template" "this" { # expect
  prefix      = "team/"
  applied_for = ["PULL_THROUGH_CACHE"]
}

resource "aws_ecr_repository_creation_template" "said" {
  prefix      = "team/"
  applied_for = ["PULL_THROUGH_CACHE"]

  image_tag_mutability = "MUTABLE" # expect
}
