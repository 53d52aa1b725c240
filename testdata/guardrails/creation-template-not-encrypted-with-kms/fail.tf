resource "aws_ecr_repository_creation_template" "default" { # expect
  prefix      = "team/"
  applied_for = ["REPLICATION"]
}

resource "aws_ecr_repository_creation_template" "aes" {
  prefix      = "team/"
  applied_for = ["REPLICATION"]

  encryption_configuration {
    encryption_type = "AES256" # expect
  }
}
