resource "aws_ecr_repository_creation_template" "this" {
  prefix      = "ROOT"
  applied_for = ["REPLICATION"]
}
