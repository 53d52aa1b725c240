resource "aws_ecr_repository_creation_template" "this" {
  prefix      = "prod"
  applied_for = ["REPLICATION"]
  custom_role_arn = "arn:aws:iam::210987654321:role/ecr"
  resource_tags   = { team = "a" }
}
