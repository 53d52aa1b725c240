variable "x" {
  type = string
}

resource "aws_ecr_repository_creation_template" "this" {
  prefix      = var.x
  applied_for = ["CREATE_ON_PUSH"]
}
