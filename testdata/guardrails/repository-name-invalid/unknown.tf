variable "name" {
  type = string
}

resource "aws_ecr_repository" "app" {
  name = var.name
}
