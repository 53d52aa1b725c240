resource "aws_ecr_pull_through_cache_rule" "this" {
  ecr_repository_prefix = "hub"
  upstream_registry_url = "registry-1.docker.io" # expect
}
