resource "aws_ecr_repository" "default" { # expect
  name = "default"
}

resource "aws_ecr_repository" "mutable" {
  name                 = "mutable"
  image_tag_mutability = "MUTABLE" # expect
}

resource "aws_ecr_repository" "everything_excluded" {
  name                 = "everything-excluded"
  image_tag_mutability = "IMMUTABLE_WITH_EXCLUSION" # expect

  image_tag_mutability_exclusion_filter {
    filter      = "*"
    filter_type = "WILDCARD"
  }
}

resource "aws_ecr_repository" "mostly_mutable" {
  name                 = "mostly-mutable"
  image_tag_mutability = "MUTABLE_WITH_EXCLUSION" # expect

  image_tag_mutability_exclusion_filter {
    filter      = "v*"
    filter_type = "WILDCARD"
  }
}
