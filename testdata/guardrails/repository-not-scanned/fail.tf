resource "aws_ecr_repository" "default" { # expect
  name = "default"
}

resource "aws_ecr_repository" "off" {
  name = "off"

  image_scanning_configuration {
    scan_on_push = false # expect
  }
}
