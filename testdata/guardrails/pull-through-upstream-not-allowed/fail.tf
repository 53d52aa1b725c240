resource "aws_ecr_pull_through_cache_rule" "this" {
  ecr_repository_prefix = "cache"
  upstream_registry_url = "registry-1.docker.io" # expect
}

resource "aws_ecr_pull_through_cache_rule" "stranger" {
  ecr_repository_prefix = "stranger"
  upstream_registry_url = "999999999999.dkr.ecr.eu-west-1.amazonaws.com" # expect
}
