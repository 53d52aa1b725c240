resource "aws_ecr_repository_policy" "app" {
  repository = "app"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:role/build"}, "Action": ["ecr:BatchGetImage", "ecr:TagResource"], "Condition": {"StringEquals": {"ecr:ResourceTag/shared": "yes"}}}, # expect
    ]
  })
}
