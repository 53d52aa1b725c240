resource "aws_ecr_pull_through_cache_rule" "this" {
  ecr_repository_prefix = "cache"
  upstream_registry_url = "quay.io"
}

resource "aws_ecr_pull_through_cache_rule" "own" {
  ecr_repository_prefix = "own"
  upstream_registry_url = "345678901234.dkr.ecr.eu-west-1.amazonaws.com"
}
