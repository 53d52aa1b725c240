variable "x" {
  type = string
}

resource "aws_ecr_registry_policy" "this" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {"Effect": "Allow", "Principal": {"AWS": "${var.x}"}, "Action": "ecr:*", "Resource": "arn:aws:ecr:eu-west-1:210987654321:repository/*"},
    ]
  })
}
