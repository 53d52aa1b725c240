variable "x" {
  type = string
}

resource "aws_ecr_repository" "app" {
  name = var.x
}
