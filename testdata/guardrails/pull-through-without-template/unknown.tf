resource "aws_ecr_pull_through_cache_rule" "this" {
  ecr_repository_prefix = "quay"
  upstream_registry_url = "quay.io"
}
