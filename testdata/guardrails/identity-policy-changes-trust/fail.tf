resource "aws_iam_policy" "this" {
  name = "images"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {"Effect": "Allow", "Action": "ecr:PutRegistryPolicy", "Resource": "*"}, # expect
    ]
  })
}
