variable "x" {
  type = string
}

resource "aws_ecr_registry_policy" "this" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {"Effect": "Deny", "Principal": "*", "Action": "ecr:${var.x}", "Resource": "arn:aws:ecr:eu-west-1:210987654321:repository/*"},
    ]
  })
}
