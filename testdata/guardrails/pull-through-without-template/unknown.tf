variable "prefix" {
  type = string
}

resource "aws_ecr_pull_through_cache_rule" "this" {
  ecr_repository_prefix = "quay"
  upstream_registry_url = "quay.io"
}

resource "aws_ecr_repository_creation_template" "this" {
  prefix      = var.prefix
  applied_for = ["PULL_THROUGH_CACHE"]
}
