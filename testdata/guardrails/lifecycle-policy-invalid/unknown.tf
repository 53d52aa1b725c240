variable "policy" {
  type = string
}

resource "aws_ecr_lifecycle_policy" "app" {
  repository = "app"
  policy     = var.policy
}
