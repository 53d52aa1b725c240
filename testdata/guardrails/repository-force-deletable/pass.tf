resource "aws_ecr_repository" "default" {
  name = "default"
}

resource "aws_ecr_repository" "off" {
  name         = "off"
  force_delete = false
}
