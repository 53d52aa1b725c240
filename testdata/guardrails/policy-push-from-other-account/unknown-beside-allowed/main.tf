variable "x" {
  type = string
}

resource "aws_ecr_repository_policy" "p" {
  repository = "web"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        AWS = ["arn:aws:iam::345678901234:role/a", "arn:aws:iam::${var.x}:role/b"] # expect: var.x
      }
      Action = ["ecr:PutImage", "ecr:InitiateLayerUpload"]
    }]
  })
}
