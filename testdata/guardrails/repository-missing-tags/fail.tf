resource "aws_ecr_repository" "app" { # expect
  name = "app"
}
