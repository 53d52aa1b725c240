variable "x" {
  type = string
}

resource "aws_ecr_repository" "app" {
  name = "app"
  tags = { (var.x) = "a" }
}
