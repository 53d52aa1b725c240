variable "x" {
  type = string
}

resource "aws_ecr_pull_through_cache_rule" "this" {
  ecr_repository_prefix = "x"
  upstream_registry_url = var.x
}
