resource "aws_ecr_repository" "app" {
  name = "app"
}

resource "aws_ecr_repository_policy" "app" {
  repository = aws_ecr_repository.app.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::345678901234:role/build" } # expect
        Action    = ["ecr:PutImage", "ecr:InitiateLayerUpload"]
      },
    ]
  })
}
