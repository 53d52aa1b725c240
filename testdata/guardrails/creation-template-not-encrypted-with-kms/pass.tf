resource "aws_ecr_repository_creation_template" "app" {
  prefix      = "team/"
  applied_for = ["REPLICATION"]

  encryption_configuration {
    encryption_type = "KMS"
  }
}
