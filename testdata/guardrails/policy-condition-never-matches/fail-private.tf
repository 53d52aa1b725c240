resource "aws_ecr_repository_policy" "app" {
  repository = "app"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::345678901234:role/build"}, "Action": "ecr:BatchGetImage"},
      {"Effect": "Deny", "Principal": "*", "Action": "ecr:*", "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, # expect: public address
    ]
  })
}
