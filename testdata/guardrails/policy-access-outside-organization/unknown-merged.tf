variable "statement" {
  type = any
}

resource "aws_ecr_repository_policy" "merged" {
  repository = "web"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge({ Effect = "Allow", Principal = { AWS = "arn:aws:iam::210987654321:role/ci" }, Action = "ecr:BatchGetImage" }, var.statement)]
  })
}
