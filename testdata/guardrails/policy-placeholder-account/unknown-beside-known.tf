variable "account" {
  type = string
}

resource "aws_ecr_repository_policy" "p" {
  repository = "web"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        AWS = ["arn:aws:iam::210987654398:role/ci", "arn:aws:iam::${var.account}:role/ci"]
      }
      Action = "ecr:BatchGetImage"
    }]
  })
}
