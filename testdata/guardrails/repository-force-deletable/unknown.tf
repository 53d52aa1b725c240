variable "force" {
  type = bool
}

resource "aws_ecr_repository" "app" {
  name         = "app"
  force_delete = var.force
}
