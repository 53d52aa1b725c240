resource "aws_ecr_pull_through_cache_rule" "this" {
  ecr_repository_prefix = "hub"
  upstream_registry_url = "registry-1.docker.io"
  credential_arn        = "arn:aws:secretsmanager:eu-west-1:210987654321:secret:ecr-pullthroughcache/hub-a1b2c3"
}
