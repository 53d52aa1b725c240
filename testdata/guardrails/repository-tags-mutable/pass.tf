resource "aws_ecr_repository" "immutable" {
  name                 = "immutable"
  image_tag_mutability = "IMMUTABLE"
}

resource "aws_ecr_repository" "dev_excluded" {
  name                 = "dev-excluded"
  image_tag_mutability = "IMMUTABLE_WITH_EXCLUSION"

  image_tag_mutability_exclusion_filter {
    filter      = "dev-*"
    filter_type = "WILDCARD"
  }
}

resource "awscc_ecr_repository" "immutable" {
  repository_name      = "cloud-control"
  image_tag_mutability = "IMMUTABLE"
}
