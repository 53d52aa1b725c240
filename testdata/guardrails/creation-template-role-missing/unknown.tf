variable "x" {
  type = string
}

resource "aws_ecr_repository_creation_template" "this" {
  prefix      = "prod"
  applied_for = ["REPLICATION"]
  resource_tags   = { team = "a" }
  custom_role_arn = var.x
}
