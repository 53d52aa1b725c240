resource "aws_ecr_pull_through_cache_rule" "this" {
  ecr_repository_prefix = "quay" # expect
  upstream_registry_url = "quay.io"
}

resource "aws_ecr_repository_creation_template" "this" {
  prefix      = "public"
  applied_for = ["PULL_THROUGH_CACHE"]
}
