resource "aws_ecr_registry_policy" "this" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {"Effect": "Deny", "Principal": "*", "Action": ["ecr:PutImage", "ecr:BatchDeleteImage"], "Resource": "arn:aws:ecr:eu-west-1:210987654321:repository/*"}, # expect
    ]
  })
}
