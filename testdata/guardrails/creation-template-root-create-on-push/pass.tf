resource "aws_ecr_repository_creation_template" "this" {
  prefix      = "team"
  applied_for = ["CREATE_ON_PUSH"]
}
