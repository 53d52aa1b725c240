resource "aws_ecr_repository_creation_template" "this" {
  prefix      = "prod"
  applied_for = ["REPLICATION"]
}
