variable "statement" {
  type = any
}

resource "aws_ecr_repository_policy" "merged" {
  repository = "web"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(var.statement, { Effect = "Allow", Action = "ecr:BatchGetImage" })]
  })
}
