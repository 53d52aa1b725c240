resource "aws_ecr_repository_policy" "app" {
  repository = "app"
  policy = jsonencode({
    Version = "2008-10-17"
    Statement = [
      {"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"},
      {"Effect": "Deny", "Principal": "*", "Action": "ecr:*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "$${aws:ResourceOrgID}"}}}, # expect
    ]
  })
}
