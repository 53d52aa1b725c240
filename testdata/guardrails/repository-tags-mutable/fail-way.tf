variable "mutability" {
  type    = string
  default = "MUTABLE"
}

locals {
  settings = { mutability = var.mutability }
}

resource "aws_ecr_repository" "app" {
  name                 = "app"
  image_tag_mutability = local.settings.mutability # expect
}
