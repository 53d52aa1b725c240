resource "aws_ecr_pull_through_cache_rule" "this" {
  ecr_repository_prefix = "public"
  upstream_registry_url = "public.ecr.aws"
}
