variable "x" {
  type = string
}

resource "aws_ecr_registry_policy" "a" {
  count  = var.x == "yes" ? 1 : 0
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_ecr_registry_policy" "b" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
