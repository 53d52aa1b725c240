resource "aws_ecr_registry_policy" "this" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::345678901234:root"}, "Action": "ecr:ReplicateImage", "Resource": "arn:aws:ecr:eu-west-1:210987654321:repository/*"},
      {"Effect": "Deny", "Principal": "*", "Action": "ecr:PutImage", "Resource": "arn:aws:ecr:eu-west-1:210987654321:repository/*"}, # expect: account 210987654321
    ]
  })
}
