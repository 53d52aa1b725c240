resource "aws_ecr_repository" "default" { # expect
  name = "app"
}

resource "aws_ecr_repository" "aes" {
  name = "app"

  encryption_configuration {
    encryption_type = "AES256" # expect
  }
}
