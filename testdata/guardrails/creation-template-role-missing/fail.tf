resource "aws_ecr_repository_creation_template" "this" { # expect
  prefix      = "prod"
  applied_for = ["REPLICATION"]
  resource_tags = { team = "a" }
}
